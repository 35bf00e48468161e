//! Finished modules without relocations in the native model: which numbers
//! are addresses is guessed (`--statics constants`), and each guess is listed.
//!
//! The statics are one piece of data, from the first byte of the first data
//! segment to the end of the data: the address `__data_end` if the module
//! exports it, else the end of the last segment. A number in it counts as an
//! address if it is a constant that no operator for numbers takes, the offset
//! of an access, or an aligned word of the data. Function pointers stay
//! indices into the module's table.

use std::fmt;

use synth_ir::{Data, DataReloc, Definition, InstData, SymbolId, Value};
use synth_wasm::{ConstOp, ExternKind, Module};
use wasmparser::Operator;

use super::NativeEnv;
use super::globals::STACK_POINTER;
use crate::consts::ConstValue;
use crate::declare::{Declarer, unsupported};
use crate::env::GlobalEnv;
use crate::error::Error;
use crate::func::Translator;
use crate::options::Statics;

/// The symbol of the statics.
const STATICS: &str = "statics";

/// Bytes that the data segments may span: more than devices have.
const MOST_CONTENTS: u32 = 16 << 20;

/// A number that was taken for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The function that holds it; none for a word of data.
    pub function: Option<String>,
    /// Byte offset in the module.
    pub offset: u64,
    /// The number.
    pub number: u32,
    /// The byte of the statics that it was taken for.
    pub place: u32,
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.function {
            Some(function) => write!(f, "function `{function}`")?,
            None => f.write_str("data")?,
        }
        let Guess { offset, number, place, .. } = self;
        write!(f, " at offset {offset:#x}: {number} is taken for the address {STATICS}+{place}")
    }
}

/// Where the statics are in the module's memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StaticsEnv {
    symbol: Option<SymbolId>,
    start: u32,
    end: u32,
    /// The initial size of the memory. What is below it may be a variable.
    memory: u32,
}

impl StaticsEnv {
    /// The byte of the statics at an address. Their end counts, since loops
    /// compare with it.
    fn place(&self, address: u32) -> Option<u32> {
        (self.start <= address && address <= self.end && self.start < self.end)
            .then(|| address - self.start)
    }

    /// Whether a constant address may be that of a variable.
    pub(super) fn is_in_memory(&self, address: u32) -> bool {
        address < self.memory
    }
}

/// Whether an operator takes a number that is no address.
pub(crate) fn takes_number(op: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        op,
        I32Mul
            | I32DivS
            | I32DivU
            | I32RemS
            | I32RemU
            | I32And
            | I32Or
            | I32Xor
            | I32Shl
            | I32ShrS
            | I32ShrU
            | I32Rotl
            | I32Rotr
            | I32LtS
            | I32GtS
            | I32LeS
            | I32GeS
            | I64ExtendI32S
            | I64ExtendI32U
            | F32ConvertI32S
            | F64ConvertI32S
            | F32ConvertI32U
            | F64ConvertI32U
    )
}

/// The value of an exported or named global that never changes.
fn address(module: &Module, name: &str) -> Option<u32> {
    let export = module.exports.iter().find(|e| e.kind == ExternKind::Global && e.name == name)?;
    let global = &module.globals[export.index as usize];
    match global.init.as_ref()?.ops[..] {
        [ConstOp::I32(value)] if !global.ty.mutable => Some(value as u32),
        _ => None,
    }
}

impl<'m> Declarer<'m> {
    /// Declares a finished module without relocations.
    pub(super) fn finished(&mut self) -> Result<(), Error> {
        let guess = self.options.statics == Statics::Constants;
        let has_addresses = !self.module.data.is_empty() || !self.module.elements.is_empty();
        if has_addresses && !guess {
            return Err(unsupported(
                "a finished module without relocations, whose addresses can't be told from \
                 other numbers",
                0,
                "give synth the objects that it was linked from, link it with --emit-relocs, \
                 compile with --model linear, or let --statics constants guess",
            ));
        }
        let segments = self.segments()?;
        let statics = self.statics(&segments)?;
        self.env.native = Some(NativeEnv { object: None, symbols: vec![], statics: Some(statics) });
        self.functions()?;
        for index in 0..self.module.globals.len() as u32 {
            let env = self.finished_global(index, statics)?;
            self.env.globals.push(env);
        }
        self.tables()?;
        for ty in self.usage.called_types.clone() {
            self.signature(ty)?;
        }
        for helper in self.usage.helpers.clone() {
            self.helper(helper)?;
        }
        if let Some(start) = self.env.init.start.take() {
            self.add_init_word(self.env.functions[start as usize], super::init::DEFAULT);
        }
        Ok(())
    }

    /// Address and number of each data segment.
    fn segments(&self) -> Result<Vec<(u32, u32)>, Error> {
        (0..self.module.data.len() as u32)
            .map(|index| match self.module.segment_address(index) {
                Some(address) => Ok((address, index)),
                None => Err(unsupported(
                    "a data segment without a constant address",
                    self.module.data[index as usize].offset,
                    "link the module without --shared-memory and without -pie",
                )),
            })
            .collect()
    }

