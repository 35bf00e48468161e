//! Loads, stores, `memory.size` and `memory.grow` (core specification 4.6.7)
//! in the linear model: the machine address is the memory's base plus the
//! wasm address.
//!
//! A wasm address and offset are 32-bit each, and their sum is not: the check
//! compares the address with `size - (offset + width)`, which can't wrap once
//! `offset + width` is known to be at most the size. After it, wrapping
//! machine arithmetic is exact.

use synth_ir::{BinaryOp, Cond, LoadOp, Region, StoreOp, TrapCode, UnaryOp, Value};
use wasmparser::{MemArg, MemArgTarget, Operator};

use crate::env::{Limit, MemoryEnv, Size};
use crate::error::{Reason, Stop};
use crate::func::{Operand, Translator};
use crate::options::{Alignment, Bounds};

/// How an integer load fills the upper word of an i64.
#[derive(Clone, Copy)]
enum Extend {
    /// The result is an i32.
    None,
    Zero,
    Sign,
}

fn int_load(op: &Operator<'_>) -> Option<(LoadOp, Extend, MemArg)> {
    Some(match *op {
        Operator::I32Load { memarg } => (LoadOp::I32, Extend::None, memarg),
        Operator::I32Load8U { memarg } => (LoadOp::U8, Extend::None, memarg),
        Operator::I32Load8S { memarg } => (LoadOp::S8, Extend::None, memarg),
        Operator::I32Load16U { memarg } => (LoadOp::U16, Extend::None, memarg),
        Operator::I32Load16S { memarg } => (LoadOp::S16, Extend::None, memarg),
        Operator::I64Load8U { memarg } => (LoadOp::U8, Extend::Zero, memarg),
        Operator::I64Load8S { memarg } => (LoadOp::S8, Extend::Sign, memarg),
        Operator::I64Load16U { memarg } => (LoadOp::U16, Extend::Zero, memarg),
        Operator::I64Load16S { memarg } => (LoadOp::S16, Extend::Sign, memarg),
        Operator::I64Load32U { memarg } => (LoadOp::I32, Extend::Zero, memarg),
        Operator::I64Load32S { memarg } => (LoadOp::I32, Extend::Sign, memarg),
        _ => return None,
    })
}

fn narrow_store(op: &Operator<'_>) -> Option<(StoreOp, MemArg)> {
    Some(match *op {
        Operator::I32Store { memarg } | Operator::I64Store32 { memarg } => (StoreOp::I32, memarg),
        Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => (StoreOp::I8, memarg),
        Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => (StoreOp::I16, memarg),
        _ => return None,
    })
}

/// A machine address that may be accessed.
pub(crate) struct Address {
    pub(crate) base: Value,
    pub(crate) offset: i32,
    pub(crate) region: Region,
}

