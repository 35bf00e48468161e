//! Tables (core specification 4.6.6). All of a range is checked before an
//! entry of it is written. An entry is the words of a reference.

use synth_ir::{AbiType, BinaryOp, Cond, LoadOp, Region, StoreOp, TrapCode, Value};
use wasmparser::Operator;

use crate::bulk::Span;
use crate::env::{Helper, Limit, Size, TableEnv};
use crate::error::{Reason, Stop};
use crate::func::{Operand, Translator};

const OUT_OF_BOUNDS: TrapCode = TrapCode::TableOutOfBounds;

impl Translator<'_, '_> {
    pub(crate) fn table(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match *op {
            Operator::TableGet { table } => self.table_get(table)?,
            Operator::TableSet { table } => {
                let operand = self.pop()?;
                let index = self.pop_i32()?;
                let entry = self.table_entry(table, index)?;
                self.store_entry(entry, operand);
            }
            Operator::TableSize { table } => {
                let span = self.table_span(table)?;
                let size = self.span_size(span);
                self.push_i32(size);
            }
            Operator::TableGrow { table } => self.table_grow(table)?,
            Operator::TableFill { table } => self.table_fill(table)?,
            Operator::TableCopy { dst_table, src_table } => {
                let (to, from) = (self.table_span(dst_table)?, self.table_span(src_table)?);
                self.copy(to, from, Helper::Memmove)?;
            }
            Operator::TableInit { elem_index, table } => {
                let to = self.table_span(table)?;
                let from = self.element_span(elem_index)?;
                self.copy(to, from, Helper::Memcpy)?;
            }
            Operator::ElemDrop { elem_index } => {
                let segment = self.env.elements.get(elem_index as usize).copied();
                self.drop_segment(segment)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn table_env(&self, index: u32) -> Result<TableEnv, Stop> {
        let table = self.env.tables.get(index as usize).copied();
        let table = table.ok_or_else(|| self.malformed("table index"))?;
        match table.base {
            Some(_) => Ok(table),
            None => {
                let ty = self.env.module.tables[index as usize].ty.element;
                Err(Stop::refused(format!("a table of {ty}"), Reason::of_type(ty)))
            }
        }
    }

    pub(crate) fn table_span(&self, index: u32) -> Result<Span, Stop> {
        let table = self.table_env(index)?;
        Ok(Span {
            base: table.base,
            size: table.size,
            min: table.min,
            size_region: Region::Table,
            shift: table.shift(),
            code: Some(OUT_OF_BOUNDS),
        })
    }

    fn element_span(&self, index: u32) -> Result<Span, Stop> {
        let segment = self.env.elements.get(index as usize).copied();
        let element = segment.and_then(|s| s.element);
        let Some(element) = element else {
            let ty = self.env.module.elements[index as usize].ty;
            return Err(Stop::refused(format!("a segment of {ty}"), Reason::of_type(ty)));
        };
        let shift = element.size().trailing_zeros() as i32;
        self.segment_span(segment, shift, OUT_OF_BOUNDS)
    }

    /// The address of a table's entry, in bounds.
    pub(crate) fn table_entry(&mut self, table: u32, index: Value) -> Result<Value, Stop> {
        let table = self.table_env(table)?;
        let base = table.base.ok_or_else(|| self.malformed("table"))?;
        match table.size {
            Size::Fixed(0) => return Err(self.always_trap(OUT_OF_BOUNDS)),
            Size::Fixed(size) => {
                self.trap_if_compare(Cond::UGe, index, size, OUT_OF_BOUNDS)?;
            }
            // A table never shrinks.
            Size::Variable(_)
                if self.func.as_const(index).is_some_and(|i| (i as u32) < table.min) => {}
            Size::Variable(symbol) => {
                let size = self.load_word(symbol, Region::Table);
                let outside = self.compare(Cond::UGe, index, size);
                self.trap_if(outside, OUT_OF_BOUNDS);
            }
        }
        Ok(self.element_address(base, index, table.shift()))
    }

    fn table_get(&mut self, index: u32) -> Result<(), Stop> {
        let place = self.pop_i32()?;
        let entry = self.table_entry(index, place)?;
        let first = self.load(LoadOp::I32, entry, 0, Region::Table);
        match self.table_env(index)?.element {
            AbiType::I64 => {
                let second = self.load(LoadOp::I32, entry, 4, Region::Table);
                self.push_i64(first, second);
            }
            _ => self.push_i32(first),
        }
        Ok(())
    }

    /// Stores the words of a reference.
    pub(crate) fn store_entry(&mut self, entry: Value, operand: Operand) {
        for (offset, &word) in (0..).step_by(4).zip(operand.values()) {
            self.store(StoreOp::I32, entry, word, offset, Region::Table);
        }
    }

    /// The operands are start, value and count.
    pub(crate) fn table_fill(&mut self, index: u32) -> Result<(), Stop> {
        let count = self.pop_i32()?;
        let (value, start) = (self.pop()?, self.pop_i32()?);
        let span = self.table_span(index)?;
        self.check_range(span, start, count)?;
        self.fill(span, start, value, count)
    }

    fn fill(&mut self, span: Span, start: Value, value: Operand, count: Value) -> Result<(), Stop> {
        let base = span.base.ok_or_else(|| self.malformed("table"))?;
        let dest = self.element_address(base, start, span.shift);
        let mut args = vec![dest, count];
        args.extend(value.values());
        self.call_helper(fill_helper(value.values().len()), args)?;
        Ok(())
    }

    /// Without branches: a growth that fails writes no entries, and the size
    /// that is stored is the old one.
    fn table_grow(&mut self, index: u32) -> Result<(), Stop> {
        let delta = self.pop_i32()?;
        let value = self.pop()?;
        let table = self.table_env(index)?;
        let failed = self.iconst(-1);
        let result = match (table.size, table.base) {
            (Size::Variable(symbol), Some(base)) => {
                let old = self.load_word(symbol, Region::Table);
                let limit = match table.limit {
                    Limit::Fixed(limit) => self.iconst(limit as i32),
                    Limit::End(end) => {
                        let (end, base) = (self.symbol_addr(end, 0), self.symbol_addr(base, 0));
                        let bytes = self.binary(BinaryOp::Sub, end, base);
                        self.binary_imm(BinaryOp::ShrU, bytes, table.shift())
                    }
                };
                let free = self.binary(BinaryOp::Sub, limit, old);
                let fits = self.compare(Cond::ULe, delta, free);
                let zero = self.iconst(0);
                let count = self.select(fits, delta, zero);
                let span = self.table_span(index)?;
                self.fill(span, old, value, count)?;
                let new = self.binary(BinaryOp::Add, old, count);
                self.store_word(symbol, new, Region::Table);
                self.select(fits, old, failed)
            }
            (Size::Fixed(size), _) => {
                let size = self.iconst(size as i32);
                self.select(delta, failed, size)
            }
            (_, None) => return Err(self.malformed("table")),
        };
        self.push_i32(result);
        Ok(())
    }
}

/// The helper that fills entries of so many words.
pub(crate) fn fill_helper(words: usize) -> Helper {
    match words {
        2 => Helper::FillPairs,
        _ => Helper::FillWords,
    }
}
