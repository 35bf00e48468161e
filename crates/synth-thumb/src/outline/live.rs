//! Whether r12, lr and the flags are live before each piece of code: what a
//! call or a branch to another section may destroy (a linker's veneer uses
//! r12 and the flags, a call writes lr).

use crate::emit::{Item, Items, Label};
use crate::inst::{Cond, Flags, Flow, Inst, Reg, RegSet, Timing};

/// A set of the three.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Live(u8);

impl Live {
    pub(super) const R12: Live = Live(1);
    pub(super) const LR: Live = Live(2);
    pub(super) const FLAGS: Live = Live(4);
    const ALL: Live = Live(7);

    pub(super) fn union(self, other: Live) -> Live {
        Live(self.0 | other.0)
    }

    pub(super) fn meets(self, other: Live) -> bool {
        self.0 & other.0 != 0
    }

    fn without(self, other: Live) -> Live {
        Live(self.0 & !other.0)
    }

    fn of(registers: RegSet, flags: Flags) -> Live {
        let mut live = Live::default();
        for (is_in, bit) in [
            (registers.contains(Reg::R12), Live::R12),
            (registers.contains(Reg::LR), Live::LR),
            (!flags.is_empty(), Live::FLAGS),
        ] {
            if is_in {
                live = live.union(bit);
            }
        }
        live
    }

    /// What an instruction names.
    pub(super) fn named(inst: &Inst) -> Live {
        Live::of(inst.uses().union(inst.defs()), Flags::EMPTY)
    }
}

/// Passes over the code, beyond which all is taken to be live.
const ROUNDS: usize = 16;

/// What is live before each piece.
pub(super) fn live(items: &Items) -> Vec<Live> {
    let conditions = conditions(items);
    let mut labels: Vec<Live> = vec![];
    let mut before = vec![Live::ALL; items.len()];
    for _ in 0..ROUNDS {
        let mut changed = false;
        let mut after = Live::default();
        for (i, (item, _)) in items.iter().enumerate().rev() {
            after = step(item, conditions[i], after, &labels);
            before[i] = after;
            if let Item::Label(label) = item {
                let index = label.0 as usize;
                if labels.len() <= index {
                    labels.resize(index + 1, Live::default());
                }
                changed |= labels[index] != after;
                labels[index] = after;
            }
        }
        if !changed {
            return before;
        }
    }
    vec![Live::ALL; items.len()]
}

/// The condition of each piece in an IT block.
fn conditions(items: &Items) -> Vec<Option<Cond>> {
    let mut it = vec![].into_iter();
    let condition = |(item, _): &(Item, _)| {
        let condition = if matches!(item, Item::Label(_)) { None } else { it.next() };
        if let Item::Inst(Inst::It { block }) = item {
            it = block.conds().collect::<Vec<_>>().into_iter();
        }
        condition
    };
    items.iter().map(condition).collect()
}

/// What is live before a piece, after which `after` is.
fn step(item: &Item, condition: Option<Cond>, after: Live, labels: &[Live]) -> Live {
    let at = |label: &Label| labels.get(label.0 as usize).copied().unwrap_or_default();
    match item {
        Item::Label(_) | Item::Align | Item::Pool(_) => after,
        Item::Trap { .. } => Live::default(),
        Item::Inst(inst) | Item::Reloc(inst, ..) => instruction(inst, condition, after),
        Item::Branch { cond: None, target } => at(target),
        Item::Branch { cond: Some(_), target } => after.union(at(target)).union(Live::FLAGS),
        Item::ZeroBranch { target, .. } => after.union(at(target)),
        Item::Literal { rt, .. } if condition.is_none() => {
            after.without(Live::of(rt.regs(), Flags::EMPTY))
        }
        Item::Literal { .. } | Item::FloatLiteral { .. } => after,
        Item::Table { index, targets } => {
            let from = targets.iter().fold(Live::default(), |live, target| live.union(at(target)));
            from.union(Live::of(index.regs(), Flags::EMPTY))
        }
        Item::FarTable { index, targets, .. } => {
            let from = targets.iter().fold(Live::default(), |live, target| live.union(at(target)));
            from.union(Live::of(index.regs(), Flags::EMPTY))
        }
    }
}

fn instruction(inst: &Inst, condition: Option<Cond>, after: Live) -> Live {
    let after = match inst.flow() {
        Flow::Next => after,
        // Arguments are in r0 to r3; the callee may change the rest.
        Flow::Call => after.without(Live::ALL),
        Flow::Trap => Live::default(),
        // To the caller, or to a function that returns to it.
        _ if inst.timing() == Timing::LoadMultiple => Live::default(),
        _ => Live::LR,
    };
    let uses = Live::of(inst.uses(), inst.flags_read(condition));
    match condition {
        Some(_) => after.union(uses),
        None => {
            let defined = Live::of(inst.defs(), inst.flags_defined(None));
            // All flags, or some may come from before.
            let flags = inst.flags_defined(None);
            let is_all = Flags::NZCV.difference(flags).is_empty();
            let defined = if is_all { defined } else { defined.without(Live::FLAGS) };
            after.without(defined).union(uses)
        }
    }
}
