//! Thunks: functions that take their arguments as one C ABI has them and pass
//! them on as the other wants them.
//!
//! A structure that wasm passes by the address of a copy travels natively as
//! words (AAPCS32 section 6.4). Towards the host the words are loaded from the
//! copy; towards the module they are stored into a slot whose address is passed.
//! Results are converted likewise. The inliner makes one function of a thunk
//! and its only callee.

use synth_abi::{Calling, FloatAbi, NativeClass, Passing, WasmClass, wasm_abi_type};
use synth_ir::{
    AbiType, Aggregate, BinaryOp, Builder, Convention, Function, InstData, LoadOp, Region,
    Signature, SlotData, StoreOp, SymbolId, SystemOp, Type, Value,
};

/// The signature of the wasm function. Its floats travel as those of a native
/// one, whether it is variadic or not.
pub(super) fn wasm_signature(calling: &Calling, float: FloatAbi) -> Signature {
    let (params, result) = calling.wasm_type();
    let list = |types: Vec<_>| types.into_iter().filter_map(wasm_abi_type).collect::<Vec<_>>();
    with_floats(Signature::new(list(params), list(result.into_iter().collect())), float)
}

fn with_floats(signature: Signature, float: FloatAbi) -> Signature {
    match float {
        FloatAbi::Base => signature,
        FloatAbi::Vfp => signature.with_vfp(),
    }
}

/// The signature of the native function: of a variadic one without the `...`,
/// or with a `va_list` in its place.
/// A variadic one is of the base variant (AAPCS32 section 6.1.2).
pub(super) fn native_signature(calling: &Calling, va_list: bool, float: FloatAbi) -> Signature {
    let mut params = vec![];
    let results = match &calling.result {
        Some(Passing { native: NativeClass::Indirect, .. }) => {
            params.push(AbiType::I32);
            vec![]
        }
        Some(passing) => native_types(passing),
        None => vec![],
    };
    let mut aggregates = vec![];
    for passing in &calling.params {
        let types = native_types(passing);
        let (first, count) = (params.len() as u32, types.len() as u32);
        if count > 1 {
            aggregates.push(Aggregate { first, count });
        }
        params.extend(types);
    }
    params.extend(va_list.then_some(AbiType::I32));
    let float = if calling.variadic && !va_list { FloatAbi::Base } else { float };
    let mut signature = with_floats(Signature::new(params, results), float);
    // In the base variant the words of an aggregate travel one by one.
    if signature.convention == Convention::AapcsVfp {
        signature.aggregates = aggregates;
    }
    signature
}

/// The values that carry a C value natively.
fn native_types(passing: &Passing) -> Vec<AbiType> {
    match (passing.native, passing.wasm) {
        (NativeClass::Ignored | NativeClass::Indirect, _) => vec![],
        (NativeClass::Scalar(ty), _) => vec![ty],
        (NativeClass::Floats { ty, count }, _) => vec![ty; count as usize],
        // One scalar in a structure travels as the scalar would.
        (NativeClass::Words { count: 1 | 2, .. }, WasmClass::Scalar(ty)) => {
            wasm_abi_type(ty).into_iter().collect()
        }
        (NativeClass::Words { count, double: true }, _) => vec![AbiType::I64; count as usize / 2],
        (NativeClass::Words { count, double: false }, _) => vec![AbiType::I32; count as usize],
    }
}

/// What a thunk calls.
enum Callee {
    Symbol(SymbolId),
    Pointer(Value),
}

/// A thunk under construction.
struct Thunk<'f> {
    b: Builder<'f>,
    /// Parameters that are not used up yet.
    params: std::vec::IntoIter<Value>,
}

impl<'f> Thunk<'f> {
    fn new(func: &'f mut Function) -> Self {
        let types: Vec<Type> = func.signature.param_values().collect();
        let entry = func.add_block();
        let params: Vec<Value> = types.into_iter().map(|ty| func.add_param(entry, ty)).collect();
        Thunk { b: Builder::new(func, entry), params: params.into_iter() }
    }

    fn take(&mut self, types: &[AbiType]) -> Vec<Value> {
        let count = types.iter().map(|ty| ty.value_types().len()).sum();
        self.params.by_ref().take(count).collect()
    }

    fn call(&mut self, callee: Callee, signature: Signature, args: Vec<Value>) -> Vec<Value> {
        let sig = self.b.func.add_sig(signature);
        let inst = self.b.inst(match callee {
            Callee::Symbol(callee) => InstData::Call { callee, sig, args },
            Callee::Pointer(target) => InstData::CallIndirect { target, sig, args },
        });
        self.b.func.results[inst].to_vec()
    }

