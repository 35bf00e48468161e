//! A copy between areas of unknown distance: the areas are compared, and
//! `__aeabi_memmove` is called only where they overlap.

use rayon::prelude::*;
use synth_ir::{
    BinaryOp, Block, BlockCall, Cond, Function, Inst, InstData, Program, SymbolId, Value,
};

use super::{Routines, Task, undefined_function};
use crate::Context;
use crate::pipeline::Change;

/// Bytes from which on a comparison costs little beside the copy.
const LEAST: i32 = 32;

/// Compares the areas of copies in all functions.
pub fn choose_routine(program: &mut Program, _: &Context<'_>) -> Change {
    let Some(mut routines) = Routines::find(program) else { return Change::default() };
    if routines.move_.is_none() {
        return Change::default();
    }
    let copy = undefined_function(program, "__aeabi_memcpy");
    routines.copy = Some(copy);
    let functions: Vec<_> = program.functions_mut().collect();
    let run = |(_, func): (SymbolId, &mut Function)| compare(func, &routines, copy);
    let changed = functions.into_par_iter().map(run).reduce(|| false, |a, b| a | b);
    Change { changed, ..Change::default() }
}

/// A copy whose areas may overlap.
struct Move {
    inst: Inst,
    to: Value,
    from: Value,
    size: i32,
}

/// The first such copy of a block, and where it stands.
fn find(func: &Function, routines: &Routines, block: Block) -> Option<(usize, Move)> {
    func.blocks[block].insts.iter().enumerate().find_map(|(at, &inst)| {
        match routines.task(func, inst)? {
            Task::Copy { to, from, size, overlap: true } => {
                let size = func.as_const(size).filter(|&size| size >= LEAST)?;
                Some((at, Move { inst, to, from, size }))
            }
            _ => None,
        }
    })
}

fn compare(func: &mut Function, routines: &Routines, copy: SymbolId) -> bool {
    let mut layout = vec![];
    let before = func.layout.len();
    for mut block in std::mem::take(&mut func.layout) {
        layout.push(block);
        // The rest of a block that was divided is looked at in its turn.
        while let Some((at, found)) = find(func, routines, block) {
            let rest = func.blocks[block].insts.split_off(at + 1);
            func.blocks[block].insts.pop();
            let [near, far, after] = [(); 3].map(|()| func.add_block());
            func.layout.clear();
            func.blocks[after].insts = rest;
            branch(func, block, &found, near, far);
            let mut data = func.insts[found.inst].clone();
            if let Some(callee) = data.callee_mut() {
                *callee = copy;
            }
            func.append(far, data, func.locs[found.inst]);
            func.blocks[near].insts.push(found.inst);
            for from in [near, far] {
                func.append(from, InstData::Jump(BlockCall::new(after, [])), func.locs[found.inst]);
            }
            layout.extend([far, near, after]);
            block = after;
        }
    }
    func.layout = layout;
    func.layout.len() > before
}

/// Ends a block with a branch to `far` if the distance of the areas is at
/// least their size, in both directions: that is, if `distance - size`, as an
/// unsigned number, is at most `2^32 - 2 * size`.
fn branch(func: &mut Function, block: Block, found: &Move, near: Block, far: Block) {
    let Move { inst, to, from, size } = *found;
    let loc = func.locs[inst];
    let mut value = |data| {
        let inst = func.append(block, data, loc);
        func.result(inst)
    };
    let distance = value(InstData::Binary { op: BinaryOp::Sub, args: [to, from] });
    let less = value(InstData::Const(size.wrapping_neg()));
    let further = value(InstData::Binary { op: BinaryOp::Add, args: [distance, less] });
    let most = value(InstData::Const(size.wrapping_mul(2).wrapping_neg()));
    let cond = value(InstData::Compare { cond: Cond::ULe, args: [further, most] });
    let (then, other) = (BlockCall::new(far, []), BlockCall::new(near, []));
    func.append(block, InstData::Branch { cond, then, other, hint: None }, loc);
}
