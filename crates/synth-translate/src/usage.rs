//! What the functions of a module do to it, found by one walk over all
//! bodies: which helpers and signatures they need, which memories grow, which
//! tables are written and which segments are dropped.

use std::collections::BTreeSet;

use synth_wasm::Module;
use wasmparser::Operator;

use crate::env::Helper;

/// Indices and helpers, as sets.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    pub(crate) helpers: BTreeSet<Helper>,
    /// Memories that `memory.grow` names.
    pub(crate) grown: BTreeSet<u32>,
    /// Tables that `table.grow` names.
    pub(crate) grown_tables: BTreeSet<u32>,
    /// Tables that `table.grow` or `table.fill` fills.
    pub(crate) filled_tables: BTreeSet<u32>,
    /// Functions that `ref.func` names.
    pub(crate) referenced: BTreeSet<u32>,
    /// Tables that an operator writes.
    pub(crate) written_tables: BTreeSet<u32>,
    /// Type indices of `call_indirect`.
    pub(crate) called_types: BTreeSet<u32>,
    /// Functions that are called directly.
    pub(crate) called: BTreeSet<u32>,
    /// Data segments that `memory.init` copies, and those that are dropped.
    pub(crate) copied_data: BTreeSet<u32>,
    pub(crate) dropped_data: BTreeSet<u32>,
    /// Element segments that `table.init` copies, and those that are dropped.
    pub(crate) copied_elements: BTreeSet<u32>,
    pub(crate) dropped_elements: BTreeSet<u32>,
}

impl Usage {
    pub(crate) fn new(module: &Module) -> wasmparser::Result<Self> {
        let mut usage = Usage::default();
        for index in 0..module.functions.len() as u32 {
            let Some(body) = module.body(index) else { continue };
            let mut reader = body.get_operators_reader()?;
            while !reader.eof() {
                usage.add(&reader.read()?);
            }
        }
        Ok(usage)
    }

    fn add(&mut self, op: &Operator<'_>) {
        match *op {
            Operator::I64DivS | Operator::I64RemS => {
                self.helpers.insert(Helper::Ldivmod);
            }
            Operator::I64DivU | Operator::I64RemU => {
                self.helpers.insert(Helper::Uldivmod);
            }
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.called.insert(function_index);
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. } => {
                self.called_types.insert(type_index);
            }
            Operator::MemoryGrow { mem } => {
                self.grown.insert(mem);
            }
            Operator::MemoryCopy { .. } => {
                self.helpers.insert(Helper::Memmove);
            }
            Operator::MemoryFill { .. } => {
                self.helpers.insert(Helper::Memset);
            }
            Operator::MemoryInit { data_index, .. } => {
                self.helpers.insert(Helper::Memcpy);
                self.copied_data.insert(data_index);
            }
            Operator::DataDrop { data_index } => {
                self.dropped_data.insert(data_index);
            }
            Operator::TableCopy { dst_table, .. } => {
                self.helpers.insert(Helper::Memmove);
                self.written_tables.insert(dst_table);
            }
            Operator::TableInit { elem_index, table } => {
                self.helpers.insert(Helper::Memcpy);
                self.copied_elements.insert(elem_index);
                self.written_tables.insert(table);
            }
            Operator::ElemDrop { elem_index } => {
                self.dropped_elements.insert(elem_index);
            }
            Operator::TableSet { table } => {
                self.written_tables.insert(table);
            }
            Operator::TableFill { table } => {
                self.filled_tables.insert(table);
                self.written_tables.insert(table);
            }
            Operator::TableGrow { table } => {
                self.grown_tables.insert(table);
                self.filled_tables.insert(table);
                self.written_tables.insert(table);
            }
            Operator::RefFunc { function_index } => {
                self.referenced.insert(function_index);
            }
            _ => {}
        }
    }
}
