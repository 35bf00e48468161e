//! Float operators as calls of run-time routines (RTABI32 section 4.1), which
//! always use the base variant; sign operations as operations on the bits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use synth_ir::{
    AbiType, BinaryOp, Cond, Definition, FloatOp, Function, InstData, Linkage, Program, Signature,
    SourceLoc, SymbolId, Target, Type, UnaryOp, Value,
};

use crate::edit::Replacements;

/// The symbols of the routines that a program needs, by operator.
pub(super) type Helpers = BTreeMap<FloatOp, SymbolId>;

/// The routine of an operator; `None` for those that are done in place.
/// `__aeabi_*` come with every compiler's library; `__synth_*` with us, since
/// no library has them or those that have leave open what WebAssembly defines.
fn routine(op: FloatOp) -> Option<&'static str> {
    use FloatOp::*;
    Some(match op {
        F32Add => "__aeabi_fadd",
        F32Sub => "__aeabi_fsub",
        F32Mul => "__aeabi_fmul",
        F32Div => "__aeabi_fdiv",
        F32Min => "__synth_f32_min",
        F32Max => "__synth_f32_max",
        F32Sqrt => "__synth_f32_sqrt",
        F32Ceil => "__synth_f32_ceil",
        F32Floor => "__synth_f32_floor",
        F32Trunc => "__synth_f32_trunc",
        F32Nearest => "__synth_f32_nearest",
        F32Eq | F32Ne => "__aeabi_fcmpeq",
        F32Lt => "__aeabi_fcmplt",
        F32Le => "__aeabi_fcmple",
        F32Gt => "__aeabi_fcmpgt",
        F32Ge => "__aeabi_fcmpge",
        F32FromI32S => "__aeabi_i2f",
        F32FromI32U => "__aeabi_ui2f",
        F32FromI64S => "__aeabi_l2f",
        F32FromI64U => "__aeabi_ul2f",
        F32ToI32S => "__synth_i32_trunc_sat_f32_s",
        F32ToI32U => "__synth_i32_trunc_sat_f32_u",
        F32ToI64SLo | F32ToI64SHi => "__synth_i64_trunc_sat_f32_s",
        F32ToI64ULo | F32ToI64UHi => "__synth_i64_trunc_sat_f32_u",
        F64Add => "__aeabi_dadd",
        F64Sub => "__aeabi_dsub",
        F64Mul => "__aeabi_dmul",
        F64Div => "__aeabi_ddiv",
        F64Min => "__synth_f64_min",
        F64Max => "__synth_f64_max",
        F64Sqrt => "__synth_f64_sqrt",
        F64Ceil => "__synth_f64_ceil",
        F64Floor => "__synth_f64_floor",
        F64Trunc => "__synth_f64_trunc",
        F64Nearest => "__synth_f64_nearest",
        F64Eq | F64Ne => "__aeabi_dcmpeq",
        F64Lt => "__aeabi_dcmplt",
        F64Le => "__aeabi_dcmple",
        F64Gt => "__aeabi_dcmpgt",
        F64Ge => "__aeabi_dcmpge",
        F64FromI32S => "__aeabi_i2d",
        F64FromI32U => "__aeabi_ui2d",
        F64FromI64S => "__aeabi_l2d",
        F64FromI64U => "__aeabi_ul2d",
        F64ToI32S => "__synth_i32_trunc_sat_f64_s",
        F64ToI32U => "__synth_i32_trunc_sat_f64_u",
        F64ToI64SLo | F64ToI64SHi => "__synth_i64_trunc_sat_f64_s",
        F64ToI64ULo | F64ToI64UHi => "__synth_i64_trunc_sat_f64_u",
        F32Demote => "__aeabi_d2f",
        F64Promote => "__aeabi_f2d",
        F32Copysign | F32Neg | F32Abs | F64Copysign | F64Neg | F64Abs => return None,
    })
}

