//! How often blocks are executed for each call of the function: a guess from the
//! shape of the graph, after Ball and Larus ("Branch prediction for free", 1993) and
//! Wu and Larus ("Static branch frequency and program profile analysis", 1994).
//!
//! A loop goes round eight times, so the way out of it is taken as rarely; a way to a
//! trap is hardly ever taken, nor is one that the program calls unlikely
//! (`metadata.code.branch_hint`); values are seldom equal to constants; of all other ways one is as good as another, so that
//! a block that is one of fifty cases counts a fiftieth of what the switch does.

use std::collections::BTreeMap;

use smallvec::{SmallVec, smallvec};
use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, BlockCall, Cond, Function, Hint, InstData, Value};

use crate::mach::ONCE;

/// Turns of a loop.
const TURNS: u64 = 8;
/// Real branches are seldom even: what the guess takes for a half is more often nearly
/// all than a half, and so counts for more, by this part of it.
const UNEVEN: u64 = 8;
/// Nested loops that count.
const DEEPEST: u32 = 6;

/// How often a way is taken, beside others.
#[derive(Clone, Copy)]
enum Way {
    Rare = 1,
    Leaving = 8,
    Seldom = 12,
    Other = 64,
}

/// How often blocks are executed, in units of 1 / [`ONCE`].
pub(super) struct Frequencies<'a> {
    func: &'a Function,
    loops: &'a Loops,
    blocks: SecondaryMap<Block, u64>,
    /// Blocks that some way leads to whose parts are not all rare.
    warm: SecondaryMap<Block, bool>,
}

