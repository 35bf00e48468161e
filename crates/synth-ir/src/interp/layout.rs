//! Gives every symbol an address.
//!
//! Functions lie at the bottom, the stack in the middle, data above it. Gaps
//! between data symbols make an access beyond the end of one fail.

use cranelift_entity::{EntityRef, SecondaryMap};

use super::memory::Memory;
use super::{Halt, Interpreter};
use crate::program::{DataKind, Definition, Linkage, Program, SymbolId};

/// Address of the function symbol 0; each takes 4 bytes.
const CODE: u32 = 0x1000;
/// First address of the stack.
pub(super) const STACK_START: u32 = 0x1000_0000;
/// First address after the stack.
pub(super) const STACK_END: u32 = 0x1080_0000;
/// Address of the first data.
const DATA: u32 = 0x2000_0000;
/// Bytes between two data symbols.
const GAP: u64 = 16;

/// Data that the program leaves undefined.
#[derive(Clone, Copy, Debug)]
pub struct External<'a> {
    /// The symbol's name.
    pub name: &'a str,
    /// Its address, outside of 0x1000 up to 0xe0000000, where the program is,
    /// unless `size` is 0.
    pub address: u32,
    /// Size of the zeroed, writable memory there. 0 adds none.
    pub size: u32,
}

/// Why a program can't be placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// All data together does not fit.
    #[error("the program needs more than the 32-bit address space")]
    TooLarge,
    /// Undefined data without an [`External`].
    #[error("undefined data '{0}'")]
    Undefined(String),
    /// External memory that overlaps something.
    #[error("the memory of '{0}' overlaps other memory")]
    Overlap(String),
}

pub(super) fn place(
    program: &Program,
    externals: &[External<'_>],
) -> Result<(Memory, SecondaryMap<SymbolId, u32>), LayoutError> {
    let mut memory = Memory::default();
    memory.map(STACK_START, STACK_END - STACK_START, true);
    let mut addresses = SecondaryMap::new();
    let mut next = u64::from(DATA);
    if program.symbols.len() as u64 * 4 > (STACK_START - CODE).into() {
        return Err(LayoutError::TooLarge);
    }
    for (id, symbol) in &program.symbols {
        let external = externals.iter().find(|e| e.name == symbol.name);
        addresses[id] = match &symbol.def {
            Definition::Function(_) => code_address(id),
            Definition::UndefinedFunction if symbol.linkage == Linkage::Weak => 0,
            Definition::UndefinedFunction => code_address(id),
            Definition::UndefinedData => match external {
                Some(external) => {
                    if !memory.map(external.address, external.size, true) {
                        return Err(LayoutError::Overlap(symbol.name.clone()));
                    }
                    external.address
                }
                None if symbol.linkage == Linkage::Weak => 0,
                None => return Err(LayoutError::Undefined(symbol.name.clone())),
            },
            Definition::Data(data) => {
                let start = next.next_multiple_of(data.align.max(4).into());
                next = start + u64::from(data.size) + GAP;
                if next > 0xe000_0000 {
                    return Err(LayoutError::TooLarge);
                }
                let start = start as u32;
                memory.map(start, data.size, data.kind != DataKind::Const);
                memory.initialise(start, &data.bytes);
                start
            }
            Definition::Absolute(value) => *value,
            Definition::Alias { .. } => 0,
        };
    }
    for (id, symbol) in &program.symbols {
        if let Definition::Alias { target, offset } = symbol.def {
            addresses[id] = addresses[target].wrapping_add(offset);
        }
    }
    for (id, symbol) in &program.symbols {
        let Definition::Data(data) = &symbol.def else { continue };
        for reloc in &data.relocs {
            let value = addresses[reloc.symbol].wrapping_add_signed(reloc.addend);
            memory.initialise(addresses[id] + reloc.offset, &value.to_le_bytes());
        }
    }
    Ok((memory, addresses))
}

fn code_address(id: SymbolId) -> u32 {
    CODE + 4 * id.as_u32() + 1
}

impl Interpreter<'_> {
    /// The function at an address with the Thumb bit.
    pub(super) fn function_at(&self, address: u32) -> Option<SymbolId> {
        let index = address.checked_sub(CODE)? / 4;
        let id = SymbolId::new(index as usize);
        (self.program.symbols.is_valid(id) && code_address(id) == address).then_some(id)
    }

    /// The function that a direct call reaches.
    pub(super) fn callee(&self, symbol: SymbolId) -> Result<SymbolId, Halt> {
        match self.program.symbols[symbol].def {
            Definition::Function(_) | Definition::UndefinedFunction => Ok(symbol),
            _ => {
                let address = self.addresses[symbol];
                self.function_at(address).ok_or(Halt::BadCall(address))
            }
        }
    }
}
