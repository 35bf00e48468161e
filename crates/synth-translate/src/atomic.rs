//! Atomic accesses (threads proposal). All are sequentially consistent. An
//! address that is not a multiple of the access's size traps, in the linear
//! model; a memory that is declared as shared is an ordinary one, which the
//! code of other cores can't see.

use synth_ir::{AtomicOp, AtomicWidth, BinaryOp, InstData, SystemOp, TrapCode, Value};
use wasmparser::{MemArg, Operator};

use crate::error::{Reason, Stop};
use crate::func::Translator;
use crate::memory::Address;

/// An access: the operator, its width, whether operands and result are i64.
struct Access {
    op: AtomicOp,
    width: AtomicWidth,
    wide: bool,
    memarg: MemArg,
}

/// The operators, by families of a width and a type each.
macro_rules! accesses {
    ($op:expr, $( $width:ident $wide:literal: $load:ident $store:ident $add:ident $sub:ident
       $and:ident $or:ident $xor:ident $xchg:ident $cmpxchg:ident; )*) => {
        match *$op {
            $(
                Operator::$load { memarg } => access(AtomicOp::Load, AtomicWidth::$width, $wide, memarg),
                Operator::$store { memarg } => access(AtomicOp::Store, AtomicWidth::$width, $wide, memarg),
                Operator::$add { memarg } => access(AtomicOp::Add, AtomicWidth::$width, $wide, memarg),
                Operator::$sub { memarg } => access(AtomicOp::Sub, AtomicWidth::$width, $wide, memarg),
                Operator::$and { memarg } => access(AtomicOp::And, AtomicWidth::$width, $wide, memarg),
                Operator::$or { memarg } => access(AtomicOp::Or, AtomicWidth::$width, $wide, memarg),
                Operator::$xor { memarg } => access(AtomicOp::Xor, AtomicWidth::$width, $wide, memarg),
                Operator::$xchg { memarg } => access(AtomicOp::Exchange, AtomicWidth::$width, $wide, memarg),
                Operator::$cmpxchg { memarg } => {
                    access(AtomicOp::CompareExchange, AtomicWidth::$width, $wide, memarg)
                }
            )*
            _ => None,
        }
    };
}

fn access(op: AtomicOp, width: AtomicWidth, wide: bool, memarg: MemArg) -> Option<Access> {
    Some(Access { op, width, wide, memarg })
}

fn classify(op: &Operator<'_>) -> Option<Access> {
    accesses! { op,
        I32 false: I32AtomicLoad I32AtomicStore I32AtomicRmwAdd I32AtomicRmwSub I32AtomicRmwAnd
            I32AtomicRmwOr I32AtomicRmwXor I32AtomicRmwXchg I32AtomicRmwCmpxchg;
        U8 false: I32AtomicLoad8U I32AtomicStore8 I32AtomicRmw8AddU I32AtomicRmw8SubU
            I32AtomicRmw8AndU I32AtomicRmw8OrU I32AtomicRmw8XorU I32AtomicRmw8XchgU
            I32AtomicRmw8CmpxchgU;
        U16 false: I32AtomicLoad16U I32AtomicStore16 I32AtomicRmw16AddU I32AtomicRmw16SubU
            I32AtomicRmw16AndU I32AtomicRmw16OrU I32AtomicRmw16XorU I32AtomicRmw16XchgU
            I32AtomicRmw16CmpxchgU;
        I64 true: I64AtomicLoad I64AtomicStore I64AtomicRmwAdd I64AtomicRmwSub I64AtomicRmwAnd
            I64AtomicRmwOr I64AtomicRmwXor I64AtomicRmwXchg I64AtomicRmwCmpxchg;
        U8 true: I64AtomicLoad8U I64AtomicStore8 I64AtomicRmw8AddU I64AtomicRmw8SubU
            I64AtomicRmw8AndU I64AtomicRmw8OrU I64AtomicRmw8XorU I64AtomicRmw8XchgU
            I64AtomicRmw8CmpxchgU;
        U16 true: I64AtomicLoad16U I64AtomicStore16 I64AtomicRmw16AddU I64AtomicRmw16SubU
            I64AtomicRmw16AndU I64AtomicRmw16OrU I64AtomicRmw16XorU I64AtomicRmw16XchgU
            I64AtomicRmw16CmpxchgU;
        I32 true: I64AtomicLoad32U I64AtomicStore32 I64AtomicRmw32AddU I64AtomicRmw32SubU
            I64AtomicRmw32AndU I64AtomicRmw32OrU I64AtomicRmw32XorU I64AtomicRmw32XchgU
            I64AtomicRmw32CmpxchgU;
    }
}

impl Translator<'_, '_> {
    pub(crate) fn atomic(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        if let Some(access) = classify(op) {
            self.atomic_access(&access)?;
            return Ok(true);
        }
        match op {
            Operator::AtomicFence { .. } => {
                self.effect(InstData::System { op: SystemOp::Fence, args: vec![] });
                Ok(true)
            }
            Operator::MemoryAtomicNotify { .. }
            | Operator::MemoryAtomicWait32 { .. }
            | Operator::MemoryAtomicWait64 { .. } => {
                let name = synth_wasm::operator_name(op).to_string();
                Err(Stop::refused(name, Reason::Wait))
            }
            _ => Ok(false),
        }
    }

    fn atomic_access(&mut self, access: &Access) -> Result<(), Stop> {
        let &Access { op, width, wide, memarg } = access;
        let mut args: Vec<Value> = vec![];
        for number in 0..op.operands() {
            let operand = self.pop()?;
            let mut words = operand.values()[..width.words()].to_vec();
            // The expected value, which is below the new one, is wrapped.
            if op == AtomicOp::CompareExchange && number == 1 && width.bytes() < 4 {
                let mask = (1 << (8 * width.bytes())) - 1;
                words[0] = self.binary_imm(BinaryOp::And, words[0], mask);
            }
            args.splice(0..0, words);
        }
        self.check_alignment(memarg, width.bytes())?;
        let Address { base: addr, offset, region } = self.address(memarg, width.bytes())?;
        let inst = self.effect(InstData::Atomic { op, width, addr, args, offset, region });
        match (self.func.results[inst].as_slice(), wide) {
            (&[lo, hi], _) => self.push_i64(lo, hi),
            (&[value], true) => self.push_zero_extended(value),
            (&[value], false) => self.push_i32(value),
            _ => {}
        }
        Ok(())
    }

    /// Traps unless the address on the stack is a multiple of `bytes`.
    fn check_alignment(&mut self, memarg: MemArg, bytes: u32) -> Result<(), Stop> {
        if bytes == 1 || self.env.native.is_some() || !self.env.options.checks_alignment() {
            return Ok(());
        }
        let mask = bytes as i32 - 1;
        let address = self.top_values(1)?[0];
        // What the offset adds above the low bits has no influence.
        let offset = memarg.offset as i32 & mask;
        match self.func.as_const(address) {
            Some(address) if address.wrapping_add(offset) & mask == 0 => Ok(()),
            Some(_) => Err(self.always_trap(TrapCode::UnalignedAtomic)),
            None => {
                let mut low = address;
                if offset != 0 {
                    low = self.binary_imm(BinaryOp::Add, low, offset);
                }
                let low = self.binary_imm(BinaryOp::And, low, mask);
                self.trap_if(low, TrapCode::UnalignedAtomic);
                Ok(())
            }
        }
    }
}
