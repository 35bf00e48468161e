//! Constructors of operands accept exactly what the encoding holds: the bits that
//! `llvm-mc` has confirmed (`from_bits`) and the values give each other.

use super::*;
use std::collections::BTreeSet;
use std::fmt::Debug;

/// `make` gives each operand back from its value, and nothing for other values.
pub(super) fn assert_constructor<T, V>(
    value: impl Fn(T) -> V,
    make: impl Fn(V) -> Option<T>,
    probes: impl Iterator<Item = V>,
) where
    T: Operand + Debug + PartialEq,
    V: Ord + Copy + Debug,
{
    let all: Vec<T> = (0..1 << T::BITS).filter_map(T::from_bits).collect();
    for &operand in &all {
        let made = make(value(operand));
        assert_eq!(made.map(&value), Some(value(operand)));
        // Only a subtracted zero has another operand of the same value.
        if !operand.to_string().ends_with("#-0") {
            assert_eq!(made, Some(operand));
        }
        assert_eq!(T::from_bits(operand.to_bits()), Some(operand));
    }
    let values: BTreeSet<V> = all.into_iter().map(&value).collect();
    for probe in probes {
        assert_eq!(make(probe).is_some(), values.contains(&probe), "{probe:?}");
    }
}

#[test]
fn unsigned_immediates() {
    assert_constructor(Imm3::value, Imm3::new, 0..100);
    assert_constructor(Imm5x1::value, Imm5x1::new, 0..100);
    assert_constructor(Imm5x2::value, Imm5x2::new, 0..100);
    assert_constructor(Imm5x4::value, Imm5x4::new, 0..200);
    assert_constructor(Imm7x4::value, Imm7x4::new, 0..1000);
    assert_constructor(Imm8::value, Imm8::new, 0..1000);
    assert_constructor(Imm8x4::value, Imm8x4::new, 0..2000);
    assert_constructor(Imm12::value, Imm12::new, (0..9000).chain([u32::MAX]));
    assert_constructor(Imm16::value, |v| Some(Imm16::new(v)), 0..=u16::MAX);
    assert_constructor(Sat32::value, Sat32::new, 0..100);
    assert_constructor(Sat16::value, Sat16::new, 0..100);
}

#[test]
fn signed_immediates() {
    let extremes = [i32::MIN, i32::MIN + 1, i32::MAX];
    assert_constructor(IndexImm8::value, IndexImm8::new, (-600..600).chain(extremes));
    assert_constructor(IndexImm8x4::value, IndexImm8x4::new, (-2100..2100).chain(extremes));
    assert_constructor(IndexImm12::value, IndexImm12::new, (-9000..9000).chain(extremes));
    assert_constructor(NegImm8::value, NegImm8::new, (-600..600).chain(extremes));
    assert_constructor(NegImm12::value, NegImm12::new, (-9000..9000).chain(extremes));
}

#[test]
fn modified_immediates() {
    let mut rng = Rng::new(2);
    let random = (0..100_000).map(move |_| rng.next_u32());
    let near = (0..32).flat_map(|r| (0..0x400u32).map(move |v| v.rotate_right(r)));
    let patterns = (0..=255).flat_map(|b: u32| {
        [b << 16 | b, b << 24 | b << 8, b * 0x0101_0101, b * 0x0101_0100, b * 0x0001_0101]
    });
    let probes = near.chain(patterns).chain(random).collect::<Vec<_>>();
    assert_constructor(ThumbImm::value, ThumbImm::new, probes.into_iter());
}

#[test]
fn shifts() {
    let kinds = [ShiftKind::Lsl, ShiftKind::Lsr, ShiftKind::Asr, ShiftKind::Ror, ShiftKind::Rrx];
    let made: Vec<Shift> =
        kinds.iter().flat_map(|&k| (0..100).filter_map(move |a| Shift::new(k, a))).collect();
    let bits: BTreeSet<u32> = made.iter().map(|s| s.to_bits()).collect();
    assert_eq!((made.len(), bits.len()), (128, 128), "a shift for each of the seven bits");
    for shift in made {
        assert_eq!(Shift::new(shift.kind(), shift.amount()), Some(shift));
    }
    assert_constructor(ShiftLeft::amount, ShiftLeft::new, 0..100);
    assert_constructor(ShiftRight::amount, ShiftRight::new, 0..100);
    assert_constructor(IndexShift::amount, IndexShift::new, 0..100);
    assert_constructor(Rotate::amount, Rotate::new, 0..100);
    assert_constructor(PackLeft::amount, PackLeft::new, 0..100);
    assert_constructor(PackRight::amount, PackRight::new, 0..100);
    assert_eq!((SatShift::lsl(32), SatShift::asr(0), SatShift::asr(32)), (None, None, None));
    assert_eq!(SatShift::asr(31).map(|s| s.to_string()).as_deref(), Some("asr #31"));
}

#[test]
fn bit_fields() {
    let probes = || (0..40).flat_map(|lsb| (0..40).map(move |width| (lsb, width)));
    assert_constructor(|f: Insert| (f.lsb(), f.width()), |f| Insert::new(f.0, f.1), probes());
    assert_constructor(|f: Extract| (f.lsb(), f.width()), |f| Extract::new(f.0, f.1), probes());
}

