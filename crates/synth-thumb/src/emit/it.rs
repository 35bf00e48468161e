//! Neighbouring IT blocks under one condition, made one (Armv7-M ARM section
//! A7.3.1): selections by the same comparison follow each other often.

use super::{Item, Items};
use crate::inst::{Cond, Inst, ItBlock};

/// Instructions that one IT holds.
const LONGEST: usize = 4;

/// Merges blocks where no instruction of the first changes the flags; the
/// cycles of those that are gone are at most one each.
pub(super) fn merge(items: &mut Items) {
    let mut merged = Items::with_capacity(items.len());
    // Where the last IT stands, if only its instructions follow.
    let mut open: Option<usize> = None;
    for (item, loc) in items.drain(..) {
        if let Item::Inst(Inst::It { block }) = &item {
            let before = open.filter(|&at| merged.len() - at - 1 == conds(&merged[at].0).len());
            if let Some(both) = before.and_then(|at| join(&merged[at..], *block)) {
                let at = before.unwrap_or_default();
                merged[at].0 = Item::Inst(Inst::It { block: both });
                continue;
            }
            open = Some(merged.len());
        } else if !matches!(item, Item::Inst(_)) {
            open = None;
        }
        merged.push((item, loc));
    }
    *items = merged;
}

fn conds(item: &Item) -> Vec<Cond> {
    match item {
        Item::Inst(Inst::It { block }) => block.conds().collect(),
        _ => vec![],
    }
}

/// One IT for the instructions of `first`, which starts with its IT, and those
/// of the second.
fn join(first: &[(Item, synth_ir::SourceLoc)], second: ItBlock) -> Option<ItBlock> {
    let mut all = conds(&first.first()?.0);
    let start = *all.first()?;
    if second.cond() != start && second.cond() != start.inverse() {
        return None;
    }
    for ((item, _), cond) in first[1..].iter().zip(&all) {
        let Item::Inst(inst) = item else { return None };
        if !inst.flags_written(Some(*cond)).is_empty() {
            return None;
        }
    }
    all.extend(second.conds());
    if all.len() > LONGEST {
        return None;
    }
    let then: Vec<bool> = all[1..].iter().map(|&cond| cond == start).collect();
    ItBlock::new(start, &then)
}
