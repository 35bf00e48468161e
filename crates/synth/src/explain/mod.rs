//! `synth explain`: what each function was, what the passes made of it, and
//! its machine code with what that costs, joined by places in the source.
//!
//! `record` watches the passes; this module joins what it saw with the
//! modules' text and the code; `text` and `page` write it down.

mod code;
mod diff;
mod page;
mod record;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::{SourceLoc, SymbolId};
use synth_thumb::timing::Core;
use synth_wasm::TextLine;

pub use code::{Block, Machine, MachineLine, Sizes};
pub use record::After;
use record::Recorder;

use crate::inputs::Unit;
use crate::{Compiled, Compiler, Error, Source};

/// What to explain.
#[derive(Clone, Debug, Default)]
pub struct ExplainOptions {
    /// The functions, by name; all of the program, if it is empty.
    pub functions: Vec<String>,
    /// The passes after which the representation is shown.
    pub after: After,
}

/// A program by function.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The inputs' names.
    pub inputs: Vec<String>,
    /// What it was compiled for: CPU and level.
    pub target: String,
    /// The core whose timing the estimates have.
    pub core: Core,
    /// The names of all functions that there were, by [`Place::function`].
    pub names: Vec<String>,
    /// The functions, in the order of the object.
    pub functions: Vec<Function>,
}

/// A function of the program.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its symbol's name.
    pub name: String,
    /// Its number in [`Explanation::names`].
    pub number: u32,
    /// Its text and that of the functions that were inlined into it.
    pub wasm: Vec<Body>,
    /// The representation after passes, in order; none if code generation
    /// made the function of pieces of others.
    pub versions: Vec<Version>,
    /// Its machine code.
    pub machine: Machine,
}

/// The text of a WebAssembly function.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its number in [`Explanation::names`].
    pub number: u32,
    /// The input that it is from.
    pub input: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The representation of a function at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The passes since which it has been so.
    pub passes: Vec<String>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line of text, with the places that it comes from: the operator, then the
/// calls that it was inlined at, outwards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The text.
    pub text: String,
    /// Where it comes from; empty if unknown.
    pub places: Vec<Place>,
}

/// A place in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The function, by number in [`Explanation::names`].
    pub function: u32,
    /// Byte offset in the module.
    pub offset: u32,
}

impl Compiler {
    /// Compiles as [`Compiler::compile_sources`] does, and tells how.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::NoFunction`] if one that is asked for has no
    /// code.
    pub fn explain(
        &self,
        sources: &[Source<'_>],
        options: &ExplainOptions,
    ) -> Result<Explanation, Error> {
        let mut recorder = Recorder::new(options);
        let (compiled, units) = self.compile_with_units(sources, &mut recorder)?;
        recorder.finish(&compiled.program);
        check_names(&options.functions, &compiled, &recorder)?;
        let core = match compiled.options().cpu.core {
            "cortex-m3" => Core::M3,
            _ => Core::M4,
        };
        let texts = Texts::new(&units, &compiled, &recorder)?;
        let explained = |id: &SymbolId| {
            let name = &compiled.program.symbols[*id].name;
            options.functions.is_empty() || options.functions.contains(name)
        };
        let functions = compiled.codes.iter().filter(|(id, _)| explained(id)).map(|(id, code)| {
            let number = recorder.number(*id);
            let machine =
                Machine::new(code, &compiled.program, core, |loc| recorder.places(loc, number));
            let versions = recorder.versions(number);
            let wasm = texts.bodies(number, &versions, &machine);
            let name = compiled.program.symbols[*id].name.clone();
            Function { name, number, wasm, versions, machine }
        });
        Ok(Explanation {
            inputs: sources.iter().map(|source| source.name.to_string()).collect(),
            target: format!("{} at -O{}", compiled.options().cpu, compiled.options().level),
            core,
            functions: functions.collect(),
            names: recorder.names().to_vec(),
        })
    }
}

/// Whether the functions that are asked for have code; else says why not.
fn check_names(names: &[String], compiled: &Compiled, recorder: &Recorder) -> Result<(), Error> {
    let name_of = |id: SymbolId| &compiled.program.symbols[id].name;
    let compiled_names: BTreeSet<&String> =
        compiled.codes.iter().map(|(id, _)| name_of(*id)).collect();
    let Some(name) = names.iter().find(|name| !compiled_names.contains(name)) else {
        return Ok(());
    };
    let numbers: BTreeSet<u32> = recorder.numbers_of(name).collect();
    if numbers.is_empty() {
        let functions = compiled_names.into_iter().cloned().collect();
        return Err(Error::NoFunction { name: name.clone(), functions });
    }
    let holds = |loc: &SourceLoc| {
        recorder.places(*loc, u32::MAX).iter().any(|place| numbers.contains(&place.function))
    };
    let is_inlined = |function: &synth_ir::Function| {
        let blocks = function.layout.iter().map(|&block| &function.blocks[block]);
        blocks.flat_map(|block| &block.insts).any(|&inst| holds(&function.locs[inst]))
    };
    let functions = compiled.program.functions().filter(|(_, function)| is_inlined(function));
    let into = functions.map(|(id, _)| name_of(id).clone());
    Err(Error::NoCode { name: name.clone(), into: into.collect() })
}

/// The text of all modules' functions.
struct Texts {
    bodies: BTreeMap<u32, Body>,
}

impl Texts {
    fn new(units: &[Unit], compiled: &Compiled, recorder: &Recorder) -> Result<Self, Error> {
        let mut bodies: BTreeMap<u32, Body> = BTreeMap::new();
        let mut symbols = compiled.functions.iter();
        for Unit { name: input, module } in units {
            for lines in module.function_texts()? {
                let Some(Some(symbol)) = symbols.next() else { continue };
                let number = symbol.as_u32();
                // Of several definitions, that which the program took.
                let is_right = |lines: &[TextLine]| {
                    let places = lines.iter().filter_map(|line| line.offset);
                    recorder
                        .first_offset(number)
                        .is_none_or(|first| places.clone().any(|o| o == first))
                };
                if lines.is_empty() || !is_right(&lines) {
                    continue;
                }
                let line = |TextLine { offset, text }| {
                    let place = offset.map(|offset| Place { function: number, offset });
                    Line { text, places: place.into_iter().collect() }
                };
                let lines = lines.into_iter().map(line).collect();
                bodies.entry(number).or_insert(Body { number, input: input.clone(), lines });
            }
        }
        Ok(Texts { bodies })
    }

    /// The text of a function, and of what was inlined into it in the order
    /// in which it appears.
    fn bodies(&self, number: u32, versions: &[Version], machine: &Machine) -> Vec<Body> {
        let mut order = vec![number];
        let lines = versions.iter().flat_map(|v| &v.lines).map(|l| &l.places);
        for place in machine.lines.iter().map(|l| &l.places).chain(lines).flatten() {
            if !order.contains(&place.function) {
                order.push(place.function);
            }
        }
        order.iter().filter_map(|number| self.bodies.get(number).cloned()).collect()
    }
}
