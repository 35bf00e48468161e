//! Why an image could not be linked.

/// An error of [`super::link()`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Symbols that no object defines, each with a section that refers to it.
    #[error("an image must define everything itself; no object defines {}", list(symbols))]
    Undefined {
        /// Symbol and referring section.
        symbols: Vec<(String, String)>,
    },
    /// Two objects define a global symbol.
    #[error("symbol '{name}' is defined by two objects")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// An object defines a symbol that the linker defines.
    #[error("symbol '{name}' is one that the linker defines; rename it")]
    Reserved {
        /// The name.
        name: String,
    },
    /// A symbol to keep or start with that no object defines.
    #[error("no object defines a global function or datum '{name}' to keep")]
    NoSuchSymbol {
        /// The name.
        name: String,
    },
    /// The program does not fit the board.
    #[error("the program needs {need:#x} bytes of {memory}, but the board has {have:#x}")]
    DoesNotFit {
        /// The memory.
        memory: String,
        /// Bytes needed.
        need: u64,
        /// Bytes there.
        have: u32,
    },
    /// A place that can't hold the address it must hold.
    #[error(
        "the reference to '{symbol}' at offset {offset:#x} of section '{section}' is out of \
         range or is a call of something that is no function"
    )]
    Relocation {
        /// The section with the place.
        section: String,
        /// Byte offset of the place.
        offset: u32,
        /// What it refers to.
        symbol: String,
    },
    /// Code for a CPU that can do more than the board's.
    #[error("an object is compiled for {object}, whose code the board's {board} can't run")]
    Cpu {
        /// The object's CPU.
        object: String,
        /// The board's CPU.
        board: String,
    },
    /// Two objects pass float arguments differently.
    #[error("one object passes float arguments in VFP registers, another in core registers")]
    FloatAbi,
}

fn list(symbols: &[(String, String)]) -> String {
    const MOST: usize = 20;
    let mut names: Vec<_> = symbols
        .iter()
        .take(MOST)
        .map(|(symbol, section)| format!("'{symbol}' (used in {section})"))
        .collect();
    if symbols.len() > MOST {
        names.push(format!("and {} more", symbols.len() - MOST));
    }
    names.join(", ")
}
