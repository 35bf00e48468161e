//! ARM Cortex-M code generation: selection, allocation, layout, encoding.

mod code;
mod cpu;
mod abi;
mod compile;
mod emit;
mod frame;
mod imm;
pub mod inst;
mod layout;
pub mod mach;
mod regalloc;
mod select;

pub use compile::{CompileError, Options, Prefer, compile};
pub use code::{Code, Reloc, RelocKind, Span, TrapSite};
pub use cpu::{Arch, Cpu, CpuError, Fpu};
