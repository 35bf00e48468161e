//! Every float operator on a core against the host's own arithmetic, bit by
//! bit; NaNs as WebAssembly allows them (core specification, section 4.3.3).
//!
//! The program has a function for each operator, named as the operator, that
//! works through a list of operands in memory: so one call does thousands.

use synth_ir::{
    AbiType, BinaryOp, BlockCall, Builder, Cond, Data, Definition, FloatOp, Function, Linkage,
    LoadOp, Program, Region, Signature, StoreOp, Type, Val, Value,
};

use crate::error::CallError;
use crate::loader::{Loader, ModuleId};
use crate::operands::{self, Kind};
use crate::rng::Rng;
use crate::value::AbiVal;

/// Bytes of the two operands of a case, and of its result.
const OPERANDS: i32 = 16;
const RESULT: i32 = 8;

/// Cases of one call.
const BATCH: usize = 1024;

/// The symbol of the memory for operands and results.
const MEMORY: &str = "operands";

/// The program: `operator(operands, results, count)` for each operator, and
/// memory for both.
#[must_use]
pub fn program() -> Program {
    let mut program = Program::new();
    let size = BATCH as u32 * (OPERANDS + RESULT) as u32;
    let data = Data { size, align: 8, ..Data::default() };
    program.add(MEMORY, Linkage::Global, Definition::Data(data));
    for &op in FloatOp::ALL {
        let function = Definition::Function(Box::new(worker(op)));
        program.add(op.name(), Linkage::Global, function);
    }
    program
}

/// The signature of its functions.
fn signature() -> Signature {
    Signature::new([AbiType::I32; 3], [])
}

fn worker(op: FloatOp) -> Function {
    let mut func = Function::new(signature());
    let entry = func.add_block();
    let params: Vec<Value> = (0..3).map(|_| func.add_param(entry, Type::I32)).collect();
    let body = func.add_block();
    let state: Vec<Value> = (0..3).map(|_| func.add_param(body, Type::I32)).collect();
    let end = func.add_block();
    let mut b = Builder::new(&mut func, entry);
    b.jump(body, &params);
    b.switch_to(body);
    let args: Vec<Value> = op
        .arg_types()
        .iter()
        .enumerate()
        .map(|(i, ty)| {
            // The words of a doubleword are one operand.
            let offset = if *ty == Type::I32 { 4 } else { OPERANDS / 2 } * i as i32;
            let load = match ty {
                Type::I32 => LoadOp::I32,
                Type::F32 => LoadOp::F32,
                Type::F64 => LoadOp::F64,
            };
            b.load(load, state[0], offset, Region::Native)
        })
        .collect();
    let result = b.float(op, &args);
    let store = match op.result_type() {
        Type::I32 => StoreOp::I32,
        Type::F32 => StoreOp::F32,
        Type::F64 => StoreOp::F64,
    };
    b.store(store, state[1], result, 0, Region::Native);
    let next: Vec<Value> = [OPERANDS, RESULT, -1]
        .into_iter()
        .zip(&state)
        .map(|(step, &value)| {
            let step = b.iconst(step);
            b.binary(BinaryOp::Add, value, step)
        })
        .collect();
    let zero = b.iconst(0);
    let more = b.compare(Cond::Ne, next[2], zero);
    let again = BlockCall { block: body, args: next };
    b.branch(more, again, BlockCall { block: end, args: vec![] });
    b.switch_to(end);
    b.ret(&[]);
    func
}

/// A result that is not the host's.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Another value.
    #[error("{op}({a:#x}, {b:#x}) is {expected:#x}, not {found:#x}")]
    Result {
        /// The operator.
        op: FloatOp,
        /// Bits of the first operand.
        a: u64,
        /// Bits of the second operand, if there is one.
        b: u64,
        /// What the host computes.
        expected: u64,
        /// What the core computed.
        found: u64,
    },
    /// No value.
    #[error("{op}: {error}")]
    Call {
        /// The operator.
        op: FloatOp,
        /// Why.
        error: CallError,
    },
}

/// Which cases are tried of each operator.
#[derive(Clone, Copy, Debug)]
pub struct Cases {
    /// Pairs of special operands, at most; spread over all.
    pub special: usize,
    /// Random operands.
    pub random: usize,
    /// Another seed gives other random operands.
    pub seed: u64,
}

/// Compares all operators of the loaded [`program`]; gives the number of
/// cases.
///
/// # Errors
/// The first result that is wrong.
pub fn check(loader: &mut Loader<'_>, module: ModuleId, cases: Cases) -> Result<usize, Box<Wrong>> {
    let memory = loader.address(module, MEMORY).unwrap_or_default();
    let mut done = 0;
    for &op in FloatOp::ALL {
        let all = operands_of(op, cases);
        for batch in all.chunks(BATCH) {
            check_batch(loader, module, memory, op, batch)?;
        }
        done += all.len();
    }
    Ok(done)
}

