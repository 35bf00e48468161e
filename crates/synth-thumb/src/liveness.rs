//! Which registers are live where blocks start: those that are read before
//! they are written.

use fixedbitset::FixedBitSet;

use crate::mach::{Located, MFunction, OperandKind, Reg};

/// Registers live at the start of each block.
pub struct Liveness {
    number: fn(Reg) -> Option<usize>,
    count: usize,
    live_in: Vec<FixedBitSet>,
}

impl Liveness {
    /// Of the machine registers.
    pub fn of_machine(function: &MFunction) -> Liveness {
        let number =
            |reg: Reg| Some(usize::from(reg.as_machine()?) + if reg.is_float() { 16 } else { 0 });
        Liveness::new(function, number, 48)
    }

    /// Of the virtual registers.
    pub fn of_virtual(function: &MFunction) -> Liveness {
        let number = |reg: Reg| reg.as_virtual().map(|number| number as usize);
        Liveness::new(function, number, function.virtuals as usize)
    }

    fn new(function: &MFunction, number: fn(Reg) -> Option<usize>, count: usize) -> Liveness {
        let live_in = vec![FixedBitSet::with_capacity(count); function.blocks.len()];
        let mut liveness = Liveness { number, count, live_in };
        let mut changed = true;
        while changed {
            changed = false;
            for (index, block) in function.blocks.iter().enumerate().rev() {
                let mut live = liveness.live_out(function, index);
                for located in block.insts.iter().rev() {
                    liveness.step(located, &mut live);
                }
                for &param in &block.params {
                    liveness.set(&mut live, param, false);
                }
                changed |= live != liveness.live_in[index];
                liveness.live_in[index] = live;
            }
        }
        liveness
    }

    /// Whether a register is live at the start of a block.
    pub fn is_live_in(&self, block: u32, reg: Reg) -> bool {
        (self.number)(reg).is_some_and(|number| self.live_in[block as usize].contains(number))
    }

    /// Registers live at the end of a block, behind its terminator.
    pub fn live_out(&self, function: &MFunction, block: usize) -> FixedBitSet {
        let mut live = FixedBitSet::with_capacity(self.count);
        if let Some(last) = function.blocks[block].insts.last() {
            for target in last.inst.targets() {
                live.union_with(&self.live_in[target.block as usize]);
            }
        }
        live
    }

    /// From the registers live behind an instruction to those before it.
    pub fn step(&self, located: &Located, live: &mut FixedBitSet) {
        let mut inst = located.inst.clone();
        inst.visit_operands(&mut |reg, kind, _| {
            if kind != OperandKind::Use {
                self.set(live, *reg, false);
            }
        });
        inst.visit_operands(&mut |reg, kind, _| {
            if kind == OperandKind::Use {
                self.set(live, *reg, true);
            }
        });
        for &reg in inst.targets().iter().flat_map(|target| &target.args) {
            self.set(live, reg, true);
        }
    }

    fn set(&self, live: &mut FixedBitSet, reg: Reg, value: bool) {
        if let Some(number) = (self.number)(reg) {
            live.set(number, value);
        }
    }
}
