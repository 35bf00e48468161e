//! Function types: as native signatures, and as symbols that stand for their
//! identity across objects.

use synth_ir::{AbiType, Signature, Type};
use synth_wasm::{FuncType, ValType};

/// The type of the ABI that carries a wasm value, if it is supported.
pub(crate) fn abi_type(ty: ValType) -> Option<AbiType> {
    match ty {
        ValType::I32 => Some(AbiType::I32),
        ValType::I64 => Some(AbiType::I64),
        ValType::F32 => Some(AbiType::F32),
        ValType::F64 => Some(AbiType::F64),
        _ => None,
    }
}

/// Types of the IR values that carry a wasm value, if it is supported.
pub(crate) fn value_types(ty: ValType) -> Option<&'static [Type]> {
    abi_type(ty).map(AbiType::value_types)
}

/// The native signature. Types that are not supported stand as one word: such
/// a function is refused.
pub(crate) fn signature(ty: &FuncType) -> Signature {
    let list = |types: &[ValType]| -> Vec<AbiType> {
        types.iter().map(|&t| abi_type(t).unwrap_or(AbiType::I32)).collect()
    };
    Signature::new(list(&ty.params), list(&ty.results))
}

/// The first type of a signature that is not supported.
pub(crate) fn unsupported_type(ty: &FuncType) -> Option<ValType> {
    ty.params.iter().chain(&ty.results).copied().find(|&t| abi_type(t).is_none())
}

/// The name of the symbol whose address is the identity of a function type:
/// `__synth_sig_`, a letter for each parameter, `_`, a letter for each result
/// (`i` i32, `I` i64, `f` f32, `F` f64, `V` v128, `r` funcref, `e` externref).
pub fn signature_symbol(ty: &FuncType) -> String {
    let letter = |t: &ValType| match t {
        ValType::I32 => 'i',
        ValType::I64 => 'I',
        ValType::F32 => 'f',
        ValType::F64 => 'F',
        ValType::V128 => 'V',
        ValType::FuncRef => 'r',
        ValType::ExternRef => 'e',
        ValType::OtherRef => 'x',
    };
    let mut name = String::from("__synth_sig_");
    name.extend(ty.params.iter().map(letter));
    name.push('_');
    name.extend(ty.results.iter().map(letter));
    name
}
