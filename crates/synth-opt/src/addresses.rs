//! Addresses: what accesses share is computed once, and what is constant goes
//! into their offsets.
//!
//! The address of each access is taken apart into a symbol (or a slot), a
//! constant and other terms. Accesses with the same symbol and terms differ
//! by a constant only; those near each other get one base, the sum of symbol,
//! a constant and terms, and the difference as their offset. The sums wrap at
//! 2^32 as machine addresses do, so this is exact; no access moves or changes.
//!
//! What a check compares is computed in any case: an address that it is a part
//! of is taken apart no further.
//!
//! The base is written in front of each access: value numbering leaves one of
//! several. A base that a single access uses costs nothing, as selection
//! makes it `[symbol + constant, term]`.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, Function, Inst, InstData, Slot, SourceLoc, SymbolId, Target, Value, ValueDef,
};

use crate::edit::count_uses;
use crate::{Context, Pass, frames};

/// The pass.
pub struct Addresses;

/// Levels of additions that are looked through.
const DEPTH: u32 = 4;
/// Terms that a base may have; with more the address stays as it is.
const TERMS: usize = 3;
/// What a 16-bit instruction reaches: an offset below this many times what it
/// accesses.
const SHORT: i32 = 32;
/// The same for words.
const STEP: i32 = 4 * SHORT;

impl Pass for Addresses {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let variance = Variance::new(func);
        let for_size = cx.options.level.prefers_size();
        let single = if for_size { used_once(func) } else { SecondaryMap::new() };
        let mut accesses = find_accesses(func, &variance, &single);
        if !for_size {
            // Long instructions take no more time.
            accesses.iter_mut().for_each(|access| access.bytes = 4);
        }
        if for_size {
            choose_heads(&mut accesses);
        }
        let groups = Groups::new(&accesses, cx.target);
        let mut next = accesses.into_iter().peekable();
        let mut changed = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                if let Some(access) = next.next_if(|access| access.inst == inst) {
                    let fixed = |func: &Function, value| variance.is_fixed(func, value, block);
                    changed |= rewrite(func, &access, &groups, cx.target, fixed, &mut out);
                }
                out.push(inst);
            }
            func.blocks[block].insts = out;
        }
        changed
    }
}

/// What changes in the turns of which loop.
struct Variance {
    dom: DomTree,
    loops: Loops,
    home: SecondaryMap<Inst, Option<Block>>,
}

impl Variance {
    fn new(func: &Function) -> Self {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let loops = Loops::new(&cfg, &dom);
        let mut home = SecondaryMap::new();
        home.resize(func.insts.len());
        for &block in &func.layout {
            func.blocks[block].insts.iter().for_each(|&inst| home[inst] = Some(block));
        }
        Variance { dom, loops, home }
    }

    /// Whether a value is the same in all turns of the innermost loop around a
    /// block.
    fn is_fixed(&self, func: &Function, value: Value, block: Block) -> bool {
        let home = match func.values[value].def {
            ValueDef::Param(home, _) => Some(home),
            ValueDef::Result(inst, _) => self.home[inst],
        };
        match (self.loops.header(block), home) {
            (Some(header), Some(home)) => !self.dom.dominates(header, home),
            _ => false,
        }
    }
}

/// What an address is relative to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Anchor {
    #[default]
    None,
    Symbol(SymbolId),
    Slot(Slot),
}

/// An address but for its constant: equal for accesses that can share a base.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    anchor: Anchor,
    terms: Vec<Value>,
}

struct Access {
    inst: Inst,
    key: Key,
    /// The term that goes into the base alone.
    head: Option<Value>,
    /// The constant, the offset of the access included.
    constant: i32,
    /// Bytes accessed.
    bytes: i32,
    /// The terms that are the same in every turn of the loop around it.
    fixed: Vec<Value>,
}

