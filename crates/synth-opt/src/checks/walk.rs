//! The way through a function, block by block, with what holds where.
//!
//! What is known in a block holds in those that it dominates. A branch shows
//! more on the way that it decides. Where paths meet, what each of them shows
//! holds, and a parameter is at most the largest of what they pass. Of the
//! edges that close a loop that is assumed, and has to be shown when the way
//! comes to them (`loops`).

use std::sync::Arc;

use smallvec::SmallVec;
use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, BlockCall, Cond, Function, Inst, InstData, SymbolId, Type, Value};

use super::facts::{ANY, Fact, Facts, split};
use super::summary::Summary;
use crate::edit::Edges;
use crate::low_bits::{LowBits, Multiples};
use crate::ranges::{Flow, Known};

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
        let cfg = Cfg::new(func);
        let flow = Flow::new(func, &cfg, DomTree::new(func, &cfg));
        let known = Known::with(func, &cfg, &flow);
        let Flow { dom, edges, .. } = flow;
        Shape { known, dom, edges, multiples }
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

/// A part of a list.
#[derive(Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// What is appended to a list.
    fn append<T>(list: &mut Vec<T>, items: impl Iterator<Item = T>) -> Span {
        let start = list.len() as u32;
        list.extend(items);
        Span { start, end: list.len() as u32 }
    }

    fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..self.end as usize]
    }
}

/// What an edge to a block shows.
#[derive(Clone, Copy)]
struct Arrival {
    /// Limits of the arguments.
    args: Span,
    facts: Span,
}

/// Limits of the parameters of loops' headers that are assumed.
pub(super) type Assumed = SecondaryMap<Block, Option<Vec<u32>>>;

/// The current place.
pub(super) struct Walk<'a> {
    pub(super) shape: &'a Shape,
    summaries: &'a SecondaryMap<SymbolId, Summary>,
    assumed: &'a Assumed,
    pub(super) facts: Facts,
    arrivals: SecondaryMap<Block, SmallVec<[Arrival; 2]>>,
    /// What the arrivals show, one after the other.
    shown: Vec<Fact>,
    /// The limits of arrivals and of headers.
    limits: Vec<u32>,
    /// What the edges that close loops pass, and what is assumed of it.
    pub(super) closed: Vec<Closed>,
    /// The limits that hold at the start of a header.
    started: SecondaryMap<Block, Span>,
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
        func: &Function,
        shape: &'a Shape,
        summaries: &'a SecondaryMap<SymbolId, Summary>,
        assumed: &'a Assumed,
    ) -> Self {
        let arrivals = func.blocks.values().map(|_| SmallVec::new()).collect::<Vec<_>>().into();
        Walk {
            shape,
            summaries,
            assumed,
            facts: Facts::new(func),
            arrivals,
            shown: vec![],
            limits: vec![],
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
        for at in first.facts.start..first.facts.end {
            let fact = self.shown[at as usize];
            let limit = rest.iter().fold(fact.limit, |limit, arrival| {
                let facts = arrival.facts.of(&self.shown).iter();
                let facts = facts.filter(|other| other.root == fact.root);
                limit.max(facts.map(|other| other.limit_of(fact.add)).min().unwrap_or(ANY))
            });
            // Into a loop goes what dominates it in any case.
            if arrivals.len() == edges && limit != ANY {
                self.learn(func, Fact { limit, ..fact });
            }
        }
        let start = self.limits.len() as u32;
        for (number, &root) in params.iter().enumerate() {
            let assumed = self.assumed[block].as_ref().map_or(0, |limits| limits[number]);
            let passed = arrivals.iter().map(|arrival| arrival.args.of(&self.limits)[number]);
            let limit = passed.fold(assumed, u32::max);
            self.facts.add(Fact { root, add: 0, limit });
            self.limits.push(limit);
        }
        if arrivals.len() < edges {
            self.started[block] = Span { start, end: self.limits.len() as u32 };
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
        let mut number = 0;
        data.for_each_successor(|call| {
            self.leave_by(func, block, data, call, number == 0);
            number += 1;
        });
    }

    /// Notes what an edge shows, which may be the first of a block.
    fn leave_by(
        &mut self,
        func: &Function,
        block: Block,
        terminator: &InstData,
        call: &BlockCall,
        first: bool,
    ) {
        let to = call.block;
        let edges = self.shape.edges.to(to).len();
        if edges > EDGES {
            return;
        }
        let fact = match *terminator {
            InstData::Branch { cond, ref then, ref other, .. } if then.block != other.block => {
                self.fact_if(func, cond, first)
            }
            _ => None,
        };
        let Some(meeting) = self.shape.dom.immediate_dominator(to) else { return };
        let (shape, limits, shown) = (self.shape, &mut self.limits, &mut self.shown);
        let arrival = self.facts.assuming(fact, |facts| {
            let limit = |&arg| limit_of(func, shape, facts, arg, DEPTH);
            // A block with one edge has all that holds at its start.
            let since = (edges > 1).then(|| facts.since(meeting, CARRIED));
            Arrival {
                args: Span::append(limits, call.args.iter().map(limit)),
                facts: Span::append(shown, since.into_iter().flatten().chain(fact)),
            }
        });
        if self.shape.dom.dominates(to, block) {
            let limits = self.started[to].of(&self.limits).to_vec();
            let args = arrival.args.of(&self.limits).to_vec();
            self.closed.push(Closed { header: to, limits, args });
        } else {
            self.arrivals[to].push(arrival);
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
    let mut limit = range.min(facts.limit(root, add));
    if root != value {
        limit = limit.min(facts.limit(value, 0));
    }
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
