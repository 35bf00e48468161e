//! Programs with directives in comments:
//!
//! ```text
//! ;; run: NAME ARG… => RESULT…
//! ;; run: NAME ARG… => trap: CODE
//! ;; start: trap: CODE          instantiation traps
//! ;; memory-max: PAGES          as the option --memory-max
//! ;; alignment: trusted         as the option --alignment
//! ;; error: TEXT                compilation fails, and the message has TEXT
//! ```
//!
//! A call that ends in `=> ?` gets its end from wasmi when the tests run with
//! `SYNTH_BLESS=1`.
//!
//! Arguments and results are as on the command line of `synth run`; a float
//! result is compared by its bits. The calls of a file run in order in one
//! instance.

use std::path::{Path, PathBuf};

use synth::{Alignment, Argument};
use synth_ir::AbiType;
use synth_wasm::{ExternKind, Module, ValType};

/// How a call must end.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Values(Vec<Argument>),
    Trap(String),
    /// Written `?`: to be filled in.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    pub args: Vec<Argument>,
    pub end: End,
}

/// A file with its directives.
pub struct TestProgram {
    pub path: PathBuf,
    pub text: String,
    pub calls: Vec<Call>,
    pub start: Option<String>,
    pub memory_max: Option<u32>,
    pub alignment: Option<Alignment>,
    pub errors: Vec<String>,
}

/// All programs of a directory beside this file's, by name.
pub fn all(directory: &str) -> Vec<TestProgram> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(directory);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "wat"));
    paths.sort();
    assert!(!paths.is_empty(), "no programs in {}", directory.display());
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> TestProgram {
    let text = std::fs::read_to_string(&path).unwrap();
    let mut program = TestProgram {
        path,
        text,
        calls: vec![],
        start: None,
        memory_max: None,
        alignment: None,
        errors: vec![],
    };
    let text = program.text.clone();
    let module = Module::parse(text.as_bytes());
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix(";; ")?.split_once(": "));
    for (directive, rest) in lines {
        match directive {
            "run" => {
                let module = module.as_ref().unwrap_or_else(|e| panic!("{}: {e}", program.name()));
                let call = read_call(module, rest);
                program.calls.push(call.unwrap_or_else(|| panic!("{}: {rest}", program.name())));
            }
            "start" => program.start = rest.strip_prefix("trap: ").map(str::to_string),
            "alignment" if rest == "trusted" => program.alignment = Some(Alignment::Trusted),
            "memory-max" => program.memory_max = Some(rest.parse().unwrap()),
            "error" => program.errors.push(rest.to_string()),
            _ => {}
        }
    }
    program
}

fn read_call(module: &Module, text: &str) -> Option<Call> {
    let (call, end) = text.split_once("=>")?;
    let mut words = call.split_whitespace();
    let name = words.next()?.to_string();
    let export =
        module.exports.iter().find(|e| e.kind == ExternKind::Function && e.name == name)?;
    let ty = module.function_type(export.index)?;
    let args = values(words, &ty.params)?;
    let end = match end.trim().strip_prefix("trap: ") {
        Some(code) => End::Trap(code.to_string()),
        None if end.trim() == "?" => End::Unknown,
        None => End::Values(values(end.split_whitespace(), &ty.results)?),
    };
    Some(Call { name, args, end })
}

fn values<'t>(words: impl Iterator<Item = &'t str>, types: &[ValType]) -> Option<Vec<Argument>> {
    let words: Vec<&str> = words.collect();
    if words.len() != types.len() {
        return None;
    }
    words.iter().zip(types).map(|(word, ty)| Argument::parse(word, abi_type(*ty)?)).collect()
}

fn abi_type(ty: ValType) -> Option<AbiType> {
    Some(match ty {
        ValType::I32 => AbiType::I32,
        ValType::I64 => AbiType::I64,
        ValType::F32 => AbiType::F32,
        ValType::F64 => AbiType::F64,
        _ => return None,
    })
}

/// An end as it is written.
pub fn show(end: &End) -> String {
    let value = |value: &Argument| match value {
        Argument::F32(bits) => format!("{:?}", f32::from_bits(*bits)),
        Argument::F64(bits) => format!("{:?}", f64::from_bits(*bits)),
        integer => integer.to_string(),
    };
    match end {
        End::Values(values) => values.iter().map(value).collect::<Vec<_>>().join(" "),
        End::Trap(code) => format!("trap: {code}"),
        End::Unknown => "?".to_string(),
    }
}

impl TestProgram {
    /// Writes the ends that were unknown into the file.
    pub fn bless(&self, ends: &[End]) {
        let mut ends = ends.iter();
        let line = |line: &str| match line.strip_prefix(";; run: ") {
            Some(call) => {
                let end = show(ends.next().unwrap());
                match call.strip_suffix("=> ?") {
                    Some(call) => format!(";; run: {call}=> {end}").trim_end().to_string() + "\n",
                    None => format!("{line}\n"),
                }
            }
            None => format!("{line}\n"),
        };
        let text: String = self.text.lines().map(line).collect();
        std::fs::write(&self.path, text).unwrap();
    }

    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}
