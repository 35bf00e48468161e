//! Whether an object computes with floats, and whether they cross its
//! borders: what the build attributes must say (AAPCS32 section 6, variants).

use synth_ir::entity::SecondaryMap;
use synth_ir::{
    AbiType, Convention, Definition, Function, InstData, Linkage, Program, Signature, SymbolId,
    Type,
};
use synth_thumb::Code;

use crate::attributes::VfpArgs;
use crate::reloc::RelocKind;

/// The float use of an object.
pub(crate) struct FloatUse {
    /// Whether a function holds a float value.
    pub float: bool,
    /// How floats cross the borders.
    pub vfp_args: VfpArgs,
}

pub(crate) fn float_use(
    program: &Program,
    codes: &[(SymbolId, Code)],
    hard_float: bool,
) -> FloatUse {
    let taken = address_taken(program, codes);
    let mut float = false;
    let mut border = false;
    for (id, _) in codes {
        let Some(function) = program.function(*id) else { continue };
        let open = program.symbols[*id].linkage != Linkage::Local || taken[*id];
        border |= open && has_float(&function.signature);
        float |= function.values.values().any(|v| v.ty != Type::I32);
        border |= calls_out_with_float(program, function);
    }
    let vfp_args = match (border, hard_float) {
        (false, _) => VfpArgs::Compatible,
        (true, false) => VfpArgs::Base,
        (true, true) => VfpArgs::Vfp,
    };
    FloatUse { float, vfp_args }
}

/// Symbols whose address escapes into data or a register.
fn address_taken(program: &Program, codes: &[(SymbolId, Code)]) -> SecondaryMap<SymbolId, bool> {
    let mut taken = SecondaryMap::new();
    for (_, code) in codes {
        for reloc in code.relocs.iter().filter(|r| !RelocKind::from(r.kind).is_branch()) {
            taken[reloc.symbol] = true;
        }
    }
    for symbol in program.symbols.values() {
        match &symbol.def {
            Definition::Data(data) => {
                for reloc in &data.relocs {
                    taken[reloc.symbol] = true;
                }
            }
            Definition::Alias { target, .. } if symbol.linkage != Linkage::Local => {
                taken[*target] = true;
            }
            _ => {}
        }
    }
    taken
}

/// Whether floats travel under a convention whose variant another object may
/// have chosen differently. Helpers use the base variant always (RTABI32
/// section 4.1.1).
fn has_float(signature: &Signature) -> bool {
    signature.convention == Convention::Aapcs
        && signature
            .params
            .iter()
            .chain(&signature.results)
            .any(|t| matches!(t, AbiType::F32 | AbiType::F64))
}

/// Whether it calls code outside the object, or code that may be, with floats.
fn calls_out_with_float(program: &Program, function: &Function) -> bool {
    function.insts.values().any(|inst| match inst {
        InstData::Call { callee, sig, .. } => {
            program.symbols[*callee].linkage != Linkage::Local && has_float(&function.sigs[*sig])
        }
        InstData::CallIndirect { sig, .. } => has_float(&function.sigs[*sig]),
        _ => false,
    })
}
