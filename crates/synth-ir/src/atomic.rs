//! Atomic accesses and what orders accesses: the operators of
//! [`InstData::Atomic`](crate::InstData::Atomic) and
//! [`InstData::System`](crate::InstData::System).
//!
//! Every atomic access is sequentially consistent (threads proposal of
//! WebAssembly). No pass removes, merges, repeats or moves one, nor moves
//! another access of memory over it.

use crate::ops::operators;
use crate::types::Type;

operators! {
    /// What an atomic access does with the old value.
    AtomicOp {
        /// Gives the value.
        Load = "load",
        /// Replaces it; gives nothing.
        Store = "store",
        /// Adds to it; gives the old value, as all that follow do.
        Add = "add",
        /// Subtracts from it.
        Sub = "sub",
        /// Bitwise and.
        And = "and",
        /// Bitwise or.
        Or = "or",
        /// Bitwise exclusive or.
        Xor = "xor",
        /// Replaces it.
        Exchange = "xchg",
        /// Replaces it by the second argument if it equals the first, with
        /// which it is compared zero-extended.
        CompareExchange = "cmpxchg",
    }
}

operators! {
    /// How much an atomic access reads and writes. What is read is
    /// zero-extended; of what is written the low bytes count. The address is
    /// a multiple of the size.
    AtomicWidth {
        /// A byte.
        U8 = "u8",
        /// A halfword.
        U16 = "u16",
        /// A word.
        I32 = "i32",
        /// A doubleword, as two values, low word first.
        I64 = "i64",
    }
}

operators! {
    /// Instructions on the state of the core. No access moves over one.
    SystemOp {
        /// Orders the accesses before it before those behind it.
        Fence = "fence",
        /// Masks interrupts; gives what `restore_interrupts` takes.
        MaskInterrupts = "mask_interrupts",
        /// Restores the mask.
        RestoreInterrupts = "restore_interrupts",
        /// The address of the function's arguments, which lie in memory one
        /// after the other as those of a variadic function do: the core
        /// registers that carry arguments are stored at the entry, right below
        /// the arguments on the stack.
        SpillArguments = "spill_arguments",
    }
}

impl AtomicOp {
    /// Number of operands besides the address: pairs of values for doublewords.
    pub fn operands(self) -> usize {
        match self {
            AtomicOp::Load => 0,
            AtomicOp::CompareExchange => 2,
            _ => 1,
        }
    }

    /// Whether it gives the old value.
    pub fn has_result(self) -> bool {
        self != AtomicOp::Store
    }

    /// Whether it may write.
    pub fn writes(self) -> bool {
        self != AtomicOp::Load
    }

    /// What it leaves in memory, unless that stays as it is.
    pub fn eval(self, old: u64, operands: &[u64]) -> Option<u64> {
        let operand = operands.first().copied().unwrap_or_default();
        Some(match self {
            AtomicOp::Load => return None,
            AtomicOp::Store | AtomicOp::Exchange => operand,
            AtomicOp::Add => old.wrapping_add(operand),
            AtomicOp::Sub => old.wrapping_sub(operand),
            AtomicOp::And => old & operand,
            AtomicOp::Or => old | operand,
            AtomicOp::Xor => old ^ operand,
            AtomicOp::CompareExchange if old == operand => *operands.get(1)?,
            AtomicOp::CompareExchange => return None,
        })
    }
}

impl AtomicWidth {
    /// Bytes accessed.
    pub fn bytes(self) -> u32 {
        match self {
            AtomicWidth::U8 => 1,
            AtomicWidth::U16 => 2,
            AtomicWidth::I32 => 4,
            AtomicWidth::I64 => 8,
        }
    }

    /// Values that carry an operand or the result.
    pub fn words(self) -> usize {
        if self == AtomicWidth::I64 { 2 } else { 1 }
    }
}

impl SystemOp {
    /// Number of arguments.
    pub fn arity(self) -> usize {
        usize::from(self == SystemOp::RestoreInterrupts)
    }

    /// Types of the results.
    pub fn result_types(self) -> &'static [Type] {
        match self {
            SystemOp::MaskInterrupts | SystemOp::SpillArguments => &[Type::I32],
            _ => &[],
        }
    }
}
