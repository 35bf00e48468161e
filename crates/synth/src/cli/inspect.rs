//! `synth inspect`: what a module or an object holds.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use miette::IntoDiagnostic;
use synth_translate::c_prototype;
use synth_wasm::{ExternKind, Import, ImportType, Module};

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
        let text = if bytes.starts_with(b"\x7fELF") {
            synth_object::inspect::Report::read(&bytes).into_diagnostic()?.to_string()
        } else {
            describe(&Module::parse(&bytes).map_err(Error::from)?)
        };
        super::write(&PathBuf::from("-"), text.as_bytes())
    }
}

/// Imports, exports with their native signatures, memories, sizes.
fn describe(module: &Module) -> String {
    let mut out = String::from("imports:\n");
    for import in &module.imports {
        let _ = writeln!(out, "  {}", import_line(module, import));
    }
    out.push_str("exports:\n");
    for export in &module.exports {
        let line = match (export.kind, module.function_type(export.index)) {
            (ExternKind::Function, Some(ty)) => c_prototype(&export.name, ty),
            (kind, _) => format!("{kind:?} {}: {}", export.index, export.name).to_lowercase(),
        };
        let _ = writeln!(out, "  {}", line.replace('\n', "\n  "));
    }
    out.push_str("memories:\n");
    for (i, memory) in module.memories.iter().enumerate() {
        let max = memory.ty.max.map_or("no maximum".to_string(), |max| format!("at most {max}"));
        let _ = writeln!(out, "  {i}: {} pages, {max}", memory.ty.min);
    }
    let bodies = module.functions.iter().filter_map(|f| f.code.as_ref());
    let code: usize = bodies.clone().map(|c| c.range.len()).sum();
    let data: usize = (0..).map_while(|i| module.data_bytes(i)).map(<[u8]>::len).sum();
    let _ = writeln!(out, "functions: {} with {code} bytes of code", bodies.count());
    let _ = writeln!(out, "data: {data} bytes");
    out
}

fn import_line(module: &Module, import: &Import) -> String {
    let from = format!("{}.{}", import.module, import.name);
    match import.ty {
        ImportType::Function(_) => {
            let ty = module.function_type(import.index).cloned().unwrap_or_default();
            format!("{from}: {}", c_prototype(&import.name, &ty)).replace('\n', "\n  ")
        }
        ImportType::Global(global) => {
            let mutable = if global.mutable { "mutable " } else { "" };
            format!("{from}: {mutable}global {}", global.ty)
        }
        ImportType::Memory(memory) => format!("{from}: memory of {} pages", memory.min),
        ImportType::Table(table) => format!("{from}: table of {} elements", table.min),
        ImportType::Tag(_) => format!("{from}: tag"),
    }
}
