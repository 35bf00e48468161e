//! Branch hints: the custom section `metadata.code.branch_hint` (branch hinting
//! proposal, section "Custom section").
//!
//! A hint changes nothing that a program does: a malformed section is ignored from
//! the first error on, and a hint for what is no branch is never asked for.

use std::collections::BTreeMap;

use wasmparser::{BinaryReader, BranchHintFunction, BranchHintSectionReader};

use crate::module::Module;

/// The name of the section.
const SECTION: &str = "metadata.code.branch_hint";

/// Whether a condition is expected to hold, by the module offset of its `if` or `br_if`.
pub(crate) fn read(module: &Module) -> BTreeMap<u64, bool> {
    let mut hints = BTreeMap::new();
    let Some(custom) = module.customs.iter().find(|custom| custom.name == SECTION) else {
        return hints;
    };
    let start = custom.range.start as u64;
    let bytes = BinaryReader::new(&module.bytes[custom.range.clone()], start);
    let Ok(functions) = BranchHintSectionReader::new(bytes) else { return hints };
    for function in functions {
        if function.and_then(|function| read_function(module, function, &mut hints)).is_err() {
            break;
        }
    }
    hints
}

/// Offsets count from the declaration of the locals, with which a body begins.
fn read_function(
    module: &Module,
    function: BranchHintFunction<'_>,
    hints: &mut BTreeMap<u64, bool>,
) -> wasmparser::Result<()> {
    let code = module.functions.get(function.func as usize).and_then(|f| f.code.as_ref());
    for hint in function.hints {
        let hint = hint?;
        if let Some(code) = code {
            hints.insert(code.range.start as u64 + u64::from(hint.func_offset), hint.taken);
        }
    }
    Ok(())
}
