//! What checks and branches show of values, at the current place.

use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Cond, Function, InstData, Value};

/// Facts that are kept about one value.
const FACTS: usize = 6;

/// What is not known to be any less.
pub(super) const ANY: u32 = u32::MAX;

/// `root + add`, as an unsigned number, is at most `limit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) root: Value,
    pub(crate) add: i32,
    pub(crate) limit: u32,
}

impl Fact {
    /// A value is at most a limit.
    pub(crate) fn new(func: &Function, value: Value, limit: u32) -> Fact {
        let (root, add) = split(func, value);
        Fact { root, add, limit }
    }

    /// Whether it does not hold, as a condition; `emit` adds an instruction and returns
    /// its result.
    pub(crate) fn failure(&self, mut emit: impl FnMut(InstData) -> Value) -> Value {
        let mut value = self.root;
        if self.add != 0 {
            let add = emit(InstData::Const(self.add));
            value = emit(InstData::Binary { op: BinaryOp::Add, args: [self.root, add] });
        }
        let limit = emit(InstData::Const(self.limit as i32));
        emit(InstData::Compare { cond: Cond::UGt, args: [value, limit] })
    }

    /// The limit that it gives for `root + add`, unless that may wrap.
    pub(super) fn limit_of(&self, add: i32) -> u32 {
        let further = add.wrapping_sub(self.add);
        match u32::try_from(further) {
            Ok(further) => self.limit.saturating_add(further),
            Err(_) => ANY,
        }
    }
}

/// A value as a sum of another one and a constant.
pub(crate) fn split(func: &Function, value: Value) -> (Value, i32) {
    if let Some(inst) = func.def_inst(value)
        && let InstData::Binary { op: BinaryOp::Add, args: [x, c] } = func.insts[inst]
        && let Some(c) = func.as_const(c)
    {
        return (x, c);
    }
    (value, 0)
}

/// The facts that hold at the current place. One that holds stays true: values
/// do not change.
pub(super) struct Facts {
    /// The number of the latest one about each value, from 1.
    about: SecondaryMap<Value, u32>,
    /// Those about all values, in the order in which they came, and for each the
    /// number of the one before it about the same value.
    log: Vec<(Fact, u32)>,
    /// For each block on the way from the root of the tree: where what it
    /// dominates ends, and the length of the log before it.
    scopes: Vec<(usize, Block, usize)>,
}

impl Facts {
    /// None.
    pub(super) fn new(func: &Function) -> Facts {
        let mut about = SecondaryMap::new();
        about.resize(func.values.len());
        Facts { about, log: vec![], scopes: vec![] }
    }

    /// Leaves the blocks that do not dominate the one at `position`, and
    /// enters that, whose subtree ends at `end`.
    pub(super) fn enter(&mut self, block: Block, position: usize, end: usize) {
        while let Some(&(end, _, length)) = self.scopes.last() {
            if position < end {
                break;
            }
            self.scopes.pop();
            self.forget(length);
        }
        self.scopes.push((end, block, self.log.len()));
    }

    fn forget(&mut self, length: usize) {
        for (fact, before) in self.log.drain(length..).rev() {
            self.about[fact.root] = before;
        }
    }

    pub(super) fn add(&mut self, fact: Fact) {
        if fact.limit != ANY {
            let number = self.log.len() as u32 + 1;
            let before = std::mem::replace(&mut self.about[fact.root], number);
            self.log.push((fact, before));
        }
    }

    /// What `f` gives if a fact holds, too.
    pub(super) fn assuming<T>(&mut self, fact: Option<Fact>, f: impl FnOnce(&Self) -> T) -> T {
        let length = self.log.len();
        fact.into_iter().for_each(|fact| self.add(fact));
        let result = f(self);
        self.forget(length);
        result
    }

    /// The limit of `root + add` by the latest facts about `root`.
    pub(super) fn limit(&self, root: Value, add: i32) -> u32 {
        let mut number = self.about[root];
        let mut limit = ANY;
        for _ in 0..FACTS {
            let Some(at) = number.checked_sub(1) else { break };
            let (fact, before) = self.log[at as usize];
            limit = limit.min(fact.limit_of(add));
            number = before;
        }
        limit
    }

    /// The latest facts that came after those that held in front of the end of
    /// a block that dominates the current one.
    pub(super) fn since(&self, block: Block, most: usize) -> impl Iterator<Item = Fact> + '_ {
        let scope = self.scopes.iter().rposition(|&(_, b, _)| b == block);
        let next = scope.and_then(|scope| self.scopes.get(scope + 1));
        let start = next.map_or(self.log.len(), |&(.., length)| length);
        let latest = &self.log[start.max(self.log.len().saturating_sub(most))..];
        latest.iter().map(|&(fact, _)| fact)
    }
}
