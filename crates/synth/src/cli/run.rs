//! `synth run`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{CompileOptions, read};
use crate::{Argument, Compiler, Session};

/// Compile a module and run a function on an emulated core.
#[derive(Args)]
pub(super) struct Run {
    /// The module, .wasm or .wat
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// The exported function to call
    #[arg(long, value_name = "NAME")]
    invoke: String,
    /// Its arguments: decimal or hexadecimal numbers
    #[arg(value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
    #[command(flatten)]
    options: CompileOptions,
}

impl Run {
    pub(super) fn run(&self) -> miette::Result<()> {
        let input = read(&self.input)?;
        let compiled = Compiler::new(self.options.options())
            .compile(&input)
            .wrap_err_with(|| format!("can't compile {}", self.input.display()))?;
        let mut session = Session::start(&compiled, true).into_diagnostic()?;
        let signature = session.signature(&self.invoke).into_diagnostic()?.clone();
        if signature.params.len() != self.args.len() {
            let (name, count) = (&self.invoke, self.args.len());
            return Err(miette!("'{name}' has the signature {signature}, not {count} arguments"));
        }
        let mut args = vec![];
        for (text, &ty) in self.args.iter().zip(&signature.params) {
            let arg = Argument::parse(text, ty);
            args.push(arg.ok_or_else(|| miette!("'{text}' is no number of type {ty}"))?);
        }
        let result = session.invoke(&self.invoke, &args).into_diagnostic()?;
        for value in &result.values {
            println!("{value}");
        }
        if let Some(count) = result.instructions {
            eprintln!("{count} instructions");
        }
        Ok(())
    }
}
