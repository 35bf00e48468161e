//! Equal ends of blocks that continue alike, made one (cross-jumping).
//!
//! It runs after allocation, so that equal means equal in registers too, and
//! is for size: a jump takes the place of all copies but one. A tail never
//! starts where the flags are live, since they do not live from one block to
//! the next.
//!
//! The blocks that continue alike are divided by their last instructions, from
//! the end: those that share most are merged first, and what becomes of them
//! takes part in the merging of those that share less. So each instruction is
//! compared a bounded number of times.

use std::collections::BTreeMap;

use synth_ir::SymbolId;

use crate::emit::control::Forward;
use crate::emit::flags;
use crate::mach::{EdgeTarget, Located, MBlock, MFunction, MInst, TailCallee};

/// Instructions of a tail, at most.
const LONGEST: usize = 48;
/// Kinds of instructions before one tail that are told apart.
const KINDS: usize = 48;
/// Rounds of merging.
const ROUNDS: usize = 8;
/// Bytes of a jump.
const JUMP: usize = 2;

/// How a block continues, whatever the order of its successors.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Jump(u32),
    /// The smaller successor, the condition for it, and the larger one.
    Branch(u32, u8, u32),
    Return,
    TailCall(Option<SymbolId>),
}

/// Merges tails; whether there were any.
pub fn run(function: &mut MFunction) -> bool {
    // Blocks that go to what is one block now may be alike too.
    (0..ROUNDS).take_while(|_| merge_all(function)).count() > 0
}

/// One round.
fn merge_all(function: &mut MFunction) -> bool {
    let forward = Forward::new(function);
    let mut groups: BTreeMap<End, Vec<u32>> = BTreeMap::new();
    for block in forward.block_order(function) {
        let insts = &function.blocks[block as usize].insts;
        // A block that only jumps is no code.
        if insts.len() > 1
            && let Some(end) = insts.last().and_then(|last| end(&last.inst, &forward))
        {
            groups.entry(end).or_default().push(block);
        }
    }
    let mut merger = Merger { function, added: BTreeMap::new() };
    let before = merger.function.blocks.len();
    let mut changed = false;
    for (end, group) in groups {
        if let End::TailCall(_) = end {
            for alike in merger.divide(&group, 0) {
                changed |= merger.merge(end, &alike, 1).len() < alike.len();
            }
        } else {
            changed |= merger.merge(end, &group, 1).len() < group.len();
        }
    }
    let Merger { added, .. } = merger;
    if function.blocks.len() > before {
        place(function, before, &added);
    }
    changed
}

fn end(inst: &MInst, forward: &Forward) -> Option<End> {
    match inst {
        MInst::Jump(target) => Some(End::Jump(forward.label(target.block).0)),
        MInst::CondJump { cond, then, other } => {
            let (then, other) = (forward.label(then.block).0, forward.label(other.block).0);
            Some(match then < other {
                true => End::Branch(then, *cond as u8, other),
                false => End::Branch(other, cond.inverted() as u8, then),
            })
        }
        MInst::Ret(_) => Some(End::Return),
        MInst::TailCall { callee: TailCallee::Symbol(symbol), .. } => {
            Some(End::TailCall(Some(*symbol)))
        }
        MInst::TailCall { .. } => Some(End::TailCall(None)),
        _ => None,
    }
}

impl End {
    /// Bytes of the terminator that a merged block no longer has.
    fn bytes(self) -> usize {
        match self {
            // The jump at the end is there in any case.
            End::Jump(_) => JUMP,
            End::Branch(..) | End::Return => 2,
            End::TailCall(_) => 4,
        }
    }
}

struct Merger<'a> {
    function: &'a mut MFunction,
    /// New blocks, by the block that each stands behind.
    added: BTreeMap<u32, Vec<u32>>,
}

