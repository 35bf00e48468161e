//! Which registers are live at the ends of blocks: those that are read before
//! they are written.

use smallvec::{SmallVec, smallvec};

use crate::mach::{MFunction, MInst, OperandKind, Reg, graph};
use crate::rows::{self, Rows};

/// Registers live at the start and at the end of each block.
pub struct Liveness {
    number: fn(Reg) -> Option<u32>,
    live_in: Rows,
    live_out: Rows,
}

impl Liveness {
    /// Of the machine registers.
    pub fn of_machine(function: &mut MFunction) -> Liveness {
        let number =
            |reg: Reg| Some(u32::from(reg.as_machine()?) + if reg.is_float() { 16 } else { 0 });
        Liveness::new(function, number, 48)
    }

    /// Of the virtual registers.
    pub fn of_virtual(function: &mut MFunction) -> Liveness {
        let count = function.virtuals as usize;
        Liveness::new(function, Reg::as_virtual, count)
    }

    fn new(function: &mut MFunction, number: fn(Reg) -> Option<u32>, bound: usize) -> Liveness {
        let blocks = function.blocks.len();
        let (mut reads, mut writes) = (Rows::new(blocks, bound), Rows::new(blocks, bound));
        for (index, block) in function.blocks.iter_mut().enumerate() {
            let (reads, writes) = (reads.row_mut(index), writes.row_mut(index));
            for located in block.insts.iter_mut().rev() {
                for_each(number, &mut located.inst, |reg, is_use| {
                    if is_use {
                        rows::insert(reads, reg);
                    } else {
                        rows::insert(writes, reg);
                        rows::remove(reads, reg);
                    }
                });
            }
            for param in block.params.iter().filter_map(|&param| number(param)) {
                rows::insert(writes, param);
                rows::remove(reads, param);
            }
        }
        let live_out = solve(function, &mut reads, &writes);
        Liveness { number, live_in: reads, live_out }
    }

    /// Whether a register is live at the start of a block.
    pub fn is_live_in(&self, block: u32, reg: Reg) -> bool {
        (self.number)(reg).is_some_and(|number| self.live_in.contains(block as usize, number))
    }

    /// Whether a register is live at the end of a block.
    pub fn is_live_out(&self, block: u32, reg: Reg) -> bool {
        (self.number)(reg).is_some_and(|number| self.live_out.contains(block as usize, number))
    }

    /// The numbers of the registers that are live at the start of a block.
    pub fn live_in(&self, block: u32) -> impl Iterator<Item = u32> + '_ {
        rows::numbers(self.live_in.row(block as usize))
    }

    /// The numbers of the registers that are live at the end of a block.
    pub fn live_out(&self, block: u32) -> impl Iterator<Item = u32> + '_ {
        rows::numbers(self.live_out.row(block as usize))
    }
}

/// Calls `f` on each register that an instruction writes, and then on each that
/// it reads, arguments of branches included; with whether it is read.
fn for_each(number: fn(Reg) -> Option<u32>, inst: &mut MInst, mut f: impl FnMut(u32, bool)) {
    // Uses are visited first.
    let mut uses: SmallVec<[u32; 8]> = smallvec![];
    inst.visit_operands(&mut |reg, kind, _| match (number(*reg), kind) {
        (Some(number), OperandKind::Use) => uses.push(number),
        (Some(number), _) => f(number, false),
        (None, _) => {}
    });
    uses.into_iter().for_each(|number| f(number, true));
    if inst.is_terminator() {
        let args = inst.targets();
        for reg in args.iter().flat_map(|target| &target.args).filter_map(|&reg| number(reg)) {
            f(reg, true);
        }
    }
}

/// What is live at the end of each block, by iteration to a fixpoint. `live_in`
/// holds what each block reads before it writes it, and then what is live at its
/// start.
pub(crate) fn solve(function: &MFunction, live_in: &mut Rows, writes: &Rows) -> Rows {
    let mut live_out = live_in.empty();
    let successors = graph::successors(function);
    // How often what is live at the start of each block has changed, and the sum of that
    // over the successors when they were looked at last.
    let count = function.blocks.len();
    let (mut changes, mut seen) = (vec![0u32; count], vec![u32::MAX; count]);
    let mut changed = true;
    while changed {
        changed = false;
        for index in (0..count).rev() {
            let successors = successors.of(index as u32);
            let sum = successors.iter().map(|&target| changes[target as usize]).sum();
            if std::mem::replace(&mut seen[index], sum) == sum {
                continue;
            }
            let out = live_out.row_mut(index);
            for &target in successors {
                let live = live_in.row(target as usize);
                out.iter_mut().zip(live).for_each(|(out, live)| *out |= live);
            }
            let sets = out.iter().zip(writes.row(index));
            let mut differs = false;
            for (live, (out, writes)) in live_in.row_mut(index).iter_mut().zip(sets) {
                let now = *live | out & !writes;
                differs |= now != *live;
                *live = now;
            }
            changes[index] += u32::from(differs);
            changed |= differs;
        }
    }
    live_out
}
