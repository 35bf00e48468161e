//! Ratios to the best native build, and their geometric means.

use synth::Bounds;

use super::super::geometric_mean;
use super::measure::{Sample, Samples};
use super::way::{Tool, Way};

/// A figure of a sample.
pub(super) type Cost = fn(&Sample) -> u64;

pub(super) const SIZE: Cost = |s| s.size;
pub(super) const CYCLES: Cost = |s| s.cycles;
pub(super) const INSTRUCTIONS: Cost = |s| s.instructions;
pub(super) const STACK: Cost = |s| s.stack;

/// A way of the table by program, what of it is shown, under which title.
pub(super) const MAIN: [(&str, Way); 6] = [
    ("size", Way { tool: Tool::Linear(Bounds::None), level: "s" }),
    ("cycles", Way { tool: Tool::Linear(Bounds::None), level: "2" }),
    ("checked-size", Way { tool: Tool::Linear(Bounds::Check), level: "s" }),
    ("checked-cycles", Way { tool: Tool::Linear(Bounds::Check), level: "2" }),
    ("native-model-size", Way { tool: Tool::Native, level: "s" }),
    ("native-model-cycles", Way { tool: Tool::Native, level: "2" }),
];

/// The figure that a title is of.
pub(super) fn cost_of(title: &str) -> Cost {
    if title.ends_with("size") { SIZE } else { CYCLES }
}

/// The native way with the least figure.
pub(super) fn best(samples: &Samples, cost: Cost) -> Option<(Way, u64)> {
    let native = samples.iter().filter(|(way, _)| way.is_native());
    native.map(|(way, sample)| (*way, cost(sample))).min_by_key(|&(_, value)| value)
}

/// A figure of a way, in proportion to the best native one.
pub(super) fn ratio(samples: &Samples, way: Way, cost: Cost) -> Option<f64> {
    let (_, sample) = samples.iter().find(|(w, _)| *w == way)?;
    let (_, best) = best(samples, cost)?;
    // A program that needs no stack is as good as one that needs a word.
    Some(cost(sample).max(4) as f64 / best.max(4) as f64)
}

/// The geometric mean over those programs that were compiled this way.
pub(super) fn mean(programs: &[&Samples], way: Way, cost: Cost) -> f64 {
    geometric_mean(programs.iter().filter_map(|samples| ratio(samples, way, cost)))
}
