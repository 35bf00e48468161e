//! Global value numbering: of equal pure instructions, one that dominates the
//! others stays.
//!
//! Nothing moves, so a division stays below its guard. A check with the
//! condition of a check that dominates it can't fail and goes; a check of a
//! constant goes or ends the block. Loads are left alone, but for those of
//! constants.

use std::borrow::Cow;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;
use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::{Function, Inst, InstData, Region, TrapCode};

use crate::edit::Replacements;
use crate::{Context, Pass};

/// The pass.
pub struct Gvn;

impl Pass for Gvn {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let insts = func.layout.iter().map(|&block| func.blocks[block].insts.len());
        let mut table = Table::new(insts.sum());
        let mut replacements = Replacements::default();
        let (mut removed, mut cut) = (false, false);
        for (i, &block) in dom.preorder().iter().enumerate() {
            table.leave(i);
            table.enter(i + dom.subtree_size(block));
            let mut insts = std::mem::take(&mut func.blocks[block].insts);
            let before = insts.len();
            let mut ends = false;
            insts.retain(|&inst| {
                if ends {
                    return false;
                }
                match visit(func, inst, &mut table, &mut replacements) {
                    Verdict::Keep => true,
                    Verdict::Remove => false,
                    Verdict::Trap(code) => {
                        func.insts[inst] = InstData::Trap(code);
                        ends = true;
                        true
                    }
                }
            });
            cut |= ends;
            removed |= insts.len() < before;
            func.blocks[block].insts = insts;
        }
        let replaced = replacements.apply_unvisited(func, dom.preorder().len());
        if cut {
            func.remove_unreachable();
        }
        removed || replaced || cut
    }
}

enum Verdict {
    Keep,
    Remove,
    Trap(TrapCode),
}

fn visit(func: &mut Function, inst: Inst, table: &mut Table, same: &mut Replacements) -> Verdict {
    same.apply_to(&mut func.insts[inst]);
    match func.insts[inst] {
        InstData::TrapIf { cond, code } => match func.as_const(cond) {
            Some(0) => Verdict::Remove,
            Some(_) => Verdict::Trap(code),
            // Whatever its code, a check with that condition has passed.
            None if table.insert(func, inst).is_some() => Verdict::Remove,
            None => Verdict::Keep,
        },
        ref data if data.is_pure() || is_constant_load(data) => match table.insert(func, inst) {
            Some(earlier) => {
                same.replace(func.result(inst), func.result(earlier));
                Verdict::Remove
            }
            None => Verdict::Keep,
        },
        _ => Verdict::Keep,
    }
}

/// Whether it reads what nothing writes.
fn is_constant_load(data: &InstData) -> bool {
    matches!(data, InstData::Load { region: Region::Const, .. })
}

/// What equal instructions have in common.
pub(crate) fn key(data: &InstData) -> Cow<'_, InstData> {
    match *data {
        InstData::Binary { op, args: [a, b] } if a > b && op.is_commutative() => {
            Cow::Owned(InstData::Binary { op, args: [b, a] })
        }
        InstData::Compare { cond, args: [a, b] } if a > b => {
            Cow::Owned(InstData::Compare { cond: cond.swapped(), args: [b, a] })
        }
        InstData::TrapIf { cond, .. } => {
            Cow::Owned(InstData::TrapIf { cond, code: TrapCode::Unreachable })
        }
        _ => Cow::Borrowed(data),
    }
}

/// The end of a chain.
const NONE: u32 = u32::MAX;

/// The instructions that dominate the current place, by what equal ones have in common:
/// a hash table whose chains go through the log.
struct Table {
    /// By hash, the latest instruction in the log.
    heads: Vec<u32>,
    /// The instructions in the order in which they came.
    log: Vec<Entry>,
    /// For each block on the way from the root: the position in the preorder
    /// where what it dominates ends, and the length of the log before it.
    scopes: Vec<(usize, usize)>,
}

struct Entry {
    hash: u64,
    inst: Inst,
    /// The one before it in its chain.
    next: u32,
}

impl Table {
    /// A table for so many instructions.
    fn new(insts: usize) -> Self {
        let heads = vec![NONE; insts.next_power_of_two()];
        Table { heads, log: vec![], scopes: vec![] }
    }

    fn head(&mut self, hash: u64) -> &mut u32 {
        let mask = self.heads.len() - 1;
        &mut self.heads[hash as usize & mask]
    }

    fn enter(&mut self, end: usize) {
        self.scopes.push((end, self.log.len()));
    }

    /// Leaves the blocks that do not dominate the one at `position`.
    fn leave(&mut self, position: usize) {
        while let Some(&(end, length)) = self.scopes.last() {
            if position < end {
                break;
            }
            self.scopes.pop();
            while self.log.len() > length
                && let Some(entry) = self.log.pop()
            {
                *self.head(entry.hash) = entry.next;
            }
        }
    }

    /// An equal instruction, or `None` after adding this one.
    fn insert(&mut self, func: &Function, inst: Inst) -> Option<Inst> {
        let key_of = |inst| key(&func.insts[inst]);
        let own = key_of(inst);
        let hash = FxBuildHasher.hash_one(&own);
        let mut next = *self.head(hash);
        while let Some(entry) = self.log.get(next as usize) {
            if entry.hash == hash && key_of(entry.inst) == own {
                return Some(entry.inst);
            }
            next = entry.next;
        }
        let number = self.log.len() as u32;
        let next = std::mem::replace(self.head(hash), number);
        self.log.push(Entry { hash, inst, next });
        None
    }
}