/// Loads and stores whose addresses have terms, in order.
fn find_accesses(
    func: &Function,
    variance: &Variance,
    single: &SecondaryMap<Value, bool>,
) -> Vec<Access> {
    let mut found = vec![];
    let checked = find_checked(func);
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let (addr, offset, bytes) = match func.insts[inst] {
                InstData::Load { op, addr, offset, .. } => (addr, offset, op.bytes()),
                InstData::Store { op, addr, offset, .. } => (addr, offset, op.bytes()),
                _ => continue,
            };
            let bytes = bytes.min(4) as i32;
            let mut parts =
                Parts { key: Key::default(), constant: offset, checked: &checked, single };
            parts.add(func, addr, DEPTH, &|v| variance.is_fixed(func, v, block));
            let Parts { mut key, constant, .. } = parts;
            key.terms.sort();
            if (1..=TERMS).contains(&key.terms.len()) {
                let is_fixed = |term: &Value| variance.is_fixed(func, *term, block);
                let fixed = key.terms.iter().copied().filter(is_fixed).collect();
                found.push(Access { inst, key, head: None, constant, bytes, fixed });
            }
        }
    }
    found
}

/// The values with a single use.
fn used_once(func: &Function) -> SecondaryMap<Value, bool> {
    let uses = count_uses(func);
    uses.as_values_slice().iter().map(|&count| count == 1).collect::<Vec<bool>>().into()
}

/// Chooses the terms that have a base to themselves, which addresses with other
/// terms start from: those that occur in several sums with constants near each
/// other. What the others then add is shorter than an address of their own.
fn choose_heads(accesses: &mut [Access]) {
    let mut sums: BTreeMap<(Anchor, Value, i32), BTreeSet<&[Value]>> = BTreeMap::new();
    for Access { key, constant, .. } in accesses.iter() {
        if key.anchor != Anchor::None {
            for &term in &key.terms {
                let near = (key.anchor, term, constant & -STEP);
                sums.entry(near).or_default().insert(&key.terms);
            }
        }
    }
    let count = |access: &Access, term: Value| {
        let near = (access.key.anchor, term, access.constant & -STEP);
        sums.get(&near).map_or(0, BTreeSet::len)
    };
    let head = |access: &Access| {
        let most = access.fixed_or_all().max_by_key(|&term| count(access, term));
        most.filter(|&term| count(access, term) > 1)
    };
    let heads: Vec<Option<Value>> = accesses.iter().map(head).collect();
    for (access, head) in accesses.iter_mut().zip(heads) {
        access.head = head;
    }
}

impl Access {
    /// The terms that are the same in every turn of the loop, or all if none is.
    fn fixed_or_all(&self) -> impl Iterator<Item = Value> {
        let all = if self.fixed.is_empty() { &self.key.terms } else { &self.fixed };
        all.iter().rev().copied()
    }

    /// What its base depends on.
    fn group(&self) -> Group {
        match self.head {
            Some(head) => {
                let key = Key { anchor: self.key.anchor, terms: vec![head] };
                (key, Some(self.constant & -STEP))
            }
            None => (self.key.clone(), None),
        }
    }
}

/// The values that are computed in any case: what checks compare, and the frame.
fn find_checked(func: &Function) -> SecondaryMap<Value, bool> {
    let mut checked = SecondaryMap::new();
    if let Some(frame) = frames::find(func) {
        checked[frame.lowered] = true;
    }
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            if let InstData::TrapIf { cond, .. } = func.insts[inst]
                && let Some(test) = func.def_inst(cond)
                && let InstData::Compare { args: [x, _], .. } = func.insts[test]
            {
                checked[x] = true;
            }
        }
    }
    checked
}

struct Parts<'a> {
    key: Key,
    constant: i32,
    checked: &'a SecondaryMap<Value, bool>,
    single: &'a SecondaryMap<Value, bool>,
}

impl Parts<'_> {
    fn add(&mut self, func: &Function, value: Value, depth: u32, fixed: &dyn Fn(Value) -> bool) {
        let data = func.def_inst(value).map(|inst| &func.insts[inst]);
        match data {
            Some(&InstData::Const(c)) => self.constant = self.constant.wrapping_add(c),
            Some(&InstData::SymbolAddr { symbol, addend }) if self.key.anchor == Anchor::None => {
                self.key.anchor = Anchor::Symbol(symbol);
                self.constant = self.constant.wrapping_add(addend);
            }
            Some(&InstData::SlotAddr { slot, offset }) if self.key.anchor == Anchor::None => {
                self.key.anchor = Anchor::Slot(slot);
                self.constant = self.constant.wrapping_add(offset);
            }
            Some(&InstData::Binary { op: BinaryOp::Add, args: [a, b] })
                if depth > 0
                    && !self.checked[value]
                    && (has_constant(func, a, depth)
                        || has_constant(func, b, depth)
                        || fixed(a) != fixed(b)
                        || self.single[value]) =>
            {
                self.add(func, a, depth - 1, fixed);
                self.add(func, b, depth - 1, fixed);
            }
            _ => self.key.terms.push(value),
        }
    }
}

