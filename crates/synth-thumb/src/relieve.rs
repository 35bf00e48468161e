//! Loads and arithmetic down to where they are used, before allocation, where more
//! values live than there are registers.
//!
//! WebAssembly evaluates operands first: of a sum of products it loads the operand of
//! the last product before that of the first, and all of them wait in registers. What
//! only its block uses can be made right before its first use, if what it reads lives
//! as long in any case. A load passes no store, and one from native memory nothing.
//! Constants and addresses stay: allocation makes them again where that is better.

use std::collections::BTreeSet;

use crate::emit::flags;
use crate::liveness::Liveness;
use crate::mach::{Located, MFunction, MInst, OperandKind, Reg};
use crate::remake::Remake;
use crate::schedule;

/// Instructions that one moves past at most.
const FARTHEST: usize = 128;

/// The function with its values made later where more than `registers` live; none if
/// there is nothing to move.
pub fn relieved(function: &MFunction, registers: usize) -> Option<MFunction> {
    let mut function = function.clone();
    let live = Liveness::of_virtual(&mut function);
    let mut core = vec![false; function.virtuals as usize];
    function.for_each_register(|&mut reg| {
        if let Some(number) = reg.as_virtual() {
            core[number as usize] = !reg.is_float();
        }
    });
    let mut any = false;
    for index in 0..function.blocks.len() {
        let insts = std::mem::take(&mut function.blocks[index].insts);
        let is_live_out = |reg: Reg| live.is_live_out(index as u32, reg);
        let alive = live.live_out(index as u32).filter(|&number| core[number as usize]);
        let alive = alive.map(|number| Reg::virt(number, false)).collect();
        let mut sinker = Sinker::new(insts, alive, registers);
        any |= sinker.run(is_live_out);
        function.blocks[index].insts = sinker.units.into_iter().map(|unit| unit.located).collect();
    }
    any.then_some(function)
}

/// An instruction and what it does to registers.
struct Unit {
    located: Located,
    uses: Vec<Reg>,
    defs: Vec<Reg>,
    /// Values that live behind it, but for those that are easily made again.
    pressure: usize,
    /// Whether the flags are dead behind it.
    flags_dead: bool,
}

struct Sinker {
    units: Vec<Unit>,
    registers: usize,
}

fn is_core(reg: Reg) -> bool {
    !reg.is_float() && reg.as_virtual().is_some()
}

impl Sinker {
    fn new(insts: Vec<Located>, alive: BTreeSet<Reg>, registers: usize) -> Self {
        let dead = flags::dead(&insts);
        let remade = |located: &Located| Some(Remake::of(&located.inst, false)?.0);
        let remade: BTreeSet<Reg> = insts.iter().filter_map(remade).collect();
        let unit = |(mut located, flags_dead): (Located, bool)| {
            let (mut uses, mut defs) = (vec![], vec![]);
            located.inst.visit_operands(&mut |reg, kind, _| {
                let list = if kind == OperandKind::Use { &mut uses } else { &mut defs };
                list.push(*reg);
            });
            uses.extend(located.inst.targets().iter().flat_map(|target| &target.args));
            Unit { located, uses, defs, pressure: 0, flags_dead }
        };
        let mut units: Vec<Unit> = insts.into_iter().zip(dead).map(unit).collect();
        let mut alive = alive;
        alive.retain(|reg| !remade.contains(reg));
        for unit in units.iter_mut().rev() {
            unit.pressure = alive.len();
            unit.defs.iter().for_each(|def| {
                alive.remove(def);
            });
            alive.extend(unit.uses.iter().filter(|&&r| is_core(r) && !remade.contains(&r)));
        }
        Sinker { units, registers }
    }

    /// Moves what it can; whether that is anything.
    fn run(&mut self, is_live_out: impl Fn(Reg) -> bool) -> bool {
        let mut any = false;
        let (mut at, mut left) = (0, self.units.len());
        while left > 0 {
            left -= 1;
            match self.place(at, &is_live_out) {
                Some((last, to)) => {
                    self.units[at..to].rotate_left(1);
                    self.units[to - 1].pressure = self.units[to - 2].pressure;
                    self.units[at..last].iter_mut().for_each(|unit| unit.pressure -= 1);
                    self.units[to - 1].flags_dead = true;
                    any = true;
                }
                None => at += 1,
            }
        }
        any
    }