fn operands_of(op: FloatOp, cases: Cases) -> Vec<(u64, u64)> {
    let kind = Kind::of(op.arg_types());
    let two = op.arg_types().len() == 2 && kind != Kind::I64;
    let special = operands::special(kind);
    let others = if two { special.as_slice() } else { &[0] };
    let step = (special.len() * others.len()).div_ceil(cases.special.max(1)) | 1;
    let pairs = special.iter().flat_map(|&a| others.iter().map(move |&b| (a, b)));
    let mut all: Vec<(u64, u64)> = pairs.step_by(step).collect();
    let mut rng = Rng::new(cases.seed);
    all.extend((0..cases.random).map(|_| operands::random(&mut rng, kind)));
    all
}

fn check_batch(
    loader: &mut Loader<'_>,
    module: ModuleId,
    memory: u32,
    op: FloatOp,
    batch: &[(u64, u64)],
) -> Result<(), Box<Wrong>> {
    let failed = |error| Box::new(Wrong::Call { op, error });
    let emulator = |error| failed(CallError::Emulator(error));
    let bytes: Vec<u8> =
        batch.iter().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()]).flatten().collect();
    let results = memory + bytes.len() as u32;
    loader.machine().write(memory, &bytes).map_err(emulator)?;
    let args = [memory, results, batch.len() as u32].map(|word| AbiVal::I32(word as i32));
    loader.call(module, op.name(), &signature(), &args).map_err(failed)?;
    let size = (batch.len() * RESULT as usize) as u32;
    let found = loader.machine().read(results, size).map_err(emulator)?;
    for (&(a, b), found) in batch.iter().zip(found.chunks_exact(RESULT as usize)) {
        let size = if op.result_type() == Type::F64 { 8 } else { 4 };
        let found = found[..size].iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        let expected = expected(op, a, b);
        if !agrees(op, [a, b], expected, found) {
            return Err(Box::new(Wrong::Result { op, a, b, expected, found }));
        }
    }
    Ok(())
}

/// What the host computes.
fn expected(op: FloatOp, a: u64, b: u64) -> u64 {
    let types = op.arg_types();
    let args: Vec<Val> = match Kind::of(types) {
        Kind::I64 => Val::words(a).to_vec(),
        _ => types.iter().zip([a, b]).map(|(&ty, bits)| Val::from_bits(ty, bits)).collect(),
    };
    op.eval(&args).map_or(0, Val::bits)
}

/// Whether a result is as expected: bit by bit, but for NaNs of arithmetic.
fn agrees(op: FloatOp, args: [u64; 2], expected: u64, found: u64) -> bool {
    use FloatOp::{F32Abs, F32Copysign, F32Neg, F64Abs, F64Copysign, F64Neg};
    let result = Nan::of(op.result_type());
    let sign_only = matches!(op, F32Abs | F32Copysign | F32Neg | F64Abs | F64Copysign | F64Neg);
    let Some(result) = result.filter(|nan| nan.is(expected) && !sign_only) else {
        return found == expected;
    };
    // All NaN arguments are canonical: so is the result. Else its quiet bit is
    // set.
    let canonical =
        op.arg_types().iter().zip(args).all(|(&ty, bits)| {
            Nan::of(ty).is_none_or(|nan| !nan.is(bits) || nan.is_canonical(bits))
        });
    if canonical { result.is_canonical(found) } else { result.is_arithmetic(found) }
}

/// The NaNs of a format.
#[derive(Clone, Copy)]
struct Nan {
    /// All bits of the exponent and the quiet bit: the canonical NaN.
    canonical: u64,
    /// All bits but the sign.
    magnitude: u64,
}

impl Nan {
    fn of(ty: Type) -> Option<Nan> {
        let (canonical, magnitude) = match ty {
            Type::I32 => return None,
            Type::F32 => (0x7fc0_0000, 0x7fff_ffff),
            Type::F64 => (0x7ff8_0000_0000_0000, u64::MAX >> 1),
        };
        Some(Nan { canonical, magnitude })
    }

    fn is(self, bits: u64) -> bool {
        let infinity = self.canonical & self.canonical << 1;
        bits & self.magnitude > infinity
    }

    fn is_canonical(self, bits: u64) -> bool {
        bits & self.magnitude == self.canonical
    }

    fn is_arithmetic(self, bits: u64) -> bool {
        bits & self.canonical == self.canonical
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nans_are_judged_by_their_arguments() {
        let add = |a, b, found| agrees(FloatOp::F32Add, [a, b], 0x7fc0_0000, found);
        assert!(add(0x7f80_0000, 0xff80_0000, 0xffc0_0000));
        assert!(!add(0x7f80_0000, 0xff80_0000, 0x7fc0_0001));
        assert!(add(0x7fc0_0001, 0, 0x7fc0_0001));
        assert!(!add(0x7f80_0001, 0, 0x7f80_0001));
        assert!(!add(0x7fc0_0000, 0, 0x7f80_0000));
        assert!(!agrees(FloatOp::F32Neg, [0x7fc0_0000, 0], 0xffc0_0000, 0x7fc0_0000));
        assert!(!agrees(FloatOp::F64Add, [0, 1 << 63], 0, 1 << 63));
    }

    #[test]
    fn infinity_is_no_nan() {
        let double = Nan::of(Type::F64).expect("a float");
        assert!(!double.is(0x7ff0_0000_0000_0000) && double.is(0xfff0_0000_0000_0001));
    }
}
