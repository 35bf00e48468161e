//! The loops of a function of machine registers, and which registers are free in them.

use smallvec::{SmallVec, smallvec};

use crate::liveness::Liveness;
use crate::mach::{MFunction, MInst, Reg};

/// Core registers of blocks, as bit sets, and loops.
pub(super) struct Loops {
    /// By block, registers that something in it uses or that live into or out of it;
    /// what only calls destroy is apart.
    busy: Vec<u16>,
    destroyed: Vec<u16>,
    /// By block, registers that are live at its end.
    live_out: Vec<u16>,
    /// By loop, its blocks, those of loops in it included.
    blocks: Vec<Vec<u32>>,
    entries: Vec<Option<u32>>,
}

/// Whether an instruction calls a function that returns.
pub(super) fn is_call(inst: &MInst) -> bool {
    matches!(inst, MInst::Call { .. })
}

impl Loops {
    pub(super) fn new(function: &mut MFunction) -> Loops {
        let live = Liveness::of_machine(function);
        let core = |numbers: &mut dyn Iterator<Item = u32>| {
            numbers.filter(|&n| n < 16).fold(0, |set, n| set | 1 << n)
        };
        let (mut busy, mut destroyed, mut live_out) = (vec![], vec![], vec![]);
        for (number, block) in (0..).zip(&mut function.blocks) {
            let out = core(&mut live.live_out(number));
            let (mut set, mut calls) = (out | core(&mut live.live_in(number)), 0);
            for located in &mut block.insts {
                let list = if is_call(&located.inst) { &mut calls } else { &mut set };
                *list |= located.inst.clobbers();
                located.inst.visit_operands(&mut |reg, _, _| set |= reg.core_bit());
            }
            busy.push(set);
            destroyed.push(calls);
            live_out.push(out);
        }
        let mut blocks = vec![vec![]; function.loops.len()];
        for (number, block) in (0..).zip(&function.blocks) {
            let mut around = block.inner;
            while let Some(inner) = around {
                blocks[inner as usize].push(number);
                around = function.loops[inner as usize].parent;
            }
        }
        let entries = entries(function);
        Loops { busy, destroyed, live_out, blocks, entries }
    }

    /// The loops, each before those in it.
    pub(super) fn outer_first(&self, function: &MFunction) -> Vec<usize> {
        let mut loops: Vec<usize> = (0..self.blocks.len()).collect();
        loops.sort_by_key(|&number| function.loops[number].depth);
        loops
    }

    /// The blocks of a loop.
    pub(super) fn blocks(&self, number: usize) -> &[u32] {
        &self.blocks[number]
    }

    /// The only block outside from which a loop is entered, if it goes nowhere else.
    pub(super) fn entry(&self, number: usize) -> Option<u32> {
        self.entries[number]
    }

    /// Registers that hold something somewhere in a loop.
    pub(super) fn busy(&self, number: usize) -> u16 {
        self.blocks[number].iter().fold(0, |set, &block| set | self.busy[block as usize])
    }

    /// Registers that calls in a loop destroy.
    pub(super) fn destroyed(&self, number: usize) -> u16 {
        self.blocks[number].iter().fold(0, |set, &block| set | self.destroyed[block as usize])
    }

    pub(super) fn is_live_out(&self, block: u32, reg: Reg) -> bool {
        self.live_out[block as usize] & reg.core_bit() != 0
    }

    /// Notes that a register holds a value all through a loop.
    pub(super) fn take(&mut self, number: usize, reg: Reg) {
        for &block in self.blocks[number].iter().chain(&self.entries[number]) {
            self.busy[block as usize] |= reg.core_bit();
            self.live_out[block as usize] |= reg.core_bit();
        }
    }
}

/// For each loop the only block outside from which it is entered, if that goes nowhere
/// else.
fn entries(function: &MFunction) -> Vec<Option<u32>> {
    let around = |block: u32| {
        let inner = function.blocks[block as usize].inner;
        std::iter::successors(inner, |&number| function.loops[number as usize].parent)
    };
    let mut entries: Vec<SmallVec<[(u32, usize); 1]>> = vec![smallvec![]; function.loops.len()];
    for (index, block) in (0..).zip(&function.blocks) {
        let targets = block.insts.last().map(|last| last.inst.targets()).unwrap_or_default();
        for target in &targets {
            let stays_in = |number: &u32| around(index).any(|outer| outer == *number);
            for number in around(target.block).take_while(|number| !stays_in(number)) {
                entries[number as usize].push((index, targets.len()));
            }
        }
    }
    let only = |entries: SmallVec<[(u32, usize); 1]>| match entries.as_slice() {
        &[(entry, 1)] => Some(entry),
        _ => None,
    };
    entries.into_iter().map(only).collect()
}
