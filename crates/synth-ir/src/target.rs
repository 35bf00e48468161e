//! What the optimiser may ask of a target.

use crate::atomic::AtomicWidth;
use crate::float::FloatOp;

/// Costs and limits of a target, answered by the code generator.
pub trait Target {
    /// Bytes of code that it takes to put a constant into a register, a
    /// literal pool's word included.
    fn constant_cost(&self, value: i32) -> u32;
    /// Whether `value` is free as the second operand of an add, subtract or
    /// comparison.
    fn is_arith_immediate(&self, value: i32) -> bool;
    /// Whether `value` is free as the second operand of and, or, xor.
    fn is_logic_immediate(&self, value: i32) -> bool;
    /// Whether `mask` needs no register of its own as the second operand of and.
    fn is_mask(&self, mask: i32) -> bool {
        self.is_logic_immediate(mask)
    }
    /// Whether a load or store of `bytes` bytes may have that offset.
    fn is_memory_offset(&self, offset: i32, bytes: u32) -> bool;
    /// Whether there is an instruction for a float operator.
    fn has_float(&self, op: FloatOp) -> bool;
    /// Whether shifts take the low byte of a count, and not its low five bits.
    fn shifts_by_byte(&self) -> bool {
        false
    }
    /// Whether there are instructions for atomic accesses of a width.
    fn has_atomic(&self, width: AtomicWidth) -> bool {
        width != AtomicWidth::I64
    }
}
