//! The order of blocks: what does not belong to a loop stands behind it, so
//! that the way round the loop falls through; what is hardly ever executed
//! stands at the end, so that nothing else jumps around it.

use super::control::Forward;
use crate::mach::{MFunction, MInst};
use crate::wrap::Wrap;

/// How much rarer an arm must be that joins the other way at once: a branch to it and
/// one back, in place of a branch around it.
const JOIN: u64 = 3;
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

/// Places the rarer one of two ways behind the code that goes on with the other, in
/// front of which it stands: a branch that is taken takes time, so the way that is
/// taken more often should fall through.
pub(super) fn place_arms(function: &MFunction, forward: &Forward, order: &mut Vec<u32>) {
    let references = forward.references(function, order);
    let arms = Arms { function, forward, references };
    let mut new = Vec::with_capacity(order.len());
    // Arms that wait for a place that nothing falls through to.
    let mut waiting = vec![];
    let mut rest = order.iter().copied().peekable();
    while let Some(block) = rest.next() {
        new.push(block);
        if let Some(arm) = rest.next_if(|&next| arms.is_rarer(block, next)) {
            waiting.push(arm);
        }
        if !arms.falls_through(block, rest.peek().copied()) {
            new.append(&mut waiting);
        }
    }
    new.append(&mut waiting);
    if tables_reach(function, forward, &new) {
        *order = new;
    }
}

struct Arms<'a> {
    function: &'a MFunction,
    forward: &'a Forward,
    references: Vec<u32>,
}

impl Arms<'_> {
    fn last(&self, block: u32) -> Option<&MInst> {
        self.function.blocks[block as usize].insts.last().map(|last| &last.inst)
    }

    /// Whether a block goes on to the one behind it.
    fn falls_through(&self, block: u32, next: Option<u32>) -> bool {
        match self.last(block) {
            Some(MInst::CondJump { .. }) => true,
            Some(MInst::Jump(target)) => Some(self.forward.label(target.block).0) == next,
            _ => false,
        }
    }

    /// Whether the second block, which stands behind the first, is a way from it that
    /// should stand elsewhere: nothing else leads there, and it does not fall through.
    /// (Ways of several blocks were tried and gained nothing.)
    fn is_rarer(&self, block: u32, arm: u32) -> bool {
        let Some(MInst::CondJump { then, other, .. }) = self.last(block) else { return false };
        let (then, other) = (self.forward.label(then.block).0, self.forward.label(other.block).0);
        let way = match arm {
            _ if then == other || self.references[arm as usize] != 1 => return false,
            arm if arm == then => other,
            arm if arm == other => then,
            _ => return false,
        };
        let blocks = &self.function.blocks;
        let (of, often) = (&blocks[block as usize], blocks[arm as usize].frequency);
        // What is cold finds its place by itself.
        if of.inner != blocks[arm as usize].inner || blocks[arm as usize].is_cold {
            return false;
        }
        let rest = of.frequency.saturating_sub(often);
        match self.last(arm) {
            // It falls through where it stands: a jump back must pay, too.
            Some(MInst::Jump(target)) if self.forward.label(target.block).0 == way => {
                often * JOIN < rest
            }
            Some(MInst::Jump(_) | MInst::Ret(_) | MInst::TailCall { .. }) => often < rest,
            _ => false,
        }
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
