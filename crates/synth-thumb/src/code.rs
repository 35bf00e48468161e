//! The machine code of one function, as the object writer receives it.

use synth_ir::{SourceLoc, SymbolId, TrapCode};

/// A laid-out function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Instructions, literal pools and jump tables. A place that carries a
    /// relocation already holds the addend, in the form of its kind (REL).
    pub bytes: Vec<u8>,
    /// Alignment in bytes: 2, or 4 when there are literal pools.
    pub align: u32,
    /// Places that the linker completes, by rising offset.
    pub relocs: Vec<Reloc>,
    /// Where code and data begin, by rising offset (`$t` and `$d`).
    pub spans: Vec<(u32, Span)>,
    /// Where the function can trap, by rising offset.
    pub traps: Vec<TrapSite>,
    /// The source location from each offset on, by rising offset.
    pub locs: Vec<(u32, SourceLoc)>,
    /// Bytes of stack that the function itself uses, callees not included.
    pub stack: u32,
    /// The offset of each basic block that branches can name, and the number
    /// of loops around it, by rising offset.
    pub blocks: Vec<(u32, u32)>,
    /// Moves between registers and the stack for want of registers.
    pub spills: u32,
}

/// What a stretch of a section holds (AAELF32 section 5.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Thumb instructions.
    Thumb,
    /// Literal pool words or jump table entries.
    Data,
}

/// A place that depends on a symbol's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reloc {
    /// Byte offset in [`Code::bytes`].
    pub offset: u32,
    /// How the address is written.
    pub kind: RelocKind,
    /// The symbol.
    pub symbol: SymbolId,
    /// Bytes added to the symbol's address; the place holds it too.
    pub addend: i32,
}

/// The relocations that Thumb code uses (AAELF32 section 5.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelocKind {
    /// R_ARM_ABS32: a word.
    Abs32,
    /// R_ARM_THM_CALL: `bl`. The place holds `f7ff fffe` for addend 0.
    ThmCall,
    /// R_ARM_THM_JUMP24: `b.w`. The place holds `f7ff bffe` for addend 0.
    ThmJump24,
    /// R_ARM_THM_MOVW_ABS_NC.
    ThmMovwAbsNc,
    /// R_ARM_THM_MOVT_ABS.
    ThmMovtAbs,
}

/// An instruction that traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrapSite {
    /// Byte offset of the `udf` instruction.
    pub offset: u32,
    /// Why.
    pub code: TrapCode,
    /// Where in the source; several sites share an offset when their trap
    /// block is shared.
    pub loc: SourceLoc,
}