    /// Makes the statics of the segments, in order: a later one wins.
    fn statics(&mut self, segments: &[(u32, u32)]) -> Result<StaticsEnv, Error> {
        let memory = self.module.memories.first().map_or(0, |memory| {
            u32::try_from(memory.ty.min << memory.ty.page_size_log2).unwrap_or(u32::MAX)
        });
        let bytes = |index: u32| self.module.data_bytes(index).unwrap_or_default();
        let start = segments.iter().map(|&(address, _)| address).min().unwrap_or(0) & !15;
        let end = |&(address, index): &(u32, u32)| u64::from(address) + bytes(index).len() as u64;
        let filled = segments.iter().map(end).max().unwrap_or(0);
        let end = filled.max(address(self.module, "__data_end").unwrap_or(0).into());
        let end = match u32::try_from(end) {
            Ok(end) if end <= memory => end.max(start),
            _ => {
                return Err(unsupported(
                    "a data segment beyond the memory",
                    0,
                    "the module would trap when it starts",
                ));
            }
        };
        let mut statics = StaticsEnv { symbol: None, start, end, memory };
        if start == end {
            return Ok(statics);
        }
        let filled = (filled as u32).max(start) - start;
        if filled > MOST_CONTENTS {
            return Err(unsupported(
                "data segments that are far apart",
                0,
                "link the module with its data in one place, without --global-base",
            ));
        }
        let mut contents = vec![0; filled as usize];
        // Where in the module each byte comes from.
        let mut sources = vec![0u32; contents.len()];
        for &(address, index) in segments {
            let at = (address - start) as usize;
            let bytes = bytes(index);
            contents[at..at + bytes.len()].copy_from_slice(bytes);
            let from = self.module.data[index as usize].range.start as u32;
            for (source, offset) in sources[at..at + bytes.len()].iter_mut().zip(from..) {
                *source = offset;
            }
        }
        let mut relocs = vec![];
        for at in (0..contents.len() / 4 * 4).step_by(4) {
            let Some(word) = contents[at..].first_chunk_mut::<4>() else { continue };
            let number = u32::from_le_bytes(*word);
            let Some(place) = statics.place(number).filter(|_| number != end) else { continue };
            word.fill(0);
            relocs.push((at as u32, place as i32));
            let offset = sources[at].into();
            self.env.guesses.push(Guess { function: None, offset, number, place });
        }
        let used = contents.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        contents.truncate(used);
        let data = Data { bytes: contents, size: end - start, align: 16, ..Data::default() };
        let symbol = self.add_local(STATICS, Definition::Data(data));
        if let Definition::Data(data) = &mut self.program.symbols[symbol].def {
            let word = |&(offset, addend)| DataReloc { offset, symbol, addend };
            data.relocs = relocs.iter().map(word).collect();
        }
        statics.symbol = Some(symbol);
        Ok(statics)
    }

    fn finished_global(&mut self, index: u32, statics: StaticsEnv) -> Result<GlobalEnv, Error> {
        let named = self.module.names.globals.get(&index).map(String::as_str);
        let import = self.module.import(ExternKind::Global, index);
        let name = named.or(import.map(|import| import.name.as_str())).unwrap_or_default();
        if name == STACK_POINTER {
            return self.stack_pointer(index);
        }
        let exports = self.export_names(ExternKind::Global, index);
        if name.is_empty() && exports.is_empty() && self.module.globals[index as usize].ty.mutable {
            return Err(unsupported(
                &format!("the global {index}, which has no name and may be the stack pointer"),
                0,
                "keep the name section: link without --strip-all",
            ));
        }
        if let Some(import) = import {
            return self.native_import(import, name, index);
        }
        let env = self.native_global(name, None, index)?;
        if let (Some(ConstValue::I32(number)), Some(symbol)) = (env.constant, statics.symbol)
            && let Some(offset) = statics.place(number as u32)
        {
            // The address of a variable, for the host.
            for export in exports.iter().filter(|name| !super::declare::is_linker_made(name)) {
                let def = Definition::Alias { target: symbol, offset };
                self.add_global(export, format!("exported variable `{export}`"), def)?;
            }
        }
        Ok(env)
    }
}

impl Translator<'_, '_> {
    /// The address that a number is taken for, if it is one of the statics.
    pub(super) fn guess(&mut self, number: u32) -> Option<Value> {
        let statics = self.env.native.as_ref()?.statics?;
        let (place, symbol) = (statics.place(number)?, statics.symbol?);
        let function = Some(self.env.module.function_name(self.index));
        self.guesses.push(Guess { function, offset: self.offset, number, place });
        Some(self.symbol_addr(symbol, place as i32))
    }

    /// Whether a value is the address of a symbol, or a sum with one.
    pub(super) fn is_address(&self, value: Value) -> bool {
        let data = |value| self.func.def_inst(value).map(|inst| &self.func.insts[inst]);
        match data(value) {
            Some(InstData::SymbolAddr { .. }) => true,
            Some(InstData::Binary { op: synth_ir::BinaryOp::Add, args }) => {
                args.iter().any(|&arg| matches!(data(arg), Some(InstData::SymbolAddr { .. })))
            }
            _ => false,
        }
    }
}
