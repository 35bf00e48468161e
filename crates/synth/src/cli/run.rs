//! `synth run`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use miette::WrapErr;

use super::files::{print, read};
use super::{CompileOptions, Outcome};
use crate::{Argument, Compiler, RunError, Session};

/// Compile a module, run a function on an emulated core, print its results
///
/// The module's start-up code runs first. Each result is a line on standard
/// output; the number of instructions goes to standard error. A trap is an
/// error that names its kind, the function and the offset in the module.
#[derive(Args)]
#[command(after_help = "\
Examples:
  synth run pid.wat --invoke pid_step 0x640000 0x320000
  synth run math.wasm --invoke add -1 0xffffffff --cpu cortex-m33 -O2
  synth run math.wasm --invoke scale -- 1.5 -inf

Arguments are decimal or, after 0x, hexadecimal integers, signed or unsigned, and
floats such as -1.5, 1e-3, inf and nan. What starts with a minus sign and is no decimal
number stands after --. qemu-system-arm runs the program.")]
pub(super) struct Run {
    /// The module, .wasm or .wat; - is standard input
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// The exported function to call
    #[arg(long, value_name = "NAME")]
    invoke: String,
    /// Its arguments
    #[arg(value_name = "ARG", allow_negative_numbers = true)]
    args: Vec<String>,
    #[command(flatten)]
    options: CompileOptions,
}

impl Run {
    pub(super) fn run(&self) -> Outcome {
        let input = read(&self.input)?;
        let compiled = Compiler::new(self.options.options(None))
            .compile(&input)
            .wrap_err_with(|| format!("can't compile {}", self.input.display()))?;
        // A wrong call is told before an emulator starts.
        let args = self.arguments(&compiled)?;
        let mut session = Session::start(&compiled, true)?;
        let result = session.invoke(&self.invoke, &args)?;
        let mut text = String::new();
        for value in &result.values {
            let _ = writeln!(text, "{value}");
        }
        print(&text)?;
        if let Some(count) = result.instructions {
            let plural = if count == 1 { "" } else { "s" };
            // A closed standard error leaves nobody to tell.
            let _ = std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!("{count} instruction{plural}\n"),
            );
        }
        Ok(())
    }

    fn arguments(&self, compiled: &crate::Compiled) -> Result<Vec<Argument>, RunError> {
        let signature = compiled.signature(&self.invoke)?;
        let wrong = |problem: String| RunError::Arguments {
            name: self.invoke.clone(),
            signature: signature.to_string(),
            problem,
        };
        if signature.params.len() != self.args.len() {
            let (takes, given) = (signature.params.len(), self.args.len());
            let plural = if takes == 1 { "" } else { "s" };
            return Err(wrong(format!(
                "'{}' takes {takes} argument{plural}, not {given}",
                self.invoke
            )));
        }
        let pairs = self.args.iter().zip(&signature.params);
        pairs
            .map(|(text, &ty)| {
                let argument = Argument::parse(text, ty);
                argument.ok_or_else(|| wrong(format!("'{text}' is no value of type {ty}")))
            })
            .collect()
    }
}
