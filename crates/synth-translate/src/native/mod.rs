//! The native model: a wasm address is a machine address, and the module
//! shares its host's objects like one compiled by a C compiler.
//!
//! Relocations (tool-conventions, `Linking.md`) say which numbers are
//! addresses and of what; nothing is guessed from values. An operand without
//! relocation is a number: as an address it is that of a device register.
//!
//! | in the object | symbol |
//! |---|---|
//! | function, data: local, weak or global | of the same name and binding; in a COMDAT group: COMDAT |
//! | second symbol of a function or place | alias |
//! | undefined function, data | undefined; an import that names module and field (`import_name`): by its field |
//! | data segment | data in the section of the segment's name: `.rodata*` constant, `.bss*` and `.noinit*` without contents, any other writable |
//! | symbol of a segment that holds more | alias into the segment, which is a local symbol |
//! | `__stack_pointer` | undefined data of that name, a word: to be replaced by the machine's stack |
//! | other global | a word in `.data`, or undefined |
//! | `__heap_base`, `__data_end` and their like | undefined data, which the host may define |
//! | init function | a word in `.init_array`, or `.init_array.NNNNN` if it has a priority |
//! | destructor | a word in `.fini_array`, or `.fini_array.NNNNN` |
//!
//! Hidden symbols are visible: compilers for wasm hide every definition.

mod access;
mod data;
mod declare;
mod globals;
mod init;
mod statics;
mod support;

pub(crate) use init::destructors;
pub use statics::Guess;
pub(crate) use statics::{StaticsEnv, takes_number};

use synth_ir::SymbolId;
use synth_wasm::{Module, Object, RelocKind, Relocation};

use crate::options::{Model, Options};

/// What the native model knows of the module.
#[derive(Debug)]
pub(crate) struct NativeEnv<'m> {
    /// The module's symbol table and relocations; none of a finished module
    /// without them.
    pub(crate) object: Option<&'m Object>,
    /// The program's symbol for each of the object's; none for those that
    /// name neither function nor data.
    pub(crate) symbols: Vec<Option<SymbolId>>,
    /// The data of a finished module without relocations.
    pub(crate) statics: Option<StaticsEnv>,
}

impl<'m> NativeEnv<'m> {
    /// The relocations of operands in a range of the module.
    pub(crate) fn relocs(&self, start: u64, end: u64) -> &'m [Relocation] {
        let relocs = self.object.map_or(&[][..], |object| &object.code_relocs);
        let index = |at: u64| relocs.partition_point(|r| u64::from(r.offset) < at);
        &relocs[index(start)..index(end)]
    }

    /// The program's symbol of a relocation.
    pub(crate) fn symbol(&self, reloc: &Relocation) -> Option<SymbolId> {
        match reloc.kind {
            RelocKind::TypeIndexLeb => None,
            _ => self.symbols.get(reloc.symbol as usize).copied().flatten(),
        }
    }
}

/// The model of a module: what the options say, else native for an object.
pub(crate) fn model(module: &Module, options: &Options) -> Model {
    let default = match &module.object {
        Some(object) if object.relocatable => Model::Native,
        _ => Model::Linear,
    };
    options.model.unwrap_or(default)
}
