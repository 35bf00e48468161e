//! What an object holds beside code and data.

/// What [`Object::from_program`](crate::Object::from_program) adds beside code and data.
#[derive(Clone, Debug)]
pub struct ObjectOptions {
    /// The name of the source, for a STT_FILE symbol.
    pub file: Option<String>,
    /// The trap table (`.synth.traps`).
    pub traps: TrapTable,
    /// Unwind tables that say "can't unwind" (`.ARM.exidx`).
    pub unwind: bool,
    /// Stack use of each function (`.stack_sizes`, as LLVM writes it).
    pub stack_sizes: bool,
    /// The contract as text (`.synth.contract`), for people and `synth inspect`.
    pub contract: Option<String>,
    /// Leaves out the sections that linker scripts do not know
    /// (`.synth.traps`, `.synth.contract`, `.stack_sizes`), for builds that warn about orphans.
    pub orphan_clean: bool,
    /// The code holds no data: its sections are marked so
    /// (SHF_ARM_PURECODE).
    pub pure_code: bool,
}

impl Default for ObjectOptions {
    fn default() -> Self {
        ObjectOptions {
            file: None,
            traps: TrapTable::Debug,
            unwind: true,
            stack_sizes: true,
            contract: None,
            orphan_clean: false,
            pure_code: false,
        }
    }
}

/// Whether an object has a trap table, and who can read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrapTable {
    /// There is none.
    None,
    /// In the file only, like debug information.
    #[default]
    Debug,
    /// In memory too, for a fault handler.
    Allocated,
}
