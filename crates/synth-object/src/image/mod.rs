//! Firmware images: objects linked for a [`Board`] without any other tool.
//!
//! An image has a vector table, start code that fills memory and calls the
//! constructors and the entry function, and a fault handler that names traps.
//! Everything must be defined by the objects given; what nothing refers to is
//! left out.
//!
//! On a board with semihosting the image exits through SYS_EXIT_EXTENDED. The
//! status is the result of the entry function (or 0); after a trap it is 128
//! plus [`TrapCode::number`](synth_ir::TrapCode::number), after any other
//! fault 255, and one line of text has gone out through SYS_WRITE0:
//!
//! ```text
//! trap: out_of_bounds_memory in function "f" at wasm offset 0x1234
//! fault: status 0x8200 at address 0x1f8
//! ```
//!
//! On a board without, it sleeps after the exit and loops after a fault; the
//! trap table is then in the ELF file only ([`Image::traps_at`]).

mod elf;
mod error;
mod layout;
mod link;
mod runtime;
mod runtime_code;

use synth_ir::entity::SecondaryMap;
use synth_thumb::{Arch, Cpu, Fpu};

pub use error::ImageError;
pub use layout::Fill;

use crate::attributes::{Attributes, VfpArgs};
use crate::board::{Board, Memory};
use crate::model::{Access, Binding, Object, Place, SectionId, SymbolKind};
use crate::traps::{self, TRAP_SECTION, Trap};
use layout::{Member, Output};
use link::{Addresses, Linker, Meaning};

/// What [`link()`] puts into an image.
#[derive(Clone, Debug)]
pub struct ImageOptions {
    /// The function that the start code calls, without arguments. Without
    /// one, the constructors are all that runs.
    pub entry: Option<String>,
    /// Whether the entry function returns the exit status in r0; otherwise
    /// the status is 0.
    pub entry_status: bool,
    /// Global symbols that stay although nothing in the image refers to them.
    pub keep: Vec<String>,
    /// Whether to leave out what nothing refers to.
    pub gc_sections: bool,
}

impl Default for ImageOptions {
    fn default() -> Self {
        ImageOptions { entry: None, entry_status: false, keep: vec![], gc_sections: true }
    }
}

/// A section of an image.
#[derive(Clone, Debug)]
pub struct ImageSection {
    /// Its name.
    pub name: String,
    /// Its first address when the program runs.
    pub address: u32,
    /// Where the contents are before the start code has run.
    pub load_address: u32,
    /// Size in memory in bytes.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// What its memory is for.
    pub access: Access,
    /// How it gets its contents.
    pub fill: Fill,
    /// The contents; empty if it has none in the file.
    pub bytes: Vec<u8>,
}

/// A symbol of an image.
#[derive(Clone, Debug)]
pub struct ImageSymbol {
    /// Its name.
    pub name: String,
    /// Its address, without the Thumb bit, or its value if absolute.
    pub value: u32,
    /// Size in bytes.
    pub size: u32,
    /// ELF type.
    pub kind: SymbolKind,
    /// Whether it is local to an object.
    pub local: bool,
    /// The index of its section in [`Image::sections`]; `None` if absolute.
    pub section: Option<usize>,
}

/// A linked program.
#[derive(Clone, Debug)]
pub struct Image {
    /// Address of the start code.
    pub entry: u32,
    /// Sections that are not empty.
    pub sections: Vec<ImageSection>,
    /// Symbols, mapping symbols included.
    pub symbols: Vec<ImageSymbol>,
    /// Places that trap, by address.
    pub traps: Vec<Trap>,
    /// Build attributes.
    pub attributes: Attributes,
    /// The flash of the board, which [`Image::to_bin`] covers.
    flash: Memory,
}

