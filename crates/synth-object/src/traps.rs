//! The trap table: which instruction traps why, and where in the source.
//!
//! The section `.synth.traps` is a sequence of blocks, so that a linker can
//! join the sections of many functions. All words are little-endian. A block
//! describes the traps in one section of code that come from one source
//! function (inlining puts several into one section):
//!
//! | bytes | contents |
//! |---|---|
//! | 4 | address of the section of code (R_ARM_ABS32); 0 if the linker dropped it |
//! | 4 | number of records, n |
//! | 4 | size of the name in bytes, s, a multiple of 4 |
//! | 8 n | records by rising offset: a word `offset << 8 \| code`, where `offset` is that of the `udf` from the address above and `code` is [`TrapCode::number`]; then a word with the byte offset in the wasm module |
//! | s | the source function's name in UTF-8, ended and padded by zero bytes |
//!
//! A shared trap block has several records with one offset.

use synth_ir::{Program, SourceLoc, SymbolId, TrapCode};
use synth_thumb::TrapSite;

use crate::error::ObjectError;

/// The name of the section.
pub const TRAP_SECTION: &str = ".synth.traps";

/// An entry of a trap table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Address of the `udf` instruction.
    pub address: u32,
    /// Why it traps.
    pub code: TrapCode,
    /// The source function; empty if unknown.
    pub function: String,
    /// Byte offset in the wasm module.
    pub wasm_offset: u32,
}

impl std::fmt::Display for Trap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Trap { code, function, wasm_offset, .. } = self;
        write!(
            f,
            "trap: {} in function \"{function}\" at wasm offset {wasm_offset:#x}",
            code.name()
        )
    }
}

/// The table of one function's section, and the offsets of the words that
/// hold its address.
pub(crate) fn encode(
    program: &Program,
    function: SymbolId,
    traps: &[TrapSite],
) -> Result<(Vec<u8>, Vec<u32>), ObjectError> {
    let source = |loc: SourceLoc| {
        let source = program.sources.get(loc.0 as usize).copied().unwrap_or_default();
        (source.function.unwrap_or(function), source.offset)
    };
    // By source function, in order of first appearance.
    let mut blocks: Vec<(SymbolId, Vec<(u32, u32)>)> = vec![];
    for trap in traps {
        if trap.offset >= 1 << 24 {
            let name = program.symbols[function].name.clone();
            return Err(ObjectError::FunctionTooLarge { name });
        }
        let (from, wasm_offset) = source(trap.loc);
        let record = (trap.offset << 8 | u32::from(trap.code.number()), wasm_offset);
        match blocks.iter_mut().find(|(f, _)| *f == from) {
            Some((_, records)) => records.push(record),
            None => blocks.push((from, vec![record])),
        }
    }
    let mut bytes = vec![];
    let mut places = vec![];
    for (from, mut records) in blocks {
        records.sort_unstable();
        records.dedup();
        places.push(bytes.len() as u32);
        let name = padded_name(&program.symbols[from].name);
        for word in [0, records.len() as u32, name.len() as u32] {
            bytes.extend(word.to_le_bytes());
        }
        for (place, offset) in records {
            bytes.extend(place.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend(name);
    }
    Ok((bytes, places))
}

/// The name with at least one zero byte, up to a multiple of 4.
fn padded_name(name: &str) -> Vec<u8> {
    let mut bytes = name.replace('\0', "\u{fffd}").into_bytes();
    bytes.resize((bytes.len() + 4) & !3, 0);
    bytes
}

/// Reads a linked trap table. Blocks of dropped code (address 0) are left
/// out; a table that ends early or breaks the format ends the list.
pub fn decode(table: &[u8]) -> Vec<Trap> {
    let mut traps = vec![];
    let mut rest = table;
    while let Some(block) = decode_block(rest, &mut traps) {
        rest = block;
    }
    traps
}

/// Reads a block; the bytes after it.
fn decode_block<'t>(table: &'t [u8], traps: &mut Vec<Trap>) -> Option<&'t [u8]> {
    let (start, rest) = word(table)?;
    let (count, rest) = word(rest)?;
    let (name_size, rest) = word(rest)?;
    let (records, rest) = rest.split_at_checked((count as usize).checked_mul(8)?)?;
    let (name, rest) = rest.split_at_checked(name_size as usize)?;
    let name = name.split(|b| *b == 0).next().unwrap_or_default();
    let function = String::from_utf8_lossy(name).into_owned();
    if start == 0 {
        return Some(rest);
    }
    for record in records.chunks_exact(8) {
        let (place, record) = word(record)?;
        let (wasm_offset, _) = word(record)?;
        let code = TrapCode::from_number(place as u8)?;
        let address = start.wrapping_add(place >> 8);
        traps.push(Trap { address, code, function: function.clone(), wasm_offset });
    }
    Some(rest)
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*word), rest))
}
