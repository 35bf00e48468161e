//! What a loop loads from the frame or makes again in each iteration, in a register
//! that is free all through the loop, after allocation.
//!
//! Allocation gives a variable one register over its whole life or none. A life that
//! found none because of one place of the function, say because of a call, may still
//! find one in a loop elsewhere: there the value is made before the loop, and where the
//! loop stores another one the register changes too. This splits lives where it pays,
//! and takes constants out of loops as far as registers are left.

mod loops;

use std::collections::BTreeMap;

use crate::compile::Prefer;
use crate::mach::{FrameSlot, Located, MFunction, MInst, Mode, ONCE, Reg, Width};
use crate::remake::Remake;
use crate::rename;
use crate::scale::Scale;
use loops::Loops;

/// Registers that may hold values, as bit sets.
#[derive(Clone, Copy)]
pub(crate) struct Registers {
    /// Those that cost nothing: they need not be saved, or are.
    pub usable: u16,
    /// Those that would have to be saved.
    pub costly: u16,
}

impl Registers {
    /// The best one of those that are free for a value, and whether calls destroy it.
    fn choose(
        &mut self,
        free: u16,
        destroyed: u16,
        value: &Value,
        scale: Scale,
    ) -> Option<(u8, bool)> {
        let number = |set: u16| (set != 0).then(|| set.trailing_zeros() as u8);
        if let Some(found) = number(free & self.usable & !destroyed) {
            return Some((found, false));
        }
        if value.gain > value.calls
            && let Some(found) = number(free & self.usable & destroyed)
        {
            return Some((found, true));
        }
        let is_worth_it = value.gain > scale.cost(4, 2, ONCE);
        let found = number(free & self.costly & !destroyed).filter(|_| is_worth_it)?;
        self.costly &= !(1 << found);
        self.usable |= 1 << found;
        Some((found, false))
    }
}

/// A value that a loop makes again and again.
struct Value {
    home: Remake,
    /// What a register for it saves.
    gain: u64,
    /// What it costs to make it again behind each call.
    calls: u64,
}

/// Gives values of loops registers; those that it took, as a bit set. Slots from
/// `spilled` on hold a spilled word each.
pub(crate) fn run(
    function: &mut MFunction,
    spilled: usize,
    mut registers: Registers,
    prefer: Prefer,
) -> u16 {
    let mut loops = Loops::new(function);
    let values = Values { spilled };
    let scale = Scale(prefer);
    // Long instructions cost more than they save where size counts.
    let short = if prefer == Prefer::Size { 0xff } else { u16::MAX };
    let mut taken = 0;
    for number in loops.outer_first(function) {
        let Some(entry) = loops.entry(number) else { continue };
        let mut free = short & !loops.busy(number);
        if free & (registers.usable | registers.costly) == 0 {
            continue;
        }
        let destroyed = loops.destroyed(number);
        for value in values.worth_it(function, &loops, number, entry, scale) {
            let found = registers.choose(free, destroyed, &value, scale);
            let Some((held, again)) = found else { continue };
            free &= !(1 << held);
            taken |= 1 << held;
            let held = Reg::machine(held);
            values.promote(
                function,
                &mut loops,
                number,
                Promotion { home: value.home, held, again },
            );
        }
    }
    taken
}

/// A value, the register that holds it, and whether calls destroy that.
struct Promotion {
    home: Remake,
    held: Reg,
    again: bool,
}

/// Which words of the frame hold a value of allocation's.
struct Values {
    spilled: usize,
}

/// What becomes of the making of a value for which a register is there.
enum Site {
    /// It falls away.
    Renamed,
    /// It becomes a copy.
    Copied,
}

impl Values {
    fn is_spilled(&self, slot: FrameSlot) -> bool {
        slot.0 as usize >= self.spilled
    }

    /// The core register that an instruction makes a value in.
    fn made(&self, inst: &MInst) -> Option<(Reg, Remake)> {
        match *inst {
            MInst::Load { width: Width::Word, rd, mode: Mode::Slot(slot, 0) }
                if self.is_spilled(slot) =>
            {
                Some((rd, Remake::Spilled(slot)))
            }
            _ => Remake::of(inst, false).filter(|(rd, _)| !rd.is_float()),
        }
    }

