//! Function types: as native signatures, and as symbols that stand for their
//! identity across objects.

use synth_ir::{AbiType, Signature, Type};
use synth_wasm::{FuncType, Heap, Module, TypedRef, ValType};

/// The type of the ABI that carries a wasm value, if it is supported. A
/// funcref is a pair of words, as in a table: the address of the function
/// type's symbol and the code address, both 0 if it is null. An externref is a
/// word of the host's choice, 0 if it is null.
pub(crate) fn abi_type(ty: ValType) -> Option<AbiType> {
    match ty {
        ValType::I32 => Some(AbiType::I32),
        ValType::I64 => Some(AbiType::I64),
        ValType::F32 => Some(AbiType::F32),
        ValType::F64 => Some(AbiType::F64),
        ValType::FuncRef => Some(AbiType::I64),
        ValType::ExternRef => Some(AbiType::I32),
        ValType::TypedRef(TypedRef { heap: Heap::Extern, .. }) => Some(AbiType::I32),
        ValType::TypedRef(_) => Some(AbiType::I64),
        ValType::V128 | ValType::OtherRef => None,
    }
}

/// Types of the IR values that carry a wasm value, if it is supported.
pub(crate) fn value_types(ty: ValType) -> Option<&'static [Type]> {
    abi_type(ty).map(AbiType::value_types)
}

/// The native signature; `hard_float` as in [`crate::Options`]. Types that are
/// not supported stand as one word: such a function is refused.
pub(crate) fn signature(ty: &FuncType, hard_float: bool) -> Signature {
    let list = |types: &[ValType]| -> Vec<AbiType> {
        types.iter().map(|&t| abi_type(t).unwrap_or(AbiType::I32)).collect()
    };
    let signature = Signature::new(list(&ty.params), list(&ty.results));
    if hard_float { signature.with_vfp() } else { signature }
}

/// The first type of a signature that is not supported.
pub(crate) fn unsupported_type(ty: &FuncType) -> Option<ValType> {
    ty.params.iter().chain(&ty.results).copied().find(|&t| abi_type(t).is_none())
}

/// Names of types may be nested; more than this no sensible module has.
const MAX_NAME: usize = 1024;

/// The name of the symbol whose address is the identity of a function type:
/// `__synth_sig_`, a letter for each parameter, `_`, a letter for each result
/// (`i` i32, `I` i64, `f` f32, `F` f64, `V` v128, `r` funcref, `e` externref).
///
/// References of other kinds are `n` if nullable, else `N`, and what they are
/// to: `r` any function, `e` an object of the host, `s` a function of the type
/// itself that is being named, else `t`, parameters, `_`, results, `.` of the
/// function's type. Types that are equal have the same name, in all modules.
///
/// None if the type is not a function's, or its name exceeds what tools bear.
pub fn signature_symbol(module: &Module, type_index: u32) -> Option<String> {
    let mut name = String::from("__synth_sig_");
    write_signature(module, type_index, &mut name)?;
    Some(name)
}

/// The types that a type refers to come before it in the module, but for
/// itself: this ends.
fn write_signature(module: &Module, type_index: u32, name: &mut String) -> Option<()> {
    let ty = module.func_type(type_index)?;
    for (separator, types) in [("_", &ty.params), ("", &ty.results)] {
        for ty in types {
            name.push(match ty {
                ValType::I32 => 'i',
                ValType::I64 => 'I',
                ValType::F32 => 'f',
                ValType::F64 => 'F',
                ValType::V128 => 'V',
                ValType::FuncRef => 'r',
                ValType::ExternRef => 'e',
                ValType::OtherRef => 'x',
                ValType::TypedRef(ty) if ty.nullable => 'n',
                ValType::TypedRef(_) => 'N',
            });
            let ValType::TypedRef(TypedRef { heap, .. }) = ty else { continue };
            match *heap {
                Heap::Func => name.push('r'),
                Heap::Extern => name.push('e'),
                Heap::Type(index) if index == type_index => name.push('s'),
                Heap::Type(index) if index > type_index => return None,
                Heap::Type(index) => {
                    name.push('t');
                    write_signature(module, index, name)?;
                    name.push('.');
                }
            }
            if name.len() > MAX_NAME {
                return None;
            }
        }
        name.push_str(separator);
    }
    Some(())
}
