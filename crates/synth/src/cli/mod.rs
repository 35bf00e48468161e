//! The command line. Each command stands in a file of its own.

mod compile;
mod cpus;
mod inspect;
mod run;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use miette::{IntoDiagnostic, WrapErr};

use crate::{Bounds, Cpu, Init, Level, Options};

/// WebAssembly to native ARM Cortex-M code.
#[derive(Parser)]
#[command(name = "synth", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compile a module to an object, an image, assembly or the representation
    Compile(compile::Compile),
    /// Compile a module, run a function on an emulated core, print its results
    Run(run::Run),
    /// Show what a wasm module or an object holds
    Inspect(inspect::Inspect),
    /// List the CPUs and what each has
    Cpus,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Compile(compile) => compile.run(),
        Command::Run(run) => run.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Cpus => {
            print!("{}", cpus::table());
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            eprintln!("{report:?}");
            ExitCode::FAILURE
        }
    }
}

/// Options that every command that compiles has.
#[derive(Args)]
struct CompileOptions {
    /// The CPU, as for gcc and clang: `synth cpus` lists them
    #[arg(long, value_name = "CPU", default_value = "cortex-m4")]
    cpu: Cpu,
    /// Optimisation level: 0 (debugging), 1, 2 (speed), s (size), z (size alone)
    #[arg(short = 'O', value_name = "LEVEL", default_value = "s")]
    level: Level,
    /// How accesses to linear memory are checked
    #[arg(long, value_enum, default_value_t = BoundsArg::Check)]
    bounds: BoundsArg,
    /// Pages of 64 KiB that `memory.grow` may reach; that much RAM is reserved.
    /// Without it a memory keeps its declared minimum
    #[arg(long, value_name = "PAGES")]
    memory_max: Option<u32>,
    /// Make the symbols of the memories global even if they are not exported
    #[arg(long)]
    export_memory: bool,
    /// Put before the names of global symbols that are not functions
    #[arg(long, value_name = "PREFIX", default_value = "")]
    prefix: String,
    /// Use another symbol for an import; may be repeated
    #[arg(long, value_name = "MODULE.NAME=SYMBOL", value_parser = parse_rename)]
    import_symbol: Vec<(String, String)>,
    /// How the start-up code of the module is run
    #[arg(long, value_enum, default_value_t = InitArg::Array)]
    init: InitArg,
    /// Threads; 0 means one for each core. The output does not depend on it
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum BoundsArg {
    /// An access outside the memory traps
    Check,
    /// No check
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum InitArg {
    /// By an entry of .init_array, before the host's main
    Array,
    /// By the host, which calls __synth_init
    Symbol,
}

fn parse_rename(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if from.contains('.') && !to.is_empty() => {
            Ok((from.to_string(), to.to_string()))
        }
        _ => Err("expected MODULE.NAME=SYMBOL".to_string()),
    }
}

impl CompileOptions {
    fn options(&self) -> Options {
        let mut options = Options {
            cpu: self.cpu,
            level: self.level,
            threads: self.threads,
            ..Options::default()
        };
        let translate = &mut options.translate;
        translate.bounds = match self.bounds {
            BoundsArg::Check => Bounds::Check,
            BoundsArg::None => Bounds::None,
        };
        translate.init = match self.init {
            InitArg::Array => Init::Array,
            InitArg::Symbol => Init::Symbol,
        };
        translate.memory_max_pages = self.memory_max;
        translate.export_memory = self.export_memory;
        translate.prefix.clone_from(&self.prefix);
        translate.import_symbols = self.import_symbol.iter().cloned().collect();
        options
    }
}

fn read(path: &Path) -> miette::Result<Vec<u8>> {
    std::fs::read(path).into_diagnostic().wrap_err_with(|| format!("can't read {}", path.display()))
}

fn write(path: &PathBuf, contents: &[u8]) -> miette::Result<()> {
    if path.as_os_str() == "-" {
        use std::io::Write;
        return std::io::stdout().write_all(contents).into_diagnostic();
    }
    std::fs::write(path, contents)
        .into_diagnostic()
        .wrap_err_with(|| format!("can't write {}", path.display()))
}
