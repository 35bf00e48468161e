//! Why a compilation fails, with what to do about it.

use miette::Diagnostic;
use synth_opt::PassError;
use synth_thumb::{CompileError, FloatAbiError};

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
    /// The float ABI asks for what the CPU has not.
    #[error(transparent)]
    #[diagnostic(
        code(synth::float_abi),
        help("use --float-abi softfp, or a CPU with a floating-point unit: `synth cpus`")
    )]
    FloatAbi(#[from] FloatAbiError),
    /// A symbol is given for an import that the module does not have.
    #[error("the module has no import '{name}' to give another symbol")]
    #[diagnostic(code(synth::import), help("it imports: {}", imports.join(", ")))]
    NoImport {
        /// `MODULE.NAME`.
        name: String,
        /// What it imports.
        imports: Vec<String>,
    },
    /// Code that a pass refuses.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    #[diagnostic(code(synth::pass))]
    Pass(Vec<PassError>),
    /// The program defines a symbol that stands for its imports.
    #[error("the program has the symbol '{0}', which --imports dispatch needs")]
    #[diagnostic(code(synth::import), help("rename it, or use --imports direct"))]
    ImportSymbol(&'static str),
    /// Functions that can't be bound to their native forms.
    #[error(transparent)]
    #[diagnostic(code(synth::border))]
    Border(#[from] synth_translate::BridgeError),
    /// A contract file that can't be read.
    #[error(transparent)]
    #[diagnostic(code(synth::contract))]
    Contract(#[from] synth_abi::ContractError),
    /// Debug information that can't be read.
    #[error(transparent)]
    #[diagnostic(code(synth::dwarf))]
    Dwarf(#[from] synth_abi::DwarfError),
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
    /// An error of one of several inputs.
    #[error("in {file}: {error}")]
    #[diagnostic(code(synth::input))]
    InFile {
        /// The file, and the member if that is an archive.
        file: String,
        /// What is wrong there.
        error: Box<Error>,
        /// What to do about it.
        #[help]
        help: Option<String>,
    },
    /// A finished module among several inputs.
    #[error("{file} is no relocatable object, and only those can be linked")]
    #[diagnostic(
        code(synth::finished),
        help(
            "give the objects that it was linked from, or compile each module by a command of its \
             own and join the results with a linker"
        )
    )]
    Finished {
        /// The file, and the member if that is an archive.
        file: String,
    },
    /// No input has anything to compile.
    #[error("there is nothing to compile: no input holds a wasm object")]
    #[diagnostic(code(synth::empty))]
    NothingToCompile,
    /// The inputs do not fit together.
    #[error(transparent)]
    #[diagnostic(code(synth::link))]
    Link(#[from] synth_opt::LinkError),
    /// A symbol is to be exported that no input defines.
    #[error("no input defines '{name}', which is to be exported")]
    #[diagnostic(code(synth::export), help("they define: {}", defined.join(", ")))]
    NoExport {
        /// The symbol.
        name: String,
        /// What they define.
        defined: Vec<String>,
    },
    /// A function is to be explained that there is not.
    #[error("there is no function '{name}'")]
    #[diagnostic(code(synth::function), help("there are {}", functions.join(", ")))]
    NoFunction {
        /// The symbol.
        name: String,
        /// What there is.
        functions: Vec<String>,
    },
    /// A function is to be explained that has no code of its own.
    #[error("the function '{name}' has no code of its own")]
    #[diagnostic(
        code(synth::function),
        help("{}", if into.is_empty() {
            "nothing of it is left".to_string()
        } else {
            format!("it was inlined into {}", into.join(", "))
        })
    )]
    NoCode {
        /// The symbol.
        name: String,
        /// The functions that it was inlined into.
        into: Vec<String>,
    },
    /// The CPU has no register for a stack limit.
    #[error("the CPU '{0}' has no register for a stack limit")]
    #[diagnostic(code(synth::stack), help("use --stack-check limit"))]
    NoStackLimit(String),
    /// The routines that come with the compiler are broken.
    #[error("the run-time routines do not compile: {0}")]
    #[diagnostic(code(synth::runtime), help("this is a defect of synth; please report it"))]
    Runtime(String),
}
