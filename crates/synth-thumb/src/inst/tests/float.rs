//! Floating-point operands: constructors and register sets against the numbering
//! of ARMv7-M ARM A2.5.1 and the values of A6.4.1, lists against `llvm-mc`.

use super::operands::assert_constructor;
use super::*;

fn singles() -> impl Iterator<Item = SReg> {
    (0..=255).filter_map(SReg::new)
}

fn doubles() -> impl Iterator<Item = DReg> {
    (0..=255).filter_map(DReg::new)
}

#[test]
fn registers_of_two_sizes() {
    assert_eq!((singles().count(), doubles().count()), (32, 16));
    for (i, s) in singles().enumerate() {
        assert_eq!(s.regs(), RegSet::from_single(1 << i));
        assert_eq!(Lane::new(s).regs(), s.regs());
        assert_eq!(Lane::new(s).to_string(), format!("d{}[{}]", i / 2, i % 2));
    }
    for (i, d) in doubles().enumerate() {
        assert_eq!([d.low(), d.high()].map(|s| usize::from(s.index())), [2 * i, 2 * i + 1]);
        assert_eq!([d.low().double(), d.high().double()], [d; 2]);
        assert_eq!(d.regs(), d.low().regs().union(d.high().regs()));
    }
    let pairs: Vec<SPair> = singles().filter_map(SPair::new).collect();
    assert_eq!(pairs.len(), 31);
    for pair in pairs {
        let next = SReg::new(pair.first().index() + 1).expect("not s31");
        assert_eq!(pair.regs(), pair.first().regs().union(next.regs()));
    }
}

#[test]
fn lists() {
    let lists = || singles().flat_map(|s| (0..40).map(move |n| (s, n)));
    assert_constructor(|l: SList| (l.first(), l.len()), |l| SList::new(l.0, l.1), lists());
    let lists = || doubles().flat_map(|d| (0..40).map(move |n| (d, n)));
    assert_constructor(|l: DList| (l.first(), l.len()), |l| DList::new(l.0, l.1), lists());
    let all = (0..1 << SList::BITS).filter_map(SList::from_bits);
    let all: Vec<Inst> = all.map(|list| Inst::VpushS { list }).collect();
    assert_eq!(all.len(), 32 * 33 / 2);
    let doubles = (0..1 << DList::BITS).filter_map(DList::from_bits);
    let doubles: Vec<Inst> = doubles.map(|list| Inst::VpopD { list }).collect();
    assert_eq!(doubles.len(), 16 * 17 / 2);
    let cases: Vec<Case> =
        all.into_iter().chain(doubles).map(|inst| Case { inst, it: None }).collect();
    assert_agree(Feature::Fpv4Sp, &cases);
    for case in cases {
        // The text names each register.
        let text = case.inst.to_string();
        let names = text.trim_end_matches('}').split('{').nth(1).expect("a list").split(", ");
        let size = if text.contains('s') { 1 } else { 2 };
        assert_eq!(case.inst.list().map(RegSet::len), Some(names.count() as u32 * size), "{text}");
    }
}

#[test]
fn immediates_are_a_sign_five_bits_and_a_power_of_two() {
    let sizes = (-3..=4).flat_map(|e| (16..32).map(move |m| f64::from(m) / 16.0 * 2f64.powi(e)));
    let values: Vec<f64> = sizes.flat_map(|v| [v, -v]).collect();
    assert_eq!(values.len(), 256);
    for &value in &values {
        let single = FpImm::from_f32_bits((value as f32).to_bits()).expect("an immediate");
        assert_eq!(FpImm::from_f64_bits(value.to_bits()), Some(single));
        assert_eq!(f64::from_bits(single.f64_bits()), value);
        assert_eq!(f64::from(f32::from_bits(single.f32_bits())), value);
        assert_eq!(single.to_string()[1..].parse(), Ok(value));
        assert_eq!(FpImm::from_bits(single.to_bits()), Some(single));
    }
    let mut rng = Rng::new(3);
    let random = (0..20_000).map(|_| f32::from_bits(rng.next_u32()));
    let near = values.iter().flat_map(|&v| {
        let bits = (v as f32).to_bits();
        [bits - 1, bits + 1, bits ^ 1 << 18, bits ^ 1 << 30, bits ^ 1 << 25].map(f32::from_bits)
    });
    for value in random.chain(near).chain([0.0, -0.0, f32::INFINITY, f32::NAN]) {
        let wanted = values.contains(&f64::from(value));
        assert_eq!(FpImm::from_f32_bits(value.to_bits()).is_some(), wanted, "{value}");
        let double = f64::from(value).to_bits();
        assert_eq!(FpImm::from_f64_bits(double).is_some(), wanted, "{value}");
        assert_eq!(FpImm::from_f64_bits(double ^ 1), None, "{value}");
    }
}

#[test]
fn fraction_bits() {
    assert_constructor(FracBits16::value, FracBits16::new, (0..100).chain([u32::MAX]));
    assert_constructor(FracBits32::value, FracBits32::new, (0..100).chain([u32::MAX]));
    assert_eq!((FracBits16::new(0).is_some(), FracBits32::new(0)), (true, None));
}
