//! What each register and each spilled word holds where blocks start: the
//! analysis and its steps.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::SymbolId;

use crate::mach::{FrameSlot, Located, MFunction, MInst, Mode, OperandKind, Reg, Width};

/// Passes over the function until the analysis gives up.
const PASSES: usize = 12;
/// Core registers.
const REGS: usize = 16;
/// Spilled words that are known, at most.
const WORDS: usize = 48;

/// What a register or a word holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Word(u32),
    Symbol(SymbolId, i32),
    Slot(FrameSlot, i32),
    /// What an instruction wrote, when it was executed last: its block and
    /// position, and which of its results.
    Result(u32, u32, u8),
}

/// A word of the frame that only allocation uses.
type Place = (FrameSlot, i32);

/// What holds at one place: the registers, then the words.
pub(super) type State = Vec<Option<Held>>;

/// The analysis of one function.
pub(super) struct Analysis<'a> {
    blocks: Vec<&'a [Located]>,
    places: Places,
}

/// The number of each word that is known, behind the registers.
struct Places(BTreeMap<Place, usize>);

/// The state at the start of each block that is reached.
pub(super) struct Entries {
    pub(super) states: Vec<Option<State>>,
    places: Places,
}

impl<'a> Analysis<'a> {
    pub(super) fn new(function: &'a MFunction, spilled: usize) -> Self {
        let mut places = BTreeMap::new();
        let blocks: Vec<_> = function.blocks.iter().map(|block| &*block.insts).collect();
        for located in blocks.iter().copied().flatten() {
            if let MInst::Load { width: Width::Word, mode: Mode::Slot(slot, offset), .. } =
                located.inst
                && slot.0 as usize >= spilled
                && places.len() < WORDS
            {
                let number = REGS + places.len();
                places.entry((slot, offset)).or_insert(number);
            }
        }
        Analysis { blocks, places: Places(places) }
    }

    /// The states, unless they change too often.
    pub(super) fn run(self) -> Option<Entries> {
        let order = self.reverse_postorder();
        let mut entries = Entries { states: vec![None; self.blocks.len()], places: self.places };
        entries.states[0] = Some(vec![None; REGS + entries.places.0.len()]);
        for _ in 0..PASSES {
            let mut changed = false;
            for &block in &order {
                let Some(mut state) = entries.states[block as usize].clone() else { continue };
                let insts = self.blocks[block as usize];
                for (at, located) in insts.iter().enumerate() {
                    entries.step(&mut state, block, at as u32, &mut located.inst.clone());
                }
                let targets = insts.last().map(|last| last.inst.targets()).unwrap_or_default();
                for target in targets {
                    changed |= meet(&mut entries.states[target.block as usize], &state);
                }
            }
            if !changed {
                return Some(entries);
            }
        }
        None
    }

    fn reverse_postorder(&self) -> Vec<u32> {
        let successors = |block: u32| -> Vec<u32> {
            let last = self.blocks[block as usize].last();
            last.map(|l| l.inst.targets().iter().map(|t| t.block).collect()).unwrap_or_default()
        };
        let (mut order, mut seen) = (vec![], BTreeSet::from([0]));
        let mut stack = vec![(0, successors(0).into_iter())];
        while let Some((block, next)) = stack.last_mut() {
            match next.next() {
                Some(next) if seen.insert(next) => stack.push((next, successors(next).into_iter())),
                Some(_) => {}
                None => {
                    order.push(*block);
                    stack.pop();
                }
            }
        }
        order.reverse();
        order
    }
}

/// Leaves in `entry` what `state` holds too; whether that changes it.
fn meet(entry: &mut Option<State>, state: &State) -> bool {
    let Some(entry) = entry else {
        *entry = Some(state.clone());
        return true;
    };
    let mut changed = false;
    for (old, new) in entry.iter_mut().zip(state) {
        if old.is_some() && old != new {
            *old = None;
            changed = true;
        }
    }
    changed
}

/// The number of a core register whose values are known: not sp and pc.
pub(super) fn index(reg: Reg) -> Option<usize> {
    let number = reg.as_machine().filter(|number| !reg.is_float() && !matches!(number, 13 | 15));
    number.map(usize::from)
}

/// What an instruction that makes a known value defines.
fn defined(inst: &MInst) -> Option<(Reg, Held)> {
    match *inst {
        MInst::Const { rd, value } => Some((rd, Held::Word(value))),
        MInst::SymbolAddr { rd, symbol, addend } => Some((rd, Held::Symbol(symbol, addend))),
        MInst::SlotAddr { rd, slot, offset } => Some((rd, Held::Slot(slot, offset))),
        _ => None,
    }
}

impl Entries {
    /// What an instruction before which `state` holds defines, if it defines a
    /// value that is there already or may be.
    pub(super) fn defines(&self, state: &State, inst: &MInst) -> Option<(Reg, Held)> {
        match *inst {
            MInst::Mov { rd, rm } => Some((rd, state[index(rm)?]?)),
            MInst::Load { width: Width::Word, rd, mode } => Some((rd, state[self.place(mode)?]?)),
            _ => defined(inst),
        }
    }

    pub(super) fn place(&self, mode: Mode) -> Option<usize> {
        match mode {
            Mode::Slot(slot, offset) => self.places.0.get(&(slot, offset)).copied(),
            _ => None,
        }
    }

    /// What holds behind an instruction.
    pub(super) fn step(&self, state: &mut State, block: u32, at: u32, inst: &mut MInst) {
        if let Some((rd, held)) = defined(inst) {
            set(state, rd, Some(held));
            return;
        }
        let result = |number| Held::Result(block, at, number);
        match *inst {
            MInst::Mov { rd, rm } => {
                if let (Some(_), Some(from)) = (index(rd), index(rm)) {
                    let held = known(state, from, result(0));
                    set(state, rd, Some(held));
                }
            }
            MInst::Load { width: Width::Word, rd, mode } if self.place(mode).is_some() => {
                if let Some(place) = self.place(mode) {
                    let held = known(state, place, result(0));
                    set(state, rd, Some(held));
                }
            }
            MInst::Store { width: Width::Word, rt, mode } if self.place(mode).is_some() => {
                if let (Some(place), Some(from)) = (self.place(mode), index(rt)) {
                    let held = known(state, from, result(0));
                    state[place] = Some(held);
                }
            }
            _ => other(state, inst, result),
        }
    }
}

/// The value of a register or word; a new one if it has none.
fn known(state: &mut State, at: usize, new: Held) -> Held {
    if let Some(held) = state[at] {
        return held;
    }
    forget(state, new);
    state[at] = Some(new);
    new
}

/// A value that is made anew: what was made there the last time is another one.
fn forget(state: &mut State, held: Held) {
    state.iter_mut().filter(|old| **old == Some(held)).for_each(|old| *old = None);
}

fn set(state: &mut State, rd: Reg, held: Option<Held>) {
    if let Some(rd) = index(rd) {
        state[rd] = held;
    }
}

/// An instruction of which only the registers that it writes are known.
fn other(state: &mut State, inst: &mut MInst, result: impl Fn(u8) -> Held) {
    let clobbers = inst.clobbers();
    (0..REGS).filter(|reg| clobbers & 1 << reg != 0).for_each(|reg| state[reg] = None);
    let mut number = 0;
    inst.visit_operands(&mut |reg, kind, _| {
        if kind != OperandKind::Use && index(*reg).is_some() {
            forget(state, result(number));
            set(state, *reg, Some(result(number)));
            number += 1;
        }
    });
}
