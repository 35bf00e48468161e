//! The one measure of what code costs.

use crate::compile::Prefer;
use crate::mach::ONCE;

/// Bytes and cycles as one figure, the more important first.
#[derive(Clone, Copy)]
pub(crate) struct Scale(pub Prefer);

impl Scale {
    /// The cost of code that is executed `weight` / [`ONCE`] times.
    pub(crate) fn cost(self, bytes: u64, cycles: u64, weight: u64) -> u64 {
        match self.0 {
            Prefer::Size => bytes * 2048 + (cycles * weight / ONCE).min(1024),
            Prefer::Speed => cycles * weight / 2 + bytes,
        }
    }
}
