//! Runs functions in the interpreter and on an emulated core and compares
//! results, traps and memory.
//!
//! The two place symbols at different addresses, so a function under test must
//! not let an address flow into its results or into memory.

use std::fmt;

use synth_ir::interp::{Halt, Interpreter, NoHost};
use synth_ir::{DataKind, Definition, Program, SymbolId, TrapCode};
use synth_thumb::{Code, Listing, Options, Span, inst};

use crate::compile::compile;
use crate::error::CallError;
use crate::loader::{Imports, Loader, ModuleId};
use crate::value::AbiVal;

/// Fuel for one call in the interpreter.
const FUEL: u64 = 2_000_000;

/// How a call ended, on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It returned these.
    Returned(Vec<AbiVal>),
    /// It trapped.
    Trapped(TrapCode),
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both sides did the same.
    Same,
    /// The representation leaves the call undefined, or it runs too long.
    Undefined,
}

/// A difference between the interpreter and the core.
#[derive(Debug, Default, thiserror::Error)]
pub struct Difference {
    /// What was called.
    pub call: String,
    /// What differs.
    pub what: String,
    /// The function in the text form.
    pub function: String,
    /// Its machine code.
    pub listing: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { call, what, function, listing } = self;
        write!(f, "{call}: {what}\n\n{function}\n{listing}")
    }
}

/// A program on both sides.
pub struct Differ<'p, 'l, 'h> {
    reference: &'p Program,
    program: &'p Program,
    codes: Vec<(SymbolId, Code)>,
    interpreter: Interpreter<'p>,
    loader: &'l mut Loader<'h>,
    module: ModuleId,
    /// Variables to compare after each call.
    variables: Vec<SymbolId>,
}

impl<'p, 'l, 'h> Differ<'p, 'l, 'h> {
    /// Compiles and loads a program that has no floats and no host functions.
    ///
    /// # Errors
    /// It does not compile, or its code is not what a decoder reads, or there is
    /// no room.
    pub fn new(
        program: &'p Program,
        loader: &'l mut Loader<'h>,
        options: &Options,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let codes = compile(&mut program.clone(), options)?;
        Self::with_codes(program, program, codes, loader)
    }

    /// Loads a program for the core, and `reference` for the interpreter. The
    /// functions that are called have the same names in both.
    ///
    /// # Errors
    /// As [`Differ::new`].
    pub fn with_codes(
        reference: &'p Program,
        program: &'p Program,
        codes: Vec<(SymbolId, Code)>,
        loader: &'l mut Loader<'h>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        for program in [reference, program] {
            synth_ir::verify(program).map_err(|errors| errors[0].to_string())?;
        }
        for (id, code) in &codes {
            check_code(code).map_err(|what| {
                let name = &program.symbols[*id].name;
                format!("{name}: {what}\n{}", Listing { name, code, program })
            })?;
        }
        let module = loader.load(program, &codes, &Imports::default())?;
        let interpreter = Interpreter::new(reference)?;
        let is_variable = |def: &Definition| matches!(def, Definition::Data(data) if data.kind != DataKind::Const && data.size < 4096);
        let variables = reference.symbols.iter().filter(|(_, s)| is_variable(&s.def));
        let variables = variables.map(|(id, _)| id).collect();
        Ok(Differ { reference, program, codes, interpreter, loader, module, variables })
    }

    /// The code of a function.
    #[must_use]
    pub fn code(&self, function: SymbolId) -> Option<&Code> {
        self.codes.iter().find(|(id, _)| *id == function).map(|(_, code)| code)
    }

