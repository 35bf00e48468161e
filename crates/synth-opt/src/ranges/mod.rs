//! Ranges: decides comparisons and drops masks by what values can be.
//!
//! Each word has an interval of signed numbers, from the instruction that
//! computes it; that of a loop's counter follows from where it starts and the
//! comparison that closes the loop (`counters`). Nothing is assumed of a
//! sum that may wrap.

mod counters;

use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, Cond, Function, Inst, InstData, LoadOp, Type, UnaryOp, Value, WideOp,
};

pub(crate) use counters::Flow;

use crate::edit::Replacements;
use crate::{Context, Pass};

/// The pass.
pub struct Ranges;

impl Pass for Ranges {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let known = Known::new(func);
        let mut same = Replacements::default();
        let mut changed = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                match known.decide(func, inst) {
                    Some(Decision::Constant(value)) => {
                        func.insts[inst] = InstData::Const(value);
                        changed = true;
                    }
                    Some(Decision::Operand(value)) => same.replace(func.result(inst), value),
                    Some(Decision::Sum(args)) => {
                        func.insts[inst] = InstData::Binary { op: BinaryOp::Add, args };
                        changed = true;
                    }
                    Some(Decision::SignOfProduct(args)) => {
                        let loc = func.locs[inst];
                        let mul = InstData::Binary { op: BinaryOp::Mul, args };
                        let parts = [mul, InstData::Const(31)].map(|d| func.make_inst(d, loc));
                        out.extend(parts);
                        let args = parts.map(|part| func.result(part));
                        func.insts[inst] = InstData::Binary { op: BinaryOp::ShrS, args };
                        changed = true;
                    }
                    None => {}
                }
                out.push(inst);
            }
            func.blocks[block].insts = out;
        }
        same.apply(func) || changed
    }
}

/// The signed numbers from `lo` to `hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) lo: i64,
    pub(crate) hi: i64,
}

impl Range {
    /// All words.
    pub(crate) const ALL: Range = Range { lo: i32::MIN as i64, hi: i32::MAX as i64 };

    /// One number.
    pub(crate) fn exactly(value: i32) -> Range {
        Range { lo: value.into(), hi: value.into() }
    }

    /// An interval, or all words if one of its ends is none.
    pub(crate) fn new(lo: i64, hi: i64) -> Range {
        match Range::ALL.lo <= lo && lo <= hi && hi <= Range::ALL.hi {
            true => Range { lo, hi },
            false => Range::ALL,
        }
    }

