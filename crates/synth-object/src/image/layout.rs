//! The output sections of an image and their addresses.
//!
//! Flash holds, from its start: the vector table, code, constants, the array
//! of constructors, the trap table, and the initial values of what is in RAM.
//! RAM holds the stack first (an overflow leaves RAM and faults), then
//! variables; the rest is the heap.

use super::ImageError;
use super::runtime::VECTORS;
use crate::board::{Board, Memory, RegionKind};
use crate::model::{Access, Section, SectionId, SectionKind};
use crate::traps::TRAP_SECTION;

/// How a section gets its contents at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// They are in place.
    InPlace,
    /// The start code copies them from flash.
    Copy,
    /// The start code writes zeros.
    Zero,
    /// They are undefined.
    None,
    /// The section is in the file only, not in memory.
    File,
}

/// A memory of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Flash,
    Ram,
    Region(usize),
}

/// A part of an output section.
pub(super) struct Member {
    /// The index of the object.
    pub object: usize,
    pub section: SectionId,
    /// Byte offset from the start of the output section.
    pub offset: u32,
}

/// A section of the image.
pub(super) struct Output {
    pub name: String,
    pub fill: Fill,
    pub access: Access,
    home: Home,
    pub members: Vec<Member>,
    pub address: u32,
    /// Where the contents are before the start.
    pub load: u32,
    pub size: u32,
    pub align: u32,
}

impl Output {
    fn new(name: &str, home: Home, fill: Fill, access: Access) -> Self {
        let (name, members) = (name.to_string(), vec![]);
        Output { name, fill, access, home, members, address: 0, load: 0, size: 0, align: 4 }
    }

    /// Whether it has contents in the file.
    pub fn has_bytes(&self) -> bool {
        matches!(self.fill, Fill::InPlace | Fill::Copy | Fill::File)
    }
}

/// The output sections of that board, in order of addresses in each memory.
pub(super) fn outputs(board: &Board) -> Vec<Output> {
    use {Access::*, Fill::*, Home::*};
    let traps = if board.semihosting { InPlace } else { File };
    let mut outputs = vec![
        Output::new(VECTORS, Flash, InPlace, Read),
        Output::new(".text", Flash, InPlace, Execute),
        Output::new(".rodata", Flash, InPlace, Read),
        Output::new(".init_array", Flash, InPlace, Read),
        Output::new(TRAP_SECTION, Flash, traps, Read),
        Output::new(".stack", Ram, Fill::None, Write),
        Output::new(".data", Ram, Copy, Write),
        Output::new(".bss", Ram, Zero, Write),
        Output::new(".noinit", Ram, Fill::None, Write),
    ];
    if let Some(stack) = outputs.iter_mut().find(|o| o.name == ".stack") {
        stack.size = board.stack;
        stack.align = 8;
    }
    for (i, region) in board.regions.iter().enumerate() {
        let name = format!(".{}", region.name);
        match region.kind {
            RegionKind::Rom => outputs.push(Output::new(&name, Region(i), InPlace, Read)),
            RegionKind::Ram => {
                outputs.push(Output::new(&name, Region(i), Copy, Write));
                outputs.push(Output::new(&format!("{name}.bss"), Region(i), Zero, Write));
            }
        }
    }
    outputs
}

/// The output section that a section goes to; `None` leaves it out (unwind
/// tables, stack sizes).
pub(super) fn classify(board: &Board, outputs: &[Output], section: &Section) -> Option<usize> {
    let no_bits = section.kind == SectionKind::NoBits;
    let region = board.regions.iter().find(|r| r.holds(&section.name));
    let name = match (region, section.kind, section.access) {
        _ if section.name == TRAP_SECTION => TRAP_SECTION.to_string(),
        (_, SectionKind::ArmExidx, _) | (_, _, Access::None) => return None,
        // An image does not end.
        (_, SectionKind::FiniArray, _) => return None,
        (_, SectionKind::InitArray, _) => ".init_array".into(),
        (Some(r), ..) if no_bits && r.kind == RegionKind::Ram => format!(".{}.bss", r.name),
        (Some(r), ..) => format!(".{}", r.name),
        _ if no_bits && section.name.starts_with(".noinit") => ".noinit".into(),
        _ if no_bits => ".bss".into(),
        _ if section.name == VECTORS => VECTORS.into(),
        (.., Access::Execute) => ".text".into(),
        (.., Access::Read) => ".rodata".into(),
        (.., Access::Write) => ".data".into(),
    };
    outputs.iter().position(|o| o.name == name)
}

