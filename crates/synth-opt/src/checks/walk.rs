//! The way through a function, block by block, with what holds where.
//!
//! What is known in a block holds in those that it dominates. A branch shows
//! more on the way that it decides. Where paths meet, what each of them shows
//! holds, and a parameter is at most the largest of what they pass. Of the
//! edges that close a loop that is assumed, and has to be shown when the way
//! comes to them (`loops`).

use std::sync::Arc;

use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Cond, Function, Inst, InstData, SymbolId, Type, Value};

use super::facts::{ANY, Fact, Facts, split};
use super::summary::Summary;
use crate::edit::Edges;
use crate::low_bits::{LowBits, Multiples};
use crate::ranges::Known;

/// Facts that an edge to a join carries.
const CARRIED: usize = 16;
/// Edges to a block that are looked at.
const EDGES: usize = 16;
/// Operators that are looked through for a limit.
const DEPTH: u32 = 4;

/// What does not change on the way.
pub(super) struct Shape {
    pub(super) known: Known,
    pub(super) dom: DomTree,
    edges: Edges,
    multiples: Arc<Multiples>,
}

impl Shape {
    pub(super) fn new(func: &Function, multiples: Arc<Multiples>) -> Shape {
        let dom = DomTree::new(func, &Cfg::new(func));
        Shape { known: Known::new(func), dom, edges: Edges::new(func), multiples }
    }

    /// What holds exactly if a value is at most a limit, with the least limit.
    pub(super) fn fact(&self, func: &Function, value: Value, limit: u32) -> Fact {
        let low = LowBits::of(func, &self.multiples, value);
        Fact::new(func, value, low.round_down(limit).unwrap_or(limit))
    }

    /// The same as a fact, with a limit that is short to compare with, if there is one.
    pub(super) fn short(&self, func: &Function, fact: Fact) -> Option<Fact> {
        let low = LowBits::of(func, &self.multiples, fact.root).plus(fact.add);
        low.round_to_short(fact.limit).map(|limit| Fact { limit, ..fact })
    }
}

/// What an edge to a block shows.
#[derive(Clone, Default)]
struct Arrival {
    /// Limits of the arguments.
    args: Vec<u32>,
    facts: Vec<Fact>,
}

/// Limits of the parameters of loops' headers that are assumed.
pub(super) type Assumed = SecondaryMap<Block, Option<Vec<u32>>>;

/// The current place.
pub(super) struct Walk<'a> {
    pub(super) shape: &'a Shape,
    summaries: &'a SecondaryMap<SymbolId, Summary>,
    assumed: &'a Assumed,
    pub(super) facts: Facts,
    arrivals: SecondaryMap<Block, Vec<Arrival>>,
    /// What the edges that close loops pass, and what is assumed of it.
    pub(super) closed: Vec<Closed>,
    /// The limits that hold at the start of a header.
    started: SecondaryMap<Block, Vec<u32>>,
}

