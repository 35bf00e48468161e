//! ELF objects and firmware images for ARM Cortex-M.
//!
//! [`Object::from_program`] places compiled code and data into sections;
//! [`Object::write`] makes the ELF file that GNU ld and lld link. [`link()`]
//! makes a firmware [`Image`] for a [`Board`] without any other tool.

mod attributes;
mod board;
mod elf_file;
mod error;
mod float;
mod from_program;
mod image;
pub mod inspect;
mod model;
mod options;
mod reloc;
mod traps;
mod write;

pub use attributes::{Attributes, VfpArgs};
pub use board::{Board, BoardError, Memory, Region, RegionKind};
pub use error::ObjectError;
pub use image::{Fill, Image, ImageError, ImageOptions, ImageSection, ImageSymbol, link};
pub use model::{
    Access, Binding, GroupId, Object, ObjectSymbol, ObjectSymbolId, Place, Relocation, Section,
    SectionId, SectionKind, SymbolKind,
};
pub use options::{ObjectOptions, TrapTable};
pub use reloc::{RelocKind, Target};
pub use traps::{TRAP_SECTION, Trap, decode as decode_traps};

/// Lines for a linker script that place the sections of our objects that it
/// does not know, without memory.
pub const LINKER_SNIPPET: &str = include_str!("../linker/synth.ld");
