//! The order of instructions in a block, for speed, after allocation.
//!
//! Two things cost cycles on Cortex-M3 and M4 that order can avoid (DDI 0439,
//! section 3.3.2): an access whose address the instruction just before
//! computes waits for it, and a load right behind another load takes one cycle
//! in place of two if its address does not wait for that one.
//!
//! Instructions that keep flags alive between them stay together. Accesses to
//! native memory keep their order, and so do accesses of which one is a store.

use std::ops::Range;

use crate::emit::flags;
use crate::mach::{Located, MFunction, MInst, OperandKind, Reg};

/// Instructions that are ordered together.
const LONGEST: usize = 48;

/// Orders the instructions of each block of a function of machine registers.
pub fn run(function: &mut MFunction) {
    for block in &mut function.blocks {
        let units = units(&mut block.insts);
        let mut start = 0;
        let mut order: Vec<usize> = vec![];
        for end in 0..=units.len() {
            if end == units.len() || units[end].is_barrier || end - start == LONGEST {
                order.extend(best_order(&units[start..end]).into_iter().map(|i| i + start));
                order.extend((end < units.len()).then_some(end));
                start = end + 1;
            }
        }
        if order.iter().enumerate().any(|(i, &unit)| i != unit) {
            let old = std::mem::take(&mut block.insts);
            let range = |&unit: &usize| old[units[unit].range.clone()].to_vec();
            block.insts = order.iter().flat_map(range).collect();
        }
    }
}

/// Instructions that stay together.
#[derive(Clone)]
struct Unit {
    range: Range<usize>,
    reads: u64,
    writes: u64,
    first: Step,
    last: Step,
    loads: bool,
    stores: bool,
    native: bool,
    flags: bool,
    is_barrier: bool,
}

/// What the timing of neighbours depends on.
#[derive(Clone, Copy, Default)]
struct Step {
    /// Registers of the address, if it accesses memory.
    address: u64,
    is_load: bool,
    is_access: bool,
    /// Registers that it writes.
    writes: u64,
}

fn units(insts: &mut [Located]) -> Vec<Unit> {
    let dead = flags::dead(insts);
    let mut units: Vec<Unit> = vec![];
    for (at, located) in insts.iter_mut().enumerate() {
        let unit = unit(at, located);
        match units.last_mut() {
            Some(before) if !dead[at - 1] => before.append(&unit),
            _ => units.push(unit),
        }
    }
    units
}

fn bit(reg: Reg) -> u64 {
    let number = reg.as_machine().unwrap_or_default();
    1 << (u32::from(number) + if reg.is_float() { 16 } else { 0 })
}

fn unit(at: usize, located: &mut Located) -> Unit {
    let native = located.native;
    let inst = &mut located.inst;
    let (mut reads, mut writes) = (0, u64::from(inst.clobbers()));
    let stored = match inst {
        MInst::Store { rt, .. } => bit(*rt),
        _ => 0,
    };
    inst.visit_operands(&mut |reg, kind, _| match kind {
        OperandKind::Use => reads |= bit(*reg),
        _ => writes |= bit(*reg),
    });
    let (loads, stores) = (matches!(inst, MInst::Load { .. }), matches!(inst, MInst::Store { .. }));
    let is_access = loads || stores;
    // The stored register may be part of the address too: then it counts.
    let address = if is_access { reads & !stored | reads & stored & address(inst) } else { 0 };
    // Nothing waits for a base register that a store writes.
    let results = if stores { 0 } else { writes };
    let step = Step { address, is_load: loads, is_access, writes: results };
    Unit {
        range: at..at + 1,
        reads,
        writes,
        first: step,
        last: step,
        loads,
        stores,
        native,
        flags: inst.reads_flags() || inst.writes_flags(),
        is_barrier: !is_movable(inst),
    }
}

