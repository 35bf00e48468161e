//! Memory: loads of what is known, and stores that nothing can see.
//!
//! A load from a place that was stored to or loaded from before, with nothing
//! in between that may have changed it, is that value. What is known is
//! carried along the edges of the graph: where paths meet, what all of them
//! know the same; into a loop, what nothing in the loop may change. A store of
//! what is there already goes, as does one that is overwritten in its block
//! before anything may read it (`dead`).
//!
//! Calls and what orders accesses may change everything but private slots and
//! globals that all functions leave as they are (`preserved`). A
//! trap ends the function with memory as it is, so a store stays that a check
//! follows. Native memory is never known and its accesses stay as they are.

mod dead;
mod place;
pub(crate) mod preserved;

use rayon::prelude::*;
use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, Function, Inst, InstData, LoadOp, Program, Region, SourceLoc, StoreOp,
    SymbolId, UnaryOp, Value,
};

use crate::edit::Replacements;
use crate::pipeline::Change;
use crate::slots::Uses;
use place::Place;
use preserved::Preserved;

/// Forwards what is known, and removes stores, in all functions.
pub fn run(program: &mut Program) -> Change {
    let preserved = preserved::find(program);
    let functions: Vec<_> = program.functions_mut().collect();
    let run = |(_, func): (SymbolId, &mut Function)| {
        let uses = Uses::new(func);
        let forwarded = forward(func, &uses, &preserved);
        dead::run(func, &uses) || forwarded
    };
    let changed = functions.into_par_iter().map(run).reduce(|| false, |a, b| a | b);
    Change { changed, ..Change::default() }
}

/// Places that are known at a time: the latest.
const LIMIT: usize = 32;
/// Stores of a loop that are told apart.
const STORES: usize = 64;

/// The contents of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contents {
    Stored(StoreOp, Value),
    Loaded(LoadOp, Value),
}

/// What is known of memory at some point.
#[derive(Clone, Debug, Default)]
struct Table(Vec<(Place, Contents)>);

impl Table {
    fn insert(&mut self, place: Place, contents: Contents) {
        if self.0.len() >= LIMIT {
            self.0.remove(0);
        }
        self.0.push((place, contents));
    }

    /// What stands at the start of a place, in as many bytes or more.
    fn find(&self, place: Place) -> Option<Contents> {
        let found = self.0.iter().rev().find(|(known, _)| known.starts_like(place));
        found.map(|&(_, contents)| contents)
    }

    /// Forgets what a store to the place may change.
    fn clobber(&mut self, place: &Place) {
        self.0.retain(|(known, _)| !known.may_overlap(place));
    }

    /// Forgets what code elsewhere may change.
    fn call(&mut self, preserved: &Preserved) {
        self.0.retain(|(known, _)| known.is_private() || known.is_preserved(preserved));
    }

    /// Keeps what another table knows too.
    fn meet(&mut self, other: &Table) {
        self.0.retain(|entry| other.0.contains(entry));
    }
}

/// What the instructions of a loop do to memory.
#[derive(Clone, Debug, Default)]
struct Effects {
    stores: Vec<Place>,
    /// Everything may change, private slots too.
    all: bool,
    /// Everything may change but private slots.
    calls: bool,
}

impl Effects {
    fn store(&mut self, place: Place) {
        match self.stores.len() < STORES {
            true => self.stores.push(place),
            false => self.all = true,
        }
    }

    fn add(&mut self, inner: Effects) {
        self.all |= inner.all;
        self.calls |= inner.calls;
        inner.stores.into_iter().for_each(|place| self.store(place));
    }

    fn apply(&self, table: &mut Table, preserved: &Preserved) {
        if self.all {
            table.0.clear();
        }
        if self.calls {
            table.call(preserved);
        }
        self.stores.iter().for_each(|place| table.clobber(place));
    }
}

/// What an instruction does to memory.
enum Effect {
    None,
    Load(LoadOp, Place),
    Store(StoreOp, Place, Value),
    Call,
}

fn effect(func: &Function, uses: &Uses, inst: Inst, resolve: impl FnMut(Value) -> Value) -> Effect {
    let place =
        |addr, offset, bytes, region| Place::new(func, uses, addr, offset, bytes, region, resolve);
    match func.insts[inst] {
        InstData::Load { op, addr, offset, region } => {
            Effect::Load(op, place(addr, offset, op.bytes(), region))
        }
        InstData::Store { op, addr, value, offset, region } => {
            Effect::Store(op, place(addr, offset, op.bytes(), region), value)
        }
        InstData::TrapIf { .. } | InstData::StackRestore { .. } => Effect::None,
        ref data if data.has_side_effect() && !data.is_terminator() => Effect::Call,
        _ => Effect::None,
    }
}

/// The effects of each loop, by its header.
fn loop_effects(
    func: &Function,
    uses: &Uses,
    cfg: &Cfg,
    loops: &Loops,
) -> SecondaryMap<Block, Effects> {
    let mut effects: SecondaryMap<Block, Effects> = SecondaryMap::new();
    for &block in cfg.reverse_postorder() {
        let Some(header) = loops.header(block) else { continue };
        for &inst in &func.blocks[block].insts {
            match effect(func, uses, inst, |v| v) {
                Effect::Store(_, place, _) => effects[header].store(place),
                Effect::Call => effects[header].calls = true,
                _ => {}
            }
        }
    }
    for header in loops.headers() {
        if let Some(outer) = loops.outer(header) {
            let inner = effects[header].clone();
            effects[outer].add(inner);
        }
    }
    effects
}

