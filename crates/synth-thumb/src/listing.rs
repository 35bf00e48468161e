//! Machine code as text: one instruction a line, with its offset, bytes and
//! relocation, in the manner of objdump.

use std::fmt;

use synth_ir::Program;

use crate::code::Code;
use crate::disassembly::{LineKind, RelocText, disassemble};

/// Displays the code of a function.
pub struct Listing<'a> {
    /// The function's name.
    pub name: &'a str,
    /// Its code.
    pub code: &'a Code,
    /// Names of the symbols that it refers to.
    pub program: &'a Program,
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Listing { name, code, program } = *self;
        writeln!(f, "{name}:")?;
        for line in disassemble(code) {
            // Of data, the text says all that the bytes say.
            let encoding = match line.kind {
                LineKind::Literal(_) | LineKind::Table(_) => String::new(),
                LineKind::Inst(..) | LineKind::Unknown => line.encoding(code),
            };
            write!(f, "{:6x}:  {encoding:<10}  {line}", line.offset)?;
            if let Some(reloc) = line.reloc(code) {
                write!(f, "    ; {}", RelocText { reloc, program })?;
            }
            if let Some(trap) = line.trap(code) {
                write!(f, "    ; {trap}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
