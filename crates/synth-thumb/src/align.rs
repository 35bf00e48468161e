//! Loops at a word's boundary, where speed counts.
//!
//! The core fetches words. A branch to an instruction of 32 bits that has a boundary in
//! its middle takes a cycle more in each turn (DDI 0439, section 3.3.1: how long the refill
//! of the pipeline takes depends on the alignment and width of the target instruction); a
//! NOP in front of the loop takes one when the loop is entered.

use std::collections::BTreeSet;

use crate::emit::{Item, Items, Label};

/// The pieces of a function with [`Item::Align`] in front of what a branch behind goes
/// back to.
pub(crate) fn loops(items: Items) -> Items {
    let mut seen = BTreeSet::new();
    let mut heads: BTreeSet<Label> = BTreeSet::new();
    for (item, _) in &items {
        match item {
            Item::Label(label) => {
                seen.insert(*label);
            }
            Item::Branch { target, .. } | Item::ZeroBranch { target, .. } => {
                heads.extend(seen.get(target));
            }
            _ => {}
        }
    }
    let mut aligned = Vec::with_capacity(items.len() + heads.len());
    for (item, loc) in items {
        if let Item::Label(label) = &item
            && heads.contains(label)
        {
            aligned.push((Item::Align, loc));
        }
        aligned.push((item, loc));
    }
    aligned
}