/// Whether a constant part can be taken out of a sum. A sum of other values
/// stays whole, unless only one of them changes in the loop.
fn has_constant(func: &Function, value: Value, depth: u32) -> bool {
    let Some(inst) = func.def_inst(value) else { return false };
    match func.insts[inst] {
        InstData::Const(_) | InstData::SymbolAddr { .. } | InstData::SlotAddr { .. } => true,
        InstData::Binary { op: BinaryOp::Add, args: [a, b] } if depth > 0 => {
            has_constant(func, a, depth - 1) || has_constant(func, b, depth - 1)
        }
        _ => false,
    }
}

/// What shares bases: those with heads only near each other.
type Group = (Key, Option<i32>);

/// For each group the constants of its bases.
struct Groups(BTreeMap<Group, Vec<i32>>);

impl Groups {
    fn new(accesses: &[Access], target: &dyn Target) -> Self {
        let mut groups: BTreeMap<Group, (Vec<i32>, i32)> = BTreeMap::new();
        for access in accesses {
            let (constants, narrowest) =
                groups.entry(access.group()).or_insert((vec![], access.bytes));
            constants.push(access.constant);
            *narrowest = access.bytes.min(*narrowest);
        }
        let bases = |(group, (mut constants, narrowest)): (Group, (Vec<i32>, i32))| {
            let key = &group.0;
            constants.sort();
            constants.dedup();
            // A single one with several terms: all of it into the base.
            if key.terms.len() == 1 || constants.len() > 1 {
                constants = bases(key.anchor, &constants, narrowest, target);
            }
            (group, constants)
        };
        Groups(groups.into_iter().map(bases).collect())
    }

    /// The largest base that is not above the constant.
    fn base(&self, group: &Group, constant: i32) -> i32 {
        let bases = self.0.get(group).map_or(&[][..], |bases| bases);
        match bases.partition_point(|&base| base <= constant) {
            0 => constant,
            after => bases[after - 1],
        }
    }
}

/// The bases from which accesses with these constants, in order, can be
/// reached; they are rounded down as far as the narrowest access allows a 16-bit
/// instruction, so that neighbours share them.
fn bases(anchor: Anchor, constants: &[i32], narrowest: i32, target: &dyn Target) -> Vec<i32> {
    let mut bases = vec![];
    let mut rest = constants;
    let reach = SHORT * narrowest;
    while let [first, ..] = *rest {
        // Without a symbol the term itself is the best base.
        let fits = |base: i32, c: i32| target.is_memory_offset(c.wrapping_sub(base), 1);
        let start = match anchor {
            _ if (0..STEP).contains(&first) => 0,
            Anchor::None if fits(0, first) => first.min(0),
            Anchor::None => first & !0xfff,
            _ => first,
        };
        let count = rest.partition_point(|&c| fits(start, c));
        let (near, far) = rest.split_at(count.max(1));
        let rounded = start & -reach;
        let last = near[near.len() - 1];
        bases.push(if last.wrapping_sub(rounded) < reach { rounded } else { start });
        rest = far;
    }
    bases
}

/// An address as it is to be written.
enum Tree {
    Term(Value),
    Anchor,
    Sum(Box<[Tree; 2]>),
}

impl Tree {
    fn sum(a: Tree, b: Tree) -> Tree {
        Tree::Sum(Box::new([a, b]))
    }

    fn of(terms: &[Value]) -> Option<Tree> {
        terms.iter().map(|&term| Tree::Term(term)).reduce(Tree::sum)
    }