/// Links objects for a board.
///
/// # Errors
/// See [`ImageError`].
pub fn link(
    objects: &[Object],
    board: &Board,
    options: &ImageOptions,
) -> Result<Image, ImageError> {
    let attributes = check_attributes(objects, board)?;
    let mut outputs = layout::outputs(board);
    let runtime = runtime::runtime(board, options, &outputs);
    let objects: Vec<&Object> = std::iter::once(&runtime).chain(objects).collect();
    let linker = Linker::new(board, &objects, &outputs)?;
    let live = live_sections(&linker, &outputs, options)?;
    for ((object, id), section) in linker.sections() {
        let needed = section.link_order.unwrap_or(id);
        let Some(index) = layout::classify(board, &outputs, section) else { continue };
        if live[object][needed] {
            let output = &mut outputs[index];
            output.members.push(Member { object, section: id, offset: 0 });
            if section.access == Access::Execute {
                output.access = Access::Execute;
            }
        }
    }
    for output in outputs.iter_mut().filter(|o| o.name == ".init_array") {
        link::sort_init_array(&linker, output);
    }
    layout::place(board, &mut outputs, |member| linker.section(member))?;
    Finish { linker, outputs, attributes }.image()
}

/// Starts from the vector table, the constructors and the symbols to keep.
fn live_sections(
    linker: &Linker,
    outputs: &[Output],
    options: &ImageOptions,
) -> Result<Vec<SecondaryMap<SectionId, bool>>, ImageError> {
    let mut roots = vec![];
    for (at, section) in linker.sections() {
        let code_or_data = section.link_order.is_none() && section.access != Access::None;
        if section.name == runtime::VECTORS
            || link::is_root(section)
            || (!options.gc_sections && code_or_data)
        {
            roots.push(at);
        }
    }
    for name in &options.keep {
        match linker.find(name) {
            Some(Meaning::Section { section, .. }) => roots.push(section),
            Some(Meaning::Absolute(_)) => {}
            _ => return Err(ImageError::NoSuchSymbol { name: name.clone() }),
        }
    }
    linker.live(&roots, outputs)
}

/// Whether code for one CPU runs on another.
fn runs_on(needs: &Attributes, board: Cpu) -> bool {
    let arch = |cpu: Cpu| match cpu.arch {
        Arch::V7M => 0,
        Arch::V7EM => 1,
        Arch::V8MMain => 2,
    };
    let fpu = |fpu: Fpu| match fpu {
        Fpu::None => 0,
        Fpu::Fpv4Sp => 1,
        Fpu::Fpv5Sp => 2,
        Fpu::Fpv5 => 3,
    };
    arch(needs.cpu) <= arch(board)
        && (board.dsp || !needs.cpu.dsp)
        && (!needs.float || fpu(needs.cpu.fpu) <= fpu(board.fpu))
}

/// The attributes of the whole, if the objects fit together and the board.
fn check_attributes(objects: &[Object], board: &Board) -> Result<Attributes, ImageError> {
    let mut all = Attributes { cpu: board.cpu, float: false, vfp_args: VfpArgs::Compatible };
    for attributes in objects.iter().filter_map(|o| o.attributes.as_ref()) {
        if !runs_on(attributes, board.cpu) {
            let (object, board) = (attributes.cpu.to_string(), board.cpu.to_string());
            return Err(ImageError::Cpu { object, board });
        }
        all.float |= attributes.float;
        all.vfp_args = match (all.vfp_args, attributes.vfp_args) {
            (VfpArgs::Compatible, other) | (other, VfpArgs::Compatible) => other,
            (a, b) if a == b => a,
            _ => return Err(ImageError::FloatAbi),
        };
    }
    Ok(all)
}

/// Makes the image once everything has its address.
struct Finish<'a> {
    linker: Linker<'a>,
    outputs: Vec<Output>,
    attributes: Attributes,
}

