//! Limits of the parameters of loops' headers.
//!
//! At first only the edges into a loop are believed. If an edge that closes
//! it passes more, that is assumed, and the way begun again; what keeps
//! growing may be anything. When nothing grows, each turn keeps to the limits
//! if the one before did.

use synth_ir::Function;

use super::facts::ANY;
use super::walk::{Assumed, Closed, Shape};

/// Times that a function is gone through before nothing is assumed.
pub(super) const ROUNDS: usize = 6;
/// Those after which what grows may be anything.
const GROWTH: usize = 2;

/// What to assume after a way on which the edges that close loops passed
/// that, or nothing if they passed no more than was assumed.
pub(super) fn next(round: usize, assumed: &Assumed, closed: &[Closed]) -> Option<Assumed> {
    let exceeds = |closed: &Closed| closed.args.iter().zip(&closed.limits).any(|(a, l)| a > l);
    if !closed.iter().any(exceeds) {
        return None;
    }
    let mut next = assumed.clone();
    for closed in closed {
        let limits = next[closed.header].get_or_insert_with(|| vec![0; closed.args.len()]);
        // A header of which nothing is known has no limits.
        for ((next, &arg), &limit) in limits.iter_mut().zip(&closed.args).zip(&closed.limits) {
            if arg > limit {
                *next = if round < GROWTH { arg.max(*next) } else { ANY };
            }
        }
    }
    Some(next)
}

/// What is true in any case.
pub(super) fn nothing(func: &Function, shape: &Shape) -> Assumed {
    let mut assumed = Assumed::new();
    for &block in shape.dom.preorder() {
        assumed[block] = Some(vec![ANY; func.blocks[block].params.len()]);
    }
    assumed
}
