//! Bulk operations on memories (core specification 4.6.7), and what those on
//! tables share with them: a check of both ranges, then a call of the run-time ABI's helper.
//!
//! A range is in bounds if `length <= size` and `start <= size - length`:
//! neither can wrap, a range of length 0 may start at the end, and not past
//! it.

use synth_ir::{BinaryOp, Cond, Region, SymbolId, TrapCode, Value};
use wasmparser::Operator;

use crate::env::{Helper, SegmentEnv, Size};
use crate::error::Stop;
use crate::func::Translator;
use crate::options::Bounds;

/// A row of equal elements that a bulk operation reads or writes.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    /// Its first byte; nothing is copied if it has none.
    pub(crate) base: Option<SymbolId>,
    /// Its size in elements.
    pub(crate) size: Size,
    /// What its size never falls below, if it is a variable.
    pub(crate) min: u32,
    /// Where the size is, if it is a variable.
    pub(crate) size_region: Region,
    /// Base-2 logarithm of an element's size.
    pub(crate) shift: i32,
    /// What a range outside it is, if that is checked.
    pub(crate) code: Option<TrapCode>,
}

impl Span {
    /// Checked by that trap, whatever the options say.
    pub(crate) fn checked(self, code: TrapCode) -> Self {
        Span { code: Some(code), ..self }
    }

    /// All of a segment for a row like this, at instantiation.
    pub(crate) fn segment(self, base: Option<SymbolId>, size: u32) -> Self {
        let size = Size::Fixed(size);
        Span { base, size, min: 0, size_region: Region::Instance, code: None, ..self }
    }
}

impl Translator<'_, '_> {
    pub(crate) fn bulk(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match *op {
            Operator::MemoryCopy { dst_mem, src_mem } => {
                let (to, from) = (self.memory_span(dst_mem)?, self.memory_span(src_mem)?);
                self.copy(to, from, Helper::Memmove)?;
            }
            Operator::MemoryFill { mem } => self.memory_fill(mem)?,
            Operator::MemoryInit { data_index, mem } => {
                let to = self.memory_span(mem)?;
                let from = self.data_span(data_index)?;
                self.copy(to, from, Helper::Memcpy)?;
            }
            Operator::DataDrop { data_index } => {
                let segment = self.env.data.get(data_index as usize).copied();
                self.drop_segment(segment)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(crate) fn memory_span(&self, index: u32) -> Result<Span, Stop> {
        let memory = self.memory(index)?;
        let checked = self.env.options.bounds == Bounds::Check;
        Ok(Span {
            base: Some(memory.base),
            size: memory.size,
            min: memory.min,
            size_region: Region::Instance,
            shift: 0,
            code: checked.then_some(TrapCode::MemoryOutOfBounds),
        })
    }

    fn data_span(&self, index: u32) -> Result<Span, Stop> {
        let segment = self.env.data.get(index as usize).copied();
        self.segment_span(segment, 0, TrapCode::MemoryOutOfBounds)
    }

    pub(crate) fn segment_span(
        &self,
        segment: Option<SegmentEnv>,
        shift: i32,
        code: TrapCode,
    ) -> Result<Span, Stop> {
        let segment = segment.ok_or_else(|| self.malformed("segment index"))?;
        Ok(Span {
            base: segment.symbol,
            size: segment.size,
            min: 0,
            size_region: Region::Instance,
            shift,
            code: Some(code),
        })
    }

    pub(crate) fn span_size(&mut self, span: Span) -> Value {
        match span.size {
            Size::Fixed(size) => self.iconst(size as i32),
            Size::Variable(symbol) => self.load_word(symbol, span.size_region),
        }
    }

    /// The operands are destination, source and length.
    pub(crate) fn copy(&mut self, to: Span, from: Span, helper: Helper) -> Result<(), Stop> {
        let length = self.pop_i32()?;
        let (source, dest) = (self.pop_i32()?, self.pop_i32()?);
        self.check_range(from, source, length)?;
        self.check_range(to, dest, length)?;
        let (Some(to_base), Some(from_base)) = (to.base, from.base) else { return Ok(()) };
        let dest = self.element_address(to_base, dest, to.shift);
        let source = self.element_address(from_base, source, from.shift);
        let bytes = self.scale(length, to.shift);
        self.call_helper(helper, vec![dest, source, bytes])?;
        Ok(())
    }

    fn memory_fill(&mut self, memory: u32) -> Result<(), Stop> {
        let length = self.pop_i32()?;
        let (byte, dest) = (self.pop_i32()?, self.pop_i32()?);
        let span = self.memory_span(memory)?;
        self.check_range(span, dest, length)?;
        let base = self.memory(memory)?.base;
        let dest = self.element_address(base, dest, 0);
        // The helper takes the length before the byte.
        self.call_helper(Helper::Memset, vec![dest, length, byte])?;
        Ok(())
    }

    pub(crate) fn drop_segment(&mut self, segment: Option<SegmentEnv>) -> Result<(), Stop> {
        let segment = segment.ok_or_else(|| self.malformed("segment index"))?;
        if let Size::Variable(symbol) = segment.size {
            let zero = self.iconst(0);
            self.store_word(symbol, zero, Region::Instance);
        }
        Ok(())
    }

    pub(crate) fn scale(&mut self, count: Value, shift: i32) -> Value {
        match (shift, self.func.as_const(count)) {
            (0, _) => count,
            (_, Some(count)) => self.iconst(count << shift),
            _ => self.binary_imm(BinaryOp::Shl, count, shift),
        }
    }

    pub(crate) fn element_address(&mut self, base: SymbolId, index: Value, shift: i32) -> Value {
        match self.func.as_const(index) {
            Some(index) => self.symbol_addr(base, index << shift),
            None => {
                let offset = self.scale(index, shift);
                let base = self.symbol_addr(base, 0);
                self.binary(BinaryOp::Add, base, offset)
            }
        }
    }

    /// Whether a constant range ends at or before `min`.
    fn is_below(&self, start: Value, length: i32, min: u32) -> bool {
        let start = self.func.as_const(start).map(|s| u64::from(s as u32));
        start.is_some_and(|start| start + u64::from(length as u32) <= u64::from(min))
    }

    pub(crate) fn check_range(
        &mut self,
        span: Span,
        start: Value,
        length: Value,
    ) -> Result<(), Stop> {
        let Some(code) = span.code else { return Ok(()) };
        match (span.size, self.func.as_const(length)) {
            (Size::Fixed(size), Some(length)) => match size.checked_sub(length as u32) {
                Some(last) => self.trap_if_compare(Cond::UGt, start, last, code),
                None => Err(self.always_trap(code)),
            },
            (Size::Variable(_), Some(length)) if self.is_below(start, length, span.min) => Ok(()),
            _ => {
                let size = self.span_size(span);
                let long = self.compare(Cond::UGt, length, size);
                self.trap_if(long, code);
                let last = self.binary(BinaryOp::Sub, size, length);
                let outside = self.compare(Cond::UGt, start, last);
                self.trap_if(outside, code);
                Ok(())
            }
        }
    }
}
