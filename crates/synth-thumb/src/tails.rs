//! Equal ends of blocks that continue alike, made one (cross-jumping).
//!
//! It runs after allocation, so that equal means equal in registers too, and
//! is for size: a jump takes the place of the second copy. A tail never
//! starts where the flags are live, since they do not live from one block to
//! the next.

use std::collections::BTreeMap;

use synth_ir::SymbolId;

use crate::emit::control::Forward;
use crate::emit::flags;
use crate::mach::{Located, MBlock, MFunction, MInst, TailCallee};

/// Blocks that continue alike beyond which no pairs are compared.
const MOST: usize = 24;
/// Tails of one function.
const FUEL: usize = 64;
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

/// An equal end of two blocks: of so many instructions, the terminator
/// included.
#[derive(Clone, Copy)]
struct Tail {
    first: u32,
    second: u32,
    length: usize,
    saved: usize,
}

/// Merges tails; whether there were any.
pub fn run(function: &mut MFunction) -> bool {
    let mut changed = false;
    for _ in 0..FUEL {
        let Some(tail) = longest(function) else { break };
        merge(function, tail);
        changed = true;
    }
    changed
}

/// The tail whose merging saves most.
fn longest(function: &MFunction) -> Option<Tail> {
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
    let mut best: Option<Tail> = None;
    for (end, group) in groups.into_iter().filter(|(_, group)| group.len() <= MOST) {
        for (i, &first) in group.iter().enumerate() {
            for &second in &group[i + 1..] {
                let tail = common(function, end, first, second);
                if tail.saved > best.map_or(0, |best| best.saved) {
                    best = Some(tail);
                }
            }
        }
    }
    best
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

/// The equal end of two blocks that end alike.
fn common(function: &MFunction, end: End, first: u32, second: u32) -> Tail {
    let (a, b) = (&function.blocks[first as usize].insts, &function.blocks[second as usize].insts);
    // A trap belongs to one place in the source.
    let equal =
        |(a, b): &(&Located, &Located)| a.inst == b.inst && !matches!(a.inst, MInst::TrapIf { .. });
    if matches!(end, End::TailCall(_)) && a.last().map(|l| &l.inst) != b.last().map(|l| &l.inst) {
        return Tail { first, second, length: 1, saved: 0 };
    }
    let longest = a.iter().rev().zip(b.iter().rev()).skip(1).take_while(equal).count() + 1;
    let dead = flags::dead(a);
    // The flags must be dead where it starts.
    let starts = |&length: &usize| a.len() == length || dead[a.len() - length - 1];
    let length = (1..=longest).rev().find(starts).unwrap_or(1);
    let body = &a[a.len() - length..a.len() - 1];
    let bytes: usize = body.iter().map(|l| bytes(&l.inst)).sum();
    let last = match end {
        // The jump at the end is there in any case.
        End::Jump(_) => JUMP,
        End::Branch(..) | End::Return => 2,
        End::TailCall(_) => 4,
    };
    let saved = if body.is_empty() { 0 } else { (bytes + last).saturating_sub(JUMP) };
    Tail { first, second, length, saved }
}

/// Bytes of an instruction, at least.
fn bytes(inst: &MInst) -> usize {
    match inst {
        MInst::Call { .. } | MInst::SetCond { .. } => 4,
        MInst::Const { value: 256.., .. } => 4,
        _ => 2,
    }
}

/// Makes a block of a tail, behind the second of its blocks, or takes that
/// block itself if it is nothing else.
fn merge(function: &mut MFunction, tail: Tail) {
    let second = &mut function.blocks[tail.second as usize];
    let start = second.insts.len() - tail.length;
    let whole = start == 0;
    let (inner, insts) = (second.inner, second.insts.split_off(start));
    let place = if whole {
        second.insts = insts;
        tail.second
    } else {
        insert(function, tail.second + 1, MBlock { insts, inner, ..MBlock::default() });
        function.blocks[tail.second as usize].insts.push(jump(tail.second + 1));
        tail.second + 1
    };
    // The second block comes later, so that the first keeps its number.
    let first = &mut function.blocks[tail.first as usize].insts;
    first.truncate(first.len() - tail.length);
    first.push(jump(place));
}

fn jump(block: u32) -> Located {
    let target = crate::mach::EdgeTarget { block, args: vec![] };
    Located::new(MInst::Jump(target), synth_ir::SourceLoc::default())
}

/// Inserts a block; those behind it get new numbers.
fn insert(function: &mut MFunction, at: u32, block: MBlock) {
    function.blocks.insert(at as usize, block);
    for located in function.blocks.iter_mut().flat_map(|block| &mut block.insts) {
        for target in located.inst.targets_mut() {
            if target.block >= at {
                target.block += 1;
            }
        }
    }
    for l in &mut function.loops {
        if l.entry >= at {
            l.entry += 1;
        }
    }
}
