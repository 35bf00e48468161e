//! What keeps a function from crossing the border.

use std::fmt;

use synth_abi::AbiError;

/// Functions that can't be bound to their native forms: all of them, in order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct BridgeError {
    /// At least one.
    pub problems: Vec<Problem>,
}

/// What is wrong with one function or variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its name in the module.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Why a function can't be bound to its native form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An import with variable arguments that is bound to nothing.
    Variadic {
        /// The function that takes a `va_list`, as it is usually called.
        form: String,
        /// Whether that is known from a declaration, not only from the name.
        declared: bool,
    },
    /// The contract binds it to a function that takes a `va_list`, but it has
    /// no variable arguments.
    NotVariadic,
    /// Its declaration is not that of the wasm function.
    Declaration {
        /// The wasm type that the declaration would have.
        declared: String,
        /// The one that it has.
        found: String,
    },
    /// A parameter or result can't cross.
    Type(AbiError),
    /// Its address is taken, and the two sides call it in different ways.
    Address,
    /// A function pointer is called, and which of several function types it
    /// has can't be told.
    Pointer,
    /// A weak function with variable arguments that the module itself calls.
    WeakVariadic,
    /// A structure that is passed by value is too large.
    Large {
        /// Bytes.
        size: u32,
    },
    /// Another symbol has the name that the contract gives it.
    Taken {
        /// The name.
        symbol: String,
    },
    /// The contract places data that is a part of something else.
    Part,
    /// An import that may return twice.
    ReturnsTwice,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.reason {
            Reason::Variadic { form, declared: true } => write!(
                f,
                "'{name}' has variable arguments: bind it to the function that takes a va_list, \
                 by the lines [variadic] and {name} = \"{form}\" in a contract file"
            ),
            Reason::Variadic { form, declared: false } => write!(
                f,
                "'{name}' has variable arguments in the C library, and nothing declares it here: \
                 bind it by the lines [variadic] and {name} = \"{form}\" in a contract file, or \
                 declare it there"
            ),
            Reason::NotVariadic => write!(
                f,
                "the contract binds '{name}' to a function that takes a va_list, but it has no \
                 variable arguments: rename it under [rename]"
            ),
            Reason::Declaration { declared, found } => write!(
                f,
                "'{name}' is declared as a function that wasm would call as {declared}, but it \
                 is one of {found}: correct its declaration"
            ),
            Reason::Type(error) => write!(
                f,
                "'{name}': {error}; pass a pointer to it, or declare it otherwise in a contract \
                 file"
            ),
            Reason::Address => write!(
                f,
                "the address of '{name}' is taken, and wasm and ARM code call it in different \
                 ways: say who calls it by its address, by the lines [function.{name}] and \
                 pointer = \"host\" or pointer = \"module\" in a contract file"
            ),
            Reason::Pointer => write!(
                f,
                "a function pointer is called as {name}, which stands for several function types \
                 here that ARM code calls in different ways: pass pointers to structures, or say \
                 that no function with structures by value is called by its address, by the line \
                 value_callbacks = false in a contract file"
            ),
            Reason::WeakVariadic => write!(
                f,
                "'{name}' is weak, has variable arguments and is called here, which can't be passed \
                 on to another definition: call a function that takes a va_list"
            ),
            Reason::Large { size } => write!(
                f,
                "'{name}' passes a structure of {size} bytes by value: pass a pointer to it"
            ),
            Reason::Taken { symbol } => write!(
                f,
                "the contract renames '{name}' to '{symbol}', which is another symbol already"
            ),
            Reason::ReturnsTwice => write!(
                f,
                "'{name}' may return twice, which WebAssembly can't express: keep the function that \
                 calls it in the host, and let that call the module"
            ),
            Reason::Part => write!(
                f,
                "the contract places '{name}', which is a part of a larger section: compile with \
                 -fdata-sections"
            ),
        }
    }
}