    /// The value that an instruction changes, and the register that holds it then.
    fn stored(&self, inst: &MInst) -> Option<(Reg, Remake)> {
        match *inst {
            MInst::Store { width: Width::Word, rt, mode: Mode::Slot(slot, 0) }
                if self.is_spilled(slot) =>
            {
                Some((rt, Remake::Spilled(slot)))
            }
            _ => None,
        }
    }

    /// What becomes of the making of a value at a place of a block.
    fn site(&self, insts: &mut [Located], at: usize, rd: Reg, home: Remake, out: bool) -> Site {
        let changes = |inst: &MInst| self.stored(inst).is_some_and(|(_, stored)| stored == home);
        match rename::can_rename(&mut insts[at + 1..], rd, changes, out) {
            true => Site::Renamed,
            false => Site::Copied,
        }
    }

    /// The values that are better made before the loop, the best first.
    fn worth_it(
        &self,
        function: &mut MFunction,
        loops: &Loops,
        number: usize,
        entry: u32,
        scale: Scale,
    ) -> Vec<Value> {
        let mut calls = vec![];
        // What each saves and costs.
        let mut values: BTreeMap<Remake, (u64, u64)> = BTreeMap::new();
        for &index in loops.blocks(number) {
            let block = &mut function.blocks[index as usize];
            let weight = block.frequency;
            let copy = scale.cost(2, 1, weight);
            for at in 0..block.insts.len() {
                if loops::is_call(&block.insts[at].inst) {
                    calls.push(weight);
                }
                if let Some((_, home)) = self.stored(&block.insts[at].inst) {
                    values.entry(home).or_default().1 += copy;
                }
                let Some((rd, home)) = self.made(&block.insts[at].inst) else { continue };
                let (bytes, cycles) = home.cost_again();
                let (saved, lost) = values.entry(home).or_default();
                *saved += scale.cost(bytes, cycles, weight);
                let out = loops.is_live_out(index, rd);
                if let Site::Copied = self.site(&mut block.insts, at, rd, home, out) {
                    *lost += copy;
                }
            }
        }
        let weight = function.blocks[entry as usize].frequency;
        let value = |(home, (saved, lost)): (Remake, (u64, u64))| {
            let make = |&weight: &u64| {
                let (bytes, cycles) = home.cost_again();
                scale.cost(bytes, cycles, weight)
            };
            let gain = saved.saturating_sub(lost + make(&weight));
            (gain > 0).then(|| Value { home, gain, calls: calls.iter().map(make).sum() })
        };
        let mut found: Vec<Value> = values.into_iter().filter_map(value).collect();
        found.sort_by_key(|value| (std::cmp::Reverse(value.gain), value.home));
        found
    }

    /// Keeps a value in a register all through a loop.
    fn promote(
        &self,
        function: &mut MFunction,
        loops: &mut Loops,
        number: usize,
        Promotion { home, held, again }: Promotion,
    ) {
        let unit = function.float_unit;
        for &index in loops.blocks(number) {
            let insts = &mut function.blocks[index as usize].insts;
            let mut at = 0;
            while at < insts.len() {
                let loc = insts[at].loc;
                let copy = |rd, rm| Located::new(MInst::Mov { rd, rm }, loc);
                if again && loops::is_call(&insts[at].inst) {
                    insts.insert(at + 1, Located::new(home.make(held, unit), loc));
                    at += 1;
                } else if let Some((rt, _)) =
                    self.stored(&insts[at].inst).filter(|(_, to)| *to == home)
                {
                    insts.insert(at + 1, copy(held, rt));
                    at += 1;
                } else if let Some((rd, _)) =
                    self.made(&insts[at].inst).filter(|(_, made)| *made == home)
                {
                    let out = loops.is_live_out(index, rd);
                    match self.site(insts, at, rd, home, out) {
                        Site::Renamed => {
                            rename::rename(&mut insts[at + 1..], rd, held);
                            insts.remove(at);
                            continue;
                        }
                        Site::Copied => insts[at] = copy(rd, held),
                    }
                }
                at += 1;
            }
        }
        if let Some(entry) = loops.entry(number) {
            let insts = &mut function.blocks[entry as usize].insts;
            let at = insts.len().saturating_sub(1);
            let loc = insts[at].loc;
            insts.insert(at, Located::new(home.make(held, unit), loc));
        }
        loops.take(number, held);
    }
}
