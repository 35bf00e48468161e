//! Which instruction each relocation stands in.

use super::relocation::Relocation;
use crate::error::Error;
use crate::module::Module;

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
pub(super) fn walk(
    module: &Module,
    relocs: &[Relocation],
    mut f: impl FnMut(&Relocation, Option<Place>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rest = relocs;
    for index in 0..module.functions.len() {
        let Some(body) = module.body(index as u32) else { continue };
        let mut reader = body.get_operators_reader()?;
        let end = body.range().end;
        while !reader.eof() && rest.first().is_some_and(|r| u64::from(r.offset) < end) {
            let start = reader.original_position() as usize;
            reader.read()?;
            let end = reader.original_position() as usize;
            while let Some((reloc, tail)) = rest.split_first()
                && (reloc.offset as usize) < end
            {
                rest = tail;
                let inside = (reloc.offset as usize) > start
                    && reloc.offset as usize + reloc.kind.field().len() as usize <= end;
                let opcode = module.bytes().get(start).copied().unwrap_or(0);
                f(reloc, inside.then_some(Place { opcode, start, end }))?;
            }
        }
    }
    rest.iter().try_for_each(|reloc| f(reloc, None))
}
