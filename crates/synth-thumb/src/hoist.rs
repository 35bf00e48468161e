//! Constants and symbol addresses out of loops, before allocation.
//!
//! Selection makes each constant in the block that needs it. In a loop that
//! costs cycles in each iteration; outside it costs a register over the whole
//! loop. Which is better depends on what allocation makes of it, so the
//! caller tries several plans and keeps the best result.

use std::collections::BTreeMap;

use synth_ir::{SourceLoc, SymbolId};

use crate::compile::Prefer;
use crate::emit::flags;
use crate::imm;
use crate::mach::{Constraint, Located, MFunction, MInst, Reg};

/// What leaves loops, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Everything, out of all loops.
    Outer,
    /// The constants that cost most, at most so many, out of all loops.
    Few(usize),
    /// All that are made in several places and take more than two bytes where size counts,
    /// or more than a cycle where speed does; to the start of the function.
    Shared(Prefer),
}

impl Plan {
    fn is_shared(self) -> bool {
        matches!(self, Plan::Shared(_))
    }
}

/// What stands for a loop where a constant goes to the start of the function.
const WHOLE: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Word(u32),
    Symbol(SymbolId, i32),
}

impl Key {
    fn of(inst: &MInst) -> Option<(Key, Reg)> {
        match *inst {
            MInst::Const { rd, value } => Some((Key::Word(value), rd)),
            MInst::SymbolAddr { rd, symbol, addend } => Some((Key::Symbol(symbol, addend), rd)),
            _ => None,
        }
    }

    fn define(self, rd: Reg) -> MInst {
        match self {
            Key::Word(value) => MInst::Const { rd, value },
            Key::Symbol(symbol, addend) => MInst::SymbolAddr { rd, symbol, addend },
        }
    }

    /// Bytes to make it.
    fn bytes(self) -> u32 {
        match self {
            Key::Word(value) => imm::cost(value),
            Key::Symbol(..) => 6,
        }
    }

    /// Cycles to make it.
    fn cycles(self) -> u64 {
        match self {
            Key::Word(value) if value <= 0xffff || value >= 0xffff_ff00 => 1,
            _ => 2,
        }
    }
}

/// A constant that leaves a loop: all its definitions in it.
struct Candidate {
    definitions: Vec<Reg>,
    /// Estimated cycles of the definitions.
    cycles: u64,
    loc: SourceLoc,
}

/// The function with its constants where each of the plans wants them that moves any.
pub fn hoisted(function: &mut MFunction, plans: &[Plan]) -> Vec<MFunction> {
    let is_useful = |plan: &&Plan| plan.is_shared() || !function.loops.is_empty();
    let plans: Vec<&Plan> = plans.iter().filter(is_useful).collect();
    if plans.is_empty() {
        return vec![];
    }
    let bound = bound(function);
    plans.into_iter().filter_map(|&plan| follow(function, plan, &bound)).collect()
}

fn follow(function: &MFunction, plan: Plan, bound: &[bool]) -> Option<MFunction> {
    let found = candidates(function, plan, bound);
    (!found.is_empty()).then(|| {
        let mut function = function.clone();
        hoist(&mut function, plan, found);
        function
    })
}

