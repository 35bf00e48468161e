//! Calls that return their first argument.
//!
//! clang's code for wasm uses the result of `memcpy`, `memmove` and `memset` in
//! place of the address that it gave to them, the frame's included (LLVM's pass
//! WebAssemblyMemIntrinsicResults). The argument stands in the result's place
//! here, so that a frame is recognised whatever way its address went.

use synth_ir::{Function, InstData, Program, SymbolId, Type};

use crate::edit::Replacements;

/// Functions of the C library that return their first argument.
const NAMES: [&str; 3] = ["memcpy", "memmove", "memset"];

/// Their symbols in a program.
pub(super) fn symbols(program: &Program) -> Vec<SymbolId> {
    NAMES.iter().filter_map(|name| program.find(name)).collect()
}

/// Uses the first argument of these functions instead of the result.
pub(super) fn run(func: &mut Function, functions: &[SymbolId]) {
    let mut replacements = Replacements::default();
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            if let InstData::Call { callee, args, .. } = &func.insts[inst]
                && functions.contains(callee)
                && let (&[first, _, _], &[result]) = (&args[..], &func.results[inst][..])
                && [first, result].iter().all(|&v| func.values[v].ty == Type::I32)
            {
                replacements.replace(result, first);
            }
        }
    }
    replacements.apply(func);
}
