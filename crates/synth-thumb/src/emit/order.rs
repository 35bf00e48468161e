//! The order of blocks: what does not belong to a loop stands behind it, so
//! that the way round the loop falls through; what is hardly ever executed
//! stands at the end, so that nothing else jumps around it.

use super::control::Forward;
use crate::mach::{MFunction, MInst};
use crate::wrap::Wrap;

/// Loops of one function that are looked at.
const MOST: usize = 64;

/// Reorders the blocks of a function, which are in the order of the program.
pub(super) fn run(function: &MFunction, forward: &Forward, order: &mut Vec<u32>) {
    if function.loops.len() > MOST {
        return;
    }
    let mut new = order.clone();
    let mut loops: Vec<u32> = (0..function.loops.len() as u32).collect();
    // Inner ones first.
    loops.sort_by_key(|&l| std::cmp::Reverse(function.loops[l as usize].depth));
    for l in loops {
        let inside: Vec<bool> = new.iter().map(|&block| is_in(function, block, l)).collect();
        let first = inside.iter().position(|&is| is);
        let last = inside.iter().rposition(|&is| is);
        let (Some(first), Some(last)) = (first, last) else { continue };
        let range = new[first..=last].to_vec();
        let (members, others): (Vec<u32>, Vec<u32>) =
            range.into_iter().partition(|&block| is_in(function, block, l));
        new.splice(first..=last, members.into_iter().chain(others));
    }
    if tables_reach(function, forward, &new) {
        *order = new;
    }
}

/// Places what the program hardly ever comes to at the end.
pub(super) fn place_cold(function: &MFunction, forward: &Forward, order: &mut Vec<u32>) {
    let (cold, mut new): (Vec<u32>, Vec<u32>) =
        order.iter().partition(|&&block| function.blocks[block as usize].is_cold);
    new.extend(cold);
    if tables_reach(function, forward, &new) {
        *order = new;
    }
}

/// Places the blocks without a frame in front of those with one, in a function
/// that makes it late; unless a loop ends there, which should fall through.
pub(super) fn place_frame(
    function: &MFunction,
    forward: &Forward,
    wrap: &Wrap,
    order: &mut Vec<u32>,
) {
    let door = order.iter().position(|&block| block == wrap.door).unwrap_or_default();
    let last = door.checked_sub(1).map(|before| order[before]);
    if last.is_some_and(|last| function.depth(last) > function.depth(wrap.door)) {
        return;
    }
    let (framed, mut new): (Vec<u32>, Vec<u32>) =
        order.iter().partition(|&&block| wrap.framed[block as usize]);
    new.extend(framed);
    if tables_reach(function, forward, &new) {
        *order = new;
    }
}

fn is_in(function: &MFunction, block: u32, wanted: u32) -> bool {
    let mut inner = function.blocks[block as usize].inner;
    while let Some(l) = inner {
        if l == wanted {
            return true;
        }
        inner = function.loops[l as usize].parent;
    }
    false
}

/// Whether jump tables reach their targets, which are behind them.
fn tables_reach(function: &MFunction, forward: &Forward, order: &[u32]) -> bool {
    let mut place = vec![0; function.blocks.len()];
    for (at, &block) in order.iter().enumerate() {
        place[block as usize] = at;
    }
    order.iter().all(|&block| {
        let last = function.blocks[block as usize].insts.last().map(|last| &last.inst);
        let Some(inst @ MInst::Switch { .. }) = last else { return true };
        let targets = forward.targets(block, inst);
        targets.iter().all(|label| place[label.0 as usize] > place[block as usize])
    })
}
