//! The table against `llvm-mc`, and against itself: encode, decode, print.

use super::sweep::{self, Depth};
use super::*;

fn agree(feature: Feature) {
    let cases = sweep::cases(feature, Depth::Sample);
    assert!(!cases.is_empty());
    let wrong = sweep::check(feature, &cases).unwrap_or_else(|e| panic!("{e}"));
    let shown = wrong.iter().take(20).map(|w| format!("{w}\n")).collect::<String>();
    assert!(wrong.is_empty(), "{} of {} disagree:\n{shown}", wrong.len(), cases.len());
}

#[test]
fn v6m_agrees_with_llvm() {
    agree(Feature::V6m);
}

#[test]
fn v7m_agrees_with_llvm() {
    agree(Feature::V7m);
}

#[test]
fn dsp_agrees_with_llvm() {
    agree(Feature::Dsp);
}

#[test]
fn v8m_agrees_with_llvm() {
    agree(Feature::V8m);
}
