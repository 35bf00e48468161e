//! What a program is made of: the inputs of every command that compiles
//! several.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::error::ErrorKind;
use miette::WrapErr;
use synth_abi::Contract;

use super::files::{is_standard, read};
use super::{Outcome, usage};
use crate::{Error, Options, Source};

/// Inputs, and what of them becomes the program.
#[derive(Args)]
pub(super) struct ProgramOptions {
    /// A module, .wasm or .wat, or wasm objects and archives of them; - is standard input
    ///
    /// Several inputs become one program, in which one can be inlined into the
    /// other: objects as clang, rustc and `wasm-ld -r` write them, and of each
    /// archive the members that they need. An archive alone is taken whole.
    #[arg(value_name = "INPUT", required = true)]
    pub(super) inputs: Vec<PathBuf>,
    /// Make this symbol visible to other objects, and no other; may be repeated
    ///
    /// Without this option every symbol is visible that is not local to its
    /// object, and stays although nothing uses it.
    #[arg(long, value_name = "SYMBOL")]
    export: Vec<String>,
    /// Compile all members of archives, not only those that are needed
    #[arg(long)]
    whole_archive: bool,
    /// The contract: names, prototypes, sections and more, in TOML
    ///
    /// docs/src/contract.md describes it.
    #[arg(long, value_name = "FILE")]
    contract: Option<PathBuf>,
}

/// The contents of the inputs.
pub(super) struct Inputs(Vec<(String, Vec<u8>)>);

impl Inputs {
    /// The inputs as the compiler takes them.
    pub(super) fn sources(&self) -> Vec<Source<'_>> {
        self.0.iter().map(|(name, bytes)| Source { name, bytes }).collect()
    }
}

impl ProgramOptions {
    /// Whether the options go together.
    pub(super) fn check(&self) -> Outcome {
        if self.inputs.iter().filter(|input| is_standard(input)).count() > 1 {
            return usage(ErrorKind::TooManyValues, "only one input can be standard input");
        }
        Ok(())
    }

    /// Reads the inputs.
    pub(super) fn read(&self) -> miette::Result<Inputs> {
        let input = |path: &PathBuf| Ok((path.display().to_string(), read(path)?));
        Ok(Inputs(self.inputs.iter().map(input).collect::<miette::Result<_>>()?))
    }

    /// Adds what this says to the options of the compiler.
    pub(super) fn apply(&self, options: &mut Options) -> miette::Result<()> {
        options.exports.clone_from(&self.export);
        options.whole_archive = self.whole_archive;
        if let Some(path) = &self.contract {
            options.contract = read_contract(path)?;
        }
        Ok(())
    }

    /// Names the input in an error, which those about several do themselves.
    pub(super) fn in_input<T, E: Into<miette::Report>>(
        &self,
        result: Result<T, E>,
    ) -> miette::Result<T> {
        let result = result.map_err(Into::into);
        match &self.inputs[..] {
            [input] => result.wrap_err_with(|| format!("can't compile {}", input.display())),
            _ => result,
        }
    }
}

fn read_contract(path: &Path) -> miette::Result<Contract> {
    let text = String::from_utf8(read(path)?)
        .map_err(|_| miette::miette!("{} is no text", path.display()))?;
    Ok(Contract::parse(&path.display().to_string(), &text).map_err(Error::from)?)
}
