//! `synth compile`.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use miette::WrapErr;
use synth_object::{Board, TrapTable};
use synth_opt::{PIPELINE, Printer, find_stage};

use super::files::{is_standard, read, same_file, write};
use super::{CompileOptions, Outcome, image, usage};
use crate::{Compiled, Compiler, Error, Options};

/// Compile a module
#[derive(Args)]
#[command(after_help = "\
Examples:
  synth compile pid.wat                                pid.o, for a Cortex-M4 and small
  synth compile pid.wasm -o pid.o --cpu cortex-m33 -O2
  synth compile pid.wasm --emit asm -o -               the machine code, on the terminal
  synth compile app.wasm --emit image --board mps2-an385 --entry main -o app.elf
  synth compile app.wasm --emit bin --board my-board.toml --entry main -o app.bin")]
pub(super) struct Compile {
    /// The module, .wasm or .wat; - is standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// The output file; - is standard output [default: INPUT's name with another ending]
    ///
    /// Without this option the output stands in the current directory, as with
    /// `gcc -c`. Its ending is .o, .elf, .bin, .s or .ir, by what is written.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Emit::Obj)]
    emit: Emit,
    #[command(flatten)]
    options: CompileOptions,
    /// The board of an image
    ///
    /// One of mps2-an385 (Cortex-M3), mps2-an386 (Cortex-M4), mps2-an500
    /// (Cortex-M7) and mps2-an505 (Cortex-M33), which QEMU emulates, or the
    /// path of a file that ends in .toml and gives the CPU, the memories and
    /// the size of the stack.
    #[arg(long, value_name = "BOARD", required_if_eq_any([("emit", "image"), ("emit", "bin")]))]
    board: Option<String>,
    /// The exported function that an image's start code calls
    ///
    /// It has no parameters and returns nothing or the exit status, an i32.
    /// What it does not reach is left out of the image. Without this option
    /// the image holds all exports and sleeps once it has started.
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The trap table, which names the function and wasm offset of each trap
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Traps::Debug)]
    traps: Traps,
    /// Leave out sections of an object that linker scripts do not know
    #[arg(long)]
    orphan_clean: bool,
    /// Print the program to standard error after a pass; may be repeated
    #[arg(long, value_name = "PASS")]
    print_after: Vec<String>,
    /// Print each function to standard error after each pass that changed it
    #[arg(long)]
    print_changed: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Emit {
    /// A relocatable ELF object
    Obj,
    /// A linked ELF image for a board
    Image,
    /// The flash contents of an image
    Bin,
    /// Machine code as text
    Asm,
    /// The representation after all passes
    Ir,
}

impl Emit {
    fn extension(self) -> &'static str {
        match self {
            Emit::Obj => "o",
            Emit::Image => "elf",
            Emit::Bin => "bin",
            Emit::Asm => "s",
            Emit::Ir => "ir",
        }
    }

    fn is_linked(self) -> bool {
        matches!(self, Emit::Image | Emit::Bin)
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Traps {
    /// In the file only
    Debug,
    /// In memory too, for a fault handler
    Allocated,
    /// None
    None,
}

impl Compile {
    pub(super) fn run(&self) -> Outcome {
        let input = self.check()?;
        let output = self.output(input)?;
        let board = self.board.as_deref().map(image::find_board).transpose()?;
        let bytes = read(input)?;
        let failed = || format!("can't compile {}", input.display());
        let options = self.options(input, board.as_ref());
        let mut printer = Printer {
            out: std::io::stderr(),
            after: self.print_after.clone(),
            changed: self.print_changed,
        };
        let compiled = Compiler::new(options).compile_observed(&bytes, &mut printer);
        let compiled = compiled.wrap_err_with(failed)?;
        let contents = self.emit(&compiled, board.as_ref()).wrap_err_with(failed)?;
        write(&output, &contents)
    }

    /// Whether the options go together; the only input.
    fn check(&self) -> Outcome<&Path> {
        let [input] = &self.inputs[..] else {
            let message = "several inputs can't be compiled into one output yet: linking them \
                           comes with wasm objects. Compile each by a command of its own and join \
                           the objects with a linker";
            return usage(ErrorKind::TooManyValues, message);
        };
        for (option, given) in
            [("--board", self.board.is_some()), ("--entry", self.entry.is_some())]
        {
            if given && !self.emit.is_linked() {
                let message = format!("{option} is for --emit image and --emit bin");
                return usage(ErrorKind::ArgumentConflict, message);
            }
        }
        if let Some(unknown) = self.print_after.iter().find(|name| find_stage(name).is_none()) {
            let mut passes: Vec<&str> = PIPELINE.iter().map(|stage| stage.name).collect();
            passes.sort_unstable();
            passes.dedup();
            let message = format!("there is no pass '{unknown}'; there are {}", passes.join(", "));
            return usage(ErrorKind::InvalidValue, message);
        }
        Ok(input)
    }

    /// Where the output goes.
    fn output(&self, input: &Path) -> Outcome<PathBuf> {
        let output = match &self.output {
            Some(output) => output.clone(),
            None if is_standard(input) => {
                let message = "the input is standard input: name the output with -o";
                return usage(ErrorKind::MissingRequiredArgument, message);
            }
            None => {
                let name = input.file_name().unwrap_or(input.as_os_str());
                Path::new(name).with_extension(self.emit.extension())
            }
        };
        if same_file(input, &output) {
            let message = format!("the output would overwrite the input {}", input.display());
            return usage(ErrorKind::ArgumentConflict, message);
        }
        Ok(output)
    }

    fn options(&self, input: &Path, board: Option<&Board>) -> Options {
        let mut options = self.options.options(board.map(|board| board.cpu));
        let name = input.file_name().filter(|_| !is_standard(input));
        options.object.file = name.map(|n| n.to_string_lossy().into_owned());
        options.object.orphan_clean = self.orphan_clean;
        options.object.traps = match self.traps {
            Traps::Debug => TrapTable::Debug,
            Traps::Allocated => TrapTable::Allocated,
            Traps::None => TrapTable::None,
        };
        options
    }

    fn emit(&self, compiled: &Compiled, board: Option<&Board>) -> miette::Result<Vec<u8>> {
        let link = || {
            // The command line has a board for what is linked.
            let board = board.ok_or_else(|| miette::miette!("an image needs a board"))?;
            image::link(compiled, board, self.entry.as_deref())
        };
        Ok(match self.emit {
            Emit::Obj => compiled.object()?.write().map_err(Error::from)?,
            Emit::Image => link()?.to_elf().map_err(Error::from)?,
            Emit::Bin => link()?.to_bin(),
            Emit::Asm => compiled.assembly().into_bytes(),
            Emit::Ir => compiled.program.to_string().into_bytes(),
        })
    }
}
