//! Constants and addresses that several places make, in a register that is free on the
//! way between them, after allocation.
//!
//! Selection makes each in the block that needs it, and before allocation it can only be
//! guessed whether a longer life finds a register. Here it is known which registers hold
//! nothing: a constant is made once in a block that dominates its places if one of them
//! holds nothing from there to the last of these, and that costs less. No life is spilled
//! for it and no register saved, so that it may be done value by value. It is done where
//! speed counts.

mod place;
mod registers;

use std::collections::BTreeMap;

use crate::compile::Prefer;
use crate::hoist;
use crate::imm;
use crate::mach::dominators::Graph;
use crate::mach::{Located, MFunction, MInst, Reg};
use crate::remake::Remake;
use crate::rename;
use crate::scale::Scale;
use place::{Place, Places};
use registers::{Beside, Busy, Region, beside};

/// Instructions that are looked at for each of the function, at most.
const FUEL: usize = 8;

/// Makes constants less often, in registers of the set `usable`, of which those in
/// `saved` are only there behind the prologue. What it took of them.
pub(crate) fn run(function: &mut MFunction, usable: u16, saved: u16) -> u16 {
    let Some(values) = repeated(function) else { return 0 };
    let fuel = FUEL * function.blocks.iter().map(|block| block.insts.len()).sum::<usize>();
    let graph = Graph::new(function);
    let busy = Busy::new(function);
    let scale = Scale(Prefer::Speed);
    let mut sharing = Sharing { function, graph, busy, usable, saved, scale, fuel, taken: 0 };
    for value in values {
        sharing.share(value);
    }
    sharing.taken
}

/// The value that an instruction makes out of nothing in a core register, if that needs
/// more than a copy does.
fn made(inst: &MInst) -> Option<(Reg, Remake)> {
    match *inst {
        MInst::Const { value, .. } if imm::cost(value) <= 4 => None,
        MInst::Const { .. } | MInst::SymbolAddr { .. } => Remake::of(inst, false),
        _ => None,
    }
}

/// A value that is made in several places, and the blocks that do.
struct Repeated {
    value: Remake,
    blocks: Vec<u32>,
    count: u32,
    /// Cycles of all of it.
    cycles: u64,
}

/// The values that are made in several places, those that cost most first. None if there
/// are none.
fn repeated(function: &MFunction) -> Option<Vec<Repeated>> {
    let mut values: BTreeMap<Remake, Repeated> = BTreeMap::new();
    for (index, block) in (0..).zip(&function.blocks) {
        for (_, value) in block.insts.iter().filter_map(|located| made(&located.inst)) {
            let new = || Repeated { value, blocks: vec![], count: 0, cycles: 0 };
            let found = values.entry(value).or_insert_with(new);
            found.count += 1;
            found.cycles += value.cost_again().1 * block.frequency;
            if found.blocks.last() != Some(&index) {
                found.blocks.push(index);
            }
        }
    }
    let mut values: Vec<Repeated> = values.into_values().filter(|v| v.count > 1).collect();
    values.sort_by_key(|found| (std::cmp::Reverse(found.cycles), found.value));
    (!values.is_empty()).then_some(values)
}

struct Sharing<'a> {
    function: &'a mut MFunction,
    graph: Graph,
    busy: Busy,
    usable: u16,
    saved: u16,
    scale: Scale,
    fuel: usize,
    taken: u16,
}

