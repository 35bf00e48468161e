//! Which constants an instruction can hold (Armv7-M ARM section A5.3.2).

/// Whether `value` is a modified immediate: a byte, a byte repeated in one of
/// three patterns, or eight bits from a leading one at any place.
pub fn is_modified(value: u32) -> bool {
    let byte = value & 0xff;
    value < 256
        || value == byte * 0x0001_0001
        || value == (value >> 8 & 0xff) * 0x0100_0100
        || value == byte * 0x0101_0101
        || value << value.leading_zeros() & 0x00ff_ffff == 0
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

#[cfg(test)]
mod tests {
    use super::is_modified;

    /// ThumbExpandImm, written out from the manual: the value of each of the
    /// 4096 encodings.
    fn expand(imm12: u32) -> u32 {
        let byte = imm12 & 0xff;
        match imm12 >> 8 {
            0 => byte,
            1 => byte << 16 | byte,
            2 => byte << 24 | byte << 8,
            3 => byte * 0x0101_0101,
            _ => (0x80 | imm12 & 0x7f).rotate_right(imm12 >> 7),
        }
    }

    #[test]
    fn all_expansions_are_modified_immediates_and_neighbours_agree() {
        let all: std::collections::BTreeSet<u32> = (0..4096).map(expand).collect();
        for &value in &all {
            assert!(is_modified(value), "{value:#x}");
            for near in [value.wrapping_add(1), value.wrapping_sub(1), !value, value << 1] {
                assert_eq!(is_modified(near), all.contains(&near), "{near:#x}");
            }
        }
    }
}
