//! Switches with few cases, as comparisons.
//!
//! A jump table costs a comparison, a branch, the jump and its entries, and often
//! the subtraction that makes the first case 0; a comparison and a branch cost a
//! third of that and have values of any size, so that the subtraction goes into
//! the constant. Up to `MOST` of them are no slower either.

use synth_ir::{Block, BlockCall, BlockData, Cond, Function, Inst, InstData, SourceLoc, Value};

use crate::{Context, Pass};

/// The pass.
pub struct Switches;

/// Comparisons that are no longer than a table, whatever its entries.
const MOST: usize = 3;

impl Pass for Switches {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let mut changed = false;
        let old = std::mem::take(&mut func.layout);
        for (i, &block) in old.iter().enumerate() {
            func.layout.push(block);
            let Some(inst) = func.terminator(block) else { continue };
            let InstData::Switch { index, targets, default } = &func.insts[inst] else { continue };
            let Some(mut tests) = tests(targets, default) else { continue };
            // What follows needs no jump.
            if tests.iter().all(|test| test.cond == Cond::Eq)
                && let Some(next) = tests.iter().position(|t| Some(&t.then.block) == old.get(i + 1))
            {
                tests[next..].rotate_left(1);
            }
            let (index, default) = (*index, default.clone());
            replace(func, block, inst, index, &tests, default);
            changed = true;
        }
        changed
    }
}

/// A comparison of the index with a constant, and where it goes if that holds.
struct Test {
    cond: Cond,
    bound: u32,
    then: BlockCall,
}

/// The number of comparisons that a switch becomes, if it does.
pub(crate) fn comparisons(targets: &[BlockCall], default: &BlockCall) -> Option<usize> {
    tests(targets, default).map(|tests| tests.len())
}

/// The comparisons that find the cases, in order, if they are few.
fn tests(targets: &[BlockCall], default: &BlockCall) -> Option<Vec<Test>> {
    let mut tests = vec![];
    // Below it no value is left.
    let mut from = 0;
    let mut start = 0;
    for run in targets.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        let below = |bound: usize, then: &BlockCall| Test {
            cond: Cond::ULt,
            bound: bound as u32,
            then: then.clone(),
        };
        match run {
            [then, ..] if then == default => {}
            [then] => {
                tests.push(Test { cond: Cond::Eq, bound: start as u32, then: then.clone() });
                from = if start == from { end } else { from };
            }
            [then, ..] => {
                if start > from {
                    tests.push(below(start, default));
                }
                tests.push(below(end, then));
                from = end;
            }
            [] => {}
        }
        if tests.len() > MOST {
            return None;
        }
        start = end;
    }
    Some(tests)
}

/// Ends a block, in place of its switch, by comparisons in new blocks behind it.
fn replace(
    func: &mut Function,
    block: Block,
    switch: Inst,
    index: Value,
    tests: &[Test],
    default: BlockCall,
) {
    let loc = func.locs[switch];
    func.blocks[block].insts.pop();
    let mut at = block;
    for (i, test) in tests.iter().enumerate() {
        let other = match i + 1 == tests.len() {
            true => default.clone(),
            false => BlockCall::new(func.blocks.push(BlockData::default()), []),
        };
        let next = other.block;
        let cond = compare(func, at, index, test, loc);
        func.append(at, InstData::Branch { cond, then: test.then.clone(), other, hint: None }, loc);
        if i + 1 < tests.len() {
            func.layout.push(next);
            at = next;
        }
    }
    if tests.is_empty() {
        func.append(block, InstData::Jump(default), loc);
    }
}

fn compare(func: &mut Function, at: Block, index: Value, test: &Test, loc: SourceLoc) -> Value {
    let bound = func.append(at, InstData::Const(test.bound as i32), loc);
    let args = [index, func.result(bound)];
    let compare = func.append(at, InstData::Compare { cond: test.cond, args }, loc);
    func.result(compare)
}