impl Finish<'_> {
    fn image(self) -> Result<Image, ImageError> {
        let Finish { linker, outputs, attributes } = &self;
        let addresses = link::addresses(linker.objects.len(), outputs);
        let mut sections = vec![];
        // Sections of the image by output; empty ones are left out.
        let mut indices = vec![None; outputs.len()];
        let mut trap_list = vec![];
        for (i, output) in outputs.iter().enumerate() {
            let bytes = match output.has_bytes() {
                true => link::contents(linker, outputs, &addresses, output)?,
                false => vec![],
            };
            if output.name == TRAP_SECTION {
                trap_list = traps::decode(&bytes);
            }
            if output.size == 0 && bytes.is_empty() {
                continue;
            }
            indices[i] = Some(sections.len());
            let Output { name, address, load, size, align, access, fill, .. } = output;
            sections.push(ImageSection {
                name: name.clone(),
                address: *address,
                load_address: *load,
                size: *size,
                align: *align,
                access: *access,
                fill: *fill,
                bytes,
            });
        }
        trap_list.sort_by_key(|t| (t.address, t.wasm_offset));
        let symbols = self.symbols(&addresses, &indices);
        let find = |name: &&str| symbols.iter().find(|s| s.name == *name);
        let reset = runtime::RESETS.iter().find_map(find);
        Ok(Image {
            entry: reset.map_or(0, |s| s.value),
            sections,
            symbols,
            traps: trap_list,
            attributes: *attributes,
            flash: linker.board.flash,
        })
    }

    /// The symbols in sections of the image, in address order, then the
    /// absolute ones. Of a weak and a strong definition both are shown, if
    /// the code of both is there.
    fn symbols(&self, addresses: &Addresses, indices: &[Option<usize>]) -> Vec<ImageSymbol> {
        let mut symbols = vec![];
        for (object, addresses) in self.linker.objects.iter().zip(addresses) {
            for symbol in object.symbols.values() {
                let (section, value) = match symbol.place {
                    Place::Section(section, offset) => match addresses[section] {
                        Some((output, at)) => (indices[output], at.wrapping_add(offset)),
                        None => continue,
                    },
                    Place::Absolute(value) if symbol.binding != Binding::Local => (None, value),
                    Place::Absolute(_) | Place::Undefined => continue,
                };
                if section.is_none() && matches!(symbol.place, Place::Section(..))
                    || symbol.kind == SymbolKind::Section
                {
                    continue;
                }
                symbols.push(ImageSymbol {
                    name: symbol.name.clone(),
                    value,
                    size: symbol.size,
                    kind: symbol.kind,
                    local: symbol.binding == Binding::Local,
                    section,
                });
            }
        }
        symbols.sort_by_key(|s| (s.section.is_none(), s.section, s.value));
        symbols
    }
}

impl Image {
    /// The symbol of that name; of local ones, the first.
    pub fn symbol(&self, name: &str) -> Option<&ImageSymbol> {
        let found = |local| self.symbols.iter().find(|s| s.local == local && s.name == name);
        found(false).or_else(|| found(true))
    }

    /// What the trap table says of an address: several places when they
    /// share a trap instruction, none when it is no trap.
    pub fn traps_at(&self, address: u32) -> impl Iterator<Item = &Trap> {
        self.traps.iter().filter(move |t| t.address == address)
    }

    /// Bytes of flash that are used, gaps included.
    pub fn flash_used(&self) -> u32 {
        let end = |s: &ImageSection| s.load_address.wrapping_add(s.bytes.len() as u32);
        let last = self.flash_sections().map(|s| end(s).wrapping_sub(self.flash.origin));
        last.max().unwrap_or(0)
    }

    /// Sections whose contents are in flash.
    fn flash_sections(&self) -> impl Iterator<Item = &ImageSection> {
        let flash = self.flash;
        self.sections.iter().filter(move |s| {
            let load = u64::from(s.load_address);
            let inside = load >= u64::from(flash.origin) && load < flash.end();
            inside && !s.bytes.is_empty() && s.fill != Fill::File
        })
    }

    /// The contents of flash, from its origin on. Gaps are 0xff, as in erased
    /// flash. Regions of kind `rom` are not part of it.
    pub fn to_bin(&self) -> Vec<u8> {
        let mut flash = vec![0xff; self.flash_used() as usize];
        for section in self.flash_sections() {
            let start = section.load_address.wrapping_sub(self.flash.origin) as usize;
            flash[start..start + section.bytes.len()].copy_from_slice(&section.bytes);
        }
        flash
    }
}
