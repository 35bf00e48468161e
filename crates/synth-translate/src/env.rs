//! What a function's translation asks about the module: the symbols of its
//! index spaces, and what is known of them.

use std::collections::BTreeMap;

use synth_ir::{AbiType, Convention, Signature, SymbolId};
use synth_wasm::{FuncType, Module, ValType};

use crate::consts::ConstValue;
use crate::error::Stop;
use crate::native::{Guess, NativeEnv};
use crate::options::Options;

/// Functions of the run-time ABI (RTABI32 sections 4.3.1 and 4.3.4), and
/// our own that no library has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Helper {
    /// Signed quotient and remainder of doublewords.
    Ldivmod,
    /// Unsigned quotient and remainder of doublewords.
    Uldivmod,
    /// `(dest, source, length)`, not overlapping.
    Memcpy,
    /// `(dest, source, length)`.
    Memmove,
    /// `(dest, length, byte)`.
    Memset,
    /// `(dest, count, word)`: so many equal words.
    FillWords,
    /// `(dest, count, pair)`: so many equal pairs of words.
    FillPairs,
}

impl Helper {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Helper::Ldivmod => "__aeabi_ldivmod",
            Helper::Uldivmod => "__aeabi_uldivmod",
            Helper::Memcpy => "__aeabi_memcpy",
            Helper::Memmove => "__aeabi_memmove",
            Helper::Memset => "__aeabi_memset",
            Helper::FillWords => "__synth_fill_words",
            Helper::FillPairs => "__synth_fill_pairs",
        }
    }

    pub(crate) fn signature(self) -> Signature {
        match self {
            Helper::Ldivmod | Helper::Uldivmod => Signature {
                convention: Convention::Helper,
                ..Signature::new([AbiType::I64; 2], [AbiType::I64; 2])
            },
            Helper::FillPairs => Signature::new([AbiType::I32, AbiType::I32, AbiType::I64], []),
            _ => Signature::new([AbiType::I32; 3], []),
        }
    }
}

/// A size that is known, or in a word variable.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Size {
    Fixed(u32),
    Variable(SymbolId),
}

/// How far a memory may grow, in bytes, or a table, in entries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    Fixed(u32),
    /// To the address of that symbol.
    End(SymbolId),
}

/// A linear memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemoryEnv {
    pub(crate) base: SymbolId,
    /// Current size in bytes.
    pub(crate) size: Size,
    /// Smallest size in bytes.
    pub(crate) min: u32,
    pub(crate) limit: Limit,
    /// Base-2 logarithm of the page size in bytes.
    pub(crate) page_log2: i32,
    /// Number of its region.
    pub(crate) region: u8,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableEnv {
    /// None if its elements are not supported.
    pub(crate) base: Option<SymbolId>,
    /// What carries an element.
    pub(crate) element: AbiType,
    /// Number of elements.
    pub(crate) size: Size,
    /// What the number never falls below.
    pub(crate) min: u32,
    pub(crate) limit: Limit,
}

impl TableEnv {
    /// Base-2 logarithm of an entry's size.
    pub(crate) fn shift(&self) -> i32 {
        self.element.size().trailing_zeros() as i32
    }
}

/// A global.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GlobalEnv {
    pub(crate) ty: ValType,
    /// None if its value is known, or its type not supported.
    pub(crate) symbol: Option<SymbolId>,
    /// The value, if it is known and never changes.
    pub(crate) constant: Option<ConstValue>,
}

/// A data or element segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentEnv {
    /// Its contents; none if nothing copies from it.
    pub(crate) symbol: Option<SymbolId>,
    /// What `memory.init` and `table.init` may copy. An active segment counts
    /// as dropped.
    pub(crate) size: Size,
    /// What carries an element; none of data, and where it is not supported.
    pub(crate) element: Option<AbiType>,
}

/// What remains to be done when the program starts, in order.
#[derive(Debug, Default)]
pub(crate) struct InitPlan {
    /// Globals whose value depends on an import.
    pub(crate) globals: Vec<u32>,
    /// Tables whose initial value is not part of their contents.
    pub(crate) tables: Vec<u32>,
    /// Element segments with items whose value depends on an import.
    pub(crate) items: Vec<u32>,
    /// Active element segments that are not part of the table's contents.
    pub(crate) elements: Vec<u32>,
    /// Active data segments.
    pub(crate) data: Vec<u32>,
    /// The start function.
    pub(crate) start: Option<u32>,
}

impl InitPlan {
    pub(crate) fn is_empty(&self) -> bool {
        self.globals.is_empty()
            && self.tables.is_empty()
            && self.items.is_empty()
            && self.elements.is_empty()
            && self.data.is_empty()
            && self.start.is_none()
    }
}

/// The module as its functions see it.
#[derive(Debug)]
pub(crate) struct Env<'m> {
    pub(crate) module: &'m Module,
    pub(crate) options: &'m Options,
    pub(crate) functions: Vec<SymbolId>,
    pub(crate) memories: Vec<MemoryEnv>,
    pub(crate) tables: Vec<TableEnv>,
    pub(crate) globals: Vec<GlobalEnv>,
    pub(crate) data: Vec<SegmentEnv>,
    pub(crate) elements: Vec<SegmentEnv>,
    /// Signature symbols by type index, of the types that need one.
    pub(crate) signatures: BTreeMap<u32, SymbolId>,
    pub(crate) helpers: BTreeMap<Helper, SymbolId>,
    pub(crate) init: InitPlan,
    /// Numbers of data that were taken for addresses.
    pub(crate) guesses: Vec<Guess>,
    /// Set in the native model.
    pub(crate) native: Option<NativeEnv<'m>>,
}

impl<'m> Env<'m> {
    /// The function type of an index, which validation has checked.
    pub(crate) fn func_type(&self, index: u32) -> Result<&'m FuncType, Stop> {
        self.module.func_type(index).ok_or_else(|| malformed("type index"))
    }

    pub(crate) fn helper(&self, helper: Helper) -> Result<SymbolId, Stop> {
        self.helpers.get(&helper).copied().ok_or_else(|| malformed("undeclared helper"))
    }

    pub(crate) fn signature_symbol(&self, type_index: u32) -> Result<SymbolId, Stop> {
        self.signatures.get(&type_index).copied().ok_or_else(|| malformed("undeclared signature"))
    }
}

fn malformed(message: &str) -> Stop {
    Stop::Malformed { message: message.to_string(), offset: 0 }
}
