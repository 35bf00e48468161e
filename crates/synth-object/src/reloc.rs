//! Relocations: their ELF numbers, the addend that the place holds, and
//! their application (AAELF32 section 5.6, "Relocation").
//!
//! Relocation sections are REL: the addend stands in the place itself. An
//! addend here is the number of bytes added to the symbol's address, so that
//! a branch has addend 0 where its field holds -4 (the Thumb PC bias).

use object::elf;

/// How the address of a symbol is written into a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelocKind {
    /// R_ARM_NONE: a reference that keeps the symbol and writes nothing.
    None,
    /// R_ARM_ABS32: a word.
    Abs32,
    /// R_ARM_PREL31: 31 bits relative to the place, bit 31 kept.
    Prel31,
    /// R_ARM_THM_CALL: `bl`.
    ThmCall,
    /// R_ARM_THM_JUMP24: `b.w`.
    ThmJump24,
    /// R_ARM_THM_MOVW_ABS_NC: the low half.
    ThmMovwAbsNc,
    /// R_ARM_THM_MOVT_ABS: the high half.
    ThmMovtAbs,
}

impl From<synth_thumb::RelocKind> for RelocKind {
    fn from(kind: synth_thumb::RelocKind) -> Self {
        match kind {
            synth_thumb::RelocKind::Abs32 => RelocKind::Abs32,
            synth_thumb::RelocKind::ThmCall => RelocKind::ThmCall,
            synth_thumb::RelocKind::ThmJump24 => RelocKind::ThmJump24,
            synth_thumb::RelocKind::ThmMovwAbsNc => RelocKind::ThmMovwAbsNc,
            synth_thumb::RelocKind::ThmMovtAbs => RelocKind::ThmMovtAbs,
        }
    }
}

/// `nop.w`, which replaces a branch to a weak symbol without definition
/// (AAELF32 section 5.6.1.8), as halfwords in memory order.
const NOP_W: [u8; 4] = [0xaf, 0xf3, 0x00, 0x80];

/// What a relocation refers to, once addresses are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The symbol's address, without the Thumb bit; 0 if it is missing.
    pub address: u32,
    /// Whether it is a Thumb function.
    pub thumb: bool,
    /// Whether it is weak and has no definition.
    pub missing: bool,
}

impl RelocKind {
    /// All kinds.
    pub const ALL: &'static [RelocKind] = &[
        RelocKind::None,
        RelocKind::Abs32,
        RelocKind::Prel31,
        RelocKind::ThmCall,
        RelocKind::ThmJump24,
        RelocKind::ThmMovwAbsNc,
        RelocKind::ThmMovtAbs,
    ];

    /// The name in AAELF32.
    pub fn name(self) -> &'static str {
        match self {
            RelocKind::None => "R_ARM_NONE",
            RelocKind::Abs32 => "R_ARM_ABS32",
            RelocKind::Prel31 => "R_ARM_PREL31",
            RelocKind::ThmCall => "R_ARM_THM_CALL",
            RelocKind::ThmJump24 => "R_ARM_THM_JUMP24",
            RelocKind::ThmMovwAbsNc => "R_ARM_THM_MOVW_ABS_NC",
            RelocKind::ThmMovtAbs => "R_ARM_THM_MOVT_ABS",
        }
    }

    /// The ELF relocation type.
    pub fn elf_type(self) -> elf::RelocationType {
        match self {
            RelocKind::None => elf::R_ARM_NONE,
            RelocKind::Abs32 => elf::R_ARM_ABS32,
            RelocKind::Prel31 => elf::R_ARM_PREL31,
            RelocKind::ThmCall => elf::R_ARM_THM_PC22,
            RelocKind::ThmJump24 => elf::R_ARM_THM_JUMP24,
            RelocKind::ThmMovwAbsNc => elf::R_ARM_THM_MOVW_ABS_NC,
            RelocKind::ThmMovtAbs => elf::R_ARM_THM_MOVT_ABS,
        }
    }

    /// Whether it transfers control, and so does not take the address.
    pub fn is_branch(self) -> bool {
        matches!(self, RelocKind::ThmCall | RelocKind::ThmJump24)
    }

    /// The addend that a place holds.
    pub fn read_addend(self, place: [u8; 4]) -> i32 {
        match self {
            RelocKind::None => 0,
            RelocKind::Abs32 => i32::from_le_bytes(place),
            RelocKind::Prel31 => (i32::from_le_bytes(place) << 1) >> 1,
            RelocKind::ThmCall | RelocKind::ThmJump24 => branch_offset(place) + 4,
            RelocKind::ThmMovwAbsNc | RelocKind::ThmMovtAbs => i32::from(mov_imm16(place) as i16),
        }
    }

    /// The place with the value that the linker computes, or `None` when the
    /// value does not fit. `at` is the address of the place.
    pub fn apply(self, place: [u8; 4], addend: i32, target: Target, at: u32) -> Option<[u8; 4]> {
        let address = target.address.wrapping_add_signed(addend);
        let with_bit = address | u32::from(target.thumb);
        Some(match self {
            RelocKind::None => place,
            RelocKind::Abs32 => with_bit.to_le_bytes(),
            RelocKind::Prel31 => {
                let delta = with_bit.wrapping_sub(at) as i32;
                if !(-(1 << 30)..1 << 30).contains(&delta) {
                    return None;
                }
                let top = u32::from_le_bytes(place) & 0x8000_0000;
                (top | (delta as u32 & 0x7fff_ffff)).to_le_bytes()
            }
            RelocKind::ThmCall | RelocKind::ThmJump24 if target.missing => NOP_W,
            RelocKind::ThmCall | RelocKind::ThmJump24 => {
                let delta = address.wrapping_sub(at).wrapping_sub(4) as i32;
                with_branch_offset(place, delta)?
            }
            RelocKind::ThmMovwAbsNc => with_mov_imm16(place, with_bit as u16),
            RelocKind::ThmMovtAbs => with_mov_imm16(place, (address >> 16) as u16),
        })
    }
}

