//! Tables with their contents, and element segments, as data.
//!
//! Active element segments at known offsets become part of the table's
//! contents, in order, up to the first that is not known or out of bounds:
//! from there on they are copied when the program starts, so that what is
//! seen after a trap is what the specification says. A table that nothing
//! writes is constant data.

use std::collections::BTreeMap;

use synth_ir::{AbiType, Data, DataKind, DataReloc, Definition};
use synth_wasm::{Element, ElementItem, ExternKind, Import, SegmentKind, Table};

use crate::consts::ConstValue;
use crate::declare::{Declarer, unsupported};
use crate::env::{Helper, Limit, SegmentEnv, Size, TableEnv};
use crate::error::Error;
use crate::names::import_symbol;
use crate::sig::abi_type;
use crate::table::fill_helper;

/// More than any table of a microcontroller, and few enough to hold.
const MAX_ENTRIES: u64 = 1 << 24;
/// A table of more equal functions is filled when the program starts.
const MAX_EQUAL: u64 = 1 << 10;

/// Functions by place; a place that is missing is null.
type Entries = BTreeMap<u32, u32>;

/// An item of a segment: a function, null, or (outer) not known.
type Item = Option<Option<u32>>;

impl Declarer<'_> {
    /// Tables and element segments.
    pub(crate) fn tables(&mut self) -> Result<(), Error> {
        let mut contents: Vec<Entries> = Vec::new();
        for index in 0..self.module.tables.len() as u32 {
            contents.push(self.initial_entries(index)?);
        }
        self.fold_elements(&mut contents)?;
        for (index, entries) in (0..).zip(contents) {
            let env = self.table(index, entries)?;
            self.env.tables.push(env);
        }
        for index in 0..self.module.elements.len() as u32 {
            let env = self.element(index)?;
            self.env.elements.push(env);
        }
        Ok(())
    }

    fn initial_entries(&mut self, index: u32) -> Result<Entries, Error> {
        let table = &self.module.tables[index as usize];
        if table.ty.is_64 || table.ty.min > MAX_ENTRIES {
            return Err(unsupported(
                "a table that is 64-bit or has more than 2^24 entries",
                0,
                "use a smaller table",
            ));
        }
        let (Some(init), Some(_)) = (&table.init, abi_type(table.ty.element)) else {
            return Ok(Entries::new());
        };
        match self.evaluate(init) {
            Some(ConstValue::Null(_)) => Ok(Entries::new()),
            Some(ConstValue::Function(f)) if table.ty.min <= MAX_EQUAL => {
                Ok((0..table.ty.min as u32).map(|i| (i, f)).collect())
            }
            _ => {
                self.expression(init)?;
                self.env.init.tables.push(index);
                self.usage.filled_tables.insert(index);
                Ok(Entries::new())
            }
        }
    }

    /// Puts active segments into the tables' contents as far as that can be
    /// done now.
    fn fold_elements(&mut self, contents: &mut [Entries]) -> Result<(), Error> {
        let module = self.module;
        for (index, element) in (0..).zip(&module.elements) {
            let SegmentKind::Active { target, offset } = &element.kind else { continue };
            let table = &module.tables[*target as usize];
            if abi_type(element.ty).is_none() {
                self.check_null_segment(element, offset, table)?;
                continue;
            }
            let fits = match self.evaluate(offset) {
                Some(ConstValue::I32(offset)) => {
                    let end = u64::from(offset as u32) + element.items.len() as u64;
                    (end <= table.ty.min).then_some(offset as u32)
                }
                _ => None,
            };
            // Segments take effect in order: none after one that waits.
            let now = self.env.init.elements.is_empty()
                && table.import.is_none()
                && self.env.init.tables.binary_search(target).is_err();
            let items: Option<Vec<Option<u32>>> =
                element.items.iter().map(|item| self.item(item)).collect();
            match (fits, items) {
                (Some(first), Some(functions)) if now => {
                    for (place, function) in (first..).zip(functions) {
                        match function {
                            Some(function) => contents[*target as usize].insert(place, function),
                            None => contents[*target as usize].remove(&place),
                        };
                    }
                }
                _ => {
                    self.usage.written_tables.insert(*target);
                    self.env.init.elements.push(index);
                    self.helper(Helper::Memcpy)?;
                }
            }
        }
        Ok(())
    }

    /// Accepts a segment of a table that is not compiled if it has no effect:
    /// all null, and in bounds.
    fn check_null_segment(
        &self,
        element: &Element,
        offset: &synth_wasm::ConstExpr,
        table: &Table,
    ) -> Result<(), Error> {
        let null = element.items.iter().all(|item| *item == ElementItem::Null);
        match self.evaluate(offset) {
            Some(ConstValue::I32(first))
                if null && u64::from(first as u32) + element.items.len() as u64 <= table.ty.min =>
            {
                Ok(())
            }
            _ => Err(unsupported(
                "an active element segment of references that are not compiled",
                element.offset,
                "build the module without the gc proposal",
            )),
        }
    }

    fn item(&self, item: &ElementItem) -> Item {
        match item {
            ElementItem::Function(index) => Some(Some(*index)),
            ElementItem::Null => Some(None),
            ElementItem::Expr(expr) => match self.evaluate(expr)? {
                ConstValue::Function(index) => Some(Some(index)),
                ConstValue::Null(_) => Some(None),
                _ => None,
            },
        }
    }

    fn table(&mut self, index: u32, entries: Entries) -> Result<TableEnv, Error> {
        let module = self.module;
        let table = &module.tables[index as usize];
        let min = table.ty.min as u32;
        let (size, limit) = (Size::Fixed(min), Limit::Fixed(min));
        let Some(element) = abi_type(table.ty.element) else {
            return Ok(TableEnv { base: None, element: AbiType::I32, size, min, limit });
        };
        if self.usage.filled_tables.contains(&index) {
            self.helper(fill_helper(element.value_types().len()))?;
        }
        let env = TableEnv { base: None, element, size, min, limit };
        match module.import(ExternKind::Table, index) {
            Some(import) => self.imported_table(import, table, env),
            None => self.defined_table(index, entries, env),
        }
    }

    fn imported_table(
        &mut self,
        import: &Import,
        table: &Table,
        env: TableEnv,
    ) -> Result<TableEnv, Error> {
        let name = import_symbol(self.options, import);
        let data = || Definition::UndefinedData;
        let base = self.add_undefined(&name, import, "table", data())?;
        let env = TableEnv { base: Some(base), ..env };
        if table.ty.max == Some(table.ty.min) {
            return Ok(env);
        }
        let size = self.add_undefined(&format!("{name}_size"), import, "table size", data())?;
        let env = TableEnv { size: Size::Variable(size), ..env };
        let grown = self.usage.grown_tables.iter().any(|&index| {
            let other = self.module.import(ExternKind::Table, index);
            other.is_some_and(|i| i.module == import.module && i.name == import.name)
        });
        if !grown {
            return Ok(env);
        }
        let end = self.add_undefined(&format!("{name}_end"), import, "table end", data())?;
        Ok(TableEnv { limit: Limit::End(end), ..env })
    }

    fn defined_table(
        &mut self,
        index: u32,
        entries: Entries,
        env: TableEnv,
    ) -> Result<TableEnv, Error> {
        let module = self.module;
        let ty = module.tables[index as usize].ty;
        let exports = self.export_names(ExternKind::Table, index);
        let public = !exports.is_empty();
        let max = ty.max.unwrap_or(MAX_ENTRIES).min(MAX_ENTRIES);
        let option = self.options.table_max_entries.unwrap_or(0);
        let reserve = u64::from(option).min(max).max(ty.min) as u32;
        let grows = reserve > env.min && (public || self.usage.grown_tables.contains(&index));
        let reserve = if grows { reserve } else { env.min };
        let written = public || grows || self.usage.written_tables.contains(&index);
        let written = written || self.env.init.tables.binary_search(&index).is_ok();
        let kind = if written { DataKind::Variable } else { DataKind::Const };
        let data = self.entries_data(entries, env.element, reserve, kind)?;
        let bytes = data.size;

        let prefix = self.options.prefix.clone();
        let (name, others) = match exports.split_first() {
            Some((first, others)) => {
                let others: Vec<String> = others.iter().map(|n| format!("{prefix}{n}")).collect();
                (format!("{prefix}{first}"), others)
            }
            None => {
                let name = module.names.tables.get(&index).cloned().filter(|n| !n.is_empty());
                (name.unwrap_or_else(|| format!("table[{index}]")), vec![])
            }
        };
        let mut add = |part: &str, def| match public {
            true => {
                let what = format!("exported table `{name}`");
                let symbol = self.add_global(&format!("{name}{part}"), what, def)?;
                let others: Vec<String> = others.iter().map(|n| format!("{n}{part}")).collect();
                self.add_aliases(symbol, &others, "table")?;
                Ok(symbol)
            }
            false => Ok(self.add_local(&format!("{name}{part}"), def)),
        };
        let base = add("", Definition::Data(data))?;
        let env = TableEnv { base: Some(base), ..env };
        if !public && !grows {
            return Ok(env);
        }
        let word = Data {
            bytes: env.min.to_le_bytes().to_vec(),
            size: 4,
            align: 4,
            kind: if grows { DataKind::Variable } else { DataKind::Const },
            relocs: Vec::new(),
        };
        let size = add("_size", Definition::Data(word))?;
        if public {
            for name in std::iter::once(&name).chain(&others) {
                let end = Definition::Alias { target: base, offset: bytes };
                self.add_global(&format!("{name}_end"), format!("end of table `{name}`"), end)?;
            }
        }
        match grows {
            true => {
                Ok(TableEnv { size: Size::Variable(size), limit: Limit::Fixed(reserve), ..env })
            }
            false => Ok(env),
        }
    }

    /// Entries as data: signature address and code address of functions, the
    /// rest null.
    fn entries_data(
        &mut self,
        entries: Entries,
        element: AbiType,
        count: u32,
        kind: DataKind,
    ) -> Result<Data, Error> {
        let used = entries.last_key_value().map_or(0, |(place, _)| place + 1);
        let mut relocs = Vec::with_capacity(2 * entries.len());
        for (place, function) in entries {
            relocs.extend(self.function_words(function, place * element.size())?);
        }
        let bytes = vec![0; (used * element.size()) as usize];
        Ok(Data { bytes, size: count * element.size(), align: 4, kind, relocs })
    }

    /// The words of a reference to a function, at an offset in data.
    pub(crate) fn function_words(
        &mut self,
        function: u32,
        offset: u32,
    ) -> Result<Vec<DataReloc>, Error> {
        let ty = self.module.functions[function as usize].ty;
        let Some(symbol) = self.signature(ty)? else { return Ok(vec![]) };
        let code = self.env.functions[function as usize];
        let word = |offset, symbol| DataReloc { offset, symbol, addend: 0 };
        Ok(vec![word(offset, symbol), word(offset + 4, code)])
    }

    fn element(&mut self, index: u32) -> Result<SegmentEnv, Error> {
        let element = &self.module.elements[index as usize];
        let passive = element.kind == SegmentKind::Passive;
        let copied = self.usage.copied_elements.contains(&index);
        // The lists are in order.
        let waits = self.env.init.elements.binary_search(&index).is_ok();
        let abi = abi_type(element.ty);
        let mut segment = SegmentEnv { symbol: None, size: Size::Fixed(0), element: abi };
        let Some(abi) = abi else { return Ok(segment) };
        let name = self.module.names.elements.get(&index).cloned().filter(|n| !n.is_empty());
        let name = name.unwrap_or_else(|| format!("elem[{index}]"));
        let count = element.items.len() as u32;
        if (waits || (passive && copied)) && count > 0 {
            let (mut entries, mut kind) = (Entries::new(), DataKind::Const);
            for (place, item) in (0..).zip(&element.items) {
                match self.item(item) {
                    Some(Some(function)) => {
                        entries.insert(place, function);
                    }
                    Some(None) => {}
                    None => kind = DataKind::Variable,
                }
            }
            if kind == DataKind::Variable {
                self.env.init.items.push(index);
                for item in &element.items {
                    let ElementItem::Expr(expr) = item else { continue };
                    self.expression(expr)?;
                }
            }
            let data = self.entries_data(entries, abi, count, kind)?;
            segment.symbol = Some(self.add_local(&name, Definition::Data(data)));
        }
        if passive && copied {
            let dropped = self.usage.dropped_elements.contains(&index);
            segment.size = self.segment_size(&name, count, dropped);
        }
        Ok(segment)
    }
}
