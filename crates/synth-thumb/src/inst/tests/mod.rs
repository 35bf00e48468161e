//! The table against `llvm-mc`, against itself (encode, decode, print), and
//! against instructions whose bytes, text and effects are known.

mod effects;
mod float;
mod libraries;
mod operands;

use super::sweep::{self, Case, Depth, Rng};
use super::*;
use crate::cpu::Cpu;

fn assert_agree(feature: Feature, cases: &[Case]) {
    assert!(!cases.is_empty());
    let wrong = sweep::check(feature, cases).unwrap_or_else(|e| panic!("{e}"));
    let shown = wrong.iter().take(20).map(|w| format!("{w}\n")).collect::<String>();
    assert!(wrong.is_empty(), "{} of {} disagree:\n{shown}", wrong.len(), cases.len());
}

#[test]
fn v6m_agrees_with_llvm() {
    assert_agree(Feature::V6m, &sweep::cases(Feature::V6m, Depth::Sample));
}

#[test]
fn v7m_agrees_with_llvm() {
    assert_agree(Feature::V7m, &sweep::cases(Feature::V7m, Depth::Sample));
}

#[test]
fn dsp_agrees_with_llvm() {
    assert_agree(Feature::Dsp, &sweep::cases(Feature::Dsp, Depth::Sample));
}

#[test]
fn v8m_agrees_with_llvm() {
    assert_agree(Feature::V8m, &sweep::cases(Feature::V8m, Depth::Sample));
}

#[test]
fn fpv4_agrees_with_llvm() {
    assert_agree(Feature::Fpv4Sp, &sweep::cases(Feature::Fpv4Sp, Depth::Sample));
}

#[test]
fn fpv5_agrees_with_llvm() {
    assert_agree(Feature::Fpv5Sp, &sweep::cases(Feature::Fpv5Sp, Depth::Sample));
    assert_agree(Feature::Fpv5, &sweep::cases(Feature::Fpv5, Depth::Sample));
}

/// The feature of a row is the least: a CPU without it has no such instruction.
/// (llvm-mc takes `cpsie f` and the stack limits everywhere.)
#[test]
fn the_next_smaller_cpu_refuses_each_row() {
    for pair in Feature::ALL.windows(2) {
        let texts: Vec<String> =
            one_of_each_row().filter(|i| i.feature() == pair[1]).map(|i| i.to_string()).collect();
        let refused = sweep::refused(pair[0], &texts).unwrap_or_else(|e| panic!("{e}"));
        let accepted = texts.iter().zip(refused).filter(|t| !t.1).map(|t| t.0);
        assert_eq!(accepted.collect::<Vec<_>>(), [""; 0], "{:?} has these", pair[0]);
    }
}

/// An instruction of each row which llvm-mc refuses where the manual says so. (IT
/// is left out: the line after it must be conditional.)
fn one_of_each_row() -> impl Iterator<Item = Inst> {
    let unchecked = |name: &str| name.starts_with("Cps") || name.contains("Limit") || name == "It";
    let checked = move |r: &&Row| !unchecked(r.name);
    ROWS.iter().filter(checked).filter_map(|r| sweep::insts(r, Depth::Sample).pop())
}

#[test]
fn each_cpu_has_the_features_that_llvm_says() {
    let less = ["cortex-m4+nofp", "cortex-m7+nofp", "cortex-m7+nofp.dp", "cortex-m33+nofp"];
    let less = less.into_iter().chain(["cortex-m33+nodsp", "cortex-m33+nofp+nodsp"]);
    let less = less.map(|name| name.parse().expect("a CPU"));
    for cpu in Cpu::ALL.iter().copied().chain(less) {
        let insts: Vec<Inst> = one_of_each_row().collect();
        let texts: Vec<String> = insts.iter().map(Inst::to_string).collect();
        let refused = sweep::refused_on(cpu, &texts).unwrap_or_else(|e| panic!("{e}"));
        for (inst, refused) in insts.iter().zip(refused) {
            assert_eq!(inst.feature().available(cpu), !refused, "{inst} on {cpu}");
        }
    }
}

#[test]
fn every_row_can_be_built_and_decodes_to_itself() {
    for row in &ROWS {
        let insts = sweep::insts(row, Depth::Sample);
        assert!(!insts.is_empty(), "{}", row.name);
        for inst in insts {
            assert_eq!(inst.row().name, row.name);
            let bytes = inst.encode().to_vec();
            assert_eq!(bytes.len() as u32, inst.size());
            assert_eq!(decode(&bytes), Some((inst, inst.size())), "{inst}");
        }
    }
}

/// The cases that these bits decode to, by feature.
fn decoded(bits: impl Iterator<Item = (u32, u32)>) -> Vec<(Feature, Case)> {
    let decode = |(bits, size)| {
        let inst = decode_bits(bits, size)?;
        assert_eq!((inst.bits(), inst.size()), (bits, size), "{inst}");
        Some((inst.feature(), Case { inst, it: None }))
    };
    bits.filter_map(decode).collect()
}

fn assert_decoded_agree(cases: &[(Feature, Case)]) {
    for feature in Feature::ALL {
        let cases: Vec<Case> = cases.iter().filter(|c| c.0 == feature).map(|c| c.1).collect();
        assert_agree(feature, &cases);
    }
}

#[test]
fn every_halfword_that_decodes_encodes_to_itself_and_agrees_with_llvm() {
    // 0b11101, 0b11110 and 0b11111 begin a 32-bit instruction.
    let narrow = decoded((0..0xe800).map(|bits| (bits, 2)));
    assert!(narrow.len() > 50_000, "{}", narrow.len());
    for feature in [Feature::V6m, Feature::V7m, Feature::V8m] {
        let cases: Vec<Case> = narrow.iter().filter(|c| c.0 == feature).map(|c| c.1).collect();
        assert_agree(feature, &cases);
    }
}

#[test]
fn random_words_that_decode_encode_to_themselves_and_agree_with_llvm() {
    let mut rng = Rng::new(1);
    let words = (0..100_000).map(|_| (rng.next_u32() % 3 + 0x1d) << 27 | rng.next_u32() >> 5);
    let wide = decoded(words.map(|bits| (bits, 4)));
    assert!(wide.len() > 10_000, "{}", wide.len());
    assert_decoded_agree(&wide);
}

#[test]
fn short_input_decodes_to_nothing() {
    for bytes in [&[][..], &[0], &[0x00, 0xf0], &[0x00, 0xf0, 0x00]] {
        assert_eq!(decode(bytes), None);
    }
}

/// Lines of a table in a file: the columns between `|`.
fn table(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines.map(|l| l.split('|').map(str::trim).collect())
}

fn parse_bytes(hex: &str) -> Vec<u8> {
    let byte = |b| u8::from_str_radix(b, 16).unwrap_or_else(|e| panic!("{hex}: {e}"));
    hex.split_whitespace().map(byte).collect()
}

#[test]
fn instructions_on_which_two_assemblers_agree() {
    for row in table(include_str!("golden.txt")) {
        let bytes = parse_bytes(row[0]);
        let (inst, size) = decode(&bytes).unwrap_or_else(|| panic!("{} is unknown", row[1]));
        assert_eq!(inst.to_string(), row[1]);
        assert_eq!(size as usize, bytes.len());
        assert_eq!(inst.encode().to_vec(), bytes, "{}", row[1]);
    }
}
