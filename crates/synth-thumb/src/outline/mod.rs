//! Outlining: instructions that stand at several places of a program become
//! a function of their own. For size alone, since it costs branches.
//!
//! A stretch of instructions is replaced in one of three ways:
//!
//! | it ends in | in its place | the function ends in |
//! |---|---|---|
//! | a return or a jump to another function | `b.w` | the same |
//! | a call | `bl` | `b.w` to the callee |
//! | anything else | `bl` | `bx lr` |
//!
//! None of them moves the stack pointer, so slots stay where they are, and all
//! accesses to memory keep their order. A branch to another section may go
//! through a veneer, which destroys r12 and the flags (AAELF32 section
//! 5.6.1.1), and `bl` writes lr: none of these may be live there.
//!
//! Labels, branches, literals, jump tables and traps belong to their function,
//! and so do IT blocks that leave it.

mod live;
mod repeats;

use std::collections::HashMap;

use synth_ir::{
    Definition, Function, InstData, Linkage, Program, Signature, SourceLoc, Symbol, SymbolId,
    TrapCode,
};

use crate::code::RelocKind;
use crate::compile::Draft;
use crate::emit::{Item, Items};
use crate::inst::{Flow, Inst, NotPc, Off24, Reg};
use live::{Live, live};
use repeats::{Repeat, repeats};

/// What the names of outlined functions begin with. In the program they are
/// functions that trap: only their code says what they do.
pub const OUTLINED: &str = "__synth_outlined_";

/// Bytes that a repetition must save.
const LEAST: i64 = 4;
/// Bytes of what stands in the place of a stretch.
const BRANCH: i64 = 4;
/// Bytes of `bx lr`.
const RETURN: i64 = 2;
/// What is no unit that can be moved has a number of its own from here on.
const UNIQUE: u32 = 1 << 31;

/// What is equal to what.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Inst(Inst),
    Reloc(Inst, RelocKind, SymbolId, i32),
}

/// How a unit of code can be part of a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Not at all.
    Fixed,
    /// Anywhere.
    Plain,
    /// As its end, where it calls a function.
    Call,
    /// As its end, where it leaves the function.
    Exit,
}

/// An instruction, or an IT block with its instructions.
struct Unit {
    draft: usize,
    start: usize,
    end: usize,
    kind: Kind,
    bytes: i64,
    /// What of r12 and lr it names.
    named: Live,
    /// What is live before it.
    live: Live,
}

/// A stretch with the places from which it goes.
struct Outlined {
    symbol: SymbolId,
    kind: Kind,
    sites: Vec<usize>,
    length: usize,
}

/// Moves repetitions into functions that are added to the program.
pub fn outline(program: &mut Program, drafts: &mut Vec<(SymbolId, Draft)>) {
    let units = units(program, drafts);
    let string = string(&units, drafts);
    let mut candidates: Vec<(i64, Repeat)> = repeats(&string, 1)
        .into_iter()
        .map(|repeat| (saved(&units, &repeat.starts, repeat.length), repeat))
        .filter(|(saved, _)| *saved >= LEAST)
        .collect();
    candidates.sort_by(|(a, x), (b, y)| {
        b.cmp(a).then(y.length.cmp(&x.length)).then(x.starts.cmp(&y.starts))
    });
    let mut taken = vec![false; units.len()];
    let mut outlined: Vec<Outlined> = vec![];
    for (_, repeat) in candidates {
        let sites = sites(&units, &repeat, &taken);
        if saved(&units, &sites, repeat.length) < LEAST {
            continue;
        }
        for &site in &sites {
            taken[site..site + repeat.length].fill(true);
        }
        let symbol = add_symbol(program, outlined.len());
        let kind = units[sites[0] + repeat.length - 1].kind;
        outlined.push(Outlined { symbol, kind, sites, length: repeat.length });
    }
    let bodies: Vec<(SymbolId, Draft)> = outlined
        .iter()
        .filter_map(|o| Some((o.symbol, Draft::outlined(body(o, &units, drafts)?))))
        .collect();
    replace(&outlined, &units, drafts);
    drafts.extend(bodies);
}

