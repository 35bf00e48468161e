//! Additions to base registers as part of an access (Armv7-M ARM section A4.6.1),
//! after allocation: `ldr rt, [rn], #4` in place of a load of `[rn]` and an addition
//! behind it, `ldr rt, [rn, #4]!` where the load stands behind the addition, or is of
//! `[rn, #4]` before it.
//!
//! Between the two, nothing may name the base but accesses with an offset, which
//! then count from what the register holds there now: an addition above them takes
//! away from their offsets. Where that is no gain, an access may pass the ones between
//! it and the addition, unless both are native or may be of the same bytes. The access
//! itself stays what it is; and on a way where it is not executed, so would the
//! addition not have been, or nothing reads the register.
//!
//! With the transferred register as the base these forms are unpredictable, so that
//! an access which names it twice is none. The stack pointer moves by other means.

mod access;

use std::cell::OnceCell;

use smallvec::SmallVec;

use crate::compile::Prefer;
use crate::emit::{alu, flags};
use crate::imm;
use crate::liveness;
use crate::mach::{AluOp, MFunction, MInst, Mode, Reg, Rhs, SP, graph};
use crate::rows::Rows;
use crate::schedule;
use access::{Access, Facts};

/// Instructions between an addition and an access that are looked through.
const REACH: usize = 32;
/// The largest offset of these forms.
const LARGEST: i32 = 255;

/// Where an instruction stands: its block and its number there.
type Place = (usize, usize);

/// Merges additions with accesses in a function of machine registers.
pub fn run(function: &mut MFunction, prefer: Prefer) {
    let (mut added, mut bases) = (0, 0);
    for located in function.blocks.iter().flat_map(|block| &block.insts) {
        added |= addition(&located.inst).map_or(0, |(base, _)| base.core_bit());
        if let Some(Access { mode: Mode::Offset(base, _), .. }) = Access::of(&located.inst) {
            bases |= base.core_bit();
        }
    }
    if added & bases == 0 {
        return;
    }
    let mut pass = Pass::new(function, prefer);
    for block in 0..pass.function.blocks.len() {
        // Nothing that the pass does changes where the flags are live.
        let dead = flags::dead(&pass.function.blocks[block].insts);
        for (at, dead) in dead.into_iter().enumerate() {
            let inst = pass.inst((block, at));
            if let Some((base, amount)) = addition(inst)
                && let Some(form) = alu::choose(inst, dead)
            {
                pass.merge((block, at), base, amount, form.size() as i32);
            }
        }
    }
    pass.finish();
}

/// The register that an instruction adds a small constant to, if it does only that.
fn addition(inst: &MInst) -> Option<(Reg, i32)> {
    let &MInst::Alu { op, s: false, rd, rn, rhs: Rhs::Imm(value), .. } = inst else { return None };
    let amount = match op {
        AluOp::Add => value as i32,
        AluOp::Sub => (value as i32).wrapping_neg(),
        _ => return None,
    };
    (rd == rn && rd != SP && amount != 0 && (-LARGEST..=LARGEST).contains(&amount))
        .then_some((rd, amount))
}

/// Accesses whose offsets change, and by how much.
#[derive(Clone, Default)]
struct Passed {
    places: SmallVec<[Place; 4]>,
    difference: i32,
    /// Bytes that they grow by.
    grows: i32,
}

impl Passed {
    /// One more; whether it can have its new offset.
    fn add(&mut self, place: Place, access: &Access, offset: i32) -> bool {
        let Mode::Offset(base, _) = access.mode else { return false };
        let offset = offset + self.difference;
        let sizes = access.size(Mode::Offset(base, offset)).zip(access.size(access.mode));
        let Some((new, old)) = sizes.filter(|_| imm::is_offset(offset)) else { return false };
        self.grows += new - old;
        self.places.push(place);
        true
    }
}

/// A way to do without an addition.
struct Way {
    /// The access that adds, and how.
    access: Place,
    mode: Mode,
    /// Whether it moves behind another one.
    behind: Option<Place>,
    /// Those between the two, if it stays.
    passed: Passed,
    /// What the code grows by, apart from the addition.
    bytes: i32,
    cycles: i32,
}

type Ways = SmallVec<[Way; 4]>;

