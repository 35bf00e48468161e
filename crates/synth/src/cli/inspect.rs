//! `synth inspect`: what a module or an object holds.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, WrapErr};
use synth_abi::c_prototype;
use synth_wasm::{ExternKind, Import, ImportType, Module, is_archive};

use super::files::{print, read};
use super::inspect_object::describe_archive;
use super::{Outcome, inspect_object};
use crate::Error;

/// Show what a file holds
///
/// Of a wasm module: imports, exports with their native C signatures, memories
/// and sizes; of a wasm object also symbols, segments and relocations, and of
/// an archive what its members define and need. Of an ELF object or image,
/// whoever made it: build attributes, sections, symbols, what is undefined,
/// relocations and traps.
#[derive(Args)]
#[command(after_help = "\
Examples:
  synth inspect pid.wasm
  synth inspect pid.o")]
pub(super) struct Inspect {
    /// A wasm module, object or archive, an ELF object or image; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Inspect {
    pub(super) fn run(&self) -> Outcome {
        let bytes = read(&self.file)?;
        let text = if bytes.starts_with(b"\x7fELF") {
            let report = synth_object::inspect::Report::read(&bytes).into_diagnostic();
            report.map(|report| report.to_string())
        } else if is_archive(&bytes) {
            describe_archive(&bytes).map_err(Into::into)
        } else {
            let module = Module::parse(&bytes).map_err(|e| Error::from(e).into());
            module.map(|module| describe(&module) + &inspect_object::describe(&module))
        };
        print(&text.wrap_err_with(|| format!("can't inspect {}", self.file.display()))?)
    }
}

/// Imports, exports with their native signatures, memories, sizes.
fn describe(module: &Module) -> String {
    let imports = module.imports.iter().map(|import| import_line(module, import));
    let exports = module.exports.iter().map(|export| {
        match (export.kind, module.function_type(export.index)) {
            (ExternKind::Function, Some(ty)) => c_prototype(&plain(&export.name), ty),
            (kind, _) => format!("{} {}", format!("{kind:?}").to_lowercase(), plain(&export.name)),
        }
    });
    let memories = (0..).zip(&module.memories).map(|(i, memory)| {
        let max = match memory.ty.max {
            Some(max) => format!("at most {}", pages(max)),
            None => "no maximum".to_string(),
        };
        let imported = if memory.import.is_some() { ", imported" } else { "" };
        format!("{i}: {}, {max}{imported}", pages(memory.ty.min))
    });
    let bodies = module.functions.iter().filter_map(|f| f.code.as_ref());
    let code: usize = bodies.clone().map(|c| c.range.len()).sum();
    let data: usize = (0..).map_while(|i| module.data_bytes(i)).map(<[u8]>::len).sum();
    let sizes = [
        format!("{} with {code} bytes of code", count(bodies.count() as u64, "function")),
        format!("{} with {data} bytes", count(module.data.len() as u64, "data segment")),
        count(module.tables.len() as u64, "table"),
        count(module.globals.len() as u64, "global"),
    ];
    let mut out = String::new();
    list(&mut out, "imports", imports);
    list(&mut out, "exports", exports);
    list(&mut out, "memories", memories);
    list(&mut out, "sizes", sizes.into_iter());
    out
}

/// A name without characters that would disturb the lines.
pub(super) fn plain(name: &str) -> String {
    name.escape_debug().to_string()
}

pub(super) fn list(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let _ = writeln!(out, "{title}");
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        out.push_str("  none\n");
    }
    for line in lines {
        let _ = writeln!(out, "  {}", line.replace('\n', "\n  "));
    }
}

fn pages(number: u64) -> String {
    count(number, "page")
}

pub(super) fn count(number: impl Into<u64>, thing: &str) -> String {
    let number = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn import_line(module: &Module, import: &Import) -> String {
    let from = format!("{}.{}", plain(&import.module), plain(&import.name));
    match import.ty {
        ImportType::Function(_) => {
            let ty = module.function_type(import.index).cloned().unwrap_or_default();
            format!("{from}: {}", c_prototype(&plain(&import.name), &ty)).replace('\n', "\n  ")
        }
        ImportType::Global(global) => {
            let mutable = if global.mutable { "mutable " } else { "" };
            format!("{from}: {mutable}global {}", global.ty)
        }
        ImportType::Memory(memory) => format!("{from}: memory of {}", pages(memory.min)),
        ImportType::Table(table) => format!("{from}: table of {}", count(table.min, "element")),
        ImportType::Tag(_) => format!("{from}: tag"),
    }
}
