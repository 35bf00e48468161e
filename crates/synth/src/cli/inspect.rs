//! `synth inspect`.

use std::path::PathBuf;

use clap::Args;
use miette::IntoDiagnostic;

use super::read;
use crate::Error;

/// Show what a file holds.
#[derive(Args)]
pub(super) struct Inspect {
    /// A wasm module (.wasm or .wat) or an ELF object
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Inspect {
    pub(super) fn run(&self) -> miette::Result<()> {
        let bytes = read(&self.file)?;
        if bytes.starts_with(b"\x7fELF") {
            print!("{}", synth_object::inspect::Report::read(&bytes).into_diagnostic()?);
        } else {
            let module = synth_wasm::Module::parse(&bytes).map_err(Error::from)?;
            print!("{}", synth_translate::inspect(&module));
        }
        Ok(())
    }
}