    /// The address of a new slot for a value, rounded up to words.
    fn slot(&mut self, passing: &Passing) -> Value {
        let size = passing.size.next_multiple_of(8).max(8);
        let align = passing.align.max(8);
        let slot = self.b.func.slots.push(SlotData { size, align });
        let inst = self.b.inst(InstData::SlotAddr { slot, offset: 0 });
        self.b.func.result(inst)
    }

    /// Loads the value at an address as its native words; no byte behind it is
    /// read.
    fn load_native(&mut self, address: Value, passing: &Passing) -> Vec<Value> {
        let b = &mut self.b;
        let mut load = |op, at: u32| b.load(op, address, at as i32, Region::Native);
        match passing.native {
            NativeClass::Floats { ty, count } => {
                let op = if ty == AbiType::F64 { LoadOp::F64 } else { LoadOp::F32 };
                (0..count).map(|i| load(op, i * ty.size())).collect()
            }
            NativeClass::Words { count, .. } => {
                let whole = passing.size / 4;
                let mut words: Vec<Value> =
                    (0..whole).map(|word| load(LoadOp::I32, 4 * word)).collect();
                let at = 4 * whole;
                match passing.size % 4 {
                    0 => {}
                    1 => words.push(load(LoadOp::U8, at)),
                    2 => words.push(load(LoadOp::U16, at)),
                    _ => {
                        let (low, high) = (load(LoadOp::U16, at), load(LoadOp::U8, at + 2));
                        let count = b.iconst(16);
                        let high = b.binary(BinaryOp::Shl, high, count);
                        words.push(b.binary(BinaryOp::Or, low, high));
                    }
                }
                while words.len() < count as usize {
                    words.push(b.iconst(0));
                }
                words
            }
            _ => vec![],
        }
    }

    /// Stores native words to the value at an address; no byte behind it is
    /// written.
    fn store_native(&mut self, address: Value, passing: &Passing, values: &[Value]) {
        let b = &mut self.b;
        let mut left = passing.size;
        let mut at = 0;
        for &value in values {
            let (op, bytes) = match b.func.values[value].ty {
                Type::F32 => (StoreOp::F32, 4),
                Type::F64 => (StoreOp::F64, 8),
                Type::I32 => (StoreOp::I32, 4),
            };
            let mut store = |op, value, at| b.store(op, address, value, at, Region::Native);
            match left {
                0 => {}
                1 => store(StoreOp::I8, value, at),
                2 => store(StoreOp::I16, value, at),
                3 => {
                    store(StoreOp::I16, value, at);
                    let count = b.iconst(16);
                    let high = b.binary(BinaryOp::ShrU, value, count);
                    b.store(StoreOp::I8, address, high, at + 2, Region::Native);
                }
                _ => store(op, value, at),
            }
            left = left.saturating_sub(bytes);
            at += bytes as i32;
        }
    }

    /// Loads the scalar at an address as wasm has it.
    fn load_scalar(&mut self, address: Value, ty: AbiType) -> Vec<Value> {
        let mut load = |op, at| self.b.load(op, address, at, Region::Native);
        match ty {
            AbiType::I32 => vec![load(LoadOp::I32, 0)],
            AbiType::I64 => vec![load(LoadOp::I32, 0), load(LoadOp::I32, 4)],
            AbiType::F32 => vec![load(LoadOp::F32, 0)],
            AbiType::F64 => vec![load(LoadOp::F64, 0)],
        }
    }
}

/// The function that the module calls, which calls the host's function
/// `callee`. A variadic one passes on its argument pointer as a `va_list`.
pub(super) fn to_host(callee: SymbolId, calling: &Calling, float: FloatAbi) -> Function {
    let mut func = Function::new(wasm_signature(calling, float));
    let thunk = Thunk::new(&mut func);
    pass_to_host(thunk, Callee::Symbol(callee), calling, float);
    func
}

/// The signature of [`to_pointer`].
pub(super) fn pointer_signature(calling: &Calling, float: FloatAbi) -> Signature {
    let mut signature = wasm_signature(calling, float);
    signature.params.insert(0, AbiType::I32);
    signature
}

