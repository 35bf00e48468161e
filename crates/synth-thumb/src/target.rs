//! What the optimiser may know of the machine.

use synth_ir::{FloatOp, Target, Type};

use crate::cpu::{Cpu, Fpu};
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

    fn is_mask(&self, mask: i32) -> bool {
        let mask = mask as u32;
        // AND or BIC, UBFX or BFC.
        imm::is_logic(mask) || imm::is_field(!mask)
    }

    fn is_memory_offset(&self, offset: i32, _bytes: u32) -> bool {
        imm::is_offset(offset)
    }

    fn shifts_by_byte(&self) -> bool {
        true
    }

    fn has_float(&self, op: FloatOp) -> bool {
        use FloatOp::*;
        let fpu = self.0.fpu;
        if fpu == Fpu::None || (op.uses(Type::F64) && fpu != Fpu::Fpv5) {
            return false;
        }
        match op {
            F32Ceil | F32Floor | F32Trunc | F32Nearest | F32Min | F32Max => fpu != Fpu::Fpv4Sp,
            // Done on the bits, or by routines.
            F32Copysign | F64Copysign => false,
            F32FromI64S | F32FromI64U | F64FromI64S | F64FromI64U => false,
            F32ToI64SLo | F32ToI64SHi | F32ToI64ULo | F32ToI64UHi => false,
            F64ToI64SLo | F64ToI64SHi | F64ToI64ULo | F64ToI64UHi => false,
            _ => true,
        }
    }
}