fn abi_type(ty: Type) -> AbiType {
    match ty {
        Type::I32 | Type::F32 => AbiType::I32,
        Type::F64 => AbiType::I64,
    }
}

/// The signature of an operator's routine, in words.
fn signature(op: FloatOp) -> Signature {
    use FloatOp::*;
    let params: Vec<AbiType> = match op {
        F32FromI64S | F32FromI64U | F64FromI64S | F64FromI64U => vec![AbiType::I64],
        _ => op.arg_types().iter().map(|&ty| abi_type(ty)).collect(),
    };
    let result = if half(op).is_some() { AbiType::I64 } else { abi_type(op.result_type()) };
    Signature::new(params, [result])
}

/// Which word of the routine's result the operator gives.
fn half(op: FloatOp) -> Option<usize> {
    use FloatOp::*;
    match op {
        F32ToI64SLo | F32ToI64ULo | F64ToI64SLo | F64ToI64ULo => Some(0),
        F32ToI64SHi | F32ToI64UHi | F64ToI64SHi | F64ToI64UHi => Some(1),
        _ => None,
    }
}

/// Adds the undefined symbols of the routines that the program will call.
pub(super) fn declare(program: &mut Program, target: &dyn Target) -> Helpers {
    let mut needed = BTreeMap::new();
    for (_, func) in program.functions() {
        for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
            if let InstData::Float { op, .. } = func.insts[inst]
                && !target.has_float(op)
                && let Some(name) = routine(op)
            {
                needed.insert(op, name);
            }
        }
    }
    let mut symbols: HashMap<&str, SymbolId> = HashMap::new();
    if !needed.is_empty() {
        let wanted: Vec<&str> = needed.values().copied().collect();
        for (id, symbol) in &program.symbols {
            let global = symbol.linkage != Linkage::Local;
            if let Some(&name) = wanted.iter().find(|&&name| global && name == symbol.name) {
                symbols.insert(name, id);
            }
        }
    }
    let mut add = |name: &'static str| {
        *symbols
            .entry(name)
            .or_insert_with(|| program.add(name, Linkage::Global, Definition::UndefinedFunction))
    };
    needed.into_iter().map(|(op, name)| (op, add(name))).collect()
}

/// Replaces the operators of a function that the target has no instruction
/// for. Gives the float types of these operators.
pub(super) fn lower(func: &mut Function, helpers: &Helpers, target: &dyn Target) -> BTreeSet<Type> {
    let mut lowering = Lowering {
        func,
        helpers,
        out: vec![],
        loc: SourceLoc::default(),
        same: Replacements::default(),
        calls: HashMap::new(),
        words: HashMap::new(),
    };
    let mut types = BTreeSet::new();
    for block in lowering.func.layout.clone() {
        let insts = std::mem::take(&mut lowering.func.blocks[block].insts);
        lowering.calls.clear();
        lowering.words.clear();
        for inst in insts {
            match &lowering.func.insts[inst] {
                InstData::Float { op, args } if !target.has_float(*op) => {
                    let (op, args) = (*op, args.clone());
                    lowering.loc = lowering.func.locs[inst];
                    let result = lowering.func.result(inst);
                    let by = lowering.operator(op, &args);
                    lowering.same.replace(result, by);
                    types.extend([Type::F32, Type::F64].into_iter().filter(|&ty| op.uses(ty)));
                }
                _ => lowering.out.push(inst),
            }
        }
        lowering.func.blocks[block].insts = std::mem::take(&mut lowering.out);
    }
    let Lowering { func, same, .. } = lowering;
    same.apply(func);
    types
}

struct Lowering<'a> {
    func: &'a mut Function,
    helpers: &'a Helpers,
    out: Vec<synth_ir::Inst>,
    loc: SourceLoc,
    same: Replacements,
    /// Results of the calls of this block: the routines are pure.
    calls: HashMap<(SymbolId, Vec<Value>), Vec<Value>>,
    /// Words of the values of this block, so that equal calls are seen.
    words: HashMap<Value, Vec<Value>>,
}