#[test]
fn branch_offsets() {
    let extremes = [i32::MIN, i32::MAX, i32::MAX - 1];
    assert_constructor(Off8::bytes, Off8::new, (-1000..1000).chain(extremes));
    assert_constructor(Off11::bytes, Off11::new, (-9000..9000).chain(extremes));
    assert_constructor(CbzOff::bytes, CbzOff::new, (-200..400).chain(extremes));
    for bytes in around(&[0, -(1 << 19), -(1 << 20), 1 << 19, 1 << 20, i32::MIN + 9, i32::MAX - 9])
    {
        let fits = bytes % 2 == 0 && (-(1 << 20)..1 << 20).contains(&bytes);
        let made = Off20::new(bytes);
        assert_eq!(made.map(Off20::bytes), fits.then_some(bytes));
        assert_eq!(made.and_then(|o| Off20::from_bits(o.to_bits())), made);
    }
    for bytes in around(&[0, -(1 << 23), -(1 << 24), 1 << 22, 1 << 24, i32::MIN + 9, i32::MAX - 9])
    {
        let fits = bytes % 2 == 0 && (-(1 << 24)..1 << 24).contains(&bytes);
        let made = Off24::new(bytes);
        assert_eq!(made.map(Off24::bytes), fits.then_some(bytes));
        assert_eq!(made.and_then(|o| Off24::from_bits(o.to_bits())), made);
    }
}

fn around(centres: &[i32]) -> impl Iterator<Item = i32> {
    centres.iter().flat_map(|&c| c - 9..=c + 9)
}

#[test]
fn register_classes_and_lists() {
    for index in 0..16 {
        let reg = Reg::new(index).expect("a register");
        assert_eq!(Low::new(reg).is_some(), index < 8);
        assert_eq!(Gpr::new(reg).is_some(), ![13, 15].contains(&index));
        assert_eq!(NotPc::new(reg).is_some(), index != 15);
        assert_eq!(NotSp::new(reg).is_some(), index != 13);
    }
    assert_eq!(Reg::new(16), None);
    let sets = || (0..=u16::MAX).map(RegSet::from_core);
    assert_eq!(sets().filter_map(LowList::new).count(), 255);
    assert_eq!(sets().filter_map(PushList::new).count(), 511);
    assert_eq!(sets().filter_map(PopList::new).count(), 511);
    // r0 to r12 and lr, without the empty set and the 14 single registers.
    assert_eq!(sets().filter_map(StoreList::new).count(), (1 << 14) - 15);
    // r0 to r12 and at most one of lr and pc.
    assert_eq!(sets().filter_map(LoadList::new).count(), 3 * (1 << 13) - 16);
}

#[test]
fn it_blocks() {
    use Cond::*;
    let block = ItBlock::new(Ge, &[false, true]).expect("three instructions");
    assert_eq!(block.to_string(), "et ge");
    assert_eq!(block.conds().collect::<Vec<_>>(), [Ge, Lt, Ge]);
    assert_eq!(ItBlock::new(Ge, &[true; 4]), None);
    let all: Vec<ItBlock> = (0..256).filter_map(ItBlock::from_bits).collect();
    assert_eq!(all.len(), 14 * 15);
    for block in all {
        let then: Vec<bool> = block.conds().skip(1).map(|c| c == block.cond()).collect();
        assert_eq!(ItBlock::new(block.cond(), &then), Some(block));
    }
}

#[test]
fn conditions() {
    let flags = |text| (0..16u8).map(move |nzcv| holds(text, nzcv));
    for cond in Cond::all() {
        let inverse: Vec<bool> = flags(cond.inverse()).collect();
        assert!(flags(cond).zip(inverse).all(|(a, b)| a != b), "{cond}");
    }
    // `a ? b` with the operands exchanged, over the flags of real subtractions.
    let values = [0u32, 1, 2, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, u32::MAX];
    let compare = [Cond::Eq, Cond::Ne, Cond::Hs, Cond::Lo, Cond::Hi, Cond::Ls];
    let compare = compare.into_iter().chain([Cond::Ge, Cond::Lt, Cond::Gt, Cond::Le]);
    for cond in compare {
        for (a, b) in values.iter().flat_map(|&a| values.map(|b| (a, b))) {
            let exchanged = holds(cond.swapped(), subtraction(b, a));
            assert_eq!(holds(cond, subtraction(a, b)), exchanged, "{a} {cond} {b}");
        }
    }
}

/// N, Z, C, V of a compare, N in bit 3.
fn subtraction(a: u32, b: u32) -> u8 {
    let n = (a.wrapping_sub(b) as i32) < 0;
    let v = (a as i32).overflowing_sub(b as i32).1;
    u8::from(n) << 3 | u8::from(a == b) << 2 | u8::from(a >= b) << 1 | u8::from(v)
}

/// Table A7-1 of the ARMv7-M ARM.
fn holds(cond: Cond, nzcv: u8) -> bool {
    let [n, z, c, v] = [3, 2, 1, 0].map(|b| nzcv >> b & 1 != 0);
    match cond {
        Cond::Eq => z,
        Cond::Ne => !z,
        Cond::Hs => c,
        Cond::Lo => !c,
        Cond::Mi => n,
        Cond::Pl => !n,
        Cond::Vs => v,
        Cond::Vc => !v,
        Cond::Hi => c && !z,
        Cond::Ls => !c || z,
        Cond::Ge => n == v,
        Cond::Lt => n != v,
        Cond::Gt => !z && n == v,
        Cond::Le => z || n != v,
    }
}
