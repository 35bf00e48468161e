//! The contract file: what neither wasm nor debug information says.
//!
//! It is TOML. Every part is optional; names are those of the wasm side.
//!
//! ```toml
//! # C declarations of functions and variables on either side, with the types
//! # that they need. They override debug information.
//! declarations = '''
//!     struct k_spinlock;
//!     typedef struct { int key; } k_spinlock_key_t;
//!     k_spinlock_key_t k_spin_lock(struct k_spinlock *lock);
//! '''
//!
//! # Whether functions that take or give structures by value are called by
//! # their address. If not, calls of pointers stay as they are.
//! value_callbacks = false
//!
//! [rename]                        # imports and exports get other symbols
//! k_spin_lock = "k_spin_lock_shim"
//!
//! [variadic]                      # variadic imports are bound to functions that
//! printk = "vprintk"              # take a va_list in place of the `...`
//!
//! [function.fast_isr]
//! symbol = "TIM2_IRQHandler"      # the same as a line of [rename]
//! prototype = "void fast_isr(void)"
//! section = ".ramfunc"
//! align = 64                      # bytes, a power of two
//! pointer = "host"                # who calls its address: "host" or "module"
//!
//! [data.dma_buffer]
//! symbol = "buffer"
//! section = ".dma"
//! align = 32
//! readonly = false                # whether nothing writes it
//! volatile = false                # accesses may be removed and merged
//!
//! [section.".calibration"]        # all data of the wasm segments of that name,
//! readonly = true                 # or of longer names that go on with a dot
//! volatile = false
//! ```
//!
//! `pointer` matters only for a function that wasm and ARM call differently
//! (one with structures as parameters, say) and whose address is taken.
//!
//! Unknown keys are errors; errors name file, line and column.

mod error;
mod read;

use std::collections::BTreeMap;

use crate::declarations::Declarations;

pub use error::ContractError;

/// A contract file's contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    /// The file's name, for messages.
    pub file: String,
    /// What it declares.
    pub declarations: Declarations,
    /// Whether functions that take or give structures by value are called by
    /// their address.
    pub value_callbacks: Option<bool>,
    /// Symbols of imports and exports, by the name in the module.
    pub renames: BTreeMap<String, String>,
    /// Variadic imports: the function that takes a `va_list`.
    pub variadic: BTreeMap<String, String>,
    /// Rules for functions.
    pub functions: BTreeMap<String, FunctionRules>,
    /// Rules for variables.
    pub data: BTreeMap<String, DataRules>,
    /// Rules for data by the name of its segment.
    pub sections: BTreeMap<String, SectionRules>,
}

/// Who calls a function by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PointerSide {
    /// The host: the address is that of the native function.
    Host,
    /// The module: the address is that of the wasm function.
    Module,
}

/// What a contract says of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionRules {
    /// The section to place it in.
    pub section: Option<String>,
    /// Alignment in bytes, a power of two.
    pub align: Option<u32>,
    /// Who calls it by its address.
    pub pointer: Option<PointerSide>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// What a contract says of a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataRules {
    /// The section to place it in.
    pub section: Option<String>,
    /// Alignment in bytes, a power of two.
    pub align: Option<u32>,
    /// Whether nothing writes it.
    pub readonly: Option<bool>,
    /// Whether its accesses are left as they are written.
    pub volatile: Option<bool>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// What a contract says of the data of segments by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectionRules {
    /// Whether nothing writes it.
    pub readonly: Option<bool>,
    /// Whether accesses to it are left as they are written.
    pub volatile: Option<bool>,
    /// The line of the file, from 1.
    pub line: usize,
}

impl Contract {
    /// Reads a contract. `file` is its name, for messages.
    ///
    /// ```
    /// let text = "[function.isr]\nsection = \".ramfunc\"\n";
    /// let contract = synth_abi::Contract::parse("board.toml", text)?;
    /// assert_eq!(contract.functions["isr"].section.as_deref(), Some(".ramfunc"));
    ///
    /// let error = synth_abi::Contract::parse("board.toml", "[function.isr]\nsectoin = \"x\"");
    /// let error = error.unwrap_err().to_string();
    /// assert_eq!(error, "board.toml:2:1: unknown key 'sectoin': did you mean 'section'?");
    /// # Ok::<(), synth_abi::ContractError>(())
    /// ```
    ///
    /// # Errors
    /// [`ContractError`], with file, line and column.
    pub fn parse(file: &str, text: &str) -> Result<Contract, ContractError> {
        read::contract(file, text)
    }

    /// What it says of the data of the segment with that name: the longest
    /// name that is the segment's, or begins it up to a dot.
    pub fn section(&self, segment: &str) -> Option<&SectionRules> {
        let starts = segment.rmatch_indices('.').map(|(at, _)| &segment[..at]);
        std::iter::once(segment).chain(starts).find_map(|name| self.sections.get(name))
    }

    /// The symbol of what the module calls `name`.
    pub fn symbol<'n>(&'n self, name: &'n str) -> &'n str {
        let symbol = self.renames.get(name).or_else(|| self.variadic.get(name));
        symbol.map_or(name, String::as_str)
    }
}