/// Registers of an access' address.
fn address(inst: &MInst) -> u64 {
    use crate::mach::Mode;
    match inst {
        MInst::Load { mode, .. } | MInst::Store { mode, .. } => match mode {
            Mode::Offset(base, _) | Mode::PostIndex(base, _) | Mode::PreIndex(base, _) => {
                bit(*base)
            }
            Mode::Index(base, index, _) => bit(*base) | bit(*index),
            _ => 0,
        },
        _ => 0,
    }
}

/// Whether an instruction only computes or accesses memory.
pub(crate) fn is_movable(inst: &MInst) -> bool {
    use MInst::*;
    matches!(
        inst,
        Const { .. }
            | SymbolAddr { .. }
            | SlotAddr { .. }
            | Mov { .. }
            | Alu { .. }
            | Cmp { .. }
            | CondCmp { .. }
            | ShiftImm { .. }
            | ShiftReg { .. }
            | Un { .. }
            | Extract { .. }
            | ExtendAdd { .. }
            | ExtendBytes { .. }
            | Pack { .. }
            | Saturate { .. }
            | Insert { .. }
            | Clear { .. }
            | Mul { .. }
            | MulAdd { .. }
            | MulPart { .. }
            | MulLong { .. }
            | MulAddLong { .. }
            | SetCond { .. }
            | Select { .. }
            | CondAlu { .. }
            | Load { .. }
            | Store { .. }
    )
}

impl Unit {
    fn append(&mut self, next: &Unit) {
        self.range.end = next.range.end;
        self.reads |= next.reads;
        self.writes |= next.writes;
        self.last = next.last;
        self.loads |= next.loads;
        self.stores |= next.stores;
        self.native |= next.native;
        self.flags |= next.flags;
        self.is_barrier |= next.is_barrier;
    }

    /// Whether `self` must stay before `later`.
    fn precedes(&self, later: &Unit) -> bool {
        let memory = self.stores && (later.loads || later.stores) || self.loads && later.stores;
        self.writes & (later.reads | later.writes) != 0
            || self.reads & later.writes != 0
            || memory
            || self.native && later.native
            || self.flags && later.flags
    }

    /// Cycles that its first instruction takes more behind another one.
    fn penalty(&self, before: &Step) -> i32 {
        let waits = before.writes & self.first.address != 0;
        match (before.is_load, self.first.is_load) {
            (true, true) if !waits => -1,
            (false, _) if waits && self.first.is_access => 1,
            _ => 0,
        }
    }
}

fn cost(units: &[Unit], order: &[usize]) -> i32 {
    let pairs = order.iter().zip(order.iter().skip(1));
    pairs.map(|(&a, &b)| units[b].penalty(&units[a].last)).sum()
}

/// An order that costs less than the one that is there, or that.
fn best_order(units: &[Unit]) -> Vec<usize> {
    let old: Vec<usize> = (0..units.len()).collect();
    let new = greedy(units);
    if cost(units, &new) < cost(units, &old) { new } else { old }
}

/// Takes the unit that waits least; among equals one that an access waits for,
/// and then the first.
fn greedy(units: &[Unit]) -> Vec<usize> {
    let mut waits: Vec<usize> = (0..units.len())
        .map(|j| (0..j).filter(|&i| units[i].precedes(&units[j])).count())
        .collect();
    let mut order: Vec<usize> = vec![];
    let mut done = vec![false; units.len()];
    let mut before = Step::default();
    while order.len() < units.len() {
        let feeds = |i: usize| {
            let later = i + 1..units.len();
            !units[i].first.is_access
                && later.into_iter().any(|j| units[i].writes & units[j].first.address != 0)
        };
        let ready = (0..units.len()).filter(|&i| !done[i] && waits[i] == 0);
        let Some(next) = ready.min_by_key(|&i| (units[i].penalty(&before), !feeds(i), i)) else {
            break;
        };
        done[next] = true;
        order.push(next);
        before = units[next].last;
        for j in next + 1..units.len() {
            waits[j] -= usize::from(units[next].precedes(&units[j]));
        }
    }
    order
}