/// Moves constants out of loops.
fn hoist(function: &mut MFunction, plan: Plan, found: BTreeMap<(u32, Key), Candidate>) {
    let mut found: Vec<((u32, Key), Candidate)> = found.into_iter().collect();
    if let Plan::Few(count) = plan {
        found.sort_by_key(|(_, candidate)| std::cmp::Reverse(candidate.cycles));
        found.truncate(count);
    }
    // By virtual register.
    let mut renamed: Vec<Option<Reg>> = vec![None; function.virtuals as usize];
    let mut made: BTreeMap<u32, Vec<Located>> = BTreeMap::new();
    for ((number, key), candidate) in found {
        let rd = function.new_reg();
        for old in candidate.definitions.into_iter().filter_map(Reg::as_virtual) {
            renamed[old as usize] = Some(rd);
        }
        let entry = match number {
            WHOLE => 0,
            number => function.loops[number as usize].entry,
        };
        let inst = key.define(rd);
        made.entry(entry).or_default().push(Located::new(inst, candidate.loc));
    }
    let new = |reg: Reg| renamed.get(reg.as_virtual()? as usize).copied().flatten();
    for block in &mut function.blocks {
        block
            .insts
            .retain(|located| Key::of(&located.inst).is_none_or(|(_, rd)| new(rd).is_none()));
        for located in &mut block.insts {
            located.inst.visit_operands(&mut |reg, _, _| *reg = new(*reg).unwrap_or(*reg));
        }
    }
    for (block, definitions) in made {
        let insts = &mut function.blocks[block as usize].insts;
        let at = if plan.is_shared() { start(insts) } else { end(insts) };
        insts.splice(at..at, definitions);
    }
}

/// Constants in loops by the loop that they leave.
fn candidates(function: &MFunction, plan: Plan, bound: &[bool]) -> BTreeMap<(u32, Key), Candidate> {
    let mut found: BTreeMap<(u32, Key), Candidate> = BTreeMap::new();
    for block in &function.blocks {
        let mut left = match block.inner {
            _ if plan.is_shared() => WHOLE,
            Some(inner) => inner,
            None => continue,
        };
        if !plan.is_shared() {
            while let Some(parent) = function.loops[left as usize].parent {
                left = parent;
            }
        }
        for located in &block.insts {
            let Some((key, rd)) = Key::of(&located.inst) else { continue };
            if rd.as_virtual().is_none_or(|number| bound[number as usize]) {
                continue;
            }
            let new = || Candidate { definitions: vec![], cycles: 0, loc: located.loc };
            let candidate = found.entry((left, key)).or_insert_with(new);
            candidate.definitions.push(rd);
            candidate.cycles += block.frequency * key.cycles();
        }
    }
    if let Plan::Shared(prefer) = plan {
        let is_dear = |key: Key| match prefer {
            Prefer::Size => key.bytes() > 2,
            Prefer::Speed => key.cycles() > 1,
        };
        found.retain(|(_, key), candidate| candidate.definitions.len() > 1 && is_dear(*key));
    }
    found
}

/// The virtual registers that an instruction overwrites, wants in a certain place, or
/// hands to a block: from a longer life they would have to be copied.
fn bound(function: &mut MFunction) -> Vec<bool> {
    let mut bound = vec![false; function.virtuals as usize];
    let mut bind = |reg: Reg| {
        if let Some(number) = reg.as_virtual() {
            bound[number as usize] = true;
        }
    };
    let mut operands = vec![];
    for located in function.blocks.iter_mut().flat_map(|block| &mut block.insts) {
        operands.clear();
        located.inst.visit_operands(&mut |reg, _, constraint| {
            operands.push((*reg, constraint));
        });
        for &(reg, constraint) in &operands {
            match constraint {
                Constraint::Any => {}
                Constraint::Fixed(_) => bind(reg),
                Constraint::Reuse(index) => {
                    operands.get(index).into_iter().for_each(|&(reg, _)| bind(reg));
                }
            }
        }
        let targets = located.inst.targets();
        targets.iter().flat_map(|target| &target.args).for_each(|&reg| bind(reg));
    }
    bound
}

/// The first place in the entry block behind the arrival of the arguments.
fn start(insts: &[Located]) -> usize {
    insts.iter().position(|located| matches!(located.inst, MInst::Args(_))).map_or(0, |at| at + 1)
}

/// The last place in a block where an instruction can stand that may change
/// the flags.
pub(crate) fn end(insts: &[Located]) -> usize {
    let dead = flags::dead(insts);
    let mut at = insts.len().saturating_sub(1);
    while at > 0 && !dead[at - 1] {
        at -= 1;
    }
    at
}
