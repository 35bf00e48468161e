//! The forms of each piece, from the smallest: their sizes and reaches.
//!
//! | piece | forms |
//! |---|---|
//! | branch | B T2 or T1 (2) · B.W T4 or T3 (4) · inverted B T1 over B.W (6) |
//! | zero branch | CBZ (2) · CMP, B T1 (4) · CMP, B T3 (6) · CMP, B T1, B.W (8) |
//! | literal | LDR T1 (2), low registers only · LDR T2 (4) |
//! | float literal | VLDR (4) |
//! | table | TBB · TBH |
//!
//! A distance counts from the address of the deciding instruction plus 4.

use crate::emit::{Item, Label, Literal};

/// Number of the last form.
pub(super) fn last(item: &Item) -> u8 {
    match item {
        Item::Branch { cond: None, .. } => 1,
        Item::Branch { .. } => 2,
        Item::ZeroBranch { .. } => 3,
        Item::Literal { .. } | Item::Table { .. } => 1,
        _ => 0,
    }
}

/// Size in bytes of a piece that has the same in every form and at every offset.
pub(super) fn only_size(item: &Item) -> Option<u8> {
    match item {
        Item::Inst(inst) | Item::Reloc(inst, ..) => Some(inst.size() as u8),
        Item::FloatLiteral { .. } => Some(4),
        Item::Trap { .. } => Some(2),
        _ => None,
    }
}

/// Whether a piece refers to a place that must be near.
pub(super) fn must_reach(item: &Item) -> bool {
    matches!(
        item,
        Item::Branch { .. }
            | Item::ZeroBranch { .. }
            | Item::Literal { .. }
            | Item::FloatLiteral { .. }
            | Item::Table { .. }
    )
}

/// Size in bytes of a piece at an offset.
pub(super) fn size(item: &Item, form: u8, at: u32) -> u64 {
    let padding = |at: u32| u64::from(at.next_multiple_of(4) - at);
    match item {
        Item::Label(_) => 0,
        Item::Align => padding(at),
        Item::Inst(inst) | Item::Reloc(inst, ..) => u64::from(inst.size()),
        Item::Branch { .. } => 2 + 2 * u64::from(form),
        Item::ZeroBranch { .. } => 2 + 2 * u64::from(form),
        Item::Literal { .. } => 2 + 2 * u64::from(form),
        Item::FloatLiteral { .. } => 4,
        Item::Table { targets, .. } => {
            let count = targets.len() as u64;
            4 + if form == 0 { count.next_multiple_of(2) } else { 2 * count }
        }
        Item::FarTable { targets, .. } => 12 + padding(at) + 4 * targets.len() as u64,
        Item::Trap { .. } => 2,
        Item::Pool(literals) => padding(at) + bytes(literals),
    }
}

/// Size in bytes of the literals of a pool.
pub(super) fn bytes(literals: &[Literal]) -> u64 {
    literals.iter().map(|literal| u64::from(literal.size())).sum()
}

/// The largest size in bytes that a piece can have at any offset.
pub(super) fn largest(item: &Item) -> u64 {
    size(item, last(item), 2)
}

/// The value of pc in the instruction that holds the distance.
pub(super) fn origin(item: &Item, form: u8, at: i64) -> i64 {
    match (item, form) {
        // The last instruction of a sequence.
        (Item::Branch { .. }, 2) | (Item::ZeroBranch { .. }, 1 | 2) => at + 2 + 4,
        (Item::ZeroBranch { .. }, 3) => at + 4 + 4,
        _ => at + 4,
    }
}

pub(super) fn branch_reaches(conditional: bool, form: u8, distance: i64) -> bool {
    let bits = match (conditional, form) {
        (true, 0) => 8,
        (true, 1) => 20,
        (false, 0) => 11,
        _ => 24,
    };
    within(distance, bits)
}

pub(super) fn zero_branch_reaches(form: u8, distance: i64) -> bool {
    match form {
        0 => (0..=126).contains(&distance),
        1 => within(distance, 8),
        2 => within(distance, 20),
        _ => within(distance, 24),
    }
}

fn within(distance: i64, bits: u32) -> bool {
    (-(1 << bits)..1 << bits).contains(&distance)
}

pub(super) fn literal_reaches(form: u8, distance: i64) -> bool {
    match form {
        0 => (0..=1020).contains(&distance),
        _ => (-4095..=4095).contains(&distance),
    }
}

pub(super) fn float_literal_reaches(distance: i64) -> bool {
    (-1020..=1020).contains(&distance)
}

pub(super) fn table_reaches(form: u8, distance: i64) -> bool {
    let halfwords = distance / 2;
    distance >= 0 && halfwords <= if form == 0 { 255 } else { 65535 }
}

/// Whether control passes behind a piece; `before` says whether it passes in front.
pub(super) fn passes(item: &Item, before: bool) -> bool {
    match item {
        Item::Inst(inst) | Item::Reloc(inst, ..) => !inst.is_terminator(),
        Item::Branch { cond: None, .. }
        | Item::Table { .. }
        | Item::FarTable { .. }
        | Item::Trap { .. } => false,
        // A label behind a barrier is still behind it.
        Item::Label(_) | Item::Align => before,
        _ => true,
    }
}

/// The largest label that a piece names.
pub(super) fn max_label(item: &Item) -> Option<u32> {
    match item {
        Item::Label(Label(n))
        | Item::Branch { target: Label(n), .. }
        | Item::ZeroBranch { target: Label(n), .. } => Some(*n),
        Item::Table { targets, .. } | Item::FarTable { targets, .. } => {
            targets.iter().map(|l| l.0).max()
        }
        _ => None,
    }
}
