//! The values that become pointers together.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Cond, Function, Inst, InstData, SymbolId, Type, Value, ValueDef};

use super::Places;

/// Values of a web: with more it is given up.
const MOST: usize = 24;
/// Uses of its values.
const MOST_USES: usize = 200;
/// Constants of its sums may differ by what an access has as its offset.
const REACH: i32 = 4095;

/// What an access can add to its pointer.
const MOST_STEP: i32 = 255;

/// A sum of a member and the symbol.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    pub(super) member: Value,
    pub(super) addend: i32,
}

/// A loop's variable with all that it becomes.
pub(super) struct Web {
    pub(super) symbol: SymbolId,
    pub(super) addend: i32,
    /// Parameters, and sums of members with constants.
    pub(super) members: BTreeSet<Value>,
    /// The sums with the symbol.
    pub(super) sums: Vec<(Inst, Sum)>,
    /// Where a value enters: a terminator, its successor, the parameter.
    pub(super) entries: Vec<(Inst, u32, usize)>,
    /// The comparisons for equality, and what a member is compared with.
    pub(super) comparisons: Vec<(Inst, Value)>,
    /// Other uses of members.
    pub(super) others: Vec<(Inst, Value)>,
}

impl Web {
    /// The web of a parameter of a loop's header, if it pays to move it.
    pub(super) fn new(
        func: &Function,
        places: &Places,
        taken: &SecondaryMap<Value, bool>,
        header: Block,
        param: Value,
    ) -> Option<Web> {
        let (mut members, entries) = close(func, places, taken, header, param)?;
        let mut sums: Vec<(Inst, SymbolId, Sum)> = vec![];
        let (mut comparisons, mut others) = (vec![], vec![]);
        let mut work: Vec<Value> = members.iter().copied().collect();
        let mut uses = 0;
        while let Some(member) = work.pop() {
            for &user in &places.users[member] {
                uses += 1;
                if uses > MOST_USES || members.len() > MOST {
                    return None;
                }
                match use_of(func, user, member) {
                    Use::None => {}
                    Use::Step => {
                        let next = func.result(user);
                        if members.insert(next) {
                            work.push(next);
                        }
                    }
                    Use::Sum(symbol, addend) => sums.push((user, symbol, Sum { member, addend })),
                    Use::Comparison(other) => comparisons.push((user, other)),
                    Use::Other => others.push((user, member)),
                }
            }
        }
        let (symbol, addend) = choose(&sums)?;
        let (sums, strange): (Vec<_>, Vec<_>) = sums.into_iter().partition(|sum| sum.1 == symbol);
        others.extend(strange.into_iter().map(|(inst, _, sum)| (inst, sum.member)));
        let sums = sums.into_iter().map(|(inst, _, sum)| (inst, sum)).collect();
        let mut web = Web { symbol, addend, members, sums, entries, comparisons, others };
        web.comparisons.retain(|(_, other)| !web.members.contains(other));
        web.others.retain(|&(inst, member)| needs_offset(func, &web.members, inst, member));
        web.pays(func, places).then_some(web)
    }

    /// Whether no more comes than goes, in bytes or in cycles.
    fn pays(&self, func: &Function, places: &Places) -> bool {
        let distinct: BTreeMap<(Option<Block>, i32, Value), Inst> = self
            .sums
            .iter()
            .map(|&(inst, ref sum)| ((places.home[inst], sum.addend, sum.member), inst))
            .collect();
        let sum =
            |&inst: &Inst| if places.is_folded(func, inst) { 0 } else { 2 * places.weight(inst) };
        let gone = distinct.values().map(sum).sum::<u64>() + self.folded(func, places);
        let is_const = |value| func.as_const(value).is_some();
        let entry = |&(terminator, successor, number): &(Inst, u32, usize)| {
            let call = func.insts[terminator].successor(successor as usize);
            let cost = if call.is_some_and(|call| is_const(call.args[number])) { 0 } else { 2 };
            cost * places.weight(terminator)
        };
        let entries: u64 = self.entries.iter().map(entry).sum();
        let compared: BTreeSet<Value> = self.comparisons.iter().map(|c| c.1).collect();
        // What does not change in the loop is moved in front of it.
        let comparisons = 4 * compared.len() as u64;
        let others: u64 = self.others.iter().map(|&(inst, _)| 4 * places.weight(inst)).sum();
        gone > 0 && gone >= entries + comparisons + others
    }

    /// What sums cost although the accesses that use them add them up: a store takes a
    /// cycle more then, and the addition that makes the next offset could have been
    /// the access' own if that had the pointer alone.
    fn folded(&self, func: &Function, places: &Places) -> u64 {
        let mut cost = 0;
        let mut stepped = BTreeSet::new();
        for &(inst, Sum { member, addend }) in &self.sums {
            let [access] = places.users[func.result(inst)][..] else { continue };
            if !places.is_folded(func, inst) {
                continue;
            }
            if matches!(func.insts[access], InstData::Store { .. }) {
                cost += places.weight(access);
            }
            if addend == self.addend
                && self
                    .step_of(func, places, member)
                    .is_some_and(|step| places.home[step] == places.home[access])
                && stepped.insert(member)
            {
                cost += 2 * places.weight(access);
            }
        }
        cost
    }