impl Lowering<'_> {
    fn inst(&mut self, data: InstData) -> Vec<Value> {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.results[inst].to_vec()
    }

    fn value(&mut self, data: InstData) -> Value {
        self.inst(data)[0]
    }

    fn unary(&mut self, op: UnaryOp, arg: Value) -> Value {
        self.value(InstData::Unary { op, arg })
    }

    fn with_constant(&mut self, op: BinaryOp, a: Value, constant: u32) -> Value {
        let b = self.value(InstData::Const(constant as i32));
        self.value(InstData::Binary { op, args: [a, b] })
    }

    /// The words of a value.
    fn bits(&mut self, value: Value) -> Vec<Value> {
        if let Some(words) = self.words.get(&value) {
            return words.clone();
        }
        let words = match self.func.values[value].ty {
            Type::I32 => vec![value],
            Type::F32 => vec![self.unary(UnaryOp::F32Bits, value)],
            Type::F64 => {
                let lo = self.unary(UnaryOp::F64Lo, value);
                vec![lo, self.unary(UnaryOp::F64Hi, value)]
            }
        };
        self.words.insert(value, words.clone());
        words
    }

    /// The value of a type with these words.
    fn of_bits(&mut self, ty: Type, words: &[Value]) -> Value {
        match (ty, words) {
            (Type::F32, &[bits]) => self.unary(UnaryOp::F32FromBits, bits),
            (Type::F64, &[lo, hi]) => {
                self.value(InstData::Binary { op: BinaryOp::F64FromBits, args: [lo, hi] })
            }
            _ => words[0],
        }
    }

    fn operator(&mut self, op: FloatOp, args: &[Value]) -> Value {
        let mut words = vec![];
        for &arg in args {
            let arg = self.same.resolve(arg);
            words.push(self.bits(arg));
        }
        let Some(&callee) = self.helpers.get(&op) else {
            return self.sign_operation(op, &words);
        };
        let args = words.concat();
        let results = match self.calls.get(&(callee, args.clone())) {
            Some(results) => results.clone(),
            None => {
                let sig = self.func.add_sig(signature(op));
                let results = self.inst(InstData::Call { callee, sig, args: args.clone() });
                self.calls.insert((callee, args), results.clone());
                results
            }
        };
        match op {
            FloatOp::F32Ne | FloatOp::F64Ne => {
                let zero = self.value(InstData::Const(0));
                self.value(InstData::Compare { cond: Cond::Eq, args: [results[0], zero] })
            }
            _ => match half(op) {
                Some(i) => results[i],
                None => self.of_bits(op.result_type(), &results),
            },
        }
    }

    /// Negation, absolute value, copysign: the sign is the top bit of the
    /// last word.
    fn sign_operation(&mut self, op: FloatOp, words: &[Vec<Value>]) -> Value {
        use FloatOp::*;
        let mut result = words[0].clone();
        let Some(top) = result.last_mut() else { return self.value(InstData::Const(0)) };
        *top = match op {
            F32Neg | F64Neg => self.with_constant(BinaryOp::Xor, *top, 0x8000_0000),
            F32Copysign | F64Copysign => {
                let rest = self.with_constant(BinaryOp::And, *top, 0x7fff_ffff);
                let other = words[1][words[1].len() - 1];
                let sign = self.with_constant(BinaryOp::And, other, 0x8000_0000);
                self.value(InstData::Binary { op: BinaryOp::Or, args: [rest, sign] })
            }
            _ => self.with_constant(BinaryOp::And, *top, 0x7fff_ffff),
        };
        self.of_bits(op.result_type(), &result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_has_a_routine_or_is_a_sign_operation() {
        for &op in FloatOp::ALL {
            let name = op.name();
            let sign = ["neg", "abs", "copysign"].iter().any(|s| name.ends_with(s));
            assert_eq!(routine(op).is_none(), sign, "{name}");
        }
    }
}