    /// Calls a function of the reference on both sides.
    ///
    /// # Errors
    /// The two differ.
    pub fn call(
        &mut self,
        function: SymbolId,
        args: &[AbiVal],
    ) -> Result<Verdict, Box<Difference>> {
        let Some(body) = self.reference.function(function) else {
            return Ok(Verdict::Undefined);
        };
        let name = &self.reference.symbols[function].name;
        if self.program.find(name).is_none() || name == synth_thumb::TAIL_RETURNS {
            // A pass has removed it, or nothing calls it.
            return Ok(Verdict::Undefined);
        }
        let signature = body.signature.clone();
        self.interpreter.set_fuel(FUEL);
        let flat = AbiVal::flatten(args);
        let before = self.interpreter.memory().clone();
        let expected = match self.interpreter.call(function, &flat, &mut NoHost) {
            Ok(values) => AbiVal::unflatten(&signature.results, &values).map(End::Returned),
            Err(Halt::Trap(code)) => Some(End::Trapped(code)),
            Err(_) => None,
        };
        let Some(expected) = expected else {
            // What it did to the memory is undefined too.
            *self.interpreter.memory_mut() = before;
            return Ok(Verdict::Undefined);
        };
        let name = &self.reference.symbols[function].name;
        let found = match self.loader.call(self.module, name, &signature, args) {
            Ok(values) => End::Returned(values),
            Err(CallError::Trap(trap)) => End::Trapped(trap.code),
            Err(error) => {
                let what = format!("expected {expected:x?}, but {error}");
                return Err(self.difference(function, args, what));
            }
        };
        if found != expected {
            let what = format!("expected {expected:x?}, found {found:x?}");
            return Err(self.difference(function, args, what));
        }
        self.compare_memory(function, args)
    }

    fn compare_memory(
        &mut self,
        function: SymbolId,
        args: &[AbiVal],
    ) -> Result<Verdict, Box<Difference>> {
        for variable in self.variables.clone() {
            let symbol = &self.reference.symbols[variable];
            let Definition::Data(data) = &symbol.def else { continue };
            let mut expected = vec![0; data.size as usize];
            let read =
                self.interpreter.memory().read(self.interpreter.address(variable), &mut expected);
            let address = self.loader.address(self.module, &symbol.name);
            let found = address.map(|at| self.loader.machine().read(at, data.size));
            let what = match (read, found) {
                (Ok(()), Some(Ok(found))) if found == expected => continue,
                (Ok(()), Some(Ok(found))) => {
                    let at = expected.iter().zip(&found).position(|(a, b)| a != b).unwrap_or(0);
                    let (e, f) = (expected[at], found[at]);
                    format!("@{} + {at} is {f:#x}, not {e:#x}", symbol.name)
                }
                other => format!("@{} can't be read: {other:?}", symbol.name),
            };
            return Err(self.difference(function, args, what));
        }
        Ok(Verdict::Same)
    }

    fn difference(&self, function: SymbolId, args: &[AbiVal], what: String) -> Box<Difference> {
        let program = self.program;
        let name = &self.reference.symbols[function].name;
        let Some(function) = program.find(name) else { return Box::default() };
        let text = program
            .function(function)
            .map(|body| synth_ir::SymbolNames::new(program).function(function, body).to_string());
        let listing = self.code(function).map(|code| Listing { name, code, program }.to_string());
        Box::new(Difference {
            call: format!("{name}{args:x?} on {}", self.loader.machine.board().cpu()),
            what,
            function: text.unwrap_or_default(),
            listing: listing.unwrap_or_default(),
        })
    }
}

/// Checks that all stretches of instructions decode and end where they should.
///
/// # Errors
/// Where one doesn't.
pub fn check_code(code: &Code) -> Result<(), String> {
    let ends = code.spans.iter().skip(1).map(|(start, _)| *start);
    let ends = ends.chain([code.bytes.len() as u32]);
    for ((start, span), end) in code.spans.iter().zip(ends) {
        let mut at = *start as usize;
        let bytes = &code.bytes[..end as usize];
        while *span == Span::Thumb && at < bytes.len() {
            match inst::decode(&bytes[at..]) {
                Some((_, size)) => at += size as usize,
                None => return Err(format!("no instruction at {at:#x}: {:x?}", &bytes[at..])),
            }
        }
    }
    Ok(())
}