/// A value rounded up to a power of two.
fn align_up(value: u64, align: u32) -> u64 {
    value.next_multiple_of(align.max(1).into())
}

/// Gives every output section its size and addresses.
pub(super) fn place<'s>(
    board: &Board,
    outputs: &mut [Output],
    section: impl Fn(&Member) -> &'s Section,
) -> Result<(), ImageError> {
    let mut flash = Cursor::new("flash", board.flash);
    let mut ram = Cursor::new("RAM", board.ram);
    let mut regions: Vec<_> =
        board.regions.iter().map(|r| Cursor::new(&r.name, r.memory)).collect();
    for output in outputs.iter_mut() {
        let mut size = u64::from(output.size);
        for member in &mut output.members {
            let section = section(member);
            output.align = output.align.max(section.align);
            size = align_up(size, section.align);
            member.offset = size as u32;
            size += u64::from(section.size);
        }
        // The start code copies and clears words.
        size = align_up(size, 4);
        let cursor = match output.home {
            _ if output.fill == Fill::File => continue,
            Home::Flash => &mut flash,
            Home::Ram => &mut ram,
            Home::Region(i) => &mut regions[i],
        };
        output.address = cursor.take(size, output.align)?;
        output.load = output.address;
        output.size = size as u32;
    }
    for output in outputs.iter_mut().filter(|o| o.fill == Fill::Copy) {
        output.load = flash.take(output.size.into(), 4)?;
    }
    Ok(())
}

/// The next free address of a memory.
struct Cursor<'b> {
    name: &'b str,
    memory: Memory,
    next: u64,
}

impl<'b> Cursor<'b> {
    fn new(name: &'b str, memory: Memory) -> Self {
        Cursor { name, memory, next: memory.origin.into() }
    }

    fn take(&mut self, size: u64, align: u32) -> Result<u32, ImageError> {
        let start = if size == 0 { self.next } else { align_up(self.next, align) };
        let end = start + size;
        if end > self.memory.end() {
            return Err(ImageError::DoesNotFit {
                memory: self.name.to_string(),
                need: end - u64::from(self.memory.origin),
                have: self.memory.length,
            });
        }
        self.next = end;
        // Below 2^32, except for what is empty at the very end.
        Ok(u32::try_from(start).unwrap_or(u32::MAX))
    }
}

/// The value of a symbol that the linker defines, if `name` is one.
pub(super) fn linker_symbol(board: &Board, outputs: &[Output], name: &str) -> Option<u32> {
    let output = |name: &str| outputs.iter().find(|o| o.name == name);
    let start = |name| output(name).map(|o| o.address);
    let end = |o: &Output| o.address.wrapping_add(o.size);
    match name {
        "__stack_limit" => start(".stack"),
        "__stack_top" => output(".stack").map(end),
        "__init_array_start" => start(".init_array"),
        "__init_array_end" => output(".init_array").map(end),
        "__synth_traps_start" => start(TRAP_SECTION),
        "__synth_traps_end" => output(TRAP_SECTION).map(end),
        "__heap_start" => output(".noinit").map(end),
        "__heap_end" => Some(board.ram.end() as u32 & !7),
        _ => {
            let dot = name.find('.')?;
            let section = output(&name[dot..])?;
            match &name[..dot] {
                "__synth_start" => Some(section.address),
                "__synth_end" => Some(end(section)),
                "__synth_load" => Some(section.load),
                _ => None,
            }
        }
    }
}