impl<'a> Frequencies<'a> {
    pub(super) fn new(
        func: &'a Function,
        cfg: &Cfg,
        dom: &DomTree,
        loops: &'a Loops,
    ) -> Frequencies<'a> {
        let (blocks, warm) = (SecondaryMap::new(), SecondaryMap::new());
        let mut frequencies = Frequencies { func, loops, blocks, warm };
        frequencies.blocks.resize(func.blocks.len());
        frequencies.blocks[func.entry()] = ONCE;
        frequencies.warm[func.entry()] = true;
        for &block in cfg.reverse_postorder() {
            // All edges but those that close a loop have been followed.
            let most = ONCE * TURNS.pow(loops.depth(block).min(DEEPEST));
            let turns = if loops.header(block) == Some(block) { TURNS } else { 1 };
            let frequency = (frequencies.blocks[block] * turns).clamp(1, most);
            frequencies.blocks[block] = frequency;
            let warm = frequencies.warm[block];
            for (target, way, share) in frequencies.edges(block) {
                if !dom.dominates(target, block) {
                    frequencies.blocks[target] += share;
                }
                frequencies.warm[target] |= warm && !matches!(way, Way::Rare);
            }
        }
        frequencies
    }

    pub(super) fn of(&self, block: Block) -> u64 {
        self.blocks[block]
    }

    /// Whether the program hardly ever comes to a block.
    pub(super) fn is_cold(&self, block: Block) -> bool {
        !self.warm[block]
    }

    /// Where a block goes, and how often.
    fn edges(&self, block: Block) -> SmallVec<[(Block, Way, u64); 2]> {
        let targets = self.func.successors(block);
        let ways = self.ways(block, &targets);
        let all = ways.iter().map(|&way| way as u64).sum::<u64>().max(1);
        let frequency = self.blocks[block];
        let share = |way: Way| {
            let even = frequency * way as u64 / all;
            (even + even / UNEVEN).max(1)
        };
        let each = targets.iter().zip(ways);
        each.map(|(&target, way)| (target, way, share(way))).collect()
    }

    /// How often each of these is taken that are the distinct edges of a block, and
    /// whether hardly ever.
    pub(super) fn shares(&self, block: Block, edges: &[BlockCall]) -> SmallVec<[(u64, bool); 2]> {
        let cold = self.is_cold(block);
        let is_cold = |way| cold || matches!(way, Way::Rare);
        let each = self.edges(block);
        if edges.len() == each.len() {
            return each.into_iter().map(|(_, way, share)| (share, is_cold(way))).collect();
        }
        let mut shares: BTreeMap<(Block, &[Value]), (u64, bool)> = BTreeMap::new();
        if let Some(inst) = self.func.terminator(block).filter(|_| !edges.is_empty()) {
            let calls = self.func.insts[inst].successors();
            for (call, (_, way, share)) in calls.into_iter().zip(each) {
                let sum = shares.entry((call.block, &call.args)).or_insert((0, true));
                *sum = (sum.0 + share, sum.1 && is_cold(way));
            }
        }
        let of = |edge: &BlockCall| shares.get(&(edge.block, &*edge.args)).copied();
        edges.iter().map(|edge| of(edge).unwrap_or((1, cold))).collect()
    }

    /// How the ways from a block are taken; the last word is the program's.
    fn ways(&self, block: Block, targets: &[Block]) -> SmallVec<[Way; 2]> {
        let ways = targets.iter().map(|&target| self.way(block, target));
        let terminator = self.func.terminator(block).map(|inst| &self.func.insts[inst]);
        match terminator {
            Some(InstData::Branch { hint: Some(hint), .. }) => match hint {
                Hint::Likely => smallvec![Way::Other, Way::Rare],
                Hint::Unlikely => smallvec![Way::Rare, Way::Other],
            },
            Some(&InstData::Branch { cond, hint: None, .. }) => {
                let mut ways: SmallVec<[Way; 2]> = ways.collect();
                if let [then @ Way::Other, other @ Way::Other] = ways.as_mut_slice() {
                    match self.seldom_holds(cond) {
                        Some(true) => *then = Way::Seldom,
                        Some(false) => *other = Way::Seldom,
                        None => {}
                    }
                }
                ways
            }
            _ => ways.collect(),
        }
    }

    /// Whether a condition seldom holds, or seldom does not: values are seldom equal to
    /// a constant and seldom negative (the opcode heuristic of Ball and Larus, which is
    /// right of 84 % of branches). Single bits are as often set as not. (Their heuristics
    /// of calls and returns were tried and gained nothing.)
    fn seldom_holds(&self, cond: Value) -> Option<bool> {
        let func = self.func;
        let is_test = |value: Value| {
            let inst = func.def_inst(value).map(|inst| &func.insts[inst]);
            matches!(inst, Some(InstData::Binary { op: BinaryOp::And, .. }))
        };
        match func.def_inst(cond).map(|inst| &func.insts[inst]) {
            Some(&InstData::Compare { cond, args: [x, y] }) => {
                let constant = func.as_const(y)?;
                match (cond, constant) {
                    (Cond::Eq | Cond::Ne, _) if is_test(x) => None,
                    (Cond::Eq, _) | (Cond::SLt, 0) | (Cond::SLe, 0 | -1) => Some(true),
                    (Cond::Ne, _) | (Cond::SGe, 0) | (Cond::SGt, 0 | -1) => Some(false),
                    _ => None,
                }
            }
            // A truth value of something else, or a number that is seldom 0.
            Some(InstData::Compare64 { .. } | InstData::Float { .. }) => None,
            _ if is_test(cond) => None,
            _ => Some(false),
        }
    }

    fn way(&self, block: Block, target: Block) -> Way {
        let last = self.func.terminator(target).map(|inst| &self.func.insts[inst]);
        if matches!(last, Some(InstData::Trap(_))) {
            return Way::Rare;
        }
        match self.loops.header(block) {
            Some(header) if !self.loops.is_within(header, target) => Way::Leaving,
            _ => Way::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_ir::Program;

    fn with_frequencies<T>(text: &str, f: impl FnOnce(&Function, &Frequencies<'_>) -> T) -> T {
        let program = Program::parse(text).unwrap();
        let (_, func) = program.functions().next().unwrap();
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let loops = Loops::new(&cfg, &dom);
        f(func, &Frequencies::new(func, &cfg, &dom, &loops))
    }

    /// What an unlikely way leads to alone is cold, where it joins others is not.
    #[test]
    fn hints_have_the_last_word() {
        let text = "global func @f(i32) -> (i32) {
b0(v0: i32):
  branch v0, b1, b3(v0), unlikely
b1:
  branch v0, b2, b3(v0)
b2:
  jump b3(v0)
b3(v1: i32):
  return v1
}
";
        with_frequencies(text, |func, frequencies| {
            let of = |n: usize| frequencies.of(func.layout[n]);
            let cold = |n: usize| frequencies.is_cold(func.layout[n]);
            // A 65th, and of that a half, each at least 1.
            assert_eq!([of(0), of(1), of(2)], [64, 1, 1]);
            assert_eq!([0, 1, 2, 3].map(cold), [false, true, true, false]);
        });
    }

    #[test]
    fn ways_share_what_their_block_is_executed() {
        let text = "global func @f(i32) -> (i32) {
b0(v0: i32):
  jump b1(v0)
b1(v1: i32):
  switch v1, [b2, b3], b4
b2:
  v2 = const 1
  v3 = add v1, v2
  branch v3, b1(v3), b5
b3:
  jump b1(v0)
b4:
  return v1
b5:
  trap unreachable
}
";
        let of = |func: &Function, frequencies: &Frequencies<'_>| -> Vec<u64> {
            func.layout.iter().map(|&block| frequencies.of(block)).collect()
        };
        let of = with_frequencies(text, of);
        // b1: eight turns. b2, b3: 64 of 64 + 64 + 8 parts, and an eighth of that.
        // b4: 8 of these parts. b5: 1 of 65 parts.
        assert_eq!(of, [64, 512, 240 + 30, 240 + 30, 30 + 3, 4]);
    }
}