struct Pass<'a> {
    function: &'a mut MFunction,
    facts: Vec<Vec<Facts>>,
    /// The registers that are live at the start of each block, once that is asked.
    live: OnceCell<Rows>,
    /// The block before each that has one predecessor.
    before: Vec<Option<usize>>,
    prefer: Prefer,
}

impl<'a> Pass<'a> {
    fn new(function: &'a mut MFunction, prefer: Prefer) -> Pass<'a> {
        let blocks = function.blocks.iter_mut();
        let facts = blocks
            .map(|block| block.insts.iter_mut().map(|l| Facts::of(&mut l.inst)).collect())
            .collect();
        let before = graph::single_predecessors(function);
        Pass { function, facts, live: OnceCell::new(), before, prefer }
    }

    fn inst(&self, (block, at): Place) -> &MInst {
        &self.function.blocks[block].insts[at].inst
    }

    /// Does without an addition of `size` bytes if that is a gain.
    fn merge(&mut self, place: Place, base: Reg, amount: i32, size: i32) {
        let mut ways = SmallVec::new();
        self.look_back(place, base, amount, &mut ways);
        self.look_ahead(place, base, amount, &mut ways);
        let cost = |way: &Way| match self.prefer {
            Prefer::Size => (way.bytes - size, way.cycles - 1),
            Prefer::Speed => (way.cycles - 1, way.bytes - size),
        };
        let ways = ways.into_iter().filter(|way| way.bytes <= size && cost(way) < (0, 0));
        if let Some(best) = ways.min_by_key(cost) {
            self.take(best, place);
        }
    }

    /// Ways with an access before the addition.
    fn look_back(&self, place: Place, base: Reg, amount: i32, ways: &mut Ways) {
        let mut passed = Passed { difference: -amount, ..Passed::default() };
        let (mut block, mut at) = place;
        for _ in 0..REACH {
            if at == 0 {
                let Some(above) = self.above(block, base) else { return };
                (block, at) = (above, self.facts[above].len());
                continue;
            }
            at -= 1;
            if !self.facts[block][at].names(base) {
                continue;
            }
            let Some((access, offset)) = self.access((block, at), base) else { return };
            let mode = match offset {
                0 => Some(Mode::PostIndex(base, amount)),
                _ if offset == amount => Some(Mode::PreIndex(base, amount)),
                _ => None,
            };
            if let Some(mode) = mode {
                ways.extend(self.way((block, at), &access, mode, &passed));
                let last = passed.places.first().filter(|last| last.0 == block);
                if let Some(&last) = last.filter(|last| self.may_pass((block, at), last.1)) {
                    let way = self.way((block, at), &access, mode, &Passed::default());
                    ways.extend(way.map(|way| Way { behind: Some(last), cycles: 0, ..way }));
                }
            }
            if !passed.add((block, at), &access, offset) {
                return;
            }
        }
    }

    /// Ways with an access behind the addition.
    fn look_ahead(&self, (block, at): Place, base: Reg, amount: i32, ways: &mut Ways) {
        let mut passed = Passed { difference: amount, ..Passed::default() };
        let end = self.facts[block].len().min(at + 1 + REACH);
        // An access waits for the sum that the instruction before it computes.
        let next = self.next((block, at)).filter(|&next| self.access(next, base).is_some());
        let stall = i32::from(next.is_some());
        for at in at + 1..end {
            if !self.facts[block][at].names(base) {
                continue;
            }
            let Some((access, offset)) = self.access((block, at), base) else { return };
            let mode = match offset {
                0 => Some(Mode::PreIndex(base, amount)),
                _ if offset == -amount => Some(Mode::PostIndex(base, amount)),
                _ => None,
            };
            if let Some(mode) = mode {
                let way = self.way((block, at), &access, mode, &passed);
                ways.extend(way.map(|way| Way { cycles: way.cycles - stall, ..way }));
            }
            if !passed.add((block, at), &access, offset) {
                return;
            }
        }
    }

    /// The access at a place, if it names `base` for an address with an offset and
    /// nothing else.
    fn access(&self, (block, at): Place, base: Reg) -> Option<(Access, i32)> {
        let access = Access::of(&self.function.blocks[block].insts[at].inst)?;
        let offset = access.offset_from(base)?;
        Some((access, offset))
    }

    /// The block above another, if what is added to `base` at its end concerns that
    /// one alone.
    fn above(&self, block: usize, base: Reg) -> Option<usize> {
        let above = self.before[block]?;
        let last = self.function.blocks[above].insts.last()?;
        let mut others =
            last.inst.targets().into_iter().filter(|target| target.block as usize != block);
        let number = u32::from(base.as_machine()?);
        let live = self.live.get_or_init(|| self.live_in());
        let is_alone = !others.any(|other| live.contains(other.block as usize, number));
        is_alone.then_some(above)
    }

    /// What is live at the start of each block: no addition that is gone changes it.
    fn live_in(&self) -> Rows {
        let blocks = self.facts.len();
        let (mut live, mut written) = (Rows::new(blocks, 16), Rows::new(blocks, 16));
        for (block, facts) in self.facts.iter().enumerate() {
            let (mut reads, mut writes) = (0, 0);
            for facts in facts.iter().rev() {
                reads = reads & !facts.writes | facts.reads;
                writes |= facts.writes;
            }
            live.row_mut(block)[0] = u64::from(reads);
            written.row_mut(block)[0] = u64::from(writes);
        }
        liveness::solve(self.function, &mut live, &written);
        live
    }

    /// The instruction behind another in its block.
    fn next(&self, (block, at): Place) -> Option<Place> {
        let mut rest = (at + 1..self.facts[block].len()).map(|at| (block, at));
        rest.find(|&(block, at)| !self.facts[block][at].is_gone)
    }

    fn way(&self, place: Place, access: &Access, mode: Mode, passed: &Passed) -> Option<Way> {
        let grows = access.size(mode)? - access.size(access.mode)?;
        let Mode::Offset(base, _) = access.mode else { return None };
        // A load right behind another takes a cycle less, but not if it waits for its
        // address.
        let waits = |next: Place| self.access(next, base).is_some_and(|(next, _)| next.is_load);
        let cycles = i32::from(access.is_load && self.next(place).is_some_and(waits));
        let bytes = grows + passed.grows;
        Some(Way { access: place, mode, behind: None, passed: passed.clone(), bytes, cycles })
    }

    /// Whether the access may as well stand behind another instruction of its block.
    fn may_pass(&self, (block, at): Place, last: usize) -> bool {
        let insts = &self.function.blocks[block].insts;
        let Some(access) = Access::of(&insts[at].inst) else { return false };
        (at + 1..=last).all(|other| {
            let (located, facts) = (&insts[other], &self.facts[block][other]);
            if facts.is_gone {
                return true;
            }
            let is_plain = schedule::is_movable(&located.inst)
                || access.is_load && matches!(located.inst, MInst::TrapIf { .. });
            let kept = if access.is_load { facts.reads | facts.writes } else { facts.writes };
            is_plain
                && kept & access.rt.core_bit() == 0
                && !(located.native && insts[at].native)
                && Access::of(&located.inst).is_none_or(|other| !access.conflicts(&other))
        })
    }

    fn take(&mut self, way: Way, place: Place) {
        let difference = way.passed.difference;
        for &other in &way.passed.places {
            if let Some(Mode::Offset(_, offset)) = self.mode_mut(other) {
                *offset += difference;
            }
        }
        if let Some(mode) = self.mode_mut(way.access) {
            *mode = way.mode;
        }
        let (block, at) = way.access;
        let insts = &mut self.function.blocks[block].insts;
        self.facts[block][at] = Facts::of(&mut insts[at].inst);
        if let Some((_, last)) = way.behind {
            insts[at..=last].rotate_left(1);
            self.facts[block][at..=last].rotate_left(1);
        }
        self.facts[place.0][place.1] = Facts { is_gone: true, ..Facts::default() };
    }

    fn mode_mut(&mut self, (block, at): Place) -> Option<&mut Mode> {
        match &mut self.function.blocks[block].insts[at].inst {
            MInst::Load { mode, .. } | MInst::Store { mode, .. } => Some(mode),
            _ => None,
        }
    }

    fn finish(self) {
        for (block, facts) in self.function.blocks.iter_mut().zip(self.facts) {
            let mut facts = facts.into_iter();
            block.insts.retain(|_| facts.next().is_none_or(|facts| !facts.is_gone));
        }
    }
}