    /// The addition of a small constant that a member is for, besides its sums.
    fn step_of(&self, func: &Function, places: &Places, member: Value) -> Option<Inst> {
        let is_sum = |user: &Inst| self.sums.iter().any(|(inst, _)| inst == user);
        let mut others = places.users[member].iter().copied().filter(|user| !is_sum(user));
        let (step, None) = (others.next()?, others.next()) else { return None };
        let InstData::Binary { op: BinaryOp::Add, args } = func.insts[step] else { return None };
        let by = args.iter().find_map(|&arg| func.as_const(arg))?;
        let is_step = self.members.contains(&func.result(step));
        (is_step && (-MOST_STEP..=MOST_STEP).contains(&by)).then_some(step)
    }

    /// The address that members are moved by.
    pub(super) fn base(&self) -> InstData {
        InstData::SymbolAddr { symbol: self.symbol, addend: self.addend }
    }

    /// Gives an instruction that needs the offset that in place of the member.
    pub(super) fn replace_other(&self, func: &mut Function, inst: Inst, member: Value, by: Value) {
        let old = func.insts[inst].clone();
        let mut data = old.clone();
        data.map_args(|arg| if arg == member { by } else { arg });
        for (call, old) in data.successors_mut().into_iter().zip(old.successors()) {
            let params = &func.blocks[old.block].params;
            for ((arg, &old), param) in call.args.iter_mut().zip(&old.args).zip(params) {
                if self.members.contains(param) {
                    *arg = old;
                }
            }
        }
        func.insts[inst] = data;
    }
}

/// The symbol with the most sums, and the least constant.
fn choose(sums: &[(Inst, SymbolId, Sum)]) -> Option<(SymbolId, i32)> {
    let mut counts: BTreeMap<SymbolId, usize> = BTreeMap::new();
    sums.iter().for_each(|&(_, symbol, _)| *counts.entry(symbol).or_default() += 1);
    let (&symbol, _) = counts.iter().max_by_key(|&(_, &count)| count)?;
    let addends = || sums.iter().filter(|sum| sum.1 == symbol).map(|sum| sum.2.addend);
    let (least, most) = (addends().min()?, addends().max()?);
    (most.checked_sub(least)? <= REACH).then_some((symbol, least))
}

/// How a member is used.
enum Use {
    /// Not any more.
    None,
    /// A constant is added.
    Step,
    /// A symbol's address is added.
    Sum(SymbolId, i32),
    /// It is compared with a value for equality.
    Comparison(Value),
    Other,
}

fn use_of(func: &Function, inst: Inst, member: Value) -> Use {
    let data = &func.insts[inst];
    let mut count = 0;
    data.for_each_arg(|arg| count += usize::from(arg == member));
    let other = |[a, b]: [Value; 2]| if a == member { b } else { a };
    match *data {
        _ if count == 0 => Use::None,
        InstData::Binary { op: BinaryOp::Add, args } if count == 1 => {
            match func.def_inst(other(args)).map(|inst| &func.insts[inst]) {
                Some(InstData::Const(_)) => Use::Step,
                Some(&InstData::SymbolAddr { symbol, addend }) => Use::Sum(symbol, addend),
                _ => Use::Other,
            }
        }
        InstData::Compare { cond: Cond::Eq | Cond::Ne, args } if count == 1 => {
            Use::Comparison(other(args))
        }
        _ => Use::Other,
    }
}

/// Whether an instruction needs a member other than to pass it to members.
fn needs_offset(func: &Function, members: &BTreeSet<Value>, inst: Inst, member: Value) -> bool {
    let data = &func.insts[inst];
    let mut uses = 0;
    data.for_each_arg(|arg| uses += usize::from(arg == member));
    data.for_each_successor(|call| {
        for (&arg, param) in call.args.iter().zip(&func.blocks[call.block].params) {
            uses -= usize::from(arg == member && members.contains(param));
        }
    });
    uses > 0
}

type Entry = (Inst, u32, usize);

/// The parameters from which a header's parameter gets its next value, with the sums
/// on the way, and where other values enter.
fn close(
    func: &Function,
    places: &Places,
    taken: &SecondaryMap<Value, bool>,
    header: Block,
    param: Value,
) -> Option<(BTreeSet<Value>, Vec<Entry>)> {
    let mut members = BTreeSet::from([param]);
    let mut entries = vec![];
    let mut work = vec![param];
    while let Some(param) = work.pop() {
        let ValueDef::Param(block, number) = func.values[param].def else { continue };
        if block == func.entry() {
            return None;
        }
        for &(terminator, successor) in places.edges.to(block) {
            let call = func.insts[terminator].successor(successor as usize)?;
            let value = *call.args.get(number as usize)?;
            let (start, sums) = behind_sums(func, value);
            let joins = match func.values[start].def {
                _ if members.contains(&start) => true,
                ValueDef::Param(from, _) => {
                    !taken[start]
                        && places.dom.dominates(header, from)
                        && func.values[start].ty == Type::I32
                }
                ValueDef::Result(..) => false,
            };
            if !joins || sums.iter().any(|&sum| taken[sum]) {
                entries.push((terminator, successor, number as usize));
                continue;
            }
            members.extend(sums);
            if members.insert(start) {
                work.push(start);
            }
            if members.len() > MOST {
                return None;
            }
        }
    }
    Some((members, entries))
}

/// The value to which constants are added, and the sums.
fn behind_sums(func: &Function, value: Value) -> (Value, Vec<Value>) {
    let mut sums = vec![];
    let mut at = value;
    while sums.len() < MOST {
        let Some(inst) = func.def_inst(at) else { break };
        match func.insts[inst] {
            InstData::Binary { op: BinaryOp::Add, args: [x, by] }
                if func.as_const(by).is_some() =>
            {
                sums.push(at);
                at = x;
            }
            _ => break,
        }
    }
    (at, sums)
}
