//! Constants and addresses from what registers hold: a value that a register has
//! already needs no instruction or a copy, and one near it an addition, in place of
//! a literal and its load. It runs after allocation, on machine registers.
//!
//! What registers hold is followed through each block, and into blocks with one
//! predecessor that stands before them. Nothing lives longer for it: a register
//! is read only while it still has the value by chance.

use std::collections::BTreeMap;

use synth_ir::SymbolId;

use crate::compile::{Options, Prefer};
use crate::emit::{alu, flags};
use crate::imm;
use crate::mach::{AluOp, Located, MFunction, MInst, OperandKind, Reg, Rhs, graph};

/// A value that is known when the program is linked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Value {
    symbol: Option<SymbolId>,
    addend: u32,
}

impl Value {
    fn plus(self, difference: u32) -> Value {
        Value { addend: self.addend.wrapping_add(difference), ..self }
    }
}

/// What each core register holds, if that is known.
type Known = [Option<Value>; 16];

/// Bytes and cycles of a way to make a value.
type Cost = (u32, u32);

struct Pass<'a> {
    options: &'a Options,
    /// How often each address is loaded: its literal is shared.
    loads: BTreeMap<Value, u32>,
}

/// Replaces constants and addresses that registers hold, or nearly.
pub fn run(function: &mut MFunction, options: &Options) {
    let mut pass = Pass { options, loads: BTreeMap::new() };
    for located in function.blocks.iter().flat_map(|block| &block.insts) {
        if let Some((_, value)) = made(&located.inst) {
            *pass.loads.entry(value).or_default() += 1;
        }
    }
    let single = graph::single_predecessors(function);
    let mut ends: Vec<Known> = Vec::with_capacity(function.blocks.len());
    for (index, before) in single.into_iter().enumerate() {
        let before = before.and_then(|before| ends.get(before)).copied();
        let end = pass.block(&mut function.blocks[index].insts, before.unwrap_or_default());
        ends.push(end);
    }
}

/// The register and the value that an instruction makes out of nothing.
fn made(inst: &MInst) -> Option<(Reg, Value)> {
    match *inst {
        MInst::Const { rd, value } => Some((rd, Value { symbol: None, addend: value })),
        MInst::SymbolAddr { rd, symbol, addend } => {
            Some((rd, Value { symbol: Some(symbol), addend: addend as u32 }))
        }
        _ => None,
    }
}

impl Pass<'_> {
    fn block(&mut self, insts: &mut Vec<Located>, mut known: Known) -> Known {
        let dead = flags::dead(insts);
        let mut dead = dead.into_iter();
        insts.retain_mut(|located| {
            let dead = dead.next().unwrap_or(false);
            let Some((rd, value)) = made(&located.inst) else {
                follow(&mut located.inst, &mut known);
                return true;
            };
            let at = rd.as_core();
            let holds = at.is_some_and(|at| known[at] == Some(value));
            if !holds {
                self.replace(&mut located.inst, value, &known, dead);
            } else if let Some(loads) = self.loads.get_mut(&value) {
                *loads -= 1;
            }
            if let Some(at) = at {
                known[at] = Some(value);
            }
            !holds
        });
        known
    }

    /// Makes a value from a register if that costs less.
    fn replace(&mut self, inst: &mut MInst, value: Value, known: &Known, dead: bool) {
        let Some((rd, _)) = made(inst) else { return };
        let Some(loads) = self.loads.get(&value).copied() else { return };
        let order = |(bytes, cycles): Cost| match self.options.prefer {
            Prefer::Size => (bytes, cycles),
            Prefer::Speed => (cycles, bytes),
        };
        let ways = (0..).zip(known).filter_map(|(number, held)| {
            let rn = Reg::machine(number);
            way(rd, rn, (*held)?, value, dead)
        });
        let best = ways.min_by_key(|&(cost, _)| order(cost));
        if let Some((cost, other)) = best
            && order(cost) < order(self.own(inst, loads, dead))
        {
            self.loads.insert(value, loads - 1);
            *inst = other;
        }
    }

    /// What an instruction costs, with its literal if that is its alone.
    fn own(&self, inst: &MInst, loads: u32, dead: bool) -> Cost {
        match *inst {
            MInst::Const { rd, value } => match alu::constant(rd, value, dead) {
                Some(short) => (short.size(), 1),
                None => self.literal(rd, loads),
            },
            MInst::SymbolAddr { rd, .. } => self.literal(rd, loads),
            _ => (8, 2),
        }
    }

    fn literal(&self, rd: Reg, loads: u32) -> Cost {
        let pool = self.options.prefer == Prefer::Size && !self.options.pure_code;
        match (rd.is_low(), loads > 1) {
            (true, true) if pool => (2, 2),
            (true, false) if pool => (6, 2),
            (false, true) if pool => (4, 2),
            _ => (8, 2),
        }
    }
}

/// A value from a register that holds another one.
fn way(rd: Reg, rn: Reg, held: Value, value: Value, dead: bool) -> Option<(Cost, MInst)> {
    let difference = value.addend.wrapping_sub(held.addend);
    if held.symbol != value.symbol {
        return None;
    }
    if difference == 0 {
        return Some(((2, 1), MInst::Mov { rd, rm: rn }));
    }
    if !imm::is_add(difference) {
        return None;
    }
    let rhs = Rhs::Imm(difference);
    let add = MInst::Alu { op: AluOp::Add, s: false, tied: false, rd, rn, rhs };
    let size = alu::choose(&add, dead)?.size();
    Some(((size, 1), add))
}

/// What registers hold behind an instruction.
fn follow(inst: &mut MInst, known: &mut Known) {
    let result = match *inst {
        MInst::Mov { rd, rm } => rm.as_core().and_then(|at| known[at]).map(|value| (rd, value)),
        MInst::Alu { op: AluOp::Add, rd, rn, rhs: Rhs::Imm(difference), .. } => {
            let held = rn.as_core().and_then(|at| known[at]);
            held.map(|value| (rd, value.plus(difference)))
        }
        _ => None,
    };
    let clobbers = inst.clobbers();
    for (number, held) in known.iter_mut().enumerate() {
        if clobbers & 1 << number != 0 {
            *held = None;
        }
    }
    inst.visit_operands(&mut |reg, kind, _| {
        if kind != OperandKind::Use
            && let Some(at) = reg.as_core()
        {
            known[at] = None;
        }
    });
    if let Some((rd, value)) = result
        && let Some(at) = rd.as_core()
    {
        known[at] = Some(value);
    }
}
