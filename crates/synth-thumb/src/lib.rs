//! ARM Cortex-M code generation: selection, allocation, layout, encoding.

pub mod abi;
mod back_edges;
mod code;
mod coloring;
mod compares;
mod compile;
mod cpu;
pub mod disassembly;
mod emit;
pub mod estimate;
mod frame;
mod hoist;
mod imm;
pub mod inst;
mod isolate;
mod layout;
mod listing;
mod liveness;
pub mod mach;
mod outline;
mod pure;
mod regalloc;
mod schedule;
mod select;
mod tail_call;
mod tails;
mod target;
pub mod timing;

pub use code::{Code, Reloc, RelocKind, Span, TrapSite};
pub use compile::{CompileError, Draft, Options, Prefer, compile, draft};
pub use cpu::{Arch, Cpu, CpuError, FloatAbi, FloatAbiError, Fpu};
pub use emit::RESERVE as STACK_RESERVE;
pub use listing::Listing;
pub use outline::{OUTLINED, outline};
pub use tail_call::{TAIL_RETURNS, TailArea, TailCalls, needs_tail_returns, tail_returns};
pub use target::Thumb;