/// An edge that closes a loop.
pub(super) struct Closed {
    pub(super) header: Block,
    /// Limits that hold at the header if these arguments are within them.
    pub(super) limits: Vec<u32>,
    pub(super) args: Vec<u32>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        shape: &'a Shape,
        summaries: &'a SecondaryMap<SymbolId, Summary>,
        assumed: &'a Assumed,
    ) -> Self {
        Walk {
            shape,
            summaries,
            assumed,
            facts: Facts::default(),
            arrivals: SecondaryMap::new(),
            closed: vec![],
            started: SecondaryMap::new(),
        }
    }

    /// Goes to the block at a position of the preorder.
    pub(super) fn enter(&mut self, func: &Function, position: usize, block: Block, entry: &[u32]) {
        let end = position + self.shape.dom.subtree_size(block);
        self.facts.enter(block, position, end);
        let params = &func.blocks[block].params;
        if position == 0 {
            // The entry is no header.
            for (&root, &limit) in params.iter().zip(entry) {
                self.facts.add(Fact { root, add: 0, limit });
            }
            return;
        }
        let arrivals = std::mem::take(&mut self.arrivals[block]);
        let edges = self.shape.edges.to(block).len();
        let [first, rest @ ..] = &arrivals[..] else { return };
        for &fact in &first.facts {
            let limit = rest.iter().fold(fact.limit, |limit, arrival| {
                let facts = arrival.facts.iter().filter(|other| other.root == fact.root);
                limit.max(facts.map(|other| other.limit_of(fact.add)).min().unwrap_or(ANY))
            });
            // Into a loop goes what dominates it in any case.
            if arrivals.len() == edges && limit != ANY {
                self.learn(func, Fact { limit, ..fact });
            }
        }
        let passed = |number: usize| {
            let assumed = self.assumed[block].as_ref().map_or(0, |limits| limits[number]);
            arrivals.iter().fold(assumed, |limit, arrival| limit.max(arrival.args[number]))
        };
        let limits: Vec<u32> = (0..params.len()).map(passed).collect();
        for (&root, &limit) in params.iter().zip(&limits) {
            self.facts.add(Fact { root, add: 0, limit });
        }
        if arrivals.len() < edges {
            self.started[block] = limits;
        }
    }

    /// Passes an instruction.
    pub(super) fn pass(&mut self, func: &Function, inst: Inst) {
        match func.insts[inst] {
            InstData::TrapIf { cond, .. } => {
                if let Some(fact) = self.fact_if(func, cond, false) {
                    self.learn(func, fact);
                }
            }
            InstData::Call { callee, ref args, .. } => {
                let summary = &self.summaries[callee];
                for (&arg, &limit) in args.iter().zip(&summary.after) {
                    self.facts.add(Fact::new(func, arg, limit));
                }
                for (&result, &limit) in func.results[inst].iter().zip(&summary.results) {
                    self.facts.add(Fact::new(func, result, limit));
                }
            }
            _ => {}
        }
    }

    /// Adds a fact, and what it shows of the value alone.
    pub(super) fn learn(&mut self, func: &Function, fact: Fact) {
        let Fact { root, add, limit } = fact;
        self.facts.add(fact);
        // If the sum can't wrap, the value is less.
        if add > 0 && self.limit(func, root).checked_add(add as u32).is_some() {
            let limit = limit.saturating_sub(add as u32);
            self.facts.add(Fact { root, add: 0, limit });
        }
    }

    /// Notes what the edges out of a block show.
    pub(super) fn leave(&mut self, func: &Function, block: Block) {
        let Some(terminator) = func.terminator(block) else { return };
        let data = &func.insts[terminator];
        for (number, call) in data.successors().into_iter().enumerate() {
            let to = call.block;
            let edges = self.shape.edges.to(to).len();
            if edges > EDGES {
                continue;
            }
            let fact = match *data {
                InstData::Branch { cond, ref then, ref other, .. } if then.block != other.block => {
                    self.fact_if(func, cond, number == 0)
                }
                _ => None,
            };
            let Some(meeting) = self.shape.dom.immediate_dominator(to) else { continue };
            let (shape, mut facts) = (self.shape, std::mem::take(&mut self.facts));
            let arrival = facts.assuming(fact, |facts| {
                let limit = |&arg| limit_of(func, shape, facts, arg, DEPTH);
                // A block with one edge has all that holds at its start.
                let shown = if edges > 1 { facts.since(meeting, CARRIED) } else { &[] };
                let mut shown = shown.to_vec();
                shown.extend(fact);
                Arrival { args: call.args.iter().map(limit).collect(), facts: shown }
            });
            self.facts = facts;
            if self.shape.dom.dominates(to, block) {
                let limits = self.started[to].clone();
                self.closed.push(Closed { header: to, limits, args: arrival.args });
            } else {
                self.arrivals[to].push(arrival);
            }
        }
    }

    /// What holds if a condition is not zero, or if it is.
    fn fact_if(&self, func: &Function, cond: Value, holds: bool) -> Option<Fact> {
        let compare = func.def_inst(cond).map(|inst| &func.insts[inst]);
        let Some(&InstData::Compare { cond: how, args: [x, y] }) = compare else {
            return (!holds).then(|| Fact::new(func, cond, 0));
        };
        let signed = |value: Value| self.shape.known.get(value).lo < 0;
        let limit = self.limit(func, y);
        let limit = match if holds { how } else { how.inverted() } {
            Cond::ULe | Cond::Eq => limit,
            Cond::ULt => limit.checked_sub(1)?,
            // The same of numbers that are not negative.
            Cond::SLe if !signed(x) && !signed(y) => limit,
            Cond::SLt if !signed(x) && !signed(y) => limit.checked_sub(1)?,
            _ => return None,
        };
        (limit != ANY).then(|| self.shape.fact(func, x, limit))
    }

    /// The largest number that a value may be.
    pub(super) fn limit(&self, func: &Function, value: Value) -> u32 {
        limit_of(func, self.shape, &self.facts, value, DEPTH)
    }
}

/// The largest number that a value may be, by its range, what is known of it,
/// and what it is computed from.
fn limit_of(func: &Function, shape: &Shape, facts: &Facts, value: Value, depth: u32) -> u32 {
    if func.values[value].ty != Type::I32 {
        return ANY;
    }
    let range = shape.known.get(value).unsigned().map_or(ANY, |(_, most)| most as u32);
    let (root, add) = split(func, value);
    let limit = range.min(facts.limit(root, add)).min(facts.limit(value, 0));
    let Some(inst) = func.def_inst(value).filter(|_| depth > 0) else { return limit };
    let of = |value| limit_of(func, shape, facts, value, depth - 1);
    let sum = |a: u32, b: u32| a.checked_add(b).unwrap_or(ANY);
    let computed = match func.insts[inst] {
        InstData::Select { args: [a, b], .. } => of(a).max(of(b)),
        InstData::Binary { op, args: [a, b] } => match (op, func.as_const(b)) {
            (BinaryOp::Add, Some(c)) if c < 0 => {
                // Below zero it would wrap.
                let least = shape.known.get(a).lo;
                let stays = least >= 0 && least + i64::from(c) >= 0;
                if stays { of(a).saturating_sub(c.unsigned_abs()) } else { ANY }
            }
            // The sum of the same bits is no less.
            (BinaryOp::Add | BinaryOp::Or | BinaryOp::Xor, _) => sum(of(a), of(b)),
            (BinaryOp::And, _) => of(a).min(of(b)),
            (BinaryOp::Mul, _) => of(a).checked_mul(of(b)).unwrap_or(ANY),
            (BinaryOp::Shl, Some(n)) => of(a).checked_mul(1 << (n & 31)).unwrap_or(ANY),
            (BinaryOp::ShrU, Some(n)) => of(a) >> (n & 31),
            (BinaryOp::ShrU | BinaryOp::UDiv | BinaryOp::URem, _) => of(a),
            _ => ANY,
        },
        _ => ANY,
    };
    limit.min(computed)
}