fn halves(place: [u8; 4]) -> (u32, u32) {
    let [a, b, c, d] = place;
    (u32::from(u16::from_le_bytes([a, b])), u32::from(u16::from_le_bytes([c, d])))
}

fn from_halves(first: u32, second: u32) -> [u8; 4] {
    (first | second << 16).to_le_bytes()
}

/// The offset field of BL and B.W (encodings T1 and T4): S:I1:I2:imm10:imm11:0
/// with I = NOT(J EOR S).
fn branch_offset(place: [u8; 4]) -> i32 {
    let (first, second) = halves(place);
    let s = first >> 10 & 1;
    let i1 = (second >> 13 ^ s ^ 1) & 1;
    let i2 = (second >> 11 ^ s ^ 1) & 1;
    let imm = s << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
    ((imm << 7) as i32) >> 7
}

/// Sets the offset field; `None` beyond 16 MiB.
fn with_branch_offset(place: [u8; 4], offset: i32) -> Option<[u8; 4]> {
    if !(-(1 << 24)..1 << 24).contains(&offset) || offset & 1 != 0 {
        return None;
    }
    let (first, second) = halves(place);
    let imm = offset as u32;
    let s = imm >> 24 & 1;
    let j1 = (imm >> 23 ^ s ^ 1) & 1;
    let j2 = (imm >> 22 ^ s ^ 1) & 1;
    let first = first & 0xf800 | s << 10 | imm >> 12 & 0x3ff;
    let second = second & 0xd000 | j1 << 13 | j2 << 11 | imm >> 1 & 0x7ff;
    Some(from_halves(first, second))
}

/// The immediate of MOVW (T3) and MOVT (T1): imm4:i:imm3:imm8.
fn mov_imm16(place: [u8; 4]) -> u16 {
    let (first, second) = halves(place);
    ((first & 0xf) << 12 | (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xff) as u16
}

fn with_mov_imm16(place: [u8; 4], value: u16) -> [u8; 4] {
    let (first, second) = halves(place);
    let value = u32::from(value);
    let first = first & 0xfbf0 | value >> 12 | (value >> 11 & 1) << 10;
    let second = second & 0x8f00 | (value >> 8 & 7) << 12 | value & 0xff;
    from_halves(first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(first: u16, second: u16) -> [u8; 4] {
        from_halves(u32::from(first), u32::from(second))
    }

    fn at(address: u32) -> Target {
        Target { address, thumb: true, missing: false }
    }

    /// Encodings from `arm-none-eabi-as -mcpu=cortex-m3` and `ld -Ttext=0`.
    #[test]
    fn branches() {
        let bl = word(0xf7ff, 0xfffe);
        assert_eq!(RelocKind::ThmCall.read_addend(bl), 0);
        // bl . + 0x1000
        assert_eq!(RelocKind::ThmCall.apply(bl, 0, at(0x1000), 0), Some(word(0xf000, 0xfffe)));
        // b.w . - 0x100
        let b = word(0xf7ff, 0xbffe);
        assert_eq!(RelocKind::ThmJump24.apply(b, 0, at(0), 0x100), Some(word(0xf7ff, 0xbf7e)));
        let far = 0x0100_0004;
        assert_eq!(RelocKind::ThmCall.apply(bl, 0, at(far), 0), None);
        assert_eq!(
            RelocKind::ThmCall.apply(bl, 0, at(far - 2), 0).map(branch_offset),
            Some((1 << 24) - 2)
        );
        assert_eq!(
            RelocKind::ThmCall.apply(bl, 0, at(4), 1 << 24).map(branch_offset),
            Some(-(1 << 24))
        );
        assert_eq!(RelocKind::ThmCall.apply(bl, 0, at(2), 1 << 24), None);
    }

    #[test]
    fn branch_to_missing_weak_symbol_does_nothing() {
        let missing = Target { address: 0, thumb: false, missing: true };
        let bl = word(0xf7ff, 0xfffe);
        assert_eq!(RelocKind::ThmCall.apply(bl, 0, missing, 0x2000_0000), Some(NOP_W));
    }

    /// `movw r3, #0x89ab` and `movt r3, #0x4567` are f648 13ab and f2c4 5367.
    #[test]
    fn moves() {
        let movw = word(0xf240, 0x0300);
        let movt = word(0xf2c0, 0x0300);
        let target = Target { address: 0x4567_89aa, thumb: true, missing: false };
        assert_eq!(RelocKind::ThmMovwAbsNc.apply(movw, 0, target, 0), Some(word(0xf648, 0x13ab)));
        assert_eq!(RelocKind::ThmMovtAbs.apply(movt, 0, target, 0), Some(word(0xf2c4, 0x5367)));
        assert_eq!(RelocKind::ThmMovwAbsNc.read_addend(word(0xf64f, 0x73f8)), -8);
    }

    #[test]
    fn prel31_keeps_the_top_bit_and_checks_the_range() {
        let place = 0x8000_0000u32.to_le_bytes();
        let target = Target { address: 0x100, thumb: false, missing: false };
        assert_eq!(
            RelocKind::Prel31.apply(place, 0, target, 0x200),
            Some(0xffff_ff00u32.to_le_bytes())
        );
        assert_eq!(RelocKind::Prel31.apply(place, 0, target, 0x5000_0000), None);
    }
}
