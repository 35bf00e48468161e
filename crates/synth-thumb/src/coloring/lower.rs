//! Constraints become copies: what is left is a program on variables, each
//! of which may get any register that nothing else needs meanwhile.
//!
//! - Block parameters are written by copies at the end of each predecessor
//!   (critical edges are split, so that nothing else follows that end).
//! - Arguments and results of calls, and the function's own, are copied from
//!   and to the machine registers where they must be.
//! - A result that must replace an operand is copied from it before.

use smallvec::{SmallVec, smallvec};

use super::flow;
use crate::mach::{FInst, Located, MFunction, MInst, Reg, Rhs, TailCallee};

/// A result and an operand of which the one should replace the other, which
/// makes the instruction shorter.
#[derive(Clone, Copy)]
pub(super) struct Tie {
    pub pair: (Reg, Reg),
    /// The block that it is in.
    pub block: usize,
    /// Cycles that it saves.
    pub cycles: u64,
}

/// Rewrites the function; the wishes that are left.
pub(super) fn run(function: &mut MFunction) -> Vec<Tie> {
    let params: Vec<Vec<Reg>> =
        function.blocks.iter_mut().map(|block| std::mem::take(&mut block.params)).collect();
    let mut ties = vec![];
    for index in 0..function.blocks.len() {
        let old = std::mem::take(&mut function.blocks[index].insts);
        let mut new = Vec::with_capacity(old.len() + 8);
        for mut located in old {
            let loc = located.loc;
            let copy = |rd, rm| Located::new(flow::copy(rd, rm), loc);
            let mut behind = vec![];
            match &mut located.inst {
                MInst::Args(list) => arrive(list, &mut behind),
                MInst::Ret(list) => leave(list, loc, &mut new),
                MInst::TailCall { callee, uses } => {
                    leave(uses, loc, &mut new);
                    if let TailCallee::Reg(target, at) = callee {
                        let mut list = [(*target, *at)];
                        leave(&mut list, loc, &mut new);
                        *target = list[0].0;
                    }
                }
                MInst::Call { uses, defs, .. } => {
                    leave(uses, loc, &mut new);
                    arrive(defs, &mut behind);
                }
                MInst::Jump(target) => {
                    let args = std::mem::take(&mut target.args);
                    let block = target.block as usize;
                    let pairs: Vec<(Reg, Reg)> = params[block].iter().copied().zip(args).collect();
                    for (rd, rm) in in_order(function, pairs) {
                        new.push(copy(rd, rm));
                    }
                }
                MInst::Insert { rd, base: rn, .. }
                | MInst::Clear { rd, rn, .. }
                | MInst::CondAlu { rd, rn, .. } => {
                    new.push(copy(*rd, *rn));
                    *rn = *rd;
                }
                MInst::MulAddLong { lo, hi, add_lo, add_hi, .. } => {
                    new.extend([copy(*lo, *add_lo), copy(*hi, *add_hi)]);
                    (*add_lo, *add_hi) = (*lo, *hi);
                }
                MInst::Float(
                    FInst::Select { fd, other: fm, .. } | FInst::Pack { fd, lo: fm, .. },
                ) => {
                    new.push(copy(*fd, *fm));
                    *fm = *fd;
                }
                inst => ties.extend(tie(inst, index)),
            }
            new.push(located);
            new.extend(behind.into_iter().map(|(rd, rm)| copy(rd, rm)));
        }
        function.blocks[index].insts = new;
    }
    ties
}

/// The machine register of that number in the class of another.
fn machine(at: u8, like: Reg) -> Reg {
    if like.is_float() { Reg::float(at) } else { Reg::machine(at) }
}

/// Registers that hold values in machine registers behind an instruction.
fn arrive(list: &mut [(Reg, u8)], behind: &mut Vec<(Reg, Reg)>) {
    for (reg, at) in list {
        let rm = machine(*at, *reg);
        behind.push((*reg, rm));
        *reg = rm;
    }
}

/// Registers whose values must be in machine registers for an instruction.
fn leave(list: &mut [(Reg, u8)], loc: synth_ir::SourceLoc, before: &mut Vec<Located>) {
    for (reg, at) in list {
        let rd = machine(*at, *reg);
        before.push(Located::new(flow::copy(rd, *reg), loc));
        *reg = rd;
    }
}

/// The operands that the result should replace.
fn tie(inst: &mut MInst, block: usize) -> SmallVec<[Tie; 2]> {
    let tie = |pair, cycles| Tie { pair, block, cycles };
    match inst {
        MInst::Alu { tied, rd, rn, rhs, op, .. } => {
            *tied = false;
            op.has_two_address_form(rhs).then(|| tie((*rd, *rn), 0)).into_iter().collect()
        }
        MInst::ShiftReg { tied, rd, rn, .. } | MInst::Mul { tied, rd, rn, .. } => {
            *tied = false;
            smallvec![tie((*rd, *rn), 0)]
        }
        // One of both moves is saved.
        MInst::Select { rd, then, other, .. } => match then {
            Rhs::Reg(rm) => smallvec![tie((*rd, *rm), 1), tie((*rd, *other), 1)],
            _ => smallvec![tie((*rd, *other), 1)],
        },
        _ => smallvec![],
    }
}

/// The other operand that could be replaced as well.
pub(super) fn second_tie(inst: &MInst) -> Option<(Reg, Reg)> {
    match *inst {
        MInst::Alu { rd, rhs: Rhs::Reg(rm), op, .. }
            if op.is_commutative() && op.has_two_address_form(&Rhs::Reg(rm)) =>
        {
            Some((rd, rm))
        }
        MInst::Mul { rd, rm, .. } => Some((rd, rm)),
        _ => None,
    }
}

/// Copies that happen at once, one after the other.
fn in_order(function: &mut MFunction, mut pairs: Vec<(Reg, Reg)>) -> Vec<(Reg, Reg)> {
    pairs.retain(|(rd, rm)| rd != rm);
    let mut done = vec![];
    while !pairs.is_empty() {
        // One whose target no other still reads.
        let free = pairs.iter().position(|(rd, _)| pairs.iter().all(|(_, rm)| rm != rd));
        match free {
            Some(at) => done.push(pairs.remove(at)),
            None => {
                // A cycle: one value waits elsewhere.
                let is_float = pairs[0].1.is_float();
                let wait = if is_float { function.new_float() } else { function.new_reg() };
                done.push((wait, pairs[0].1));
                pairs[0].1 = wait;
            }
        }
    }
    done
}