impl Merger<'_> {
    fn insts(&self, block: u32) -> &[Located] {
        &self.function.blocks[block as usize].insts
    }

    /// Merges the tails of blocks whose last `length` instructions are equal,
    /// the terminator included: the blocks that have such a tail then.
    fn merge(&mut self, end: End, blocks: &[u32], length: usize) -> Vec<u32> {
        if blocks.len() < 2 {
            return blocks.to_vec();
        }
        let mut left = vec![];
        if length < LONGEST {
            for alike in self.divide(blocks, length) {
                left.extend(self.merge(end, &alike, length + 1));
            }
        } else {
            left.extend(blocks);
        }
        left.sort_unstable();
        match left[..] {
            [first, _, ..] if length > 1 && self.is_worth(end, first, length) => {
                vec![self.unite(&left, length)]
            }
            _ => left,
        }
    }

    /// The blocks by the instruction before their last `length` ones; those
    /// without one, or of too many kinds, each alone.
    fn divide(&self, blocks: &[u32], length: usize) -> Vec<Vec<u32>> {
        let mut classes: Vec<Vec<u32>> = vec![];
        let mut alone = vec![];
        for &block in blocks {
            let insts = self.insts(block);
            let inst = insts.len().checked_sub(length + 1).map(|at| &insts[at].inst);
            // A trap belongs to one place in the source.
            let Some(inst) = inst.filter(|inst| !matches!(inst, MInst::TrapIf { .. })) else {
                alone.push(vec![block]);
                continue;
            };
            let is_equal = |class: &Vec<u32>| {
                let other = self.insts(class[0]);
                other[other.len() - length - 1].inst == *inst
            };
            match classes.iter().position(is_equal) {
                Some(at) => classes[at].push(block),
                None if classes.len() < KINDS => classes.push(vec![block]),
                None => alone.push(vec![block]),
            }
        }
        classes.extend(alone);
        classes
    }

    /// Whether the last `length` instructions of a block may be a block, and
    /// each copy that is gone saves bytes.
    fn is_worth(&self, end: End, block: u32, length: usize) -> bool {
        let insts = self.insts(block);
        let start = insts.len() - length;
        let bytes: usize = insts[start..insts.len() - 1].iter().map(|l| bytes(&l.inst)).sum();
        // The flags must be dead where it starts.
        let starts = start == 0 || flags::dead(&insts[start - 1..])[0];
        starts && bytes + end.bytes() > JUMP
    }

    /// Makes the last `length` instructions of all the blocks one block: one
    /// that is nothing else, or a new one behind the last of them.
    fn unite(&mut self, blocks: &[u32], length: usize) -> u32 {
        let is_whole = |&&block: &&u32| block != 0 && self.insts(block).len() == length;
        let last = blocks[blocks.len() - 1];
        let is_cold = blocks.iter().all(|&block| self.function.blocks[block as usize].is_cold);
        let place = match blocks.iter().rev().find(is_whole) {
            Some(&whole) => whole,
            None => {
                let MBlock { insts, inner, frequency, .. } = &self.function.blocks[last as usize];
                let insts = insts[insts.len() - length..].to_vec();
                let tail =
                    MBlock { insts, inner: *inner, frequency: *frequency, ..MBlock::default() };
                self.function.blocks.push(tail);
                let new = self.function.blocks.len() as u32 - 1;
                self.added.entry(last).or_default().push(new);
                new
            }
        };
        self.function.blocks[place as usize].is_cold = is_cold;
        for &block in blocks.iter().filter(|&&block| block != place) {
            let insts = &mut self.function.blocks[block as usize].insts;
            insts.truncate(insts.len() - length);
            insts.push(jump(place));
        }
        place
    }
}

/// Bytes of an instruction, at least.
fn bytes(inst: &MInst) -> usize {
    match inst {
        MInst::Call { .. } | MInst::SetCond { .. } => 4,
        MInst::Load { mode, .. } | MInst::Store { mode, .. } if mode.writes_back() => 4,
        MInst::Const { value: 256.., .. } => 4,
        _ => 2,
    }
}

fn jump(block: u32) -> Located {
    let target = EdgeTarget { block, args: vec![] };
    Located::new(MInst::Jump(target), synth_ir::SourceLoc::default())
}

/// Moves the new blocks, from `first` on, behind those that they were made
/// of; all get new numbers.
fn place(function: &mut MFunction, first: usize, added: &BTreeMap<u32, Vec<u32>>) {
    let mut order = vec![];
    for block in 0..first as u32 {
        // Those that were made of a new block stand before it.
        let mut work = vec![block];
        while let Some(block) = work.pop() {
            order.push(block);
            work.extend(added.get(&block).into_iter().flatten());
        }
    }
    let mut numbers = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        numbers[old as usize] = new as u32;
    }
    let mut old: Vec<MBlock> = std::mem::take(&mut function.blocks);
    function.blocks = order.iter().map(|&at| std::mem::take(&mut old[at as usize])).collect();
    for located in function.blocks.iter_mut().flat_map(|block| &mut block.insts) {
        for target in located.inst.targets_mut() {
            target.block = numbers[target.block as usize];
        }
    }
    for l in &mut function.loops {
        l.entry = numbers[l.entry as usize];
    }
}
