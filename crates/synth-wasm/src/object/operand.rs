//! Which instruction each relocation stands in.

use super::Object;
use super::relocation::Relocation;
use crate::error::Error;
use crate::module::Module;

const CALL: u8 = 0x10;

/// An instruction's bytes in the module.
pub(super) struct Place {
    /// The first byte.
    pub opcode: u8,
    start: usize,
    end: usize,
}

impl Place {
    /// Whether the relocation is of the first operand.
    pub fn is_first(&self, reloc: &Relocation) -> bool {
        reloc.offset as usize == self.start + 1
    }

    /// Whether the relocation is of the last operand.
    pub fn is_last(&self, reloc: &Relocation) -> bool {
        reloc.offset as usize + reloc.kind.field().len() as usize == self.end
    }
}

/// Calls `f` with each relocation, in order, and the instruction whose
/// operands hold it, if there is one.
///
/// # Errors
/// Those of `f`; and in an object that is still to be linked, every call has a
/// relocation: where one has not, a tool has removed them.
pub(super) fn walk(
    module: &Module,
    object: &Object,
    mut f: impl FnMut(&Relocation, Option<Place>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rest = &object.code_relocs[..];
    for index in 0..module.functions.len() {
        let Some(body) = module.body(index as u32) else { continue };
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position() as usize;
            reader.read()?;
            let end = reader.original_position() as usize;
            let opcode = module.bytes().get(start).copied().unwrap_or(0);
            let before = rest.len();
            while let Some((reloc, tail)) = rest.split_first()
                && (reloc.offset as usize) < end
            {
                rest = tail;
                let inside = (reloc.offset as usize) > start
                    && reloc.offset as usize + reloc.kind.field().len() as usize <= end;
                f(reloc, inside.then_some(Place { opcode, start, end }))?;
            }
            if opcode == CALL && before == rest.len() && object.relocatable {
                let message = "a call without relocation".to_string();
                return Err(Error::Object { message, offset: start as u64 });
            }
        }
    }
    rest.iter().try_for_each(|reloc| f(reloc, None))
}
