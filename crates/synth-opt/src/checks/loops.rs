//! Limits of the parameters of loops' headers.
//!
//! At first only the edges into a loop are believed. If an edge that closes
//! it passes more, that is assumed, and the way begun again; what keeps
//! growing may be anything. When nothing grows, each turn keeps to the limits
//! if the one before did.

use synth_ir::Function;

use super::facts::ANY;
use super::summary::Summaries;
use super::walk::{Assumed, Shape, Walk};

/// Times that a function is gone through.
const ROUNDS: usize = 6;
/// Those after which what grows may be anything.
const GROWTH: usize = 2;

/// What is true of each turn of each loop, with those limits of the
/// function's parameters.
pub(super) fn assume(
    func: &Function,
    shape: &Shape,
    summaries: &Summaries,
    entry: &[u32],
) -> Assumed {
    let mut assumed = Assumed::new();
    for round in 0..ROUNDS {
        let mut walk = Walk::new(shape, summaries, &assumed);
        for (position, &block) in shape.dom.preorder().iter().enumerate() {
            walk.enter(func, position, block, entry);
            func.blocks[block].insts.iter().for_each(|&inst| walk.pass(func, inst));
            walk.leave(func, block);
        }
        let mut next = assumed.clone();
        let mut stable = true;
        for closed in walk.closed {
            let count = closed.args.len();
            let limits = next[closed.header].get_or_insert_with(|| vec![0; count]);
            for (number, &arg) in closed.args.iter().enumerate() {
                // A header of which nothing is known has no limits.
                if closed.limits.get(number).is_some_and(|&limit| arg > limit) {
                    stable = false;
                    let last = round + 2 >= ROUNDS;
                    limits[number] = if round < GROWTH { arg.max(limits[number]) } else { ANY };
                    if last {
                        limits.fill(ANY);
                    }
                }
            }
        }
        if stable {
            return assumed;
        }
        assumed = next;
    }
    // There was no time to show it: nothing is assumed of any loop.
    let blocks = shape.dom.preorder();
    blocks.iter().for_each(|&b| assumed[b] = Some(vec![ANY; func.blocks[b].params.len()]));
    assumed
}
