//! Where the addresses of slots go.

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Function, Inst, InstData, Slot, Value};

/// What a value has to do with slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nothing.
    #[default]
    None,
    /// It is an address in that slot, or just outside of it.
    Slot(Slot),
    /// It may be an address of the slot that escapes, or something else.
    Mixed,
}

/// The uses of all slots.
pub(crate) struct Uses {
    /// Where each value comes from.
    pub(crate) origin: SecondaryMap<Value, Origin>,
    /// Whether other code, or an access that is not known to be one of the
    /// slot, may reach it.
    pub(crate) escapes: SecondaryMap<Slot, bool>,
    /// Whether the alignment of its address may make a difference.
    pub(crate) observed: SecondaryMap<Slot, bool>,
}

impl Uses {
    pub(crate) fn new(func: &Function) -> Uses {
        let mut uses = Uses {
            origin: SecondaryMap::new(),
            escapes: SecondaryMap::new(),
            observed: SecondaryMap::new(),
        };
        if func.slots.is_empty() {
            return uses;
        }
        uses.origin.resize(func.values.len());
        let cfg = Cfg::new(func);
        // Values only move from `None` to a slot and from there to `Mixed`.
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for &block in cfg.reverse_postorder() {
                for &inst in &func.blocks[block].insts {
                    changed |= uses.propagate(func, inst);
                }
            }
        }
        for &block in cfg.reverse_postorder() {
            for &inst in &func.blocks[block].insts {
                uses.note(func, inst);
            }
        }
        uses
    }

    /// The slot that an access is in, if nothing else can reach it.
    pub(crate) fn private(&self, addr: Value) -> Option<Slot> {
        match self.origin[addr] {
            Origin::Slot(slot) if !self.escapes[slot] => Some(slot),
            _ => None,
        }
    }

    fn propagate(&mut self, func: &Function, inst: Inst) -> bool {
        let data = &func.insts[inst];
        let origin = match data {
            InstData::SlotAddr { slot, .. } => Origin::Slot(*slot),
            InstData::Binary { op: BinaryOp::Add, args: [a, b] } => {
                match (self.origin[*a], self.origin[*b]) {
                    (x, Origin::None) | (Origin::None, x) => x,
                    _ => Origin::Mixed,
                }
            }
            InstData::Binary { op: BinaryOp::Sub, args: [a, b] } => {
                match (self.origin[*a], self.origin[*b]) {
                    (x, Origin::None) => x,
                    // A distance, if they are of one slot.
                    _ => Origin::None,
                }
            }
            InstData::Select { args: [a, b], .. } => self.join(*a, *b),
            _ => Origin::None,
        };
        let mut changed = false;
        for &result in &func.results[inst] {
            changed |= self.raise(result, origin);
        }
        for call in data.successors() {
            for (&arg, &param) in call.args.iter().zip(&func.blocks[call.block].params) {
                let origin = self.origin[arg];
                changed |= origin != Origin::None && self.raise(param, origin);
            }
        }
        changed
    }

    fn join(&self, a: Value, b: Value) -> Origin {
        match (self.origin[a], self.origin[b]) {
            (x, y) if x == y => x,
            _ => Origin::Mixed,
        }
    }

    /// Moves a value's origin up. Says whether it did.
    fn raise(&mut self, value: Value, to: Origin) -> bool {
        let now = self.origin[value];
        let new = match (now, to) {
            (Origin::None, to) => to,
            (now, to) if now == to || to == Origin::None => now,
            _ => Origin::Mixed,
        };
        self.origin[value] = new;
        new != now
    }

    /// Notes where an instruction takes the addresses that it uses.
    fn note(&mut self, func: &Function, inst: Inst) {
        match &func.insts[inst] {
            InstData::Load { .. } | InstData::TrapIf { .. } => {}
            InstData::Store { value, .. } => self.escape(*value),
            InstData::Binary { op: BinaryOp::Add, .. } => self.note_mixed(func, inst),
            InstData::Binary { op: BinaryOp::Sub, args: [a, b] } => {
                match (self.origin[*a], self.origin[*b]) {
                    (_, Origin::None) => {}
                    (Origin::Slot(a), Origin::Slot(b)) if a == b => {}
                    _ => {
                        self.escape(*a);
                        self.escape(*b);
                    }
                }
            }
            InstData::Select { .. } => self.note_mixed(func, inst),
            // A comparison shows nothing of an address but its order.
            InstData::Compare { .. } => {}
            data if data.is_terminator() => {
                if data.successors().is_empty() {
                    data.for_each_arg(|v| self.escape(v));
                }
                for call in data.successors() {
                    for (&arg, &param) in call.args.iter().zip(&func.blocks[call.block].params) {
                        if self.origin[param] != self.origin[arg] {
                            self.escape(arg);
                            self.escape(param);
                        }
                    }
                }
            }
            data => data.for_each_arg(|v| self.escape(v)),
        }
    }

    fn note_mixed(&mut self, func: &Function, inst: Inst) {
        if self.origin[func.result(inst)] == Origin::Mixed {
            func.insts[inst].for_each_arg(|v| self.escape(v));
        }
    }

    fn escape(&mut self, value: Value) {
        if let Origin::Slot(slot) = self.origin[value] {
            self.escapes[slot] = true;
            self.observed[slot] = true;
        }
    }
}