    /// What is the same in every turn of the loop is added up first, the
    /// anchor included.
    fn new(key: &Key, start: i32, fixed: impl Fn(Value) -> bool) -> Option<Tree> {
        let (fixed, others): (Vec<Value>, Vec<Value>) =
            key.terms.iter().partition(|&&term| fixed(term));
        let anchor = (key.anchor != Anchor::None || start != 0).then_some(Tree::Anchor);
        let sum = [Tree::of(&fixed), anchor].into_iter().flatten().reduce(Tree::sum);
        match fixed.is_empty() {
            true => [Tree::of(&others), sum].into_iter().flatten().reduce(Tree::sum),
            false => [sum, Tree::of(&others)].into_iter().flatten().reduce(Tree::sum),
        }
    }

    /// A base with one term, from which the others are added.
    fn from_head(key: &Key, head: Value, fixed: impl Fn(Value) -> bool) -> Tree {
        let mut others = key.terms.clone();
        if let Some(at) = others.iter().position(|&term| term == head) {
            others.remove(at);
        }
        others.sort_by_key(|&term| !fixed(term));
        let base = Tree::sum(Tree::Term(head), Tree::Anchor);
        others.into_iter().map(Tree::Term).fold(base, Tree::sum)
    }

    /// Whether a value is that sum already.
    fn matches(&self, func: &Function, value: Value, anchor: &InstData) -> bool {
        let Tree::Term(term) = self else {
            let Some(inst) = func.def_inst(value) else { return false };
            return match (self, &func.insts[inst]) {
                (Tree::Sum(parts), InstData::Binary { op: BinaryOp::Add, args }) => {
                    parts.iter().zip(args).all(|(part, &arg)| part.matches(func, arg, anchor))
                }
                (Tree::Anchor, data) => data == anchor,
                _ => false,
            };
        };
        *term == value
    }

    fn write(
        &self,
        func: &mut Function,
        anchor: &InstData,
        loc: SourceLoc,
        out: &mut Vec<Inst>,
    ) -> Value {
        let data = match self {
            Tree::Term(term) => return *term,
            Tree::Anchor => anchor.clone(),
            Tree::Sum(parts) => {
                let args = [&parts[0], &parts[1]].map(|part| part.write(func, anchor, loc, out));
                InstData::Binary { op: BinaryOp::Add, args }
            }
        };
        let inst = func.make_inst(data, loc);
        out.push(inst);
        func.result(inst)
    }
}

/// Gives an access its base. Says whether it had another one.
fn rewrite(
    func: &mut Function,
    access: &Access,
    groups: &Groups,
    target: &dyn Target,
    fixed: impl Fn(&Function, Value) -> bool,
    out: &mut Vec<Inst>,
) -> bool {
    let Access { inst, ref key, head, constant, .. } = *access;
    let start = match key.anchor {
        Anchor::None if target.is_memory_offset(constant, 1) => 0,
        _ => groups.base(&access.group(), constant),
    };
    let rest = constant.wrapping_sub(start);
    let anchor = match key.anchor {
        Anchor::None => InstData::Const(start),
        Anchor::Symbol(symbol) => InstData::SymbolAddr { symbol, addend: start },
        Anchor::Slot(slot) => InstData::SlotAddr { slot, offset: start },
    };
    let fixed = |term| fixed(func, term);
    let tree = match head {
        Some(head) => Some(Tree::from_head(key, head, fixed)),
        None => Tree::new(key, start, fixed),
    };
    let Some(tree) = tree else { return false };
    let Some((&mut addr, &mut offset)) = place(&mut func.insts[inst]) else { return false };
    if offset == rest && tree.matches(func, addr, &anchor) {
        return false;
    }
    let loc = func.locs[inst];
    let sum = tree.write(func, &anchor, loc, out);
    if let Some((addr, offset)) = place(&mut func.insts[inst]) {
        (*addr, *offset) = (sum, rest);
    }
    true
}

/// The base and the offset of an access.
fn place(data: &mut InstData) -> Option<(&mut Value, &mut i32)> {
    match data {
        InstData::Load { addr, offset, .. } | InstData::Store { addr, offset, .. } => {
            Some((addr, offset))
        }
        _ => None,
    }
}
