//! What an image has beside the program: start code, exit, fault handler,
//! vector table, and the tables that drive the start code. All of it is an
//! ordinary [`Object`] that is linked with the others.
//!
//! The symbols that the linker itself defines are in [`super::layout`].

use synth_ir::TrapCode;
use synth_thumb::{Arch, Fpu, STACK_RESERVE, Span};

use super::ImageOptions;
use super::layout::{Fill, Output};
use super::runtime_code::SECTIONS;
use crate::board::{Board, Memory, vector_align};
use crate::model::{
    Access, Binding, Object, ObjectSymbol, ObjectSymbolId, Place, Relocation, Section, SectionId,
    SymbolKind,
};
use crate::reloc::RelocKind;

/// A section of `runtime.s`, assembled.
pub(super) struct RuntimeSection {
    /// The global function that it holds.
    pub name: &'static str,
    pub bytes: &'static [u8],
    pub spans: &'static [(u32, Span)],
    pub relocs: &'static [(u32, RelocKind, &'static str)],
}

/// The name of the section that holds the vector table.
pub(super) const VECTORS: &str = ".vectors";
/// The symbol at the vector table.
const VECTORS_SYMBOL: &str = "__synth_vectors";
/// The start code.
const RESET: &str = "__synth_reset";
/// The same where the core has a stack limit.
const RESET_V8: &str = "__synth_reset_v8";

/// What an image may start with, the first that it has.
pub(super) const RESETS: [&str; 2] = [RESET_V8, RESET];

/// The function that the core of a board starts with.
pub(super) fn reset(board: &Board) -> &'static str {
    if board.cpu.arch >= Arch::V8MMain { RESET_V8 } else { RESET }
}

/// Bytes that the core stores when a check fails near the limit.
const FAULT_FRAME: u32 = 128;

/// Exception numbers that no core uses (7 is the SecureFault of Armv8-M).
const RESERVED: &[u32] = &[8, 9, 10, 13];

/// The object for that board and those output sections.
pub(super) fn runtime(board: &Board, options: &ImageOptions, outputs: &[Output]) -> Object {
    let mut b = Builder { object: Object::default() };
    let suffix = if board.semihosting { "_semihosting" } else { "_bare" };
    for section in SECTIONS {
        let name = section.name.strip_suffix(suffix).unwrap_or(section.name);
        let needed = match name {
            RESET => true,
            RESET_V8 => reset(board) == RESET_V8,
            // Not for boards of the other kind.
            _ => name != section.name,
        };
        if !needed {
            continue;
        }
        b.code(name, section, options);
    }
    b.vectors(board);
    let limit =
        b.pointer(".data.__synth_stack_limit", "__stack_limit", STACK_RESERVE + FAULT_FRAME);
    b.define("__synth_stack_limit", SymbolKind::Object, Place::Section(limit, 0), 4);
    let copies: Vec<_> = named(outputs, Fill::Copy)
        .map(|n| ["load", "start", "end"].map(|p| boundary(p, n)))
        .collect();
    b.table("__synth_copy", copies.as_flattened());
    let zeros: Vec<_> =
        named(outputs, Fill::Zero).map(|n| ["start", "end"].map(|p| boundary(p, n))).collect();
    b.table("__synth_zero", zeros.as_flattened());
    b.trap_names();
    let cpacr = if board.cpu.fpu == Fpu::None { 0 } else { 0xf << 20 };
    b.absolute("__synth_cpacr", cpacr);
    let guard = Guard::of(board);
    b.absolute("__synth_guard_base", guard.base);
    b.absolute("__synth_guard_attributes", guard.attributes);
    b.absolute("__synth_guard_control", guard.control);
    b.absolute("__synth_status_mask", if options.entry_status { u32::MAX } else { 0 });
    if options.entry.is_none() {
        b.absolute("__synth_entry", 0);
    }
    b.object
}

fn named(outputs: &[Output], fill: Fill) -> impl Iterator<Item = &str> {
    outputs.iter().filter(move |o| o.fill == fill).map(|o| o.name.as_str())
}

/// A symbol that the linker defines at a border of an output section.
fn boundary(which: &str, output: &str) -> String {
    format!("__synth_{which}{output}")
}

/// Values of the MPU's registers that make memory below the stack read only,
/// so that a stack overflow faults where a board has something there, or an
/// emulator ignores the write.
#[derive(Default)]
struct Guard {
    /// MPU_RBAR.
    base: u32,
    /// MPU_RASR (Armv7-M) or MPU_RLAR (Armv8-M).
    attributes: u32,
    /// MPU_CTRL; 0 when no such region fits the memory map.
    control: u32,
}

impl Guard {
    /// Region sizes to try, as powers of two: 64 KiB to 32 bytes.
    const SIZES: std::ops::RangeInclusive<u32> = 5..=16;