/// Bytes that a stretch saves if it goes from these places.
fn saved(units: &[Unit], sites: &[usize], length: usize) -> i64 {
    let Some(&first) = sites.first() else { return 0 };
    let stretch = &units[first..first + length];
    let bytes: i64 = stretch.iter().map(|unit| unit.bytes).sum();
    let end = if stretch.last().map(|u| u.kind) == Some(Kind::Plain) { RETURN } else { 0 };
    sites.len() as i64 * (bytes - BRANCH) - bytes - end
}

/// The places from which a stretch can go, none over another.
fn sites(units: &[Unit], repeat: &Repeat, taken: &[bool]) -> Vec<usize> {
    let mut sites = vec![];
    let mut free = 0;
    for &start in &repeat.starts {
        let end = start + repeat.length;
        if start >= free && !taken[start..end].contains(&true) && can_go(&units[start..end]) {
            sites.push(start);
            free = end;
        }
    }
    sites
}

/// Whether a stretch can go where it stands.
fn can_go(stretch: &[Unit]) -> bool {
    let Some((last, rest)) = stretch.split_last() else { return false };
    let veneer = Live::R12.union(Live::FLAGS);
    let names_lr = |units: &[Unit]| units.iter().any(|unit| unit.named.meets(Live::LR));
    match last.kind {
        Kind::Fixed => false,
        Kind::Exit => !stretch[0].live.meets(veneer),
        Kind::Call => !stretch[0].live.meets(veneer.union(Live::LR)) && !names_lr(rest),
        Kind::Plain => !stretch[0].live.meets(veneer.union(Live::LR)) && !names_lr(stretch),
    }
}

/// The units of all functions, in order.
fn units(program: &Program, drafts: &[(SymbolId, Draft)]) -> Vec<Unit> {
    let mut units = vec![];
    for (draft, (id, Draft { items, .. })) in drafts.iter().enumerate() {
        let live = live(items);
        // Who chose a place for a function wants all of it there.
        let is_placed = program.symbols[*id].section.is_some();
        let mut start = 0;
        while start < items.len() {
            let end = unit_end(items, start);
            let kind = if is_placed { Kind::Fixed } else { kind(program, &items[start..end]) };
            let insts = items[start..end].iter().filter_map(|(item, _)| inst(item));
            units.push(Unit {
                draft,
                start,
                end,
                kind,
                bytes: insts.clone().map(|inst| i64::from(inst.size())).sum(),
                named: insts.fold(Live::default(), |named, i| named.union(Live::named(i))),
                live: live[start],
            });
            // No stretch goes on behind its end.
            if matches!(kind, Kind::Call | Kind::Exit) || end == items.len() {
                let (named, live) = (Live::default(), Live::default());
                let kind = Kind::Fixed;
                units.push(Unit { draft, start: end, end, kind, bytes: 0, named, live });
            }
            start = end;
        }
    }
    units
}

/// The end of the unit at a place: an IT block is not cut.
fn unit_end(items: &Items, start: usize) -> usize {
    match &items[start].0 {
        Item::Inst(Inst::It { block }) => (start + 1 + block.conds().count()).min(items.len()),
        _ => start + 1,
    }
}

fn inst(item: &Item) -> Option<&Inst> {
    match item {
        Item::Inst(inst) | Item::Reloc(inst, ..) => Some(inst),
        _ => None,
    }
}

/// How a unit can be part of a stretch.
fn kind(program: &Program, unit: &[(Item, SourceLoc)]) -> Kind {
    match unit {
        [(Item::Reloc(Inst::BlT1 { .. }, RelocKind::ThmCall, callee, 0), _)]
            if is_there(program, *callee) =>
        {
            Kind::Call
        }
        [(Item::Reloc(_, RelocKind::ThmJump24, ..), _)] => Kind::Exit,
        [(Item::Inst(inst), _)] if inst.flow() == Flow::Indirect => Kind::Exit,
        items => {
            let stays = |(item, _): &(Item, SourceLoc)| {
                inst(item).is_some_and(|i| i.flow() == Flow::Next && !i.uses().contains(Reg::PC))
            };
            if items.iter().all(stays) { Kind::Plain } else { Kind::Fixed }
        }
    }
}

