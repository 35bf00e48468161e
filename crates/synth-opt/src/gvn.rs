//! Global value numbering: of equal pure instructions, one that dominates the
//! others stays.
//!
//! Nothing moves, so a division stays below its guard. A check with the
//! condition of a check that dominates it can't fail and goes; a check of a
//! constant goes or ends the block. Loads are left alone, but for those of
//! constants.

use rustc_hash::FxHashMap;
use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::{Function, Inst, InstData, Region, TrapCode, Value};

use crate::edit::Replacements;
use crate::{Context, Pass};

/// The pass.
pub struct Gvn;

impl Pass for Gvn {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let mut table = Table::default();
        let mut replacements = Replacements::default();
        let (mut removed, mut cut) = (false, false);
        for (i, &block) in dom.preorder().iter().enumerate() {
            table.leave(i);
            table.enter(i + dom.subtree_size(block));
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let before = insts.len();
            let mut out = Vec::with_capacity(before);
            for inst in insts {
                match visit(func, inst, &mut table, &mut replacements) {
                    Verdict::Keep => out.push(inst),
                    Verdict::Remove => {}
                    Verdict::Trap(code) => {
                        func.insts[inst] = InstData::Trap(code);
                        out.push(inst);
                        cut = true;
                        break;
                    }
                }
            }
            removed |= out.len() < before;
            func.blocks[block].insts = out;
        }
        let replaced = replacements.apply(func);
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
    func.insts[inst].map_args(|v| same.resolve(v));
    match func.insts[inst] {
        InstData::TrapIf { cond, code } => match func.as_const(cond) {
            Some(0) => Verdict::Remove,
            Some(_) => Verdict::Trap(code),
            // Whatever its code, a check with that condition has passed.
            None if table.insert(key(func, inst), cond).is_some() => Verdict::Remove,
            None => Verdict::Keep,
        },
        ref data if data.is_pure() || is_constant_load(data) => {
            let result = func.result(inst);
            match table.insert(key(func, inst), result) {
                Some(earlier) => {
                    same.replace(result, earlier);
                    Verdict::Remove
                }
                None => Verdict::Keep,
            }
        }
        _ => Verdict::Keep,
    }
}

/// Whether it reads what nothing writes.
fn is_constant_load(data: &InstData) -> bool {
    matches!(data, InstData::Load { region: Region::Const, .. })
}

/// What equal instructions have in common.
pub(crate) fn key(func: &Function, inst: Inst) -> InstData {
    let mut key = func.insts[inst].clone();
    match &mut key {
        InstData::Binary { op, args } if op.is_commutative() => args.sort(),
        InstData::Compare { cond, args } if args[0] > args[1] => {
            args.swap(0, 1);
            *cond = cond.swapped();
        }
        InstData::TrapIf { code, .. } => *code = TrapCode::Unreachable,
        _ => {}
    }
    key
}

/// The instructions that dominate the current place.
#[derive(Default)]
struct Table {
    values: FxHashMap<InstData, Value>,
    /// The keys in the order in which they came.
    log: Vec<InstData>,
    /// For each block on the way from the root: the position in the preorder
    /// where what it dominates ends, and the length of the log before it.
    scopes: Vec<(usize, usize)>,
}

impl Table {
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
            for key in self.log.drain(length..) {
                self.values.remove(&key);
            }
        }
    }

    /// The value of an equal instruction, or `None` after adding this one.
    fn insert(&mut self, key: InstData, value: Value) -> Option<Value> {
        if let Some(&earlier) = self.values.get(&key) {
            return Some(earlier);
        }
        self.log.push(key.clone());
        self.values.insert(key, value);
        None
    }
}
