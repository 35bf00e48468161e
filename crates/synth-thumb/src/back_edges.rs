//! Copies on the edges that close loops, moved above the branch.
//!
//! Allocation puts the copies of a loop's parameters into the block of the
//! back edge, which turns "branch back if" into "leave if; copy; branch back".
//! A copy whose target nobody reads behind the loop may as well be made before
//! the branch, in both cases: then the branch goes back by itself.

use crate::liveness::Liveness;
use crate::mach::{Located, MFunction, MInst};

/// Copies that are worth being made once more, when the loop is left.
const MOST: usize = 3;

/// Moves copies above branches, in a function whose registers are machine
/// registers.
pub fn run(function: &mut MFunction) {
    if function.loops.is_empty() {
        return;
    }
    let live = Liveness::of_machine(function);
    for number in 0..function.blocks.len() {
        let Some(MInst::CondJump { then, other, .. }) =
            function.blocks[number].insts.last().map(|l| &l.inst)
        else {
            continue;
        };
        for (edge, exit) in [(then.block, other.block), (other.block, then.block)] {
            let copies = copies_back(function, number as u32, edge);
            let dead = |copy: &Located| match copy.inst {
                MInst::Mov { rd, .. } => !live.is_live_in(exit, rd),
                _ => false,
            };
            if (1..=MOST).contains(&copies.len()) && copies.iter().all(dead) {
                let copies = copies.to_vec();
                function.blocks[edge as usize].insts.drain(..copies.len());
                let insts = &mut function.blocks[number].insts;
                let at = insts.len() - 1;
                insts.splice(at..at, copies);
                break;
            }
        }
    }
}

/// The instructions of an edge's block that jumps back, without the jump.
fn copies_back(function: &MFunction, from: u32, edge: u32) -> &[Located] {
    let insts = &function.blocks[edge as usize].insts;
    match insts.split_last() {
        // An edge's block has no other predecessor.
        Some((Located { inst: MInst::Jump(target), .. }, copies))
            if target.block <= from && function.blocks[edge as usize].is_edge =>
        {
            copies
        }
        _ => &[],
    }
}
