//! Executed instructions from timer ticks.
//!
//! With `-icount shift=7` QEMU lets 128 ns of virtual time pass for each
//! instruction. The board's timer has a period of 40 or 50 ns, so that a count
//! of ticks, whose error is below one tick, names exactly one number of
//! instructions. The instructions that the server executes between its timer
//! reads are measured once on programs of known length and subtracted.

use crate::protocol::{Kind, Reply};

/// QEMU's argument of `-icount`: virtual nanoseconds for each instruction, as a
/// power of two.
pub(crate) const ICOUNT: &str = "shift=7";
const NS_PER_INSTRUCTION: u64 = 1 << 7;

/// The most instructions that a call may execute: the timer must not wrap.
pub(crate) const MAX_INSTRUCTIONS: u64 = 1_250_000_000;

/// How a stretch of the code under test begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    Call,
    Resume,
}

/// Instructions of the server in each kind of stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overhead {
    /// From the timer read in `enter` to the one in `returned`.
    pub call: i64,
    /// From the timer read after a host call to the one in `returned`.
    pub resume: i64,
    /// What a stretch that ends in a host call has more than one that returns.
    pub host_call: i64,
    /// What a stretch that ends in a fault has more than one that returns.
    pub fault: i64,
}

/// Instructions between two timer reads.
pub(crate) fn instructions(ticks: u32, tick_ns: u32) -> i64 {
    let ns = u64::from(ticks) * u64::from(tick_ns);
    ((ns + NS_PER_INSTRUCTION / 2) / NS_PER_INSTRUCTION) as i64
}

/// CFSR: faults that QEMU finds while an instruction runs: data accesses
/// (DACCVIOL, PRECISERR, UNALIGNED), DIVBYZERO and the stack limit. QEMU takes
/// such an instruction out of the count again; one that faults as it is
/// translated, like `udf`, stays in.
const RUN_TIME_FAULTS: u32 = 1 << 1 | 1 << 9 | 1 << 20 | 1 << 24 | 1 << 25;

impl Overhead {
    /// What to subtract for a stretch that begins so and ends with `reply`.
    pub(crate) fn of(&self, begin: Begin, reply: &Reply) -> i64 {
        let begin = match begin {
            Begin::Call => self.call,
            Begin::Resume => self.resume,
        };
        let end = match reply.kind {
            Kind::Returned => 0,
            Kind::HostCall => self.host_call,
            Kind::Fault if reply.cfsr & RUN_TIME_FAULTS != 0 => self.fault - 1,
            Kind::Fault => self.fault,
        };
        begin + end
    }
}
