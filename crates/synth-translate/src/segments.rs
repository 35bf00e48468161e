//! Tables with their contents, element segments and data segments as data.
//!
//! Active element segments at known offsets become part of the table's
//! contents, in order, up to the first that is not known or out of bounds:
//! from there on they are copied when the program starts, so that what is
//! seen after a trap is what the specification says. A table that nothing
//! writes is constant data.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::{Data, DataKind, DataReloc, Definition, SymbolId};
use synth_wasm::{Element, ElementItem, ExternKind, SegmentKind};

use crate::consts::ConstValue;
use crate::declare::{Declarer, is_function_table, unsupported};
use crate::env::{Helper, SegmentEnv, Size, TableEnv};
use crate::error::Error;
use crate::names::import_symbol;

/// Bytes of a table's entry.
const ENTRY: u32 = 8;
/// More than any table of a microcontroller, and few enough to hold.
const MAX_ENTRIES: u64 = 1 << 24;

/// Functions by place; a place that is missing is null.
type Entries = BTreeMap<u32, u32>;

impl Declarer<'_> {
    /// Tables and element segments.
    pub(crate) fn tables(&mut self) -> Result<(), Error> {
        let mut contents: Vec<Entries> = Vec::new();
        for index in 0..self.module.tables.len() as u32 {
            contents.push(self.initial_entries(index)?);
        }
        let run_time = self.fold_elements(&mut contents)?;
        for (index, entries) in (0..).zip(contents) {
            let written = run_time.contains(&index);
            let env = self.table(index, entries, written)?;
            self.env.tables.push(env);
        }
        for index in 0..self.module.elements.len() as u32 {
            let env = self.element(index)?;
            self.env.elements.push(env);
        }
        Ok(())
    }

    fn initial_entries(&self, index: u32) -> Result<Entries, Error> {
        let table = &self.module.tables[index as usize];
        if table.ty.is_64 || table.ty.min > MAX_ENTRIES {
            return Err(unsupported(
                "a table that is 64-bit or has more than 2^24 entries",
                0,
                "use a smaller table",
            ));
        }
        let Some(init) = table.init.as_ref().filter(|_| is_function_table(table.ty.element)) else {
            return Ok(Entries::new());
        };
        match self.evaluate(init) {
            Some(ConstValue::Null) => Ok(Entries::new()),
            Some(ConstValue::Function(f)) => Ok((0..table.ty.min as u32).map(|i| (i, f)).collect()),
            _ => Err(unsupported(
                "a table filled with an imported reference",
                init.offset,
                "fill it with a function of the module",
            )),
        }
    }

    /// Puts active segments into the tables' contents as far as that can be
    /// done now. Gives the tables that are written at run time.
    fn fold_elements(&mut self, contents: &mut [Entries]) -> Result<BTreeSet<u32>, Error> {
        let module = self.module;
        let mut run_time = BTreeSet::new();
        for (index, element) in (0..).zip(&module.elements) {
            let SegmentKind::Active { target, offset } = &element.kind else { continue };
            let table = &module.tables[*target as usize];
            if !is_function_table(table.ty.element) {
                self.check_null_segment(element, offset, table)?;
                continue;
            }
            let functions = self.functions_of(element).ok_or_else(|| {
                unsupported(
                    "an active element segment with an imported reference",
                    element.offset,
                    "list functions of the module or imported functions",
                )
            })?;
            let fits = match self.evaluate(offset) {
                Some(ConstValue::I32(offset)) => {
                    let end = u64::from(offset as u32) + functions.len() as u64;
                    (end <= table.ty.min).then_some(offset as u32)
                }
                _ => None,
            };
            match fits {
                // Segments take effect in order: none after one that waits.
                Some(first) if self.env.init.elements.is_empty() && table.import.is_none() => {
                    for (place, function) in (first..).zip(functions) {
                        match function {
                            Some(function) => contents[*target as usize].insert(place, function),
                            None => contents[*target as usize].remove(&place),
                        };
                    }
                }
                _ => {
                    run_time.insert(*target);
                    self.env.init.elements.push(index);
                    self.helper(Helper::Memcpy)?;
                }
            }
        }
        Ok(run_time)
    }

    /// Accepts a segment of a table that is not compiled if it has no effect:
    /// all null, and in bounds.
    fn check_null_segment(
        &self,
        element: &Element,
        offset: &synth_wasm::ConstExpr,
        table: &synth_wasm::Table,
    ) -> Result<(), Error> {
        let null = element.items.iter().all(|item| *item == ElementItem::Null);
        match self.evaluate(offset) {
            Some(ConstValue::I32(first))
                if null && u64::from(first as u32) + element.items.len() as u64 <= table.ty.min =>
            {
                Ok(())
            }
            _ => Err(unsupported(
                "an active element segment of a table that holds no functions",
                element.offset,
                "tables of other references are not compiled yet",
            )),
        }
    }

    /// The functions of a segment, unless one of its elements is not known.
    fn functions_of(&self, element: &Element) -> Option<Vec<Option<u32>>> {
        let item = |item: &ElementItem| match item {
            ElementItem::Function(index) => Some(Some(*index)),
            ElementItem::Null => Some(None),
            ElementItem::Expr(expr) => match self.evaluate(expr)? {
                ConstValue::Function(index) => Some(Some(index)),
                ConstValue::Null => Some(None),
                _ => None,
            },
        };
        element.items.iter().map(item).collect()
    }

    fn table(&mut self, index: u32, entries: Entries, run_time: bool) -> Result<TableEnv, Error> {
        let module = self.module;
        let table = &module.tables[index as usize];
        let min = table.ty.min as u32;
        let fixed = Size::Fixed(min);
        if !is_function_table(table.ty.element) {
            return Ok(TableEnv { base: None, size: fixed, min });
        }
        if let Some(import) = module.import(ExternKind::Table, index) {
            let name = import_symbol(self.options, import);
            let data = || Definition::UndefinedData;
            let base = self.add_undefined(&name, import, "table", data())?;
            let size = match table.ty.max {
                Some(max) if max == table.ty.min => fixed,
                _ => {
                    let size = format!("{name}_size");
                    Size::Variable(self.add_undefined(&size, import, "table size", data())?)
                }
            };
            return Ok(TableEnv { base: Some(base), size, min });
        }
        let exports = self.export_names(ExternKind::Table, index);
        let constant =
            exports.is_empty() && !run_time && !self.usage.written_tables.contains(&index);
        let kind = if constant { DataKind::Const } else { DataKind::Variable };
        let data = self.entries_data(entries, table.ty.min as u32, kind)?;
        let def = Definition::Data(data);
        let base = match exports.split_first() {
            Some((first, others)) => {
                let prefix = &self.options.prefix;
                let name = format!("{prefix}{first}");
                let others: Vec<String> = others.iter().map(|n| format!("{prefix}{n}")).collect();
                let what = format!("exported table `{first}`");
                let base = self.add_global(&name, what.clone(), def)?;
                self.add_aliases(base, &others, "table")?;
                let size = Data {
                    bytes: (table.ty.min as u32).to_le_bytes().to_vec(),
                    size: 4,
                    align: 4,
                    kind: DataKind::Const,
                    relocs: Vec::new(),
                };
                let size =
                    self.add_global(&format!("{name}_size"), what, Definition::Data(size))?;
                let others: Vec<String> = others.iter().map(|n| format!("{n}_size")).collect();
                self.add_aliases(size, &others, "size of table")?;
                base
            }
            None => {
                let name = module.names.tables.get(&index).cloned().filter(|n| !n.is_empty());
                self.add_local(&name.unwrap_or_else(|| format!("table[{index}]")), def)
            }
        };
        Ok(TableEnv { base: Some(base), size: fixed, min })
    }

    /// Entries as data: signature address and code address.
    fn entries_data(
        &mut self,
        entries: Entries,
        count: u32,
        kind: DataKind,
    ) -> Result<Data, Error> {
        let used = entries.last_key_value().map_or(0, |(place, _)| place + 1);
        let mut relocs = Vec::with_capacity(2 * entries.len());
        for (place, function) in entries {
            let ty = self.module.functions[function as usize].ty;
            let Some(signature) = self.signature(ty)? else { continue };
            let code = self.env.functions[function as usize];
            let offset = place * ENTRY;
            relocs.push(DataReloc { offset, symbol: signature, addend: 0 });
            relocs.push(DataReloc { offset: offset + 4, symbol: code, addend: 0 });
        }
        let bytes = vec![0; (used * ENTRY) as usize];
        Ok(Data { bytes, size: count * ENTRY, align: 4, kind, relocs })
    }

    fn element(&mut self, index: u32) -> Result<SegmentEnv, Error> {
        let element = &self.module.elements[index as usize];
        let passive = element.kind == SegmentKind::Passive;
        let copied = self.usage.copied_elements.contains(&index);
        // The list is in order.
        let waits = self.env.init.elements.binary_search(&index).is_ok();
        let functions = self.functions_of(element);
        let mut segment =
            SegmentEnv { symbol: None, size: Size::Fixed(0), unsupported: functions.is_none() };
        let Some(functions) = functions else { return Ok(segment) };
        let name = self.module.names.elements.get(&index).cloned().filter(|n| !n.is_empty());
        let name = name.unwrap_or_else(|| format!("elem[{index}]"));
        let count = functions.len() as u32;
        if (waits || (passive && copied)) && count > 0 {
            let entries = (0..).zip(functions).filter_map(|(i, f)| Some((i, f?))).collect();
            let data = self.entries_data(entries, count, DataKind::Const)?;
            segment.symbol = Some(self.add_local(&name, Definition::Data(data)));
        }
        if passive && copied {
            let dropped = self.usage.dropped_elements.contains(&index);
            segment.size = self.segment_size(&name, count, dropped);
        }
        Ok(segment)
    }

    /// Data segments.
    pub(crate) fn data(&mut self) -> Result<(), Error> {
        for index in 0..self.module.data.len() as u32 {
            let segment = self.data_segment(index);
            self.env.data.push(segment);
        }
        match self.env.init.data.is_empty() {
            true => Ok(()),
            false => self.helper(Helper::Memcpy),
        }
    }

    /// Whether an active segment has no effect: nothing is copied, and in
    /// bounds.
    fn is_noop(&self, data: &synth_wasm::Data) -> bool {
        let SegmentKind::Active { target, offset } = &data.kind else { return true };
        let Some(ConstValue::I32(offset)) = self.evaluate(offset) else { return false };
        data.range.is_empty() && offset as u32 <= self.env.memories[*target as usize].min
    }

    fn data_segment(&mut self, index: u32) -> SegmentEnv {
        let module = self.module;
        let bytes = module.data_bytes(index).unwrap_or_default();
        let active = matches!(module.data[index as usize].kind, SegmentKind::Active { .. });
        let copied = self.usage.copied_data.contains(&index);
        let name = module.names.data.get(&index).cloned().filter(|n| !n.is_empty());
        let name = name.unwrap_or_else(|| format!("data[{index}]"));
        let size = bytes.len() as u32;
        let mut segment = SegmentEnv { symbol: None, size: Size::Fixed(0), unsupported: false };
        if (active || copied) && size > 0 {
            let data = Data {
                bytes: bytes.to_vec(),
                size,
                align: 4,
                kind: DataKind::Const,
                relocs: Vec::new(),
            };
            segment.symbol = Some(self.add_local(&name, Definition::Data(data)));
        }
        if active {
            if !self.is_noop(&module.data[index as usize]) {
                self.env.init.data.push(index);
            }
        } else if copied {
            let dropped = self.usage.dropped_data.contains(&index);
            segment.size = self.segment_size(&name, size, dropped);
        }
        segment
    }

    /// The size that is left of a segment: a variable if it can be dropped.
    fn segment_size(&mut self, name: &str, size: u32, dropped: bool) -> Size {
        if !dropped || size == 0 {
            return Size::Fixed(size);
        }
        let word =
            Data { bytes: size.to_le_bytes().to_vec(), size: 4, align: 4, ..Data::default() };
        let symbol: SymbolId = self.add_local(&format!("{name}.size"), Definition::Data(word));
        Size::Variable(symbol)
    }
}
