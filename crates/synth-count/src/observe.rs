//! What the emulator's hooks record: every executed instruction once, skipped
//! instructions of IT blocks recovered, cycles, stack, accesses.
//!
//! The emulator reports the address of each instruction before it executes
//! and says nothing of those that an IT block skips. Invariant: the pending
//! instruction is the last one reported; it is judged when the next address
//! is known, so that the path between the two is exact: either it branched, or
//! what lies between its end and the next address was skipped.

use std::collections::BTreeMap;

use synth_thumb::inst::{Flow, Inst, Reg, Timing, decode};
use synth_thumb::timing::{Core, Event, Facts, Pipeline, Target, register};

use crate::{Access, Cost};

/// The decoded code of a program; a program does not change its code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decoded {
    start: u32,
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    size: u32,
    known: Option<Known>,
    cost: Cost,
}

/// What the hooks ask of an instruction that the table knows.
#[derive(Clone, Copy, Debug)]
struct Known {
    facts: Facts,
    flow: Flow,
    /// The length of the block that an IT instruction opens.
    it_length: usize,
    moves_sp: bool,
    /// The operands whose values decide how long it takes.
    operands: Option<[Reg; 2]>,
}

impl Known {
    fn of(inst: &Inst) -> Option<Self> {
        let by_values = matches!(inst.timing(), Timing::Div | Timing::LongMul | Timing::LongMulAcc);
        let operands = || Some([register(inst, "rn")?, register(inst, "rm")?]);
        Some(Self {
            facts: Facts::of(inst)?,
            flow: inst.flow(),
            it_length: if let Inst::It { block } = inst { block.conds().count() } else { 0 },
            moves_sp: inst.defs().contains(Reg::SP),
            operands: by_values.then(operands).flatten(),
        })
    }
}

impl Decoded {
    /// Prepares for code in a range of addresses.
    pub(crate) fn new(start: u32, bytes: &[u8]) -> Self {
        let slot = |at: usize| {
            let bytes = &bytes[at..];
            let wide = bytes[1] >> 3 >= 0b11101;
            let known = decode(bytes).and_then(|(inst, _)| Known::of(&inst));
            Slot { size: if wide { 4 } else { 2 }, known, cost: Cost::default() }
        };
        let halves = (0..bytes.len().saturating_sub(1)).step_by(2);
        Self { start, slots: halves.map(slot).collect() }
    }

    fn index(&self, address: u32) -> Option<usize> {
        let offset = address.checked_sub(self.start)? as usize;
        (offset.is_multiple_of(2) && offset / 2 < self.slots.len()).then_some(offset / 2)
    }
}

/// What an observed run found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anomaly {
    /// Control was at an address outside the decoded code.
    Outside(u32),
    /// Control went from one address to another without a branch.
    Flow(u32, u32),
}

struct Pending {
    address: u32,
    index: usize,
    operands: [u32; 2],
}

/// The state of the hooks.
pub(crate) struct Observer {
    pub decoded: Vec<Decoded>,
    pub pipeline: Pipeline,
    pub executed: u64,
    pub skipped: u64,
    pub cycles: u64,
    pub lowest_sp: u32,
    pub accesses: Vec<Access>,
    pub anomaly: Option<Anomaly>,
    pub limit: u64,
    pending: Option<(usize, Pending)>,
    /// Instructions of the current IT block that are still to come.
    it_left: usize,
    /// The pending instruction changes sp.
    sp_changes: bool,
}

/// Reads a register of the emulated core.
pub(crate) type ReadReg<'a> = &'a dyn Fn(Reg) -> u32;

impl Observer {
    pub(crate) fn new(core: Core) -> Self {
        Self {
            decoded: vec![],
            pipeline: Pipeline::new(core),
            executed: 0,
            skipped: 0,
            cycles: 0,
            lowest_sp: u32::MAX,
            accesses: vec![],
            anomaly: None,
            limit: u64::MAX,
            pending: None,
            it_left: 0,
            sp_changes: false,
        }
    }

    /// Forgets the last run; the code stays.
    pub(crate) fn reset(&mut self, core: Core, sp: u32, limit: u64) {
        let mut decoded = std::mem::take(&mut self.decoded);
        for slot in decoded.iter_mut().flat_map(|d| &mut d.slots) {
            slot.cost = Cost::default();
        }
        *self = Self { decoded, lowest_sp: sp, limit, ..Self::new(core) };
    }

