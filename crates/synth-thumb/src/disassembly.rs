//! The machine code of a function read back: instructions with the conditions
//! of their IT blocks, words of literal pools, entries of jump tables.
//!
//! What is data is known from [`Code::spans`]. A word is a literal if a load
//! names it, and else belongs to a jump table.

use std::collections::BTreeSet;
use std::fmt;

use synth_ir::{Program, SourceLoc};

use crate::code::{Code, Reloc, RelocKind, Span};
use crate::inst::{Cond, Inst, decode};

/// A line of disassembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Byte offset in the function.
    pub offset: u32,
    /// Size in bytes.
    pub size: u32,
    /// What it is.
    pub kind: LineKind,
}

/// What stands at a place of a function's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// An instruction, with its condition if it is in an IT block.
    Inst(Inst, Option<Cond>),
    /// Part of a literal pool.
    Literal(u32),
    /// Part of a jump table.
    Table(u32),
    /// Bits that are no instruction, to the end of their span.
    Unknown,
}

/// All lines of a function, in order.
pub fn disassemble(code: &Code) -> Vec<Line> {
    let mut lines = vec![];
    let ends = code.spans.iter().skip(1).map(|s| s.0);
    let ends = ends.chain(std::iter::once(code.bytes.len() as u32));
    for (&(start, span), end) in code.spans.iter().zip(ends) {
        if span == Span::Thumb {
            instructions(code, start, end, &mut lines);
        }
    }
    let literals: BTreeSet<u32> = lines.iter().flat_map(literals).collect();
    let ends = code.spans.iter().skip(1).map(|s| s.0);
    let ends = ends.chain(std::iter::once(code.bytes.len() as u32));
    for (&(start, span), end) in code.spans.iter().zip(ends) {
        if span == Span::Data {
            data(code, start, end, &literals, &mut lines);
        }
    }
    lines.sort_by_key(|line| line.offset);
    lines
}

fn instructions(code: &Code, start: u32, end: u32, lines: &mut Vec<Line>) {
    let (mut at, mut it) = (start, vec![].into_iter());
    while at < end {
        let Some((inst, size)) = decode(&code.bytes[at as usize..end as usize]) else {
            return lines.push(Line { offset: at, size: end - at, kind: LineKind::Unknown });
        };
        lines.push(Line { offset: at, size, kind: LineKind::Inst(inst, it.next()) });
        if let Inst::It { block } = inst {
            it = block.conds().collect::<Vec<_>>().into_iter();
        }
        at += size;
    }
}

fn data(code: &Code, start: u32, end: u32, literals: &BTreeSet<u32>, lines: &mut Vec<Line>) {
    let mut at = start;
    while at < end {
        let size = if at.is_multiple_of(4) && end - at >= 4 { 4 } else { (end - at).min(2) };
        let bytes = &code.bytes[at as usize..(at + size) as usize];
        let value = bytes.iter().rev().fold(0u32, |v, &b| v << 8 | u32::from(b));
        let kind =
            if literals.contains(&at) { LineKind::Literal(value) } else { LineKind::Table(value) };
        lines.push(Line { offset: at, size, kind });
        at += size;
    }
}

/// The words that an instruction loads from its function's literal pools.
fn literals(line: &Line) -> Vec<u32> {
    let LineKind::Inst(inst, _) = line.kind else { return vec![] };
    let pc = (line.offset + 4) & !3;
    match inst {
        Inst::LdrLitT1 { offset, .. } => vec![pc + offset.value()],
        Inst::LdrLitT2 { offset, .. } => vec![pc.wrapping_add_signed(offset.value())],
        Inst::VldrLitS { offset, .. } => vec![pc.wrapping_add_signed(offset.value())],
        Inst::VldrLitD { offset, .. } => {
            let at = pc.wrapping_add_signed(offset.value());
            vec![at, at.wrapping_add(4)]
        }
        _ => vec![],
    }
}

impl Line {
    /// Where a branch of the function to itself goes; branches that a linker
    /// completes do not.
    pub fn target(&self, code: &Code) -> Option<u32> {
        let LineKind::Inst(inst, _) = self.kind else { return None };
        let distance = match inst {
            Inst::BCondT1 { target, .. } => target.bytes(),
            Inst::BCondT3 { target, .. } => target.bytes(),
            Inst::BT2 { target } => target.bytes(),
            Inst::BT4 { target } | Inst::BlT1 { target } => target.bytes(),
            Inst::CbzT1 { target, .. } | Inst::CbnzT1 { target, .. } => target.bytes(),
            _ => return None,
        };
        let target = (self.offset + 4).wrapping_add_signed(distance);
        (self.reloc(code).is_none() && (target as usize) < code.bytes.len()).then_some(target)
    }

    /// The literal that it loads.
    pub fn literal(&self) -> Option<u32> {
        literals(self).first().copied()
    }

    /// The relocation there.
    pub fn reloc<'c>(&self, code: &'c Code) -> Option<&'c Reloc> {
        let next = code.relocs.partition_point(|r| r.offset < self.offset);
        code.relocs.get(next).filter(|r| r.offset == self.offset)
    }

    /// The place in the source that it comes from.
    pub fn loc(&self, code: &Code) -> SourceLoc {
        let next = code.locs.partition_point(|&(at, _)| at <= self.offset);
        let is_code = matches!(self.kind, LineKind::Inst(..));
        next.checked_sub(1).filter(|_| is_code).map_or_else(SourceLoc::default, |i| code.locs[i].1)
    }

    /// Its halfwords in hexadecimal.
    pub fn encoding(&self, code: &Code) -> String {
        let bytes = &code.bytes[self.offset as usize..(self.offset + self.size) as usize];
        let half = |h: &[u8]| h.iter().rev().map(|b| format!("{b:02x}")).collect::<String>();
        bytes.chunks(2).map(half).collect::<Vec<_>>().join(" ")
    }

    /// Why it traps, if it is a trap instruction.
    pub fn trap(&self, code: &Code) -> Option<synth_ir::TrapCode> {
        let next = code.traps.partition_point(|t| t.offset < self.offset);
        code.traps.get(next).filter(|t| t.offset == self.offset).map(|t| t.code)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            LineKind::Inst(inst, cond) => inst.in_it(cond).fmt(f),
            LineKind::Literal(value) | LineKind::Table(value) => {
                let directive = match self.size {
                    1 => ".byte",
                    2 => ".short",
                    _ => ".word",
                };
                write!(f, "{directive} {value:#x}")
            }
            LineKind::Unknown => f.write_str("<undecodable>"),
        }
    }
}

/// A relocation as text, as `R_ARM_ABS32 name+4`.
pub struct RelocText<'a> {
    /// The relocation.
    pub reloc: &'a Reloc,
    /// The program whose symbol it names.
    pub program: &'a Program,
}

impl fmt::Display for RelocText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.reloc.kind {
            RelocKind::Abs32 => "R_ARM_ABS32",
            RelocKind::ThmCall => "R_ARM_THM_CALL",
            RelocKind::ThmJump24 => "R_ARM_THM_JUMP24",
            RelocKind::ThmMovwAbsNc => "R_ARM_THM_MOVW_ABS_NC",
            RelocKind::ThmMovtAbs => "R_ARM_THM_MOVT_ABS",
        };
        write!(f, "{kind} {}", self.program.symbols[self.reloc.symbol].name)?;
        match self.reloc.addend {
            0 => Ok(()),
            addend => write!(f, "{addend:+}"),
        }
    }
}