fn forward(func: &mut Function, uses: &Uses, preserved: &Preserved) -> bool {
    let cfg = Cfg::new(func);
    let dom = DomTree::new(func, &cfg);
    let loops = Loops::new(&cfg, &dom);
    let effects = loop_effects(func, uses, &cfg, &loops);
    let mut tables: SecondaryMap<Block, Option<Table>> = SecondaryMap::new();
    let mut forwarder = Forwarder {
        func,
        uses,
        preserved,
        same: Replacements::default(),
        out: vec![],
        loc: SourceLoc::default(),
        changed: false,
    };
    for &block in cfg.reverse_postorder() {
        let preds = cfg.predecessors(block);
        let is_header = loops.header(block) == Some(block);
        let mut table = Table::default();
        let mut known = preds.iter().filter_map(|&pred| tables[pred].as_ref());
        let complete = preds.iter().all(|&pred| tables[pred].is_some());
        if let Some(first) = known.next().filter(|_| complete || is_header) {
            table.clone_from(first);
            known.for_each(|other| table.meet(other));
        }
        if is_header {
            effects[block].apply(&mut table, preserved);
        }
        forwarder.block(block, &mut table);
        tables[block] = Some(table);
    }
    let Forwarder { same, changed, .. } = forwarder;
    same.apply(func) || changed
}

struct Forwarder<'f> {
    func: &'f mut Function,
    uses: &'f Uses,
    preserved: &'f Preserved,
    same: Replacements,
    out: Vec<Inst>,
    loc: SourceLoc,
    changed: bool,
}

impl Forwarder<'_> {
    fn block(&mut self, block: Block, table: &mut Table) {
        for inst in std::mem::take(&mut self.func.blocks[block].insts) {
            self.loc = self.func.locs[inst];
            if self.keeps(inst, table) {
                self.out.push(inst);
            } else {
                self.changed = true;
            }
        }
        self.func.blocks[block].insts = std::mem::take(&mut self.out);
    }

    /// Whether the instruction stays.
    fn keeps(&mut self, inst: Inst, table: &mut Table) -> bool {
        let same = &mut self.same;
        match effect(self.func, self.uses, inst, |v| same.resolve(v)) {
            Effect::None => true,
            Effect::Call => {
                table.call(self.preserved);
                true
            }
            Effect::Load(_, place) if place.region == Region::Native => true,
            Effect::Load(op, place) => {
                let result = self.func.result(inst);
                if let Some(contents) = table.find(place)
                    && let Some(value) = self.convert(contents, op)
                {
                    self.same.replace(result, value);
                    return false;
                }
                table.insert(place, Contents::Loaded(op, result));
                true
            }
            Effect::Store(op, place, value) => {
                let value = self.same.resolve(value);
                if place.region != Region::Native
                    && table.find(place).is_some_and(|contents| holds(contents, op, value))
                {
                    return false;
                }
                table.clobber(&place);
                if place.region != Region::Native {
                    table.insert(place, Contents::Stored(op, value));
                }
                true
            }
        }
    }

    /// What a load reads where something stands at its start.
    fn convert(&mut self, contents: Contents, op: LoadOp) -> Option<Value> {
        use LoadOp::{F32, F64, I32, S8, S16, U8, U16};
        let (width, value) = match contents {
            Contents::Loaded(loaded, value) if loaded == op => return Some(value),
            Contents::Loaded(U8 | S8, value) | Contents::Stored(StoreOp::I8, value) => (U8, value),
            Contents::Loaded(U16 | S16, value) | Contents::Stored(StoreOp::I16, value) => {
                (U16, value)
            }
            Contents::Loaded(I32, value) | Contents::Stored(StoreOp::I32, value) => (I32, value),
            Contents::Loaded(F32, value) | Contents::Stored(StoreOp::F32, value) => (F32, value),
            Contents::Loaded(F64, value) | Contents::Stored(StoreOp::F64, value) => (F64, value),
        };
        let data = match (op, width) {
            (I32, I32) | (F32, F32) | (F64, F64) => return Some(value),
            (U8, U8 | U16 | I32) => return Some(self.mask(value, 0xff)),
            (U16, U16 | I32) => return Some(self.mask(value, 0xffff)),
            (S8, U8 | U16 | I32) => InstData::Unary { op: UnaryOp::Sext8, arg: value },
            (S16, U16 | I32) => InstData::Unary { op: UnaryOp::Sext16, arg: value },
            (I32, F32) => InstData::Unary { op: UnaryOp::F32Bits, arg: value },
            (F32, I32) => InstData::Unary { op: UnaryOp::F32FromBits, arg: value },
            _ => return None,
        };
        Some(self.emit(data))
    }

    fn mask(&mut self, value: Value, mask: i32) -> Value {
        let mask = self.emit(InstData::Const(mask));
        self.emit(InstData::Binary { op: BinaryOp::And, args: [value, mask] })
    }

    fn emit(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.result(inst)
    }
}

/// Whether a store of the value would change nothing.
fn holds(contents: Contents, op: StoreOp, value: Value) -> bool {
    match contents {
        Contents::Stored(before, known) => before == op && known == value,
        Contents::Loaded(before, known) => {
            known == value
                && before.bytes() == op.bytes()
                && before.result_type() == op.value_type()
        }
    }
}
