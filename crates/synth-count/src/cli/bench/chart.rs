//! bench/results.svg: ratios by program, size beside cycles, as dots on a line
//! from without to with bounds checks. Legible on light and dark pages.

use std::fmt::Write;

use super::Measured;
use super::figures::{MAIN, cost_of, mean, ratio};
use super::measure::Samples;
use super::way::Way;

/// Geometry in pixels.
const ROW: f64 = 20.0;
const TOP: f64 = 92.0;
const NAMES: f64 = 110.0;
const PANEL: f64 = 370.0;
const GAP: f64 = 40.0;
const WIDTH: f64 = NAMES + 2.0 * PANEL + GAP + 30.0;

/// The axis of a panel: what is left and right of it is drawn at its end.
const LOW: f64 = 0.6;
const HIGH: f64 = 2.2;

const STYLE: &str = "
    text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .small { font-size: 11px; fill: #59636e; }
    .mean { font-weight: 600; }
    .page { fill: #ffffff; }
    .grid { stroke: #d1d9e0; stroke-width: 1; }
    .one { stroke: #1f2328; stroke-width: 1.5; }
    .range { stroke: #8c959f; stroke-width: 2; }
    .plain { fill: #0969da; }
    .checked { fill: #bc4c00; }
    .band { fill: #818b981f; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .small { fill: #9198a1; }
      .page { fill: #0d1117; }
      .grid { stroke: #3d444d; }
      .one { stroke: #f0f6fc; }
      .range { stroke: #656c76; }
      .plain { fill: #4493f8; }
      .checked { fill: #f0883e; }
    }
";

/// A panel: its title, the ways without and with checks (indices of [`MAIN`]).
const PANELS: [(&str, usize, usize); 2] =
    [("Size, synth -Os", 0, 2), ("Cycles, synth -O2, cortex-m4", 1, 3)];

/// The chart of the first machine.
pub(super) fn svg(measured: &Measured) -> String {
    let samples: Vec<&Samples> = measured.iter().map(|(_, samples)| &samples[0]).collect();
    let rows = measured.len() as f64 + 1.5;
    let height = TOP + rows * ROW + 20.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Size and cycles of code by synth in proportion to the best native build, by program\">\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
    );
    legend(&mut out);
    let bottom = TOP + rows * ROW;
    let _ = writeln!(
        out,
        "<rect class=\"band\" x=\"0\" y=\"{}\" width=\"{WIDTH}\" height=\"{ROW}\"/>",
        bottom - ROW
    );
    for (i, (program, _)) in measured.iter().enumerate() {
        name(&mut out, &program.name, TOP + (i as f64 + 0.5) * ROW, "");
    }
    name(&mut out, "mean", bottom - ROW / 2.0, " mean");
    for (panel, (title, plain, checked)) in PANELS.into_iter().enumerate() {
        let left = NAMES + panel as f64 * (PANEL + GAP);
        axis(&mut out, left, bottom, title);
        let ways = [plain, checked].map(|main| MAIN[main].1);
        let cost = cost_of(MAIN[plain].0);
        for (i, samples) in samples.iter().enumerate() {
            let pair = ways.map(|way: Way| ratio(samples, way, cost).unwrap_or(1.0));
            dots(&mut out, left, TOP + (i as f64 + 0.5) * ROW, pair, false);
        }
        let pair = ways.map(|way| mean(&samples, way, cost));
        dots(&mut out, left, bottom - ROW / 2.0, pair, true);
    }
    out.push_str("</svg>\n");
    out
}

fn legend(out: &mut String) {
    let _ = writeln!(
        out,
        "<text class=\"title\" x=\"12\" y=\"24\">Code from WebAssembly, in proportion to the best native build (1.0)</text>\n<circle class=\"plain\" cx=\"18\" cy=\"43\" r=\"5\"/><text x=\"30\" y=\"47\">without bounds checks</text>\n<circle class=\"checked\" cx=\"188\" cy=\"43\" r=\"5\"/><text x=\"200\" y=\"47\">with bounds checks</text>\n<text class=\"small\" x=\"330\" y=\"47\">left is better; native is the best of gcc and clang (rustc) at any level for each program</text>"
    );
}

fn name(out: &mut String, text: &str, y: f64, class: &str) {
    let x = NAMES - 10.0;
    let class = format!("name{class}");
    let _ = writeln!(
        out,
        "<text class=\"{class}\" x=\"{x}\" y=\"{}\" text-anchor=\"end\">{text}</text>",
        y + 4.0
    );
}

fn axis(out: &mut String, left: f64, bottom: f64, title: &str) {
    let _ = writeln!(
        out,
        "<text class=\"mean\" x=\"{}\" y=\"68\" text-anchor=\"middle\">{title}</text>",
        left + PANEL / 2.0
    );
    let ticks = ((HIGH - LOW) / 0.2).round() as u32;
    for tick in 0..=ticks {
        let value = LOW + 0.2 * f64::from(tick);
        let x = place(left, value);
        let class = if (value - 1.0).abs() < 0.01 { "one" } else { "grid" };
        let _ = writeln!(
            out,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\"/><text class=\"small\" x=\"{x:.1}\" y=\"86\" text-anchor=\"middle\">{value:.1}</text>"
        );
    }
}

fn place(left: f64, value: f64) -> f64 {
    left + (value.clamp(LOW, HIGH) - LOW) / (HIGH - LOW) * PANEL
}

/// The ratios without and with checks.
fn dots(out: &mut String, left: f64, y: f64, pair: [f64; 2], label: bool) {
    let [a, b] = pair.map(|value| place(left, value));
    let _ = writeln!(
        out,
        "<line class=\"range\" x1=\"{a:.1}\" y1=\"{y}\" x2=\"{b:.1}\" y2=\"{y}\"/><circle class=\"checked\" cx=\"{b:.1}\" cy=\"{y}\" r=\"4.5\"/><circle class=\"plain\" cx=\"{a:.1}\" cy=\"{y}\" r=\"4.5\"/>"
    );
    let beyond: Vec<String> =
        pair.iter().filter(|&&value| value > HIGH).map(|value| format!("{value:.2}")).collect();
    if !beyond.is_empty() {
        // At the end of the axis stands what does not fit on it.
        let x = place(left, HIGH) - if pair[0] > HIGH { 9.0 } else { 0.0 };
        let (y, text) = (y + if pair[0] > HIGH { 4.0 } else { -6.0 }, beyond.join(" – "));
        let _ = writeln!(
            out,
            "<text class=\"small\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"end\">{text}</text>"
        );
    }
    if label {
        let [first, second] = if a < b { [0, 1] } else { [1, 0] };
        let x = [a, b];
        let _ = writeln!(
            out,
            "<text class=\"mean\" x=\"{:.1}\" y=\"{}\" text-anchor=\"end\">{:.2}</text><text class=\"mean\" x=\"{:.1}\" y=\"{}\">{:.2}</text>",
            x[first] - 9.0,
            y + 4.0,
            pair[first],
            x[second] + 9.0,
            y + 4.0,
            pair[second]
        );
    }
}
