//! What the caller chooses.

use std::collections::BTreeMap;

/// How accesses to linear memory are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bounds {
    /// An access outside the memory traps.
    #[default]
    Check,
    /// No check: an access outside the memory touches what is there. Bulk
    /// operations are not checked either; segments at start-up are.
    None,
}

/// What a wasm address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A place in a memory of the module's own.
    Linear,
    /// A machine address: the module is an ordinary native object.
    Native,
}

/// How the addresses of a finished module without relocations are found, in
/// the native model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statics {
    /// Not at all: a module with data is refused.
    #[default]
    Relocations,
    /// Numbers inside the data are taken for addresses. Each is listed
    /// ([`Guess`](crate::Guess)).
    Constants,
}

/// What becomes of an imported function that nothing in the program defines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Imports {
    /// It is an undefined symbol, which the host must define.
    #[default]
    Direct,
    /// It has a weak definition that traps, in place of which the host may
    /// define its own.
    Weak,
    /// It is a number that one function of the host takes
    /// ([`DISPATCH`](crate::DISPATCH)).
    Dispatch,
}

/// What the alignment that an access names is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// A hint, as in WebAssembly: every address works. (On Armv7-M that holds if the core
    /// does not trap unaligned accesses, `CCR.UNALIGN_TRP`, and but for device memory.)
    Hint,
    /// A promise, as in C: the address of a float is a multiple of 4, or the core faults.
    Trusted,
}

/// How the module's start-up code is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Init {
    /// By a word in `.init_array`, before the host's `main`.
    #[default]
    Array,
    /// By the host, which calls the global function `__synth_init`.
    Symbol,
}

/// Options of a translation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What an address is. Without it, native for an object that is still to
    /// be linked, and linear for a finished module.
    pub model: Option<Model>,
    /// Native model: nothing else runs while the module's code does, so that
    /// atomic operations may be plain ones, as in an object that was compiled
    /// without atomics.
    pub single_context: bool,
    /// Native model: how the addresses of a finished module are found.
    pub statics: Statics,
    /// In the native model, whether accesses are removed, merged and moved as
    /// those of a single-threaded program: none is of a device register or of
    /// what an interrupt or another thread changes.
    pub no_volatile: bool,
    /// Checks of linear memory accesses.
    pub bounds: Bounds,
    /// What the alignment of an access is worth. Without it, a promise in the native model
    /// and a hint in the linear one.
    pub alignment: Option<Alignment>,
    /// How start-up code is run.
    pub init: Init,
    /// How far `memory.grow` may reach, in units of 64 KiB whatever the size of
    /// the memory's pages, at most the declared maximum. That much RAM is
    /// reserved. Without it nothing grows beyond the declared minimum.
    pub memory_max_pages: Option<u32>,
    /// Entries that `table.grow` may reach, at most the declared maximum. That
    /// much RAM is reserved. Without it nothing grows beyond the declared
    /// minimum.
    pub table_max_entries: Option<u32>,
    /// Floats travel in VFP registers at calls: functions have the convention
    /// [`synth_ir::Convention::AapcsVfp`].
    pub hard_float: bool,
    /// Gives the symbols of the defined memories global linkage even when the
    /// module does not export them.
    pub export_memory: bool,
    /// Put before the names of global symbols that are not functions, to keep
    /// two modules in one program apart.
    pub prefix: String,
    /// Symbols of imports: `MODULE.NAME` to the symbol's name.
    pub import_symbols: BTreeMap<String, String>,
    /// What becomes of undefined functions
    /// ([`supply_imports`](crate::supply_imports)).
    pub imports: Imports,
    /// Test only: a function that is refused becomes one that traps with
    /// [`synth_ir::TrapCode::Unsupported`].
    pub unsupported_traps: bool,
}

impl Options {
    /// Whether an atomic access that is not aligned traps by a check, as
    /// WebAssembly demands. Without it the core faults.
    pub(crate) fn checks_alignment(&self) -> bool {
        true
    }
}