    /// The address of the instruction that is executing.
    pub(crate) fn pc(&self) -> u32 {
        self.pending.as_ref().map_or(0, |(_, pending)| pending.address)
    }

    /// An instruction is about to execute. Returns whether to go on.
    pub(crate) fn instruction(&mut self, address: u32, read: ReadReg) -> bool {
        self.settle(address);
        if self.sp_changes {
            self.lowest_sp = self.lowest_sp.min(read(Reg::SP));
        }
        let Some((region, index)) = self.find(address) else {
            self.anomaly.get_or_insert(Anomaly::Outside(address));
            return false;
        };
        let mut operands = [0; 2];
        self.sp_changes = false;
        if let Some(known) = &self.decoded[region].slots[index].known {
            self.sp_changes = known.moves_sp;
            operands = known.operands.map_or([0; 2], |regs| regs.map(read));
        }
        self.pending = Some((region, Pending { address, index, operands }));
        self.anomaly.is_none() && self.executed < self.limit
    }

    /// The run ended at `address`, which did not execute.
    pub(crate) fn finish(&mut self, address: u32, sp: u32) {
        self.settle(address);
        self.lowest_sp = self.lowest_sp.min(sp);
    }

    /// The pending instruction faulted: it does not count.
    pub(crate) fn abandon(&mut self) {
        self.pending = None;
    }

    fn find(&self, address: u32) -> Option<(usize, usize)> {
        let regions = self.decoded.iter().enumerate();
        regions.filter_map(|(i, d)| Some((i, d.index(address)?))).next()
    }

    /// Charges the pending instruction, now that the next address is known, and
    /// those that were skipped after it.
    fn settle(&mut self, next: u32) {
        let Some((region, pending)) = self.pending.take() else { return };
        let Slot { known, size, .. } = self.decoded[region].slots[pending.index];
        let mut at = pending.address + size;
        let target = match known.map_or(Flow::Cond, |known| known.flow) {
            Flow::Next => None,
            Flow::Cond if next == at => None,
            _ => Some(self.target(next)),
        };
        let event = Event { skipped: false, target, operands: pending.operands };
        self.charge(region, pending.index, &event);
        self.it_left = match known {
            Some(Known { it_length: length @ 1.., .. }) => length,
            _ => self.it_left.saturating_sub(1),
        };
        if target.is_some() {
            self.it_left = 0;
            return;
        }
        while at != next {
            let skipped = self.decoded[region].index(at).filter(|_| self.it_left > 0);
            let Some(index) = skipped else {
                self.anomaly.get_or_insert(Anomaly::Flow(pending.address, next));
                return;
            };
            at += self.decoded[region].slots[index].size;
            self.charge(region, index, &Event { skipped: true, ..Event::default() });
            self.it_left -= 1;
        }
    }

    fn target(&self, address: u32) -> Target {
        let size = self.find(address).map_or(2, |(region, i)| self.decoded[region].slots[i].size);
        Target { address, size }
    }

    fn charge(&mut self, region: usize, index: usize, event: &Event) {
        let Slot { known, cost, .. } = &mut self.decoded[region].slots[index];
        let cycles = known.as_ref().map_or(0, |known| self.pipeline.step(&known.facts, event));
        if event.skipped {
            cost.skipped += 1;
            self.skipped += 1;
        } else {
            cost.executed += 1;
            self.executed += 1;
        }
        cost.cycles += cycles;
        self.cycles += cycles;
    }

    /// Costs by address, of instructions that were reached.
    pub(crate) fn profile(&self) -> BTreeMap<u32, Cost> {
        self.reached().map(|(address, slot)| (address, slot.cost)).collect()
    }

    /// Instructions that have no timing, and how often they executed.
    pub(crate) fn unmodelled(&self) -> BTreeMap<u32, u64> {
        let unknown = self.reached().filter(|(_, slot)| slot.known.is_none());
        unknown.map(|(address, slot)| (address, slot.cost.executed)).collect()
    }

    fn reached(&self) -> impl Iterator<Item = (u32, &Slot)> {
        let regions = self.decoded.iter();
        let slots =
            regions.flat_map(|d| (0u32..).zip(&d.slots).map(|(i, slot)| (d.start + 2 * i, slot)));
        slots.filter(|(_, slot)| slot.cost != Cost::default())
    }
}