    fn union(self, other: Range) -> Range {
        Range { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    fn add(self, other: Range) -> Range {
        Range::new(self.lo + other.lo, self.hi + other.hi)
    }

    fn sub(self, other: Range) -> Range {
        Range::new(self.lo - other.hi, self.hi - other.lo)
    }

    fn mul(self, other: Range) -> Range {
        self.product(other).unwrap_or(Range::ALL)
    }

    /// All products, if each is a word.
    fn product(self, other: Range) -> Option<Range> {
        let ends = [self.lo * other.lo, self.lo * other.hi, self.hi * other.lo, self.hi * other.hi];
        let (lo, hi) = ends.iter().fold((i64::MAX, i64::MIN), |(l, h), &e| (l.min(e), h.max(e)));
        (Range::ALL.lo <= lo && hi <= Range::ALL.hi).then_some(Range { lo, hi })
    }

    /// What is left of the numbers where a comparison with another one holds.
    pub(crate) fn where_it(self, cond: Cond, other: Range) -> Range {
        let (mut lo, mut hi) = (self.lo, self.hi);
        match cond {
            Cond::Eq => (lo, hi) = (lo.max(other.lo), hi.min(other.hi)),
            Cond::SLt => hi = hi.min(other.hi - 1),
            Cond::SLe => hi = hi.min(other.hi),
            Cond::SGt => lo = lo.max(other.lo + 1),
            Cond::SGe => lo = lo.max(other.lo),
            // Less than what is not negative is not negative either.
            Cond::ULt if other.lo >= 0 => (lo, hi) = (lo.max(0), hi.min(other.hi - 1)),
            Cond::ULe if other.lo >= 0 => (lo, hi) = (lo.max(0), hi.min(other.hi)),
            Cond::UGt if other.lo >= 0 && lo >= 0 => lo = lo.max(other.lo + 1),
            Cond::UGe if other.lo >= 0 && lo >= 0 => lo = lo.max(other.lo),
            _ => {}
        }
        // Where it never holds, what is said of it does not matter.
        if lo <= hi { Range { lo, hi } } else { self }
    }

    /// The interval of the same words as unsigned numbers, unless it has two
    /// parts.
    pub(crate) fn unsigned(self) -> Option<(i64, i64)> {
        match (self.lo >= 0, self.hi < 0) {
            (true, _) => Some((self.lo, self.hi)),
            (_, true) => Some((self.lo + (1 << 32), self.hi + (1 << 32))),
            _ => None,
        }
    }

    /// Whether a comparison of two words holds, if that is the same for all.
    pub(crate) fn compare(self, cond: Cond, other: Range) -> Option<bool> {
        let signed = ((self.lo, self.hi), (other.lo, other.hi));
        let unsigned = || Some((self.unsigned()?, other.unsigned()?));
        let less = |((alo, ahi), (blo, bhi)): ((i64, i64), (i64, i64))| match () {
            () if ahi < blo => Some(true),
            () if alo >= bhi => Some(false),
            () => None,
        };
        let swap = |(a, b)| (b, a);
        let not = |holds: Option<bool>| holds.map(|holds| !holds);
        match cond {
            Cond::SLt => less(signed),
            Cond::SGe => not(less(signed)),
            Cond::SGt => less(swap(signed)),
            Cond::SLe => not(less(swap(signed))),
            Cond::ULt => less(unsigned()?),
            Cond::UGe => not(less(unsigned()?)),
            Cond::UGt => less(swap(unsigned()?)),
            Cond::ULe => not(less(swap(unsigned()?))),
            Cond::Eq | Cond::Ne => {
                let equal = match () {
                    () if self.hi < other.lo || other.hi < self.lo => false,
                    () if self.lo == self.hi && self == other => true,
                    () => return None,
                };
                Some(equal == (cond == Cond::Eq))
            }
        }
    }
}

/// The ranges of all words of a function.
pub(crate) struct Known(SecondaryMap<Value, Option<Range>>);

enum Decision {
    Constant(i32),
    Operand(Value),
    /// The high word of a sum without carry is the sum of the high words.
    Sum([Value; 2]),
    /// The high word of a product that is a word is its sign.
    SignOfProduct([Value; 2]),
}

impl Known {
    pub(crate) fn new(func: &Function) -> Self {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        Known::with(func, &cfg, &Flow::new(func, &cfg, dom))
    }

    /// The same for a function whose flow is known.
    pub(crate) fn with(func: &Function, cfg: &Cfg, flow: &Flow) -> Self {
        let mut known = Known(SecondaryMap::new());
        known.0.resize(func.values.len());
        for &block in cfg.reverse_postorder() {
            let ranges = known.params(func, flow, block);
            for (&param, range) in func.blocks[block].params.iter().zip(ranges) {
                known.0[param] = Some(range);
            }
            for &inst in &func.blocks[block].insts {
                if let [result] = func.results[inst][..]
                    && func.values[result].ty == Type::I32
                {
                    known.0[result] = Some(known.of_inst(func, inst));
                }
            }
        }
        known
    }

    pub(crate) fn get(&self, value: Value) -> Range {
        self.0[value].unwrap_or(Range::ALL)
    }

    /// A parameter is what an edge passes; for a loop's header, that of a
    /// counter.
    fn params(&self, func: &Function, flow: &Flow, block: Block) -> Vec<Range> {
        let edges = flow.edges.to(block);
        if edges.is_empty() {
            return vec![Range::ALL; func.blocks[block].params.len()];
        }
        if edges.iter().any(|&edge| counters::closes(flow, block, edge)) {
            return counters::ranges(self, func, flow, block);
        }
        let union = |number| {
            let incoming = flow.edges.incoming(func, block, number).map(|v| self.get(v));
            incoming.reduce(Range::union).unwrap_or(Range::ALL)
        };
        (0..func.blocks[block].params.len()).map(union).collect()
    }

    fn of_inst(&self, func: &Function, inst: Inst) -> Range {
        let of = |v| self.get(v);
        match func.insts[inst] {
            InstData::Const(c) => Range::exactly(c),
            InstData::Compare { .. } | InstData::Compare64 { .. } => Range { lo: 0, hi: 1 },
            InstData::Select { cond, args: [a, b] } => {
                let [a, b] =
                    [(a, true), (b, false)].map(|(v, holds)| self.chosen(func, cond, v, holds));
                a.union(b)
            }
            InstData::Load { op, .. } => match op {
                LoadOp::U8 => Range { lo: 0, hi: 0xff },
                LoadOp::S8 => Range { lo: -0x80, hi: 0x7f },
                LoadOp::U16 => Range { lo: 0, hi: 0xffff },
                LoadOp::S16 => Range { lo: -0x8000, hi: 0x7fff },
                _ => Range::ALL,
            },
            InstData::Unary { op, arg } => {
                let bits = match op {
                    UnaryOp::Clz | UnaryOp::Ctz | UnaryOp::Popcnt => {
                        return Range { lo: 0, hi: 32 };
                    }
                    UnaryOp::Sext8 => 8,
                    UnaryOp::Sext16 => 16,
                    _ => return Range::ALL,
                };
                let (limit, range) = (1 << (bits - 1), of(arg));
                match -limit <= range.lo && range.hi < limit {
                    true => range,
                    false => Range { lo: -limit, hi: limit - 1 },
                }
            }
            InstData::Binary { op, args: [a, b] } => binary(op, of(a), of(b)),
            _ => Range::ALL,
        }
    }

    /// The range of a value that is chosen if a condition holds, or does not.
    pub(crate) fn chosen(&self, func: &Function, cond: Value, value: Value, holds: bool) -> Range {
        let range = self.get(value);
        let Some(inst) = func.def_inst(cond) else { return range };
        let InstData::Compare { cond, args: [x, y] } = func.insts[inst] else { return range };
        let cond = if holds { cond } else { cond.inverted() };
        match value {
            _ if value == x => range.where_it(cond, self.get(y)),
            _ if value == y => range.where_it(cond.swapped(), self.get(x)),
            // Another constant of the same value.
            _ => range,
        }
    }

    /// What an instruction's result always is.
    fn decide(&self, func: &Function, inst: Inst) -> Option<Decision> {
        match func.insts[inst] {
            InstData::Compare { cond, args: [a, b] } => {
                let holds = self.get(a).compare(cond, self.get(b))?;
                Some(Decision::Constant(holds.into()))
            }
            InstData::Binary { op: BinaryOp::And, args: [x, mask] } => {
                let mask = i64::from(func.as_const(mask)?);
                let range = self.get(x);
                // All bits of numbers up to the largest one.
                let bits = range.hi.checked_ilog2().map_or(0, |n| (2i64 << n) - 1);
                (range.lo >= 0 && mask & bits == bits).then_some(Decision::Operand(x))
            }
            InstData::Binary { op: BinaryOp::UmulHi, args: [a, b] } => {
                let (a, b) = (self.get(a).unsigned()?, self.get(b).unsigned()?);
                let largest = i128::from(a.1) * i128::from(b.1);
                (largest < 1 << 32).then_some(Decision::Constant(0))
            }
            InstData::Binary { op: BinaryOp::SmulHi, args: args @ [a, b] } => {
                self.get(a).product(self.get(b)).map(|_| Decision::SignOfProduct(args))
            }
            InstData::Wide { op: WideOp::AddHi, ref args } => {
                let [alo, ahi, blo, bhi] = args[..] else { return None };
                let (a, b) = (self.get(alo).unsigned()?, self.get(blo).unsigned()?);
                (a.1 + b.1 < 1 << 32).then_some(Decision::Sum([ahi, bhi]))
            }
            InstData::Unary { op: op @ (UnaryOp::Sext8 | UnaryOp::Sext16), arg } => {
                let limit = if op == UnaryOp::Sext8 { 0x80 } else { 0x8000 };
                let range = self.get(arg);
                (-limit <= range.lo && range.hi < limit).then_some(Decision::Operand(arg))
            }
            _ => None,
        }
    }
}

fn binary(op: BinaryOp, a: Range, b: Range) -> Range {
    let count = (b.lo == b.hi).then_some(b.lo & 31);
    match op {
        BinaryOp::Add => a.add(b),
        BinaryOp::Sub => a.sub(b),
        BinaryOp::Mul => a.mul(b),
        BinaryOp::And => match (a.lo >= 0, b.lo >= 0) {
            (true, true) => Range { lo: 0, hi: a.hi.min(b.hi) },
            (true, false) => Range { lo: 0, hi: a.hi },
            (false, true) => Range { lo: 0, hi: b.hi },
            _ => Range::ALL,
        },
        BinaryOp::Or | BinaryOp::Xor if a.lo >= 0 && b.lo >= 0 => {
            let bits = a.hi.max(b.hi).checked_ilog2().map_or(0, |n| (2i64 << n) - 1);
            Range { lo: 0, hi: bits }
        }
        BinaryOp::Shl => match count {
            Some(n) => Range::new(a.lo << n, a.hi << n),
            None => Range::ALL,
        },
        BinaryOp::ShrU => match count {
            Some(0) => a,
            Some(n) if a.lo >= 0 => Range { lo: a.lo >> n, hi: a.hi >> n },
            Some(n) => Range { lo: 0, hi: (1 << (32 - n)) - 1 },
            None if a.lo >= 0 => Range { lo: 0, hi: a.hi },
            None => Range::ALL,
        },
        BinaryOp::ShrS => match count {
            Some(n) => Range { lo: a.lo >> n, hi: a.hi >> n },
            None => Range { lo: a.lo.min(0), hi: a.hi.max(0) },
        },
        BinaryOp::URem if b.lo > 0 => Range { lo: 0, hi: b.hi - 1 },
        BinaryOp::UDiv if a.lo >= 0 && b.lo > 0 => Range { lo: a.lo / b.hi, hi: a.hi / b.lo },
        BinaryOp::SRem if b.lo > 0 => {
            Range { lo: (1 - b.hi).max(a.lo.min(0)), hi: (b.hi - 1).min(a.hi.max(0)) }
        }
        BinaryOp::SDiv if a.lo >= 0 && b.lo > 0 => Range { lo: a.lo / b.hi, hi: a.hi / b.lo },
        _ => Range::ALL,
    }
}