/// Whether a function surely exists: a call of a weak one that is missing
/// does nothing, but a jump to it would go anywhere.
fn is_there(program: &Program, callee: SymbolId) -> bool {
    match &program.symbols[callee] {
        Symbol { def: Definition::UndefinedFunction, linkage, .. } => *linkage == Linkage::Global,
        Symbol { def, .. } => matches!(def, Definition::Function(_)),
    }
}

/// The units as numbers, equal where they are.
fn string(units: &[Unit], drafts: &[(SymbolId, Draft)]) -> Vec<u32> {
    let mut numbers: HashMap<Vec<Key>, u32> = HashMap::new();
    let mut unique = UNIQUE;
    let mut string = vec![];
    for unit in units {
        let items = &drafts[unit.draft].1.items[unit.start..unit.end];
        let keys: Option<Vec<Key>> = items.iter().map(|(item, _)| key(item)).collect();
        let number = match keys {
            Some(keys) if unit.kind != Kind::Fixed => {
                let next = numbers.len() as u32;
                *numbers.entry(keys).or_insert(next)
            }
            _ => {
                unique += 1;
                unique
            }
        };
        string.push(number);
    }
    string
}

fn key(item: &Item) -> Option<Key> {
    match item {
        Item::Inst(inst) => Some(Key::Inst(*inst)),
        Item::Reloc(inst, kind, symbol, addend) => Some(Key::Reloc(*inst, *kind, *symbol, *addend)),
        _ => None,
    }
}

/// A symbol for code that has no representation: its function is never run.
fn add_symbol(program: &mut Program, number: usize) -> SymbolId {
    let mut function = Function::new(Signature::default());
    let block = function.add_block();
    function.append(block, InstData::Trap(TrapCode::Unreachable), SourceLoc::default());
    let definition = Definition::Function(Box::new(function));
    program.add(format!("{OUTLINED}{number}"), Linkage::Local, definition)
}

/// The branch that stands for a stretch.
fn branch(kind: Kind, symbol: SymbolId) -> Option<Item> {
    // The addend -4 of the place cancels the distance of pc.
    let target = Off24::new(-4)?;
    Some(match kind {
        Kind::Exit => Item::Reloc(Inst::BT4 { target }, RelocKind::ThmJump24, symbol, 0),
        _ => Item::Reloc(Inst::BlT1 { target }, RelocKind::ThmCall, symbol, 0),
    })
}

/// The code of the function that a stretch becomes.
fn body(outlined: &Outlined, units: &[Unit], drafts: &[(SymbolId, Draft)]) -> Option<Items> {
    let first = outlined.sites[0];
    let (start, end) = (&units[first], &units[first + outlined.length - 1]);
    let mut items = drafts[start.draft].1.items[start.start..end.end].to_vec();
    match outlined.kind {
        Kind::Call => {
            let (last, loc) = items.pop()?;
            let Item::Reloc(_, _, callee, _) = last else { return None };
            items.push((branch(Kind::Exit, callee)?, loc));
        }
        Kind::Plain => {
            let inst = Inst::BxT1 { rm: NotPc::new(Reg::LR)? };
            items.push((Item::Inst(inst), items.last()?.1));
        }
        Kind::Exit | Kind::Fixed => {}
    }
    Some(items)
}

/// Puts branches in the places of stretches.
fn replace(outlined: &[Outlined], units: &[Unit], drafts: &mut [(SymbolId, Draft)]) {
    let mut places: Vec<(usize, &Outlined)> =
        outlined.iter().flat_map(|o| o.sites.iter().map(move |&site| (site, o))).collect();
    places.sort_unstable_by_key(|(site, _)| *site);
    // From the end, so that the places before stay where they are.
    for (site, o) in places.into_iter().rev() {
        let (first, last) = (&units[site], &units[site + o.length - 1]);
        let Draft { items, code, .. } = &mut drafts[first.draft].1;
        let loc = items[first.start].1;
        if let Some(branch) = branch(o.kind, o.symbol) {
            items.splice(first.start..last.end, [(branch, loc)]);
            *code = None;
        }
    }
}
