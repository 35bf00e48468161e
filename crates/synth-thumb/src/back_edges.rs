//! Copies on the edges that close loops, moved above the branch.
//!
//! Allocation puts the copies of a loop's parameters into the block of the
//! back edge, which turns "branch back if" into "leave if; copy; branch back".
//! A copy whose target nobody reads behind the loop may as well be made before
//! the branch, in both cases: then the branch goes back by itself.

use crate::mach::{Located, MFunction, MInst, OperandKind, Reg};

/// Copies that are worth being made once more, when the loop is left.
const MOST: usize = 3;

/// A set of machine registers: core registers, then those of floats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Set(u64);

impl Set {
    fn of(reg: Reg) -> Set {
        let number = reg.as_machine().unwrap_or_default();
        Set(1 << if reg.is_float() { 16 + number } else { number })
    }

    fn contains(self, reg: Reg) -> bool {
        self.0 & Set::of(reg).0 != 0
    }
}

/// Moves copies above branches, in a function whose registers are machine
/// registers.
pub fn run(function: &mut MFunction) {
    if function.loops.is_empty() {
        return;
    }
    let live = live_in(function);
    for number in 0..function.blocks.len() {
        let Some(MInst::CondJump { then, other, .. }) =
            function.blocks[number].insts.last().map(|l| &l.inst)
        else {
            continue;
        };
        for (edge, exit) in [(then.block, other.block), (other.block, then.block)] {
            let copies = copies_back(function, number as u32, edge);
            let dead = |copy: &Located| match copy.inst {
                MInst::Mov { rd, .. } => !live[exit as usize].contains(rd),
                _ => false,
            };
            if (1..=MOST).contains(&copies.len()) && copies.iter().all(dead) {
                let copies = copies.to_vec();
                function.blocks[edge as usize].insts.drain(..copies.len());
                let insts = &mut function.blocks[number].insts;
                let at = insts.len() - 1;
                insts.splice(at..at, copies);
                break;
            }
        }
    }
}

/// The instructions of an edge's block that jumps back, without the jump.
fn copies_back(function: &MFunction, from: u32, edge: u32) -> &[Located] {
    let insts = &function.blocks[edge as usize].insts;
    match insts.split_last() {
        // An edge's block has no other predecessor.
        Some((Located { inst: MInst::Jump(target), .. }, copies))
            if target.block <= from && function.blocks[edge as usize].is_edge =>
        {
            copies
        }
        _ => &[],
    }
}

/// The registers that each block reads before it writes them, or that a later
/// one does.
fn live_in(function: &MFunction) -> Vec<Set> {
    let mut local = Vec::with_capacity(function.blocks.len());
    for block in &function.blocks {
        let (mut reads, mut writes) = (Set::default(), Set::default());
        for located in &block.insts {
            let mut inst = located.inst.clone();
            inst.visit_operands(&mut |reg, kind, _| {
                if kind == OperandKind::Use {
                    reads.0 |= Set::of(*reg).0 & !writes.0;
                }
            });
            inst.visit_operands(&mut |reg, kind, _| {
                if kind != OperandKind::Use {
                    writes.0 |= Set::of(*reg).0;
                }
            });
        }
        local.push((reads, writes));
    }
    let mut live: Vec<Set> = local.iter().map(|l| l.0).collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (number, block) in function.blocks.iter().enumerate().rev() {
            let out = block.insts.last().map_or(0, |last| {
                let targets = last.inst.targets();
                targets.iter().fold(0, |set, target| set | live[target.block as usize].0)
            });
            let new = Set(local[number].0.0 | out & !local[number].1.0);
            changed |= new != live[number];
            live[number] = new;
        }
    }
    live
}
