//! `synth compile`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args, ValueEnum};
use synth_object::{Board, TrapTable};
use synth_opt::{PIPELINE, Printer, find_stage};

use super::files::{is_standard, same_file, write};
use super::program::ProgramOptions;
use super::{CompileOptions, Outcome, image, usage};
use crate::{Compiled, Compiler, Error, Options};

/// Compile a module, or several wasm objects into one program
#[derive(Args)]
#[command(after_help = "\
Examples:
  synth compile pid.wat                                pid.o, for a Cortex-M4 and small
  synth compile pid.wasm -o pid.o --cpu cortex-m33 -O2
  synth compile pid.wasm --emit asm -o -               the machine code, on the terminal
  synth compile shim.o filter.o libmath.a -o all.o     wasm objects, linked into one object
  synth compile app.wasm --emit image --board mps2-an385 --entry main -o app.elf
  synth compile app.wasm --emit bin --board my-board.toml --entry main -o app.bin")]
pub(super) struct Compile {
    #[command(flatten)]
    program: ProgramOptions,
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
    /// Write a C header of what the object and its host supply to each other
    #[arg(long, value_name = "FILE")]
    emit_header: Option<PathBuf>,
    /// Write the same as Rust declarations
    #[arg(long, value_name = "FILE")]
    emit_rust: Option<PathBuf>,
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
        self.check()?;
        let output = self.output()?;
        let board = self.board.as_deref().map(image::find_board).transpose()?;
        let inputs = self.program.read()?;
        let mut options = self.options(board.as_ref());
        self.program.apply(&mut options)?;
        let mut printer = Printer {
            out: std::io::stderr(),
            after: self.print_after.clone(),
            changed: self.print_changed,
        };
        let compiled = Compiler::new(options).compile_sources(&inputs.sources(), &mut printer);
        let compiled = self.program.in_input(compiled)?;
        for guess in &compiled.guesses {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "guess: {guess}");
        }
        for warning in compiled.warnings() {
            let _ = writeln!(std::io::stderr(), "warning: {warning}");
        }
        let contents = self.program.in_input(self.emit(&compiled, board.as_ref()))?;
        write(&output, &contents)?;
        self.write_headers(&compiled, &output)
    }

    fn write_headers(&self, compiled: &Compiled, output: &Path) -> Outcome {
        if self.emit_header.is_none() && self.emit_rust.is_none() {
            return Ok(());
        }
        let name = output.file_name().unwrap_or(output.as_os_str()).to_string_lossy();
        let interface = compiled.interface(&name);
        if let Some(path) = &self.emit_header {
            write(path, interface.to_c_header().as_bytes())?;
        }
        if let Some(path) = &self.emit_rust {
            write(path, interface.to_rust().as_bytes())?;
        }
        Ok(())
    }

    /// Whether the options go together.
    fn check(&self) -> Outcome {
        self.program.check()?;
        for (option, given) in
            [("--board", self.board.is_some()), ("--entry", self.entry.is_some())]
        {
            if given && !self.emit.is_linked() {
                let message = format!("{option} is for --emit image and --emit bin");
                return usage(ErrorKind::ArgumentConflict, message);
            }
        }
        check_passes(&self.print_after)
    }

    /// Where the output goes.
    fn output(&self) -> Outcome<PathBuf> {
        let output = self.chosen_output()?;
        if let Some(input) = self.program.inputs.iter().find(|input| same_file(input, &output)) {
            let message = format!("the output would overwrite the input {}", input.display());
            return usage(ErrorKind::ArgumentConflict, message);
        }
        Ok(output)
    }

    fn chosen_output(&self) -> Outcome<PathBuf> {
        let message = match (&self.output, &self.program.inputs[..]) {
            (Some(output), _) => return Ok(output.clone()),
            (None, [input]) if !is_standard(input) => {
                let name = input.file_name().unwrap_or(input.as_os_str());
                return Ok(Path::new(name).with_extension(self.emit.extension()));
            }
            (None, [_]) => "the input is standard input: name the output with -o",
            (None, _) => "there are several inputs: name the output with -o",
        };
        usage(ErrorKind::MissingRequiredArgument, message)
    }

    fn options(&self, board: Option<&Board>) -> Options {
        let mut options = self.options.options(board.map(|board| board.cpu));
        let input = self.program.inputs.first().filter(|input| !is_standard(input));
        let name = input.and_then(|input| input.file_name());
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

/// Whether there are passes of these names.
pub(super) fn check_passes<'n>(names: impl IntoIterator<Item = &'n String>) -> Outcome {
    let Some(unknown) = names.into_iter().find(|name| find_stage(name).is_none()) else {
        return Ok(());
    };
    let mut passes: Vec<&str> = PIPELINE.iter().map(|stage| stage.name).collect();
    passes.sort_unstable();
    passes.dedup();
    let message = format!("there is no pass '{unknown}'; there are {}", passes.join(", "));
    usage(ErrorKind::InvalidValue, message)
}
