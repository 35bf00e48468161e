//! What the optimiser may know of the machine.

use synth_ir::{FloatOp, Target};

use crate::cpu::Cpu;
use crate::imm;

/// The answers of a CPU to the optimiser's questions.
#[derive(Clone, Copy, Debug)]
pub struct Thumb(pub Cpu);

impl Target for Thumb {
    fn constant_cost(&self, value: i32) -> u32 {
        imm::cost(value as u32)
    }

    fn is_arith_immediate(&self, value: i32) -> bool {
        imm::is_add(value as u32)
    }

    fn is_logic_immediate(&self, value: i32) -> bool {
        imm::is_logic(value as u32)
    }

    fn is_memory_offset(&self, offset: i32, _bytes: u32) -> bool {
        imm::is_offset(offset)
    }

    fn has_float(&self, _: FloatOp) -> bool {
        false
    }
}