impl Sharing<'_> {
    fn share(&mut self, Repeated { value, blocks, .. }: Repeated) {
        let mut work: Vec<Place> = self.places(value, &blocks).into_iter().collect();
        while let Some(place) = work.pop() {
            let reading = match place.is_worth_it() {
                true => self.make_at(&place, value),
                false => vec![],
            };
            if reading.is_empty() {
                work.extend(place.into_parts());
                continue;
            }
            let blocks = place.readers().into_iter().map(|(block, _)| block);
            let mut left: Vec<u32> = blocks.filter(|block| !reading.contains(block)).collect();
            left.sort_unstable();
            work.extend(self.places(value, &left));
        }
    }

    /// Where a value is made that some blocks make, as a tree of dominators.
    fn places(&mut self, value: Remake, blocks: &[u32]) -> Option<Place> {
        let mut sites = BTreeMap::new();
        for &index in blocks.iter().filter(|&&block| self.graph.is_reached(block)) {
            let block = &mut self.function.blocks[index as usize];
            let out = self.busy.live_out(index);
            let (count, copies): &mut (u32, u64) = sites.entry(index).or_default();
            for at in 0..block.insts.len() {
                if let Some((rd, _)) = made(&block.insts[at].inst).filter(|made| made.1 == value) {
                    *count += 1;
                    if !can_rename(&mut block.insts[at + 1..], rd, out) {
                        *copies += self.scale.cost(2, 1, block.frequency);
                    }
                }
            }
        }
        let (bytes, cycles) = value.cost_again();
        let frequency = |block: u32| self.function.blocks[block as usize].frequency;
        let make = |block| self.scale.cost(bytes, cycles, frequency(block));
        Places::new(&self.graph, make, sites).tree()
    }

    /// Makes a value once for as much of a tree as a register serves, if that is worth it.
    /// The blocks that read it then.
    fn make_at(&mut self, place: &Place, value: Remake) -> Vec<u32> {
        let (at, readers) = (place.at(), place.readers());
        let blocks: Vec<u32> = readers.iter().map(|&(block, _)| block).collect();
        let region = Region::new(&self.graph, at, &blocks);
        let usable = self.usable(at);
        let Some(left) = self.fuel.checked_sub(region.len()) else { return vec![] };
        self.fuel = left;
        // First without a look into the blocks that read it.
        let hopes = region.reached(&self.graph, usable & !self.busy.live_out(at), |block| {
            match blocks.contains(&block) {
                true => self.busy.live_in(block) | self.busy.live_out(block),
                false => self.busy.all(block),
            }
        });
        if best(&readers, place.cost(), |block| if block == at { usable } else { hopes.at(block) })
            .is_none()
        {
            return vec![];
        }
        let kept = self.function.new_reg();
        let mut code: BTreeMap<u32, (Vec<Located>, Beside)> = BTreeMap::new();
        for &block in blocks.iter().chain([&at]) {
            let insts = self.function.blocks[block as usize].insts.clone();
            self.fuel = self.fuel.saturating_sub(2 * insts.len());
            let mut insts = self.rewritten(block, insts, (value, kept), block == at);
            let beside = beside(&mut insts, kept, self.busy.live_out(block));
            code.insert(block, (insts, beside));
        }
        let beside = |block: u32| match code.get(&block) {
            Some((_, beside)) => *beside,
            None => Beside::default(),
        };
        let free = region.reached(&self.graph, usable & !beside(at).through, |block| {
            match code.get(&block) {
                Some((_, beside)) => beside.through | self.busy.live_in(block),
                None => self.busy.all(block),
            }
        });
        let found = best(&readers, place.cost(), |block| match block == at {
            true => usable & !beside(block).last,
            false => free.at(block) & !beside(block).last,
        });
        let Some((held, reading)) = found else { return vec![] };
        self.rewrite(code, kept, held, at, &reading);
        let region = Region::new(&self.graph, at, &reading);
        self.busy.take(&region, at, held);
        self.taken |= held.core_bit();
        reading
    }

    /// Puts code in place that reads a value from the register `held`: where it is made,
    /// and the blocks that are `reading`.
    fn rewrite(
        &mut self,
        code: BTreeMap<u32, (Vec<Located>, Beside)>,
        kept: Reg,
        held: Reg,
        at: u32,
        reading: &[u32],
    ) {
        for (block, (mut insts, _)) in code {
            if block != at && !reading.contains(&block) {
                continue;
            }
            for located in &mut insts {
                located.inst.visit_operands(&mut |reg, _, _| {
                    if *reg == kept {
                        *reg = held;
                    }
                });
            }
            self.function.blocks[block as usize].insts = insts;
        }
    }

    /// Registers that may hold a value from a block on: those that are saved, where that
    /// has been done in any case.
    fn usable(&self, at: u32) -> u16 {
        let needs = |block| self.busy.uses_any(block, self.saved);
        if needs(0) || needs(at) { self.usable } else { self.usable & !self.saved }
    }

    /// A block in which `kept` holds the value, and which makes it first if `make`.
    fn rewritten(
        &self,
        block: u32,
        mut insts: Vec<Located>,
        (value, kept): (Remake, Reg),
        mut make: bool,
    ) -> Vec<Located> {
        let out = self.busy.live_out(block);
        let unit = self.function.float_unit;
        let mut at = 0;
        while at < insts.len() {
            let Some((rd, _)) = made(&insts[at].inst).filter(|made| made.1 == value) else {
                at += 1;
                continue;
            };
            let loc = insts[at].loc;
            if can_rename(&mut insts[at + 1..], rd, out) {
                rename::rename(&mut insts[at + 1..], rd, kept);
                insts.remove(at);
            } else {
                insts[at] = Located::new(MInst::Mov { rd, rm: kept }, loc);
            }
            if std::mem::take(&mut make) {
                insts.insert(at, Located::new(value.make(kept, unit), loc));
                at += 1;
            }
        }
        if make {
            let at = hoist::end(&insts);
            let loc = insts.get(at).map(|located| located.loc).unwrap_or_default();
            insts.insert(at, Located::new(value.make(kept, unit), loc));
        }
        insts
    }
}

/// The register that saves most, more than making the value costs, and the blocks that it
/// serves; by the registers that serve each.
fn best(
    readers: &[(u32, u64)],
    cost: u64,
    serving: impl Fn(u32) -> u16,
) -> Option<(Reg, Vec<u32>)> {
    let serving: Vec<u16> = readers.iter().map(|&(block, _)| serving(block)).collect();
    let any = serving.iter().fold(0, |any, set| any | set);
    let numbers = (0..16u8).filter(|number| any & 1 << number != 0);
    let saved = |number: u8| {
        let served = readers.iter().zip(&serving).filter(|(_, set)| **set & 1 << number != 0);
        served.map(|((_, saves), _)| saves).sum::<u64>()
    };
    let best = numbers.max_by_key(|&number| (saved(number), std::cmp::Reverse(number)))?;
    let served = readers.iter().zip(&serving).filter(|(_, set)| **set & 1 << best != 0);
    let served = served.map(|((block, _), _)| *block).collect();
    (saved(best) > cost).then(|| (Reg::machine(best), served))
}

/// Whether what reads a constant from a register may read it from another one that holds
/// it all the time.
fn can_rename(behind: &mut [Located], rd: Reg, live_out: u16) -> bool {
    rename::can_rename(behind, rd, |_| false, live_out & rd.core_bit() != 0)
}
