//! `synth explain`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::error::ErrorKind;

use super::compile::check_passes;
use super::files::{is_standard, print, same_file, write};
use super::program::ProgramOptions;
use super::{CompileOptions, Outcome, usage};
use crate::{After, Compiler, ExplainOptions};

/// Show what becomes of each function: wasm, representation, machine code, and what it costs
///
/// Instructions have their bytes and estimated cycles, blocks the number of
/// loops around them; every line names the offset of the wasm operator that
/// it comes from, and the calls that it was inlined at. docs/src/explain.md
/// describes the output.
#[derive(Args)]
#[command(after_help = "\
Examples:
  synth explain pid.wat                                    on the terminal, for a Cortex-M4 and small
  synth explain pid.wat -O2 --function pid_step            one function, for speed
  synth explain pid.wat --function pid_step --after all    and what each pass changed in it
  synth explain app.wasm --html app.html --after all       a page for a browser
  synth explain shim.o filter.o --html all.html --cpu cortex-m3")]
pub(super) struct Explain {
    #[command(flatten)]
    program: ProgramOptions,
    /// Only this function, by its symbol; may be repeated
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,
    /// Show the representation after this pass too; may be repeated
    ///
    /// It is shown after translation and after the last pass in any case.
    /// all stands for every pass that changed the function; the message for
    /// an unknown pass lists them.
    #[arg(long, value_name = "PASS")]
    after: Vec<String>,
    /// Write a page for a browser instead of text; - is standard output
    ///
    /// The page needs no other file and no network.
    #[arg(long, value_name = "OUT.html")]
    html: Option<PathBuf>,
    #[command(flatten)]
    options: CompileOptions,
}

impl Explain {
    pub(super) fn run(&self) -> Outcome {
        self.check()?;
        let inputs = self.program.read()?;
        let mut options = self.options.options(None);
        self.program.apply(&mut options)?;
        let explain = ExplainOptions { functions: self.function.clone(), after: self.after() };
        let explained = Compiler::new(options).explain(&inputs.sources(), &explain);
        let explanation = self.program.in_input(explained)?;
        match &self.html {
            Some(path) => write(path, explanation.to_html().as_bytes()),
            None => print(&explanation.to_text()),
        }
    }

    fn check(&self) -> Outcome {
        self.program.check()?;
        check_passes(self.after.iter().filter(|pass| *pass != "all"))?;
        let overwritten = |html: &Path| {
            self.program.inputs.iter().find(|input| !is_standard(input) && same_file(input, html))
        };
        if let Some(input) = self.html.as_deref().and_then(overwritten) {
            let message = format!("the page would overwrite the input {}", input.display());
            return usage(ErrorKind::ArgumentConflict, message);
        }
        Ok(())
    }

    fn after(&self) -> After {
        match &self.after[..] {
            [] => After::Ends,
            passes if passes.iter().any(|pass| pass == "all") => After::All,
            passes => After::Passes(passes.to_vec()),
        }
    }
}
