//! ARM Cortex-M code generation: selection, allocation, layout, encoding.

mod code;
mod cpu;
mod imm;
pub mod inst;
pub mod mach;

pub use code::{Code, Reloc, RelocKind, Span, TrapSite};
pub use cpu::{Arch, Cpu, CpuError, Fpu};
