//! `synth compile`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic, WrapErr, miette};
use synth_object::{Board, ImageOptions, TrapTable};
use synth_opt::{Printer, find_stage};

use super::{CompileOptions, read, write};
use crate::{Compiled, Compiler, Error};

/// Compile a module.
#[derive(Args)]
pub(super) struct Compile {
    /// The module, .wasm or .wat
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// The output file; - is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = Emit::Obj)]
    emit: Emit,
    #[command(flatten)]
    options: CompileOptions,
    /// The board of an image: a built-in name or a TOML file
    #[arg(long, value_name = "NAME", required_if_eq_any([("emit", "image"), ("emit", "bin")]))]
    board: Option<String>,
    /// The exported function that an image's start code calls
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The trap table of an object
    #[arg(long, value_enum, default_value_t = Traps::Debug)]
    traps: Traps,
    /// Leave out sections that linker scripts do not know
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
    pub(super) fn run(&self) -> miette::Result<()> {
        let input = read(&self.input)?;
        let mut options = self.options.options();
        options.object.file = self.input.file_name().map(|n| n.to_string_lossy().into_owned());
        options.object.orphan_clean = self.orphan_clean;
        options.object.traps = match self.traps {
            Traps::Debug => TrapTable::Debug,
            Traps::Allocated => TrapTable::Allocated,
            Traps::None => TrapTable::None,
        };
        if let Some(unknown) = self.print_after.iter().find(|name| find_stage(name).is_none()) {
            return Err(miette!("unknown pass '{unknown}'"));
        }
        let mut printer = Printer {
            out: std::io::stderr(),
            after: self.print_after.clone(),
            changed: self.print_changed,
        };
        let name = self.input.display().to_string();
        let compiled = Compiler::new(options)
            .compile_observed(&input, &mut printer)
            .wrap_err_with(|| format!("can't compile {name}"))?;
        let bytes = self.emit(&compiled).wrap_err_with(|| format!("can't compile {name}"))?;
        write(&self.output, &bytes)
    }

    fn emit(&self, compiled: &Compiled) -> miette::Result<Vec<u8>> {
        Ok(match self.emit {
            Emit::Obj => compiled.object()?.write().map_err(Error::from)?,
            Emit::Image => self.image(compiled)?.to_elf().map_err(Error::from)?,
            Emit::Bin => self.image(compiled)?.to_bin(),
            Emit::Asm => compiled.assembly().into_bytes(),
            Emit::Ir => compiled.program.to_string().into_bytes(),
        })
    }

    fn image(&self, compiled: &Compiled) -> miette::Result<synth_object::Image> {
        let name = self.board.as_deref().unwrap_or_default();
        let board = if name.ends_with(".toml") {
            let text = String::from_utf8(read(name.as_ref())?).into_diagnostic()?;
            Board::parse(&text).map_err(Error::from).wrap_err_with(|| format!("in {name}"))?
        } else {
            Board::built_in(name).map_err(Error::from)?
        };
        let entry_status = self.entry.as_ref().is_some_and(|entry| {
            compiled.exports.iter().any(|(n, s)| n == entry && s.results.len() == 1)
        });
        let keep = match &self.entry {
            Some(_) => vec![],
            None => compiled.exports.iter().map(|(n, _)| n.clone()).collect(),
        };
        let entry = self.entry.clone();
        let options = ImageOptions { entry, entry_status, keep, gc_sections: true };
        Ok(compiled.image(&board, &options)?)
    }
}