impl Translator<'_, '_> {
    pub(crate) fn memory_access(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        if let Some((load, extend, memarg)) = int_load(op) {
            let address = self.address(memarg, load.bytes())?;
            let value = self.load(load, address.base, address.offset, address.region);
            match extend {
                Extend::None => self.push_i32(value),
                Extend::Zero => self.push_zero_extended(value),
                Extend::Sign => self.push_sign_extended(value),
            }
            return Ok(true);
        }
        if let Some((store, memarg)) = narrow_store(op) {
            let operand = self.pop()?;
            let address = self.address(memarg, store.bytes())?;
            let value = operand.values()[0];
            self.store(store, address.base, value, address.offset, address.region);
            return Ok(true);
        }
        match *op {
            Operator::I64Load { memarg } => {
                let Address { base, offset, region } = self.address(memarg, 8)?;
                let lo = self.load(LoadOp::I32, base, offset, region);
                let hi = self.load(LoadOp::I32, base, offset.wrapping_add(4), region);
                self.push_i64(lo, hi);
            }
            Operator::I64Store { memarg } => {
                let [lo, hi] = self.pop_i64()?;
                let Address { base, offset, region } = self.address(memarg, 8)?;
                self.store(StoreOp::I32, base, lo, offset, region);
                self.store(StoreOp::I32, base, hi, offset.wrapping_add(4), region);
            }
            Operator::F32Load { memarg } | Operator::F64Load { memarg } => {
                self.float_load(matches!(op, Operator::F64Load { .. }), memarg)?;
            }
            Operator::F32Store { memarg } | Operator::F64Store { memarg } => {
                self.float_store(matches!(op, Operator::F64Store { .. }), memarg)?;
            }
            Operator::MemorySize { mem } => self.memory_size(mem)?,
            Operator::MemoryGrow { mem } => self.memory_grow(mem)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether the address of an access is a multiple of 4.
    fn is_word_aligned(&self, memarg: MemArg) -> bool {
        let by_model = match self.env.native {
            Some(_) => Alignment::Trusted,
            None => Alignment::Hint,
        };
        let trusted = self.env.options.alignment.unwrap_or(by_model) == Alignment::Trusted;
        trusted && memarg.align >= 2
    }

    /// A float at any address is loaded as words.
    fn float_load(&mut self, double: bool, memarg: MemArg) -> Result<(), Stop> {
        let Address { base, offset, region } = self.address(memarg, if double { 8 } else { 4 })?;
        let aligned = self.is_word_aligned(memarg);
        let op = match (aligned, double) {
            (true, false) => LoadOp::F32,
            (true, true) => LoadOp::F64,
            (false, _) => LoadOp::I32,
        };
        let first = self.load(op, base, offset, region);
        let operand = match (aligned, double) {
            (true, false) => Operand::F32(first),
            (true, true) => Operand::F64(first),
            (false, false) => Operand::F32(self.unary(UnaryOp::F32FromBits, first)),
            (false, true) => {
                let high = self.load(op, base, offset.wrapping_add(4), region);
                Operand::F64(self.binary(BinaryOp::F64FromBits, first, high))
            }
        };
        self.push(operand);
        Ok(())
    }

    fn float_store(&mut self, double: bool, memarg: MemArg) -> Result<(), Stop> {
        let value = self.pop()?.values()[0];
        let Address { base, offset, region } = self.address(memarg, if double { 8 } else { 4 })?;
        match (self.is_word_aligned(memarg), double) {
            (true, false) => self.store(StoreOp::F32, base, value, offset, region),
            (true, true) => self.store(StoreOp::F64, base, value, offset, region),
            (false, false) => {
                let bits = self.unary(UnaryOp::F32Bits, value);
                self.store(StoreOp::I32, base, bits, offset, region);
            }
            (false, true) => {
                let (lo, hi) =
                    (self.unary(UnaryOp::F64Lo, value), self.unary(UnaryOp::F64Hi, value));
                self.store(StoreOp::I32, base, lo, offset, region);
                self.store(StoreOp::I32, base, hi, offset.wrapping_add(4), region);
            }
        }
        Ok(())
    }

    /// The memory of that index.
    pub(crate) fn memory(&self, index: u32) -> Result<MemoryEnv, Stop> {
        let memory = self.env.memories.get(index as usize).copied();
        memory.ok_or_else(|| self.malformed("memory index"))
    }

    /// The current size of a memory in bytes.
    pub(crate) fn memory_bytes(&mut self, memory: MemoryEnv) -> Value {
        match memory.size {
            Size::Fixed(size) => self.iconst(size as i32),
            Size::Variable(symbol) => self.load_word(symbol, Region::Instance),
        }
    }

    /// Pops a wasm address and checks an access of `width` bytes at it.
    pub(crate) fn address(&mut self, memarg: MemArg, width: u32) -> Result<Address, Stop> {
        if self.env.native.is_some() {
            return self.native_address(memarg);
        }
        let address = self.pop_i32()?;
        let MemArgTarget::Memory(index) = memarg.target else {
            return Err(Stop::refused("an access to an array", Reason::Proposal("gc")));
        };
        let memory = self.memory(index)?;
        if self.env.options.bounds == Bounds::Check {
            self.check_access(memory, address, memarg.offset + u64::from(width))?;
        }
        let offset = memarg.offset as u32;
        let region = Region::Memory(memory.region);
        Ok(match self.func.as_const(address) {
            // Neighbours share the upper part of a constant address.
            Some(constant) => {
                let place = (constant as u32).wrapping_add(offset);
                let base = self.symbol_addr(memory.base, (place & !0xfff) as i32);
                Address { base, offset: (place & 0xfff) as i32, region }
            }
            None => {
                let base = self.symbol_addr(memory.base, 0);
                let base = self.binary(BinaryOp::Add, base, address);
                Address { base, offset: offset as i32, region }
            }
        })
    }

    /// Traps unless the `end` bytes from `address` on lie in the memory.
    fn check_access(&mut self, memory: MemoryEnv, address: Value, end: u64) -> Result<(), Stop> {
        const CODE: TrapCode = TrapCode::MemoryOutOfBounds;
        let Ok(end) = u32::try_from(end) else { return Err(self.always_trap(CODE)) };
        match memory.size {
            Size::Fixed(size) if end > size => Err(self.always_trap(CODE)),
            Size::Fixed(size) => self.trap_if_compare(Cond::UGt, address, size - end, CODE),
            Size::Variable(symbol) => {
                // The memory never shrinks.
                if let Some(address) = self.func.as_const(address)
                    && u64::from(address as u32) + u64::from(end) <= u64::from(memory.min)
                {
                    return Ok(());
                }
                let size = self.load_word(symbol, Region::Instance);
                if end > memory.min {
                    let end = self.iconst(end as i32);
                    let short = self.compare(Cond::ULt, size, end);
                    self.trap_if(short, CODE);
                }
                let last = self.binary_imm(BinaryOp::Sub, size, end as i32);
                let outside = self.compare(Cond::UGt, address, last);
                self.trap_if(outside, CODE);
                Ok(())
            }
        }
    }

    fn count_pages(&mut self, memory: MemoryEnv, bytes: Value) -> Value {
        match memory.page_log2 {
            0 => bytes,
            shift => self.binary_imm(BinaryOp::ShrU, bytes, shift),
        }
    }

    fn memory_size(&mut self, index: u32) -> Result<(), Stop> {
        let memory = self.memory(index)?;
        let pages = match memory.size {
            Size::Fixed(size) => self.iconst((size >> memory.page_log2) as i32),
            Size::Variable(_) => {
                let size = self.memory_bytes(memory);
                self.count_pages(memory, size)
            }
        };
        self.push_i32(pages);
        Ok(())
    }

    /// Without branches: the new size is stored if it fits, else the old.
    /// Pages beyond the size have never been written, so they are zero.
    fn memory_grow(&mut self, index: u32) -> Result<(), Stop> {
        let delta = self.pop_i32()?;
        let memory = self.memory(index)?;
        let failed = self.iconst(-1);
        let result = match memory.size {
            Size::Fixed(size) => {
                let pages = self.iconst((size >> memory.page_log2) as i32);
                self.select(delta, failed, pages)
            }
            Size::Variable(symbol) => {
                let old = self.load_word(symbol, Region::Instance);
                let limit = match memory.limit {
                    Limit::Fixed(limit) => self.iconst(limit as i32),
                    Limit::End(end) => {
                        let (end, base) =
                            (self.symbol_addr(end, 0), self.symbol_addr(memory.base, 0));
                        self.binary(BinaryOp::Sub, end, base)
                    }
                };
                let free = self.binary(BinaryOp::Sub, limit, old);
                let free = self.count_pages(memory, free);
                let fits = self.compare(Cond::ULe, delta, free);
                let more = self.scale(delta, memory.page_log2);
                let new = self.binary(BinaryOp::Add, old, more);
                let new = self.select(fits, new, old);
                self.store_word(symbol, new, Region::Instance);
                let pages = self.count_pages(memory, old);
                self.select(fits, pages, failed)
            }
        };
        self.push_i32(result);
        Ok(())
    }
}