/// The function that the module calls in place of the host's function whose
/// address is the first argument.
pub(super) fn to_pointer(calling: &Calling, float: FloatAbi) -> Function {
    let mut func = Function::new(pointer_signature(calling, float));
    let mut thunk = Thunk::new(&mut func);
    let target = thunk.take(&[AbiType::I32])[0];
    pass_to_host(thunk, Callee::Pointer(target), calling, float);
    func
}

fn pass_to_host(mut thunk: Thunk<'_>, callee: Callee, calling: &Calling, float: FloatAbi) {
    let mut args = vec![];
    let result = calling.result;
    let wasm_result = result.filter(|r| r.wasm == WasmClass::Indirect);
    let address = wasm_result.map(|_| thunk.take(&[AbiType::I32])[0]);
    let native_result = result.filter(|r| r.native == NativeClass::Indirect);
    let memory = native_result.map(|r| address.unwrap_or_else(|| thunk.slot(&r)));
    args.extend(memory);
    for passing in &calling.params {
        match passing.wasm {
            WasmClass::Ignored => {}
            WasmClass::Scalar(ty) => {
                let types: Vec<AbiType> = wasm_abi_type(ty).into_iter().collect();
                args.extend(thunk.take(&types));
            }
            WasmClass::Indirect => {
                let address = thunk.take(&[AbiType::I32])[0];
                args.extend(thunk.load_native(address, passing));
            }
        }
    }
    if calling.variadic {
        args.extend(thunk.take(&[AbiType::I32]));
    }
    let native = native_signature(calling, calling.variadic, float);
    let mut results = thunk.call(callee, native, args);
    if let Some(passing) = result {
        match (passing.wasm, memory, address) {
            (WasmClass::Scalar(ty), Some(memory), _) => {
                let ty = wasm_abi_type(ty).unwrap_or(AbiType::I32);
                results = thunk.load_scalar(memory, ty);
            }
            (WasmClass::Indirect, None, Some(address)) => {
                thunk.store_native(address, &passing, &results);
                results = vec![];
            }
            _ => {}
        }
    }
    thunk.b.ret(&results);
}

/// The function that the host calls, which calls the module's function
/// `callee`. A variadic one has its arguments as words in memory, and passes on
/// the address of the first that has no name.
pub(super) fn to_module(callee: SymbolId, calling: &Calling, float: FloatAbi) -> Function {
    let mut func = Function::new(native_signature(calling, false, float));
    let mut thunk = Thunk::new(&mut func);
    let mut args = vec![];
    let result = calling.result;
    let native_result = result.filter(|r| r.native == NativeClass::Indirect);
    let memory = native_result.map(|_| thunk.take(&[AbiType::I32])[0]);
    let wasm_result = result.filter(|r| r.wasm == WasmClass::Indirect);
    let address = wasm_result.map(|r| memory.unwrap_or_else(|| thunk.slot(&r)));
    args.extend(address);
    for passing in &calling.params {
        let values = thunk.take(&native_types(passing));
        match passing.wasm {
            WasmClass::Ignored => {}
            WasmClass::Scalar(_) => args.extend(values),
            WasmClass::Indirect => {
                let address = thunk.slot(passing);
                // The slot has room for whole words.
                let size = passing.size.next_multiple_of(4);
                thunk.store_native(address, &Passing { size, ..*passing }, &values);
                args.push(address);
            }
        }
    }
    if calling.variadic {
        let op = SystemOp::SpillArguments;
        let inst = thunk.b.inst(InstData::System { op, args: vec![] });
        let start = thunk.b.func.result(inst);
        let named = thunk.b.iconst(argument_bytes(&thunk.b.func.signature) as i32);
        args.push(thunk.b.binary(BinaryOp::Add, start, named));
    }
    let mut results = thunk.call(Callee::Symbol(callee), wasm_signature(calling, float), args);
    if let Some(passing) = result {
        match (passing.wasm, memory, address) {
            (WasmClass::Scalar(_), Some(memory), _) => {
                thunk.store_native(memory, &passing, &results);
                results = vec![];
            }
            (WasmClass::Indirect, None, Some(address)) => {
                // The slot has room for whole words.
                let size = passing.size.next_multiple_of(4);
                results = thunk.load_native(address, &Passing { size, ..passing });
            }
            _ => {}
        }
    }
    thunk.b.ret(&results);
    func
}

/// Bytes that the parameters take when all arguments lie in memory one after
/// the other: AAPCS32 makes registers and stack one such sequence.
fn argument_bytes(signature: &Signature) -> u32 {
    signature.params.iter().fold(0u32, |at, ty| at.next_multiple_of(ty.size()) + ty.size())
}
