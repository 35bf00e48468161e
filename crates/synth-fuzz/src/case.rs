//! Cases, traces, and what an engine does with them.

use synth_ir::TrapCode;
use synth_wasm::{ExternKind, Module, ValType};

/// A call of an exported function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The export's name.
    pub name: String,
    /// The arguments' bits; a 32-bit one is zero-extended.
    pub args: Vec<u64>,
}

/// A module and what is called in it, in order.
#[derive(Clone, Debug)]
pub struct Case {
    /// The parsed module.
    pub module: Module,
    /// The calls.
    pub calls: Vec<Call>,
}

/// Why a text is no case.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CaseError {
    /// The module does not parse.
    #[error(transparent)]
    Module(#[from] synth_wasm::Error),
    /// A `;; call` line that can't be read.
    #[error("bad call: {0}")]
    Call(String),
}

impl Case {
    /// Reads a module in the text format with its calls in comments:
    ///
    /// ```text
    /// ;; call NAME ARG…
    /// ```
    ///
    /// Arguments are decimal or hexadecimal integers; for a float, its bits.
    ///
    /// # Errors
    /// If the module or a call is malformed.
    pub fn from_wat(text: &str) -> Result<Case, CaseError> {
        let module = Module::parse(text.as_bytes())?;
        let mut calls = Vec::new();
        for line in text.lines() {
            let Some(call) = line.trim().strip_prefix(";; call ") else { continue };
            let mut words = call.split_whitespace();
            let name = words.next().unwrap_or_default().to_string();
            let args = words.map(parse_bits).collect::<Option<Vec<u64>>>();
            let bad = || CaseError::Call(line.to_string());
            let mut args = args.ok_or_else(bad)?;
            let export = module
                .exports
                .iter()
                .find(|e| e.kind == ExternKind::Function && e.name == name)
                .ok_or_else(bad)?;
            let params = module.function_type(export.index).map_or(&[][..], |t| &t.params);
            if params.len() != args.len() {
                return Err(bad());
            }
            for (arg, ty) in args.iter_mut().zip(params) {
                if matches!(ty, ValType::I32 | ValType::F32) {
                    *arg &= 0xffff_ffff;
                }
            }
            calls.push(Call { name, args });
        }
        Ok(Case { module, calls })
    }
}

fn parse_bits(text: &str) -> Option<u64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let bits = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(if negative { bits.wrapping_neg() } else { bits })
}

/// How instantiation or a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It returned these values, as bits.
    Returned(Vec<u64>),
    /// It trapped.
    Trapped(TrapCode),
    /// The engine ran out of fuel or stack, or does not support what was
    /// reached. The trace ends here.
    GaveUp(String),
}

/// What can be seen of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Instantiation, then each call.
    pub ends: Vec<End>,
    /// Contents of the exported memories in the end.
    pub memories: Vec<(String, Vec<u8>)>,
    /// Bits of the exported globals in the end.
    pub globals: Vec<(String, u64)>,
    /// What the host has been called with, as a checksum.
    pub host: u64,
}

impl Trace {
    /// Whether the run was cut short.
    pub fn gave_up(&self) -> bool {
        matches!(self.ends.last(), Some(End::GaveUp(_)))
    }
}

/// Why an engine has no trace at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine does not support the module; the case says nothing.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The engine failed where it should not.
    #[error("{0}")]
    Failed(String),
}

/// Something that runs WebAssembly.
pub trait Engine {
    /// Its name, for reports.
    fn name(&self) -> &str;

    /// Instantiates the module and makes the first `calls` calls.
    ///
    /// # Errors
    /// If there is nothing to compare.
    fn run(&mut self, case: &Case, calls: usize) -> Result<Trace, EngineError>;
}
