//! Prepares floats for a CPU, in three steps:
//!
//! 1. Operators that the CPU has no instruction for become calls of run-time
//!    routines, on the bits of their arguments (`calls`).
//! 2. Under the base variant of AAPCS32 (section 6.5) floats travel in core
//!    registers: parameters, results and calls become words (`border`). Under
//!    the hard-float variant (section 6.4) they stay floats.
//! 3. In each function, the values of a float type on which no operator is
//!    left become words too (`words`): a function without float operations
//!    touches no float register, but for those that its callers and callees
//!    want. A type that only travels, and on which no routine works either,
//!    stays a float.
//!
//! Run before code generation. Afterwards a signature with a float is
//! [`Convention::AapcsSoft`](synth_ir::Convention) or `AapcsVfp`.

mod border;
mod calls;
mod words;

use synth_ir::{Function, InstData, Program, Target, Type};

use crate::Change;

/// Softens all functions of a program.
pub fn run(program: &mut Program, target: &dyn Target) -> Change {
    let helpers = calls::declare(program, target);
    let mut changed = !helpers.is_empty();
    for (_, func) in program.functions_mut() {
        changed |= soften_function(func, &helpers, target);
    }
    Change { changed, ..Change::default() }
}

fn soften_function(func: &mut Function, helpers: &calls::Helpers, target: &dyn Target) -> bool {
    // In what is unreachable, definitions may form a circle.
    let mut changed = func.remove_unreachable();
    let routines = calls::lower(func, helpers, target);
    let hard = |ty| {
        let insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
        insts
            .clone()
            .any(|&inst| matches!(&func.insts[inst], InstData::Float { op, .. } if op.uses(ty)))
    };
    let travels = |ty| border::crosses(func, ty) && !routines.contains(&ty);
    let soft = |ty| !hard(ty) && !travels(ty);
    let soft = words::Soft { f32: soft(Type::F32), f64: soft(Type::F64) };
    changed |= !routines.is_empty();
    let (crossed, pinned) = border::lower(func, soft);
    words::lower(func, soft, &pinned) || crossed || changed
}