    /// Before which instruction one should stand, if not where it is, and how far fewer
    /// values live then: to the last use of what would live longer.
    fn place(&self, at: usize, is_live_out: &impl Fn(Reg) -> bool) -> Option<(usize, usize)> {
        let unit = &self.units[at];
        let &[def] = unit.defs.as_slice() else { return None };
        if !is_core(def) || is_live_out(def) || !is_free(&unit.located) || !unit.flags_dead {
            return None;
        }
        let behind = at + 1..self.units.len().min(at + FARTHEST);
        let mut to = behind.clone().find(|&i| self.units[i].uses.contains(&def))?;
        while to > at + 1 && !self.units[to - 1].flags_dead {
            to -= 1;
        }
        let mut last = to - 1;
        let mut longer = unit.uses.iter().filter(|&&reg| {
            !is_live_out(reg) && !(to..self.units.len()).any(|i| self.units[i].uses.contains(&reg))
        });
        if let Some(reg) = longer.next() {
            last = (at..to).rfind(|&i| self.units[i].uses.contains(reg))?.saturating_sub(1);
        }
        let is_crowded = |unit: &Unit| unit.pressure > self.registers;
        let is_useful = last > at && self.units[at..last].iter().any(is_crowded);
        if longer.next().is_some() || !is_useful {
            return None;
        }
        let reads_memory = matches!(unit.located.inst, MInst::Load { .. });
        let may_pass = |other: &Unit| {
            !unit.uses.iter().chain([&def]).any(|reg| other.defs.contains(reg))
                && (!reads_memory || is_quiet(&other.located.inst))
        };
        self.units[at + 1..to].iter().all(may_pass).then_some((last, to))
    }
}

/// Whether an instruction does nothing but compute a value that counts among those that
/// live, and no flags.
fn is_free(located: &Located) -> bool {
    let inst = &located.inst;
    schedule::is_movable(inst)
        && !located.native
        && !inst.writes_flags()
        && !inst.reads_flags()
        && !matches!(inst, MInst::Store { .. })
        && Remake::of(inst, false).is_none()
}

/// Whether no load minds if it is executed behind it.
fn is_quiet(inst: &MInst) -> bool {
    schedule::is_movable(inst) && !matches!(inst, MInst::Store { .. })
        || matches!(inst, MInst::TrapIf { .. })
}

#[cfg(test)]
mod tests {
    use synth_ir::SourceLoc;

    use super::*;
    use crate::mach::{FrameSlot, MBlock, Mode, Width};

    /// A constant does not count among what lives, so that it may be all that does where
    /// it would be moved past.
    #[test]
    fn constants_stay() {
        let mut function = MFunction::default();
        function.new_slot(64, 4);
        let regs: Vec<Reg> = (0..16).map(|_| function.new_reg()).collect();
        let (&constant, loaded) = regs.split_first().expect("registers");
        let width = Width::Word;
        let mode = |at: usize| Mode::Slot(FrameSlot(0), 4 * at as i32);
        let mut insts = vec![MInst::Const { rd: constant, value: 7 }];
        insts.extend((0..).zip(loaded).map(|(i, &rd)| MInst::Load { width, rd, mode: mode(i) }));
        insts.extend((0..).zip(loaded).map(|(i, &rt)| MInst::Store { width, rt, mode: mode(i) }));
        insts.push(MInst::Store { width, rt: constant, mode: mode(15) });
        insts.push(MInst::Ret(vec![]));
        let located = |inst| Located::new(inst, SourceLoc::default());
        let insts = insts.into_iter().map(located).collect();
        function.blocks.push(MBlock { insts, ..MBlock::default() });
        let relieved = relieved(&function, 13).expect("loads that move");
        let first = &relieved.blocks[0].insts[0].inst;
        assert!(matches!(first, MInst::Const { .. }), "{first}");
    }
}
