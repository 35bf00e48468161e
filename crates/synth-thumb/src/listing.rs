//! Machine code as text: one instruction a line, with its offset, bytes and
//! relocation, in the manner of objdump.

use std::fmt;

use synth_ir::Program;

use crate::code::{Code, RelocKind, Span};
use crate::inst::{Cond, Inst, decode};

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
        writeln!(f, "{}:", self.name)?;
        let ends = self.code.spans.iter().skip(1).map(|s| s.0 as usize);
        let ends = ends.chain(std::iter::once(self.code.bytes.len()));
        for (&(start, span), end) in self.code.spans.iter().zip(ends) {
            match span {
                Span::Thumb => self.thumb(f, start as usize, end)?,
                Span::Data => self.data(f, start as usize, end)?,
            }
        }
        Ok(())
    }
}

impl Listing<'_> {
    fn thumb(&self, f: &mut fmt::Formatter<'_>, start: usize, end: usize) -> fmt::Result {
        let mut at = start;
        let mut it: Vec<Cond> = vec![];
        while at < end {
            let rest = &self.code.bytes[at..end];
            let Some((inst, size)) = decode(rest) else {
                return writeln!(f, "{at:6x}:  {rest:02x?}  <undecodable>");
            };
            let cond = (!it.is_empty()).then(|| it.remove(0));
            write!(f, "{at:6x}:  ")?;
            let halves =
                rest[..size as usize].chunks(2).map(|h| format!("{:02x}{:02x}", h[1], h[0]));
            write!(f, "{:<10}", halves.collect::<Vec<_>>().join(" "))?;
            write!(f, "  {}", inst.in_it(cond))?;
            self.reloc(f, at as u32)?;
            let traps = &self.code.traps;
            let next = traps.partition_point(|t| (t.offset as usize) < at);
            if let Some(trap) = traps.get(next).filter(|t| t.offset as usize == at) {
                write!(f, "    ; {}", trap.code)?;
            }
            writeln!(f)?;
            if let Inst::It { block } = inst {
                it = block.conds().collect();
            }
            at += size as usize;
        }
        Ok(())
    }

    fn data(&self, f: &mut fmt::Formatter<'_>, start: usize, end: usize) -> fmt::Result {
        let mut at = start;
        while at < end {
            let width = if at.is_multiple_of(4) && end - at >= 4 { 4 } else { (end - at).min(2) };
            let bytes = &self.code.bytes[at..at + width];
            let value = bytes.iter().rev().fold(0u32, |v, &b| v << 8 | u32::from(b));
            let directive = [".byte", ".byte", ".short", "", ".word"][width];
            write!(f, "{at:6x}:  {:<10}  {directive} {value:#x}", "")?;
            self.reloc(f, at as u32)?;
            writeln!(f)?;
            at += width;
        }
        Ok(())
    }

    fn reloc(&self, f: &mut fmt::Formatter<'_>, at: u32) -> fmt::Result {
        let relocs = &self.code.relocs;
        let next = relocs.partition_point(|r| r.offset < at);
        let Some(reloc) = relocs.get(next).filter(|r| r.offset == at) else { return Ok(()) };
        let kind = match reloc.kind {
            RelocKind::Abs32 => "R_ARM_ABS32",
            RelocKind::ThmCall => "R_ARM_THM_CALL",
            RelocKind::ThmJump24 => "R_ARM_THM_JUMP24",
            RelocKind::ThmMovwAbsNc => "R_ARM_THM_MOVW_ABS_NC",
            RelocKind::ThmMovtAbs => "R_ARM_THM_MOVT_ABS",
        };
        write!(f, "    ; {kind} {}", self.program.symbols[reloc.symbol].name)?;
        match reloc.addend {
            0 => Ok(()),
            addend => write!(f, "{addend:+}"),
        }
    }
}