    fn of(board: &Board) -> Guard {
        let end = board.ram.origin;
        let free = |log: &u32| {
            let size = 1 << log;
            let others = board.regions.iter().map(|r| r.memory).chain([board.flash]);
            let Some(origin) = end.checked_sub(size) else { return false };
            let below = Memory { origin, length: size };
            end.is_multiple_of(size) && others.into_iter().all(|m| !m.overlaps(below))
        };
        let Some(log) = Guard::SIZES.rev().find(free) else { return Guard::default() };
        let base = end - (1 << log);
        // Enabled, with the default memory map for privileged code.
        let control = 5;
        match board.cpu.arch {
            // AP = read only, type Normal, not cached (Armv7-M ARM, B3.5.9).
            Arch::V7M | Arch::V7EM => {
                Guard { base, attributes: 6 << 24 | 1 << 19 | (log - 1) << 1 | 1, control }
            }
            // AP = read only (Armv8-M ARM, D1.2.184).
            Arch::V8MMain => Guard { base: base | 3 << 1, attributes: (end - 32) | 1, control },
        }
    }
}

struct Builder {
    object: Object,
}

impl Builder {
    fn define(&mut self, name: &str, kind: SymbolKind, place: Place, size: u32) -> ObjectSymbolId {
        let binding = Binding::Global;
        let name = name.to_string();
        self.object.symbols.push(ObjectSymbol { name, binding, kind, hidden: true, place, size })
    }

    fn absolute(&mut self, name: &str, value: u32) {
        self.define(name, SymbolKind::NoType, Place::Absolute(value), 0);
    }

    fn undefined(&mut self, name: &str) -> ObjectSymbolId {
        self.define(name, SymbolKind::NoType, Place::Undefined, 0)
    }

    fn reloc(&mut self, section: SectionId, offset: u32, kind: RelocKind, name: &str) {
        let symbol = self.undefined(name);
        self.object.sections[section].relocs.push(Relocation { offset, kind, symbol });
    }

    fn code(&mut self, name: &str, code: &RuntimeSection, options: &ImageOptions) {
        let bytes = code.bytes.to_vec();
        let size = bytes.len() as u32;
        let section = Section::new(format!(".text.{name}"), Access::Execute, 4, bytes);
        let section = self.object.sections.push(section);
        self.define(name, SymbolKind::Func, Place::Section(section, 0), size);
        for (offset, span) in code.spans {
            let name = match span {
                Span::Thumb => "$t",
                Span::Data => "$d",
            };
            self.object.symbols.push(ObjectSymbol::local(name, section, *offset));
        }
        for (offset, kind, symbol) in code.relocs {
            let symbol = match (*symbol, &options.entry) {
                ("__synth_entry", Some(entry)) => entry.as_str(),
                (other, _) => other,
            };
            self.reloc(section, *offset, *kind, symbol);
        }
    }

    /// The vector table (Armv7-M ARM, B1.5.3): the initial stack pointer, the
    /// start code, and the fault handler for all else.
    fn vectors(&mut self, board: &Board) {
        let size = board.vectors * 4;
        let bytes = vec![0; size as usize];
        let section = Section::new(VECTORS, Access::Read, vector_align(board.vectors), bytes);
        let section = self.object.sections.push(section);
        self.define(VECTORS_SYMBOL, SymbolKind::Object, Place::Section(section, 0), size);
        self.reloc(section, 0, RelocKind::Abs32, "__stack_top");
        self.reloc(section, 4, RelocKind::Abs32, reset(board));
        let fault = self.undefined("__synth_fault");
        for number in (2..board.vectors).filter(|n| !RESERVED.contains(n)) {
            let offset = number * 4;
            let reloc = Relocation { offset, kind: RelocKind::Abs32, symbol: fault };
            self.object.sections[section].relocs.push(reloc);
        }
    }

    /// A word that holds the address of a symbol plus bytes, in a section of
    /// its own.
    fn pointer(&mut self, section: &str, symbol: &str, addend: u32) -> SectionId {
        let bytes = addend.to_le_bytes().to_vec();
        let section = self.object.sections.push(Section::new(section, Access::Write, 4, bytes));
        self.reloc(section, 0, RelocKind::Abs32, symbol);
        section
    }

    /// A table of addresses between the symbols `NAME_start` and `NAME_end`.
    fn table(&mut self, name: &str, symbols: &[String]) {
        let size = symbols.len() as u32 * 4;
        let bytes = vec![0; size as usize];
        let section = Section::new(format!(".rodata.{name}"), Access::Read, 4, bytes);
        let section = self.object.sections.push(section);
        let start = format!("{name}_start");
        self.define(&start, SymbolKind::Object, Place::Section(section, 0), size);
        let end = format!("{name}_end");
        self.define(&end, SymbolKind::NoType, Place::Section(section, size), 0);
        for (i, symbol) in symbols.iter().enumerate() {
            self.reloc(section, i as u32 * 4, RelocKind::Abs32, symbol);
        }
    }

    /// The names of the trap codes by number, each ended by a zero byte.
    fn trap_names(&mut self) {
        let mut bytes = b"unknown\0".to_vec();
        let mut count = 1;
        while let Some(code) = TrapCode::from_number(count) {
            bytes.extend(code.name().bytes().chain([0]));
            count += 1;
        }
        let size = bytes.len() as u32;
        let section = Section::new(".rodata.__synth_trap_names", Access::Read, 1, bytes);
        let section = self.object.sections.push(section);
        let place = Place::Section(section, 0);
        self.define("__synth_trap_names", SymbolKind::Object, place, size);
        self.absolute("__synth_trap_count", count.into());
    }
}
