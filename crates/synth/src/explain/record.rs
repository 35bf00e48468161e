//! Watches the passes: keeps functions after those that are asked for, and
//! what places in the source are called although their functions go.
//!
//! A function's number is that of its symbol before the first pass, and for
//! symbols that passes add the next free one; numbers stay when symbols get
//! new ones.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::entity::{EntityRef, SecondaryMap};
use synth_ir::{Program, SourceLoc, SymbolId, SymbolNames};
use synth_opt::{Observer, Renumbering};
use synth_thumb::OUTLINED;

use super::{ExplainOptions, Line, Place, Version};

/// The passes after which the representation is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// Translation and the last pass.
    #[default]
    Ends,
    /// Each pass that changed the function.
    All,
    /// Translation, these passes where they changed the function, and the last pass.
    Passes(Vec<String>),
}

/// Calls that a place was inlined at, beyond which no more are told.
const NESTING: usize = 64;

/// What is known of a source location.
#[derive(Clone, Copy)]
struct Known {
    function: Option<u32>,
    offset: u32,
    inlined_at: SourceLoc,
}

/// Watches the passes.
pub(super) struct Recorder {
    after: After,
    /// Names of the functions that are kept; all, if it is empty.
    wanted: BTreeSet<String>,
    /// Names of all symbols, by number.
    names: Vec<String>,
    /// The number of each symbol as it is called now.
    numbers: SecondaryMap<SymbolId, Option<u32>>,
    sources: Vec<Known>,
    /// What is shown, by number.
    versions: BTreeMap<u32, Vec<Version>>,
    /// How each function is now, by number, and since which pass.
    last: BTreeMap<u32, Vec<Line>>,
    /// How often each pass has run.
    runs: BTreeMap<String, u32>,
    /// The first place of each function.
    first: BTreeMap<u32, u32>,
}

impl Recorder {
    pub(super) fn new(options: &ExplainOptions) -> Self {
        Recorder {
            after: options.after.clone(),
            wanted: options.functions.iter().cloned().collect(),
            names: vec![],
            numbers: SecondaryMap::new(),
            sources: vec![],
            versions: BTreeMap::new(),
            last: BTreeMap::new(),
            runs: BTreeMap::new(),
            first: BTreeMap::new(),
        }
    }

    /// Numbers new symbols and takes over new source locations.
    fn update(&mut self, program: &Program) {
        for (id, symbol) in &program.symbols {
            if self.numbers[id].is_none() {
                self.numbers[id] = Some(self.names.len() as u32);
                self.names.push(symbol.name.clone());
            }
        }
        for source in &program.sources[self.sources.len()..] {
            let function = source.function.and_then(|id| self.numbers[id]);
            if let Some(function) = function {
                self.first.entry(function).or_insert(source.offset);
            }
            let (offset, inlined_at) = (source.offset, source.inlined_at);
            self.sources.push(Known { function, offset, inlined_at });
        }
    }

    /// Looks at functions again; says which differ from before.
    fn look(&mut self, program: &Program, ids: &[SymbolId]) -> Vec<u32> {
        let names = SymbolNames::new(program);
        let mut changed = vec![];
        for &id in ids {
            let Some(function) = program.function(id) else { continue };
            if !self.wanted.is_empty() && !self.wanted.contains(&program.symbols[id].name) {
                continue;
            }
            let number = self.number(id);
            let lines = names
                .function(id, function)
                .lines()
                .into_iter()
                .map(|(text, loc)| Line { text, places: self.places(loc, number) });
            let lines: Vec<Line> = lines.collect();
            if self.last.get(&number) != Some(&lines) {
                self.last.insert(number, lines);
                changed.push(number);
            }
        }
        changed
    }

    /// Shows a function as it is now.
    fn show(&mut self, number: u32, pass: &str) {
        let Some(lines) = self.last.get(&number) else { return };
        let versions = self.versions.entry(number).or_default();
        match versions.last_mut() {
            Some(shown) if shown.lines == *lines => shown.passes.push(pass.to_string()),
            _ => versions.push(Version { passes: vec![pass.to_string()], lines: lines.clone() }),
        }
    }

    /// All passes have run, and code has been generated.
    pub(super) fn finish(&mut self, program: &Program) {
        let shown: Vec<u32> = self.last.keys().copied().collect();
        shown.into_iter().for_each(|number| self.show(number, "the last pass"));
        self.update(program);
        // What was added for code generation has seen no pass, and what that
        // moved out of functions has no representation.
        let is_shown = |id: &SymbolId| {
            !self.last.contains_key(&self.number(*id))
                && !program.symbols[*id].name.starts_with(OUTLINED)
        };
        let new: Vec<SymbolId> = program.functions().map(|(id, _)| id).filter(is_shown).collect();
        for number in self.look(program, &new) {
            self.show(number, "code generation's addition");
        }
    }

    /// The number of a symbol of the program as it is now.
    pub(super) fn number(&self, id: SymbolId) -> u32 {
        self.numbers[id].unwrap_or(u32::MAX)
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The numbers of the symbols of a name.
    pub(super) fn numbers_of(&self, name: &str) -> impl Iterator<Item = u32> {
        let named = self.names.iter().enumerate().filter(move |(_, n)| *n == name);
        named.map(|(number, _)| number as u32)
    }

    /// The offset of a function's first place.
    pub(super) fn first_offset(&self, number: u32) -> Option<u32> {
        self.first.get(&number).copied()
    }

    pub(super) fn versions(&self, number: u32) -> Vec<Version> {
        self.versions.get(&number).cloned().unwrap_or_default()
    }

    /// The places of a source location in function `within`.
    pub(super) fn places(&self, loc: SourceLoc, within: u32) -> Vec<Place> {
        let (mut places, mut loc) = (vec![], loc);
        while loc != SourceLoc::default() && places.len() < NESTING {
            let Some(known) = self.sources.get(loc.0 as usize) else { break };
            let function = known.function.unwrap_or(within);
            places.push(Place { function, offset: known.offset });
            loc = known.inlined_at;
        }
        places
    }
}

impl Observer for Recorder {
    fn before(&mut self, program: &Program) {
        self.update(program);
        let all: Vec<SymbolId> = program.functions().map(|(id, _)| id).collect();
        for number in self.look(program, &all) {
            self.show(number, "translate");
        }
    }

    fn renumbered(&mut self, numbers: &Renumbering) {
        let mut new = SecondaryMap::new();
        for index in 0..self.numbers.keys().count() {
            let old = SymbolId::new(index);
            if let Some(id) = numbers.get(old) {
                new[id] = self.numbers[old];
            }
        }
        self.numbers = new;
    }

    fn after(&mut self, stage: &str, program: &Program, changed: &[SymbolId]) {
        self.update(program);
        let run = self.runs.entry(stage.to_string()).or_default();
        *run += 1;
        let name = if *run == 1 { stage.to_string() } else { format!("{stage} ({run})") };
        let is_shown = match &self.after {
            After::Ends => false,
            After::All => true,
            After::Passes(passes) => passes.iter().any(|pass| pass == stage),
        };
        for number in self.look(program, changed) {
            if is_shown {
                self.show(number, &name);
            }
        }
    }
}
