//! Addresses: what accesses share is computed once, and what is constant goes
//! into their offsets.
//!
//! The address of each access is taken apart into a symbol (or a slot), a
//! constant and other terms. Accesses with the same symbol and terms differ
//! by a constant only; those near each other get one base, the sum of symbol,
//! a constant and terms, and the difference as their offset. The sums wrap at
//! 2^32 as machine addresses do, so this is exact; no access moves or changes.
//!
//! The base is written in front of each access: value numbering leaves one of
//! several. A base that a single access uses costs nothing, as selection
//! makes it `[symbol + constant, term]`.

use std::collections::BTreeMap;

use synth_ir::{BinaryOp, Function, Inst, InstData, Slot, SymbolId, Target, Value};

use crate::{Context, Pass};

/// The pass.
pub struct Addresses;

/// Levels of additions that are looked through.
const DEPTH: u32 = 4;
/// Terms that a base may have; with more the address stays as it is.
const TERMS: usize = 3;
/// Bases are multiples of this where that keeps the offsets of all accesses
/// below it: what a 16-bit instruction reaches.
const STEP: i32 = 128;

impl Pass for Addresses {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let accesses = find_accesses(func);
        let groups = Groups::new(&accesses, cx.target);
        let mut next = accesses.into_iter().peekable();
        let mut changed = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                if let Some(access) = next.next_if(|access| access.inst == inst) {
                    changed |= rewrite(func, &access, &groups, cx.target, &mut out);
                }
                out.push(inst);
            }
            func.blocks[block].insts = out;
        }
        changed
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
    /// The constant, the offset of the access included.
    constant: i32,
}

/// Loads and stores whose addresses have terms, in order.
fn find_accesses(func: &Function) -> Vec<Access> {
    let mut found = vec![];
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let (InstData::Load { addr, offset, .. } | InstData::Store { addr, offset, .. }) =
                func.insts[inst]
            else {
                continue;
            };
            let mut parts = Parts { key: Key::default(), constant: offset };
            parts.add(func, addr, DEPTH);
            let Parts { mut key, constant } = parts;
            key.terms.sort();
            if (1..=TERMS).contains(&key.terms.len()) {
                found.push(Access { inst, key, constant });
            }
        }
    }
    found
}

struct Parts {
    key: Key,
    constant: i32,
}

impl Parts {
    fn add(&mut self, func: &Function, value: Value, depth: u32) {
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
                if depth > 0 && (has_constant(func, a, depth) || has_constant(func, b, depth)) =>
            {
                self.add(func, a, depth - 1);
                self.add(func, b, depth - 1);
            }
            _ => self.key.terms.push(value),
        }
    }
}

/// Whether a constant part can be taken out of a sum. A sum of other values
/// stays whole.
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

/// For each key the constants of its bases.
struct Groups(BTreeMap<Key, Vec<i32>>);

impl Groups {
    fn new(accesses: &[Access], target: &dyn Target) -> Self {
        let mut groups: BTreeMap<Key, Vec<i32>> = BTreeMap::new();
        for access in accesses {
            match groups.get_mut(&access.key) {
                Some(constants) => constants.push(access.constant),
                None => _ = groups.insert(access.key.clone(), vec![access.constant]),
            }
        }
        for (key, constants) in &mut groups {
            constants.sort();
            constants.dedup();
            *constants = bases(key.anchor, constants, target);
        }
        Groups(groups)
    }

    /// The largest base that is not above the constant.
    fn base(&self, key: &Key, constant: i32) -> i32 {
        let bases = self.0.get(key).map_or(&[][..], |bases| bases);
        match bases.partition_point(|&base| base <= constant) {
            0 => constant,
            after => bases[after - 1],
        }
    }
}

/// The bases from which accesses with these constants, in order, can be
/// reached.
fn bases(anchor: Anchor, constants: &[i32], target: &dyn Target) -> Vec<i32> {
    let mut bases = vec![];
    let mut rest = constants;
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
        let rounded = start & -STEP;
        let last = near[near.len() - 1];
        bases.push(if last.wrapping_sub(rounded) < STEP { rounded } else { start });
        rest = far;
    }
    bases
}

/// Gives an access its base. Says whether it had another one.
fn rewrite(
    func: &mut Function,
    access: &Access,
    groups: &Groups,
    target: &dyn Target,
    out: &mut Vec<Inst>,
) -> bool {
    let Access { inst, ref key, constant } = *access;
    let start = match key.anchor {
        Anchor::None if target.is_memory_offset(constant, 1) => 0,
        _ => groups.base(key, constant),
    };
    let rest = constant.wrapping_sub(start);
    let (old_addr, old_offset) =
        place(&mut func.insts[inst]).map_or((None, 0), |(a, o)| (Some(*a), *o));
    if old_offset == rest && old_addr.is_some_and(|addr| is_sum(func, addr, key, start)) {
        return false;
    }
    let loc = func.locs[inst];
    let mut emit = |func: &mut Function, data| {
        let inst = func.make_inst(data, loc);
        out.push(inst);
        func.result(inst)
    };
    let mut sum = key.terms[0];
    for &term in &key.terms[1..] {
        sum = emit(func, InstData::Binary { op: BinaryOp::Add, args: [sum, term] });
    }
    let base = match key.anchor {
        Anchor::None if start == 0 => None,
        Anchor::None => Some(InstData::Const(start)),
        Anchor::Symbol(symbol) => Some(InstData::SymbolAddr { symbol, addend: start }),
        Anchor::Slot(slot) => Some(InstData::SlotAddr { slot, offset: start }),
    };
    if let Some(base) = base {
        let base = emit(func, base);
        sum = emit(func, InstData::Binary { op: BinaryOp::Add, args: [sum, base] });
    }
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

/// Whether a value is the sum that would be written for a key: then it stays,
/// so that a second run changes nothing.
fn is_sum(func: &Function, value: Value, key: &Key, start: i32) -> bool {
    let add = |value| match func.insts[func.def_inst(value)?] {
        InstData::Binary { op: BinaryOp::Add, args } => Some(args),
        _ => None,
    };
    let mut sum = value;
    if key.anchor != Anchor::None || start != 0 {
        let Some([x, base]) = add(value) else { return false };
        let Some(inst) = func.def_inst(base) else { return false };
        let expected = match func.insts[inst] {
            InstData::Const(c) => key.anchor == Anchor::None && c == start,
            InstData::SymbolAddr { symbol, addend } => {
                key.anchor == Anchor::Symbol(symbol) && addend == start
            }
            InstData::SlotAddr { slot, offset } => {
                key.anchor == Anchor::Slot(slot) && offset == start
            }
            _ => false,
        };
        if !expected {
            return false;
        }
        sum = x;
    }
    for &term in key.terms[1..].iter().rev() {
        match add(sum) {
            Some([x, y]) if y == term => sum = x,
            _ => return false,
        }
    }
    sum == key.terms[0]
}
