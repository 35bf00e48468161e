//! The table against `llvm-mc`, against itself (encode, decode, print), and
//! against instructions whose bytes, text and effects are known.

mod effects;
mod operands;

use super::sweep::{self, Case, Depth, Rng};
use super::*;

const FEATURES: [Feature; 4] = [Feature::V6m, Feature::V7m, Feature::Dsp, Feature::V8m];

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

/// The feature of a row is the least: a CPU without it has no such instruction.
/// (llvm-mc takes `cpsie f` and the stack limits everywhere.)
#[test]
fn the_next_smaller_cpu_refuses_each_row() {
    for pair in FEATURES.windows(2) {
        let checked = |r: &&Row| !r.name.starts_with("Cps") && !r.name.contains("Limit");
        let rows = ROWS.iter().filter(|row| row.feature == pair[1]).filter(checked);
        let insts: Vec<Inst> = rows.flat_map(|r| sweep::insts(r, Depth::Sample).pop()).collect();
        let texts: Vec<String> = insts.iter().map(Inst::to_string).collect();
        let refused = sweep::refused(pair[0], &texts).unwrap_or_else(|e| panic!("{e}"));
        let accepted = texts.iter().zip(refused).filter(|t| !t.1).map(|t| t.0);
        assert_eq!(accepted.collect::<Vec<_>>(), [""; 0], "{:?} has these", pair[0]);
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
    for feature in FEATURES {
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
