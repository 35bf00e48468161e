//! Why an object could not be made.

/// An error in what the object writer was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// Two global symbols share a name.
    #[error("symbol '{name}' is defined or declared twice; rename one of the two")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// The name of a global symbol can't be written into an ELF file.
    #[error("a global symbol has the name {name:?}, which no linker can name; rename it")]
    Name {
        /// The name.
        name: String,
    },
    /// A function without code, or a reference to a local symbol without
    /// definition.
    #[error("'{name}' has no code or definition, and no other object can supply it")]
    NoDefinition {
        /// The symbol.
        name: String,
    },
    /// An alias of a symbol that this object doesn't define.
    #[error("alias '{name}' has a target that this object does not define")]
    AliasTarget {
        /// The alias.
        name: String,
    },
    /// A section without contents in the file was given contents.
    #[error(
        "'{name}' has initial contents, but section '{section}' holds none; use another section"
    )]
    ContentsInBss {
        /// The symbol.
        name: String,
        /// The section.
        section: String,
    },
    /// An alignment that is no power of two.
    #[error("the alignment of '{name}' is {align}, which is not a power of two")]
    Alignment {
        /// The symbol.
        name: String,
        /// The alignment.
        align: u32,
    },
    /// A relocation outside the contents, or whose place holds another addend.
    #[error("the relocation at offset {offset:#x} of '{name}' does not fit the bytes there")]
    Relocation {
        /// The symbol.
        name: String,
        /// Byte offset in it.
        offset: u32,
    },
    /// A function of 16 MiB or more.
    #[error("function '{name}' is larger than 16 MiB")]
    FunctionTooLarge {
        /// The function.
        name: String,
    },
    /// The ELF file would not fit its fields, or no device.
    #[error("the object is too large: {0}")]
    TooLarge(String),
}
