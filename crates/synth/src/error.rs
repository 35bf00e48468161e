//! Why a compilation fails, with what to do about it.

use miette::Diagnostic;
use synth_thumb::CompileError;

/// An error of any stage.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Error {
    /// The input is no valid module.
    #[error(transparent)]
    #[diagnostic(code(synth::wasm))]
    Wasm(#[from] synth_wasm::Error),
    /// The module uses what is not compiled.
    #[error(transparent)]
    #[diagnostic(code(synth::translate))]
    Translate(#[from] synth_translate::Error),
    /// A symbol is given for an import that the module does not have.
    #[error("the module has no import '{name}' to give another symbol")]
    #[diagnostic(code(synth::import), help("it imports: {}", imports.join(", ")))]
    NoImport {
        /// `MODULE.NAME`.
        name: String,
        /// What it imports.
        imports: Vec<String>,
    },
    /// A function can't be compiled.
    #[error("function '{function}': {error}")]
    #[diagnostic(code(synth::compile))]
    Compile {
        /// Its name.
        function: String,
        /// Why.
        error: CompileError,
    },
    /// The object can't be written.
    #[error(transparent)]
    #[diagnostic(code(synth::object))]
    Object(#[from] synth_object::ObjectError),
    /// The image can't be linked.
    #[error(transparent)]
    #[diagnostic(code(synth::image))]
    Image(#[from] synth_object::ImageError),
    /// The board file can't be read.
    #[error(transparent)]
    #[diagnostic(code(synth::board))]
    Board(#[from] synth_object::BoardError),
    /// A thread pool can't be made.
    #[error("can't start threads: {0}")]
    #[diagnostic(code(synth::threads))]
    Threads(String),
    /// The routines that come with the compiler are broken.
    #[error("the run-time routines do not compile: {0}")]
    #[diagnostic(code(synth::runtime), help("this is a defect of synth; please report it"))]
    Runtime(String),
}
