//! Whether an object computes with floats, and whether they cross its
//! borders: what the build attributes must say (AAPCS32 section 6, variants).

use synth_ir::entity::SecondaryMap;
use synth_ir::{Convention, Definition, Function, Linkage, Program, Signature, SymbolId, Type};
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

pub(crate) fn float_use(program: &Program, codes: &[(SymbolId, Code)]) -> FloatUse {
    let taken = address_taken(program, codes);
    let mut float = false;
    let mut vfp_args = VfpArgs::Compatible;
    for (id, _) in codes {
        let Some(function) = program.function(*id) else { continue };
        let open = program.symbols[*id].linkage != Linkage::Local || taken[*id];
        float |= function.values.values().any(|v| v.ty != Type::I32);
        let own = open.then_some(&function.signature);
        for signature in own.into_iter().chain(calls_out(program, function)) {
            vfp_args = vfp_args.max(variant(signature));
        }
    }
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

/// How the floats of a signature travel, as far as another object must know.
/// Helpers use the base variant always (RTABI32 section 4.1.1).
fn variant(signature: &Signature) -> VfpArgs {
    match signature.convention {
        _ if !signature.has_float() => VfpArgs::Compatible,
        Convention::Aapcs | Convention::AapcsSoft => VfpArgs::Base,
        Convention::AapcsVfp => VfpArgs::Vfp,
        Convention::Internal | Convention::Helper => VfpArgs::Compatible,
    }
}

/// Signatures of calls of code outside the object, or of code that may be.
fn calls_out<'a>(
    program: &'a Program,
    function: &'a Function,
) -> impl Iterator<Item = &'a Signature> {
    function.insts.values().filter_map(|inst| {
        let is_local = |callee: SymbolId| program.symbols[callee].linkage == Linkage::Local;
        let sig = inst.call_sig().filter(|_| !inst.callee().is_some_and(is_local));
        sig.map(|sig| &function.sigs[sig])
    })
}
