//! What each register and each spilled word holds where blocks start: the
//! analysis and its steps.

use std::collections::BTreeMap;

use synth_ir::SymbolId;

use crate::mach::{FrameSlot, MFunction, MInst, Mode, OperandKind, Reg, Width, graph};

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
    function: &'a mut MFunction,
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
    pub(super) fn new(function: &'a mut MFunction, spilled: usize) -> Self {
        let mut places = BTreeMap::new();
        for located in function.blocks.iter().flat_map(|block| &block.insts) {
            if let MInst::Load { width: Width::Word, mode: Mode::Slot(slot, offset), .. } =
                located.inst
                && slot.0 as usize >= spilled
                && places.len() < WORDS
            {
                let number = REGS + places.len();
                places.entry((slot, offset)).or_insert(number);
            }
        }
        Analysis { function, places: Places(places) }
    }

    /// The states, unless they change too often.
    pub(super) fn run(self) -> Option<Entries> {
        let order = graph::reverse_postorder(&graph::successors(self.function));
        let count = self.function.blocks.len();
        let mut entries = Entries { states: vec![None; count], places: self.places };
        entries.states[0] = Some(vec![None; REGS + entries.places.0.len()]);
        // Blocks whose states have changed since they were walked.
        let mut changed = vec![false; count];
        changed[0] = true;
        for _ in 0..PASSES {
            for &block in &order {
                if !std::mem::take(&mut changed[block as usize]) {
                    continue;
                }
                let Some(mut walk) = entries.walk(block) else { continue };
                let insts = &mut self.function.blocks[block as usize].insts;
                insts.iter_mut().for_each(|located| walk.step(&entries, &mut located.inst));
                let targets = insts.last().map(|last| last.inst.targets()).unwrap_or_default();
                for target in targets {
                    let target = target.block as usize;
                    changed[target] |= meet(&mut entries.states[target], &walk.state);
                }
            }
            if !changed.contains(&true) {
                return Some(entries);
            }
        }
        None
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
    reg.as_core().filter(|number| !matches!(number, 13 | 15))
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

    /// Whether an instruction stores what its word holds already.
    pub(super) fn is_stored(&self, state: &State, inst: &MInst) -> bool {
        let MInst::Store { width: Width::Word, rt, mode } = *inst else { return false };
        match (self.place(mode), index(rt)) {
            (Some(place), Some(rt)) => state[place].is_some() && state[place] == state[rt],
            _ => false,
        }
    }

    /// Where an instruction that only moves a value puts it, and where it is.
    fn moves(&self, inst: &MInst) -> Option<(usize, usize)> {
        match *inst {
            MInst::Mov { rd, rm } => Some((index(rd)?, index(rm)?)),
            MInst::Load { width: Width::Word, rd, mode } => Some((index(rd)?, self.place(mode)?)),
            MInst::Store { width: Width::Word, rt, mode } => Some((self.place(mode)?, index(rt)?)),
            _ => None,
        }
    }

    fn place(&self, mode: Mode) -> Option<usize> {
        match mode {
            Mode::Slot(slot, offset) => self.places.0.get(&(slot, offset)).copied(),
            _ => None,
        }
    }

    /// A walk through a block, if it is reached.
    pub(super) fn walk(&self, block: u32) -> Option<Walk> {
        let state = self.states[block as usize].clone()?;
        let is_own =
            |held: &Option<Held>| matches!(held, Some(Held::Result(of, ..)) if *of == block);
        Some(Walk { repeats: state.iter().any(is_own), state, block, at: 0 })
    }
}

/// A walk through the instructions of a block.
pub(super) struct Walk {
    pub(super) state: State,
    block: u32,
    at: u32,
    /// Whether something held a result of this block when it was entered.
    repeats: bool,
}

impl Walk {
    /// Goes on behind an instruction.
    pub(super) fn step(&mut self, entries: &Entries, inst: &mut MInst) {
        if let Some((rd, held)) = defined(inst) {
            self.set(rd, held);
        } else if let Some((to, from)) = entries.moves(inst) {
            let held = self.known(from);
            self.state[to] = Some(held);
        } else {
            self.other(inst);
        }
        self.at += 1;
    }

    fn result(&self, number: u8) -> Held {
        Held::Result(self.block, self.at, number)
    }

    /// The value of a register or word; a new one if it has none.
    fn known(&mut self, at: usize) -> Held {
        if let Some(held) = self.state[at] {
            return held;
        }
        let new = self.result(0);
        self.forget(new);
        self.state[at] = Some(new);
        new
    }

    /// A value that is made anew: what was made there the last time is another one.
    fn forget(&mut self, held: Held) {
        if self.repeats {
            let same = self.state.iter_mut().filter(|old| **old == Some(held));
            same.for_each(|old| *old = None);
        }
    }

    fn set(&mut self, rd: Reg, held: Held) {
        if let Some(rd) = index(rd) {
            self.state[rd] = Some(held);
        }
    }

    /// An instruction of which only the registers that it writes are known.
    fn other(&mut self, inst: &mut MInst) {
        let clobbers = inst.clobbers();
        if clobbers != 0 {
            (0..REGS).filter(|reg| clobbers & 1 << reg != 0).for_each(|reg| self.state[reg] = None);
        }
        let mut number = 0;
        inst.visit_operands(&mut |reg, kind, _| {
            if kind != OperandKind::Use && index(*reg).is_some() {
                let held = self.result(number);
                self.forget(held);
                self.set(*reg, held);
                number += 1;
            }
        });
    }
}
