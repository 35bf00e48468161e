//! Which registers hold something where.

use crate::liveness::Liveness;
use crate::mach::dominators::Graph;
use crate::mach::{Located, MFunction, OperandKind, Reg};

/// Core registers of blocks, as bit sets.
pub(super) struct Busy {
    /// Those that something in the block uses or that live into or out of it.
    busy: Vec<u16>,
    live_in: Vec<u16>,
    live_out: Vec<u16>,
}

impl Busy {
    pub(super) fn new(function: &mut MFunction) -> Busy {
        let live = Liveness::of_machine(function);
        let core = |numbers: &mut dyn Iterator<Item = u32>| {
            numbers.filter(|&n| n < 16).fold(0, |set, n| set | 1 << n)
        };
        let (mut busy, mut live_in, mut live_out) = (vec![], vec![], vec![]);
        for (number, block) in (0..).zip(&mut function.blocks) {
            let (before, behind): (u16, u16) =
                (core(&mut live.live_in(number)), core(&mut live.live_out(number)));
            let set = before | behind;
            busy.push(block.insts.iter_mut().fold(set, |set, located| set | touched(located)));
            live_in.push(before);
            live_out.push(behind);
        }
        Busy { busy, live_in, live_out }
    }

    pub(super) fn live_in(&self, block: u32) -> u16 {
        self.live_in[block as usize]
    }

    pub(super) fn live_out(&self, block: u32) -> u16 {
        self.live_out[block as usize]
    }

    /// Those that hold something anywhere in a block.
    pub(super) fn all(&self, block: u32) -> u16 {
        self.busy[block as usize]
    }

    /// Whether any of a set holds something in a block.
    pub(super) fn uses_any(&self, block: u32, set: u16) -> bool {
        self.busy[block as usize] & set != 0
    }

    /// Notes that a register holds a value in a region and the block that makes it.
    pub(super) fn take(&mut self, region: &Region, made: u32, reg: Reg) {
        let bit = reg.core_bit();
        for &block in region.blocks.iter().chain([&made]) {
            self.busy[block as usize] |= bit;
            if region.live_in[block as usize] {
                self.live_in[block as usize] |= bit;
            }
            if region.live_out[block as usize] {
                self.live_out[block as usize] |= bit;
            }
        }
    }
}

/// Core registers that an instruction names or destroys.
fn touched(located: &mut Located) -> u16 {
    let mut set = located.inst.clobbers();
    located.inst.visit_operands(&mut |reg, _, _| set |= reg.core_bit());
    set
}

/// Where a value lives from the block that makes it to those that read it.
pub(super) struct Region {
    /// The blocks into which it lives.
    blocks: Vec<u32>,
    live_in: Vec<bool>,
    /// By block, whether it lives out of it.
    live_out: Vec<bool>,
}

impl Region {
    /// Of a value that is made in a block which dominates all that read it.
    pub(super) fn new(graph: &Graph, made: u32, read: &[u32]) -> Region {
        let (live_in, live_out) = (vec![false; graph.len()], vec![false; graph.len()]);
        let mut region = Region { blocks: vec![], live_in, live_out };
        let mut work: Vec<u32> = read.iter().copied().filter(|&block| block != made).collect();
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut region.live_in[block as usize], true) {
                continue;
            }
            region.blocks.push(block);
            for &before in graph.predecessors(block) {
                region.live_out[before as usize] = true;
                work.extend((before != made).then_some(before));
            }
        }
        region.blocks.sort_unstable_by_key(|&block| graph.place(block));
        region
    }

    /// Number of blocks.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// The registers that can bring the value to the start of each block: those of `start`
    /// that are not `busy` in any block on the way.
    pub(super) fn reached(&self, graph: &Graph, start: u16, busy: impl Fn(u32) -> u16) -> Reached {
        let mut reached = Reached { sets: vec![start; graph.len()] };
        let busy: Vec<u16> = self.blocks.iter().map(|&block| busy(block)).collect();
        let mut behind = vec![start; graph.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for (&block, busy) in self.blocks.iter().zip(&busy) {
                let before = graph.predecessors(block).iter();
                let set = before.fold(start, |set, &from| set & behind[from as usize]);
                reached.sets[block as usize] = set;
                let set = set & !busy;
                changed |= std::mem::replace(&mut behind[block as usize], set) != set;
            }
        }
        reached
    }
}

/// Registers that can bring a value to the start of each block.
pub(super) struct Reached {
    sets: Vec<u16>,
}

impl Reached {
    pub(super) fn at(&self, block: u32) -> u16 {
        self.sets[block as usize]
    }
}

/// Registers that hold something in a block while a value lives there: from where it is
/// made, or the start of the block.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside {
    /// To the end of the block.
    pub(super) through: u16,
    /// To where it is read last.
    pub(super) last: u16,
}

/// What holds something while `kept` lives, in a block out of which `live_out` lives.
pub(super) fn beside(insts: &mut [Located], kept: Reg, live_out: u16) -> Beside {
    let mut live = live_out;
    let mut found = Beside { through: live_out, last: 0 };
    let mut is_read = false;
    for located in insts.iter_mut().rev() {
        let (mut uses, mut defs, mut makes) = (0, 0, false);
        let clobbers = located.inst.clobbers();
        located.inst.visit_operands(&mut |reg, kind, _| match kind {
            OperandKind::Use => {
                uses |= reg.core_bit();
                is_read |= *reg == kept;
            }
            _ => {
                defs |= reg.core_bit();
                makes |= *reg == kept;
            }
        });
        if makes {
            return found;
        }
        let busy = live | defs | uses | clobbers;
        found.through |= busy;
        found.last |= if is_read { busy } else { 0 };
        live = live & !defs | uses;
    }
    found
}
