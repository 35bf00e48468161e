//! Which constants an instruction can hold (Armv7-M ARM section A5.3.2).

use crate::inst::ThumbImm;

/// Whether `value` is a modified immediate.
pub fn is_modified(value: u32) -> bool {
    ThumbImm::new(value).is_some()
}

/// Whether ADD or SUB can hold `value`, negated or not, as a modified
/// immediate or 12 bits.
pub fn is_add(value: u32) -> bool {
    let negated = value.wrapping_neg();
    is_modified(value) || is_modified(negated) || value < 4096 || negated < 4096
}

/// Whether CMP or CMN can hold `value`.
pub fn is_compare(value: u32) -> bool {
    is_modified(value) || is_modified(value.wrapping_neg())
}

/// Whether AND, ORR or their inverting forms BIC and ORN can hold `value`.
pub fn is_logic(value: u32) -> bool {
    is_modified(value) || is_modified(!value)
}

/// Whether an access of any width can have that offset from a register.
pub fn is_offset(offset: i32) -> bool {
    (-255..4096).contains(&offset)
}

/// Bytes of code that put `value` into a low register, a literal pool's word
/// included.
pub fn cost(value: u32) -> u32 {
    match value {
        0..256 => 2,
        _ if value < 0x1_0000 || is_logic(value) => 4,
        _ => 6,
    }
}

/// Whether the ones of a value are a field: next to each other, and not all.
pub fn is_field(value: u32) -> bool {
    let low = value >> value.trailing_zeros().min(31);
    value != 0 && value != u32::MAX && low & low.wrapping_add(1) == 0
}
