//! Several programs to one, so that passes see across the border of objects.
//!
//! Symbols that are not local are the same if they have the same name (the
//! ELF rules, which are also those of wasm objects): one strong definition
//! wins over weak and COMDAT ones, of which else the first is kept; what
//! nobody defines stays undefined. All else keeps its order, so that
//! constructors run in the order of the inputs.

use std::collections::HashMap;
use std::fmt;

use synth_ir::entity::SecondaryMap;
use synth_ir::{
    Definition, Function, Linkage, Program, Signature, SourceLoc, Symbol, SymbolId, Visibility,
};

use crate::Renumbering;
use crate::dead_symbols::map_symbols;

/// A program with the name that messages call it by.
#[derive(Clone, Debug)]
pub struct Input {
    /// The file, and the member if that is an archive.
    pub name: String,
    /// What is in it.
    pub program: Program,
}

/// One program of several.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The program.
    pub program: Program,
    /// What the numbers of each input's symbols have become.
    pub numbers: Vec<Renumbering>,
}

/// Inputs that do not fit together: everything that is wrong, in the order of
/// the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// At least one.
    pub problems: Vec<Problem>,
}

/// Why two inputs do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Two strong definitions of one name.
    Duplicate {
        /// The symbol.
        symbol: String,
        /// The input that defines it first.
        first: String,
        /// The other one.
        second: String,
    },
    /// A function here and data there.
    Kind {
        /// The symbol.
        symbol: String,
        /// An input for which it is a function.
        function: String,
        /// An input for which it is data.
        data: String,
    },
    /// A call that is not made as the function expects.
    Signature {
        /// The function that is called.
        symbol: String,
        /// The input that calls it.
        caller: String,
        /// The function that calls it.
        calling: String,
        /// The signature of the call.
        called: Signature,
        /// The input that defines it.
        definer: String,
        /// The signature of the definition.
        defined: Signature,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Duplicate { symbol, first, second } => {
                write!(f, "duplicate symbol `{symbol}`: defined in {first} and in {second}")
            }
            Problem::Kind { symbol, function, data } => {
                write!(f, "`{symbol}` is a function in {function}, but data in {data}")
            }
            Problem::Signature { symbol, caller, calling, called, definer, defined } => write!(
                f,
                "`{calling}` in {caller} calls `{symbol}` as {called}, but {definer} defines it \
                 as {defined}: give both the same prototype"
            ),
        }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            let newline = if i == 0 { "" } else { "\n" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LinkError {}

/// Makes one program of several.
///
/// # Errors
/// If a symbol is defined twice, is a function here and data there, or is
/// called with another signature than it is defined with.
pub fn link(inputs: Vec<Input>) -> Result<Linked, LinkError> {
    let table = Table::new(&inputs);
    let mut problems = table.problems(&inputs);
    signatures(&inputs, &table, &mut problems);
    if !problems.is_empty() {
        return Err(LinkError { problems });
    }
    Ok(table.merge(inputs))
}

/// A symbol of an input.
type Place = (usize, SymbolId);

/// All symbols of one name that are not local.
struct Entry {
    /// The one that the program keeps.
    winner: Place,
    /// How strongly that one is defined.
    strength: Strength,
    /// Whether somebody must have it.
    needed: bool,
    hidden: bool,
    retain: bool,
    function: Option<usize>,
    data: Option<usize>,
    /// Inputs with a strong definition beside the winner.
    duplicates: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Undefined,
    Weak,
    Strong,
}

fn strength(symbol: &Symbol) -> Strength {
    match (&symbol.def, symbol.linkage) {
        (Definition::UndefinedFunction | Definition::UndefinedData, _) => Strength::Undefined,
        (_, Linkage::Weak | Linkage::Comdat) => Strength::Weak,
        (_, Linkage::Global | Linkage::Local) => Strength::Strong,
    }
}

/// Whether a symbol is code; an alias is what it stands for.
fn is_function(program: &Program, mut id: SymbolId) -> bool {
    // A chain of aliases is no longer than the program.
    for _ in 0..program.symbols.len() {
        match program.symbols[id].def {
            Definition::Alias { target, .. } => id = target,
            Definition::Function(_) | Definition::UndefinedFunction => return true,
            _ => return false,
        }
    }
    false
}

/// Who wins, by name.
struct Table {
    entries: Vec<Entry>,
    /// By input and symbol; none for local symbols.
    entry_of: Vec<SecondaryMap<SymbolId, Option<u32>>>,
}

impl Table {
    fn new(inputs: &[Input]) -> Self {
        let mut names: HashMap<&str, u32> = HashMap::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut entry_of = Vec::new();
        for (number, input) in inputs.iter().enumerate() {
            let mut of = SecondaryMap::new();
            for (id, symbol) in &input.program.symbols {
                if symbol.linkage == Linkage::Local {
                    continue;
                }
                let entry = *names.entry(&symbol.name).or_insert_with(|| {
                    entries.push(Entry::new((number, id)));
                    entries.len() as u32 - 1
                });
                of[id] = Some(entry);
                entries[entry as usize].add(&input.program, (number, id), symbol);
            }
            entry_of.push(of);
        }
        Table { entries, entry_of }
    }

    fn entry(&self, (input, symbol): Place) -> Option<&Entry> {
        self.entry_of[input][symbol].map(|entry| &self.entries[entry as usize])
    }

    /// Names that are defined twice or as two things.
    fn problems(&self, inputs: &[Input]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for entry in &self.entries {
            let (first, id) = entry.winner;
            let symbol = &inputs[first].program.symbols[id].name;
            let name = |input: usize| inputs[input].name.clone();
            if let (Some(function), Some(data)) = (entry.function, entry.data) {
                let (function, data) = (name(function), name(data));
                problems.push(Problem::Kind { symbol: symbol.clone(), function, data });
            } else {
                problems.extend(entry.duplicates.iter().map(|&second| Problem::Duplicate {
                    symbol: symbol.clone(),
                    first: name(first),
                    second: name(second),
                }));
            }
        }
        problems
    }

    fn merge(&self, inputs: Vec<Input>) -> Linked {
        let mut numbers: Vec<_> = inputs.iter().map(|_| SecondaryMap::new()).collect();
        let mut program = Program::new();
        let mut parts = Vec::new();
        for (number, input) in inputs.into_iter().enumerate() {
            let Program { symbols, sources } = input.program;
            let mut aliased = SecondaryMap::new();
            for symbol in symbols.values() {
                if let Definition::Alias { target, .. } = symbol.def {
                    aliased[target] = true;
                }
            }
            let mut bodies = SecondaryMap::new();
            for (id, mut symbol) in symbols {
                let entry = self.entry((number, id));
                match entry {
                    Some(entry) if entry.winner == (number, id) => entry.finish(&mut symbol),
                    Some(_) if !aliased[id] || strength(&symbol) == Strength::Undefined => continue,
                    // Another name of this body was not overridden with it.
                    Some(_) => {
                        symbol.linkage = Linkage::Local;
                        symbol.name += ".overridden";
                    }
                    None => {}
                }
                let new = program.symbols.push(symbol);
                bodies[id] = Some(new);
                if entry.is_none_or(|entry| entry.winner == (number, id)) {
                    numbers[number][id] = Some(new);
                }
            }
            parts.push((sources, bodies));
        }
        self.resolve_losers(&mut numbers);
        for (number, (sources, bodies)) in parts.into_iter().enumerate() {
            let base = program.sources.len() as u32 - 1;
            let shift = |loc: SourceLoc| match loc.0 {
                0 => loc,
                n => SourceLoc(n + base),
            };
            program.sources.extend(sources.into_iter().skip(1).map(|mut source| {
                source.function = source.function.and_then(|id| numbers[number][id]);
                source.inlined_at = shift(source.inlined_at);
                source
            }));
            for (_, id) in bodies.iter() {
                if let Some(id) = *id {
                    renumber(&mut program.symbols[id], &numbers[number], &bodies, shift);
                }
            }
        }
        Linked { program, numbers: numbers.into_iter().map(Renumbering).collect() }
    }

    /// Symbols that did not win are the winner from now on.
    fn resolve_losers(&self, numbers: &mut [SecondaryMap<SymbolId, Option<SymbolId>>]) {
        for (number, of) in self.entry_of.iter().enumerate() {
            for (id, entry) in of.iter() {
                if let Some(entry) = entry {
                    let (input, winner) = self.entries[*entry as usize].winner;
                    numbers[number][id] = numbers[input][winner];
                }
            }
        }
    }
}

impl Entry {
    fn new(winner: Place) -> Self {
        Entry {
            winner,
            strength: Strength::Undefined,
            needed: false,
            hidden: false,
            retain: false,
            function: None,
            data: None,
            duplicates: Vec::new(),
        }
    }

    fn add(&mut self, program: &Program, place: Place, symbol: &Symbol) {
        let strength = strength(symbol);
        if strength > self.strength {
            self.winner = place;
            self.strength = strength;
        } else if strength == Strength::Strong {
            self.duplicates.push(place.0);
        }
        self.needed |= symbol.linkage == Linkage::Global;
        self.hidden |= symbol.visibility == Visibility::Hidden;
        self.retain |= symbol.retain;
        let kind = match is_function(program, place.1) {
            true => &mut self.function,
            false => &mut self.data,
        };
        kind.get_or_insert(place.0);
    }

    /// Gives the winner what the others ask for.
    fn finish(&self, symbol: &mut Symbol) {
        if self.strength == Strength::Undefined && self.needed {
            symbol.linkage = Linkage::Global;
        }
        if self.hidden {
            symbol.visibility = Visibility::Hidden;
        }
        symbol.retain |= self.retain;
    }
}

/// Renumbers what a symbol refers to: others by `numbers`, the body that an
/// alias stands for by `bodies`.
fn renumber(
    symbol: &mut Symbol,
    numbers: &SecondaryMap<SymbolId, Option<SymbolId>>,
    bodies: &SecondaryMap<SymbolId, Option<SymbolId>>,
    shift: impl Fn(SourceLoc) -> SourceLoc,
) {
    if let Definition::Alias { target, .. } = &mut symbol.def {
        *target = bodies[*target].or(numbers[*target]).unwrap_or(*target);
        return;
    }
    // Dead instructions may name anything.
    map_symbols(&mut symbol.def, |id| *id = numbers[*id].unwrap_or(*id));
    if let Definition::Function(function) = &mut symbol.def {
        shift_sources(function, shift);
    }
}

fn shift_sources(function: &mut Function, shift: impl Fn(SourceLoc) -> SourceLoc) {
    for inst in function.insts.keys() {
        let loc = function.locs[inst];
        if loc != SourceLoc::default() {
            function.locs[inst] = shift(loc);
        }
    }
}

/// Compares calls across the border of inputs with the definitions.
fn signatures(inputs: &[Input], table: &Table, problems: &mut Vec<Problem>) {
    for (number, input) in inputs.iter().enumerate() {
        // One message for each function that is called wrongly.
        let mut seen: SecondaryMap<SymbolId, bool> = SecondaryMap::new();
        for (calling, function) in input.program.functions() {
            let insts = function.layout.iter().flat_map(|&block| &function.blocks[block].insts);
            for &inst in insts {
                let data = &function.insts[inst];
                let (Some(callee), Some(sig)) = (data.callee(), data.call_sig()) else { continue };
                let Some(entry) = table.entry((number, callee)) else { continue };
                let (definer, winner) = entry.winner;
                if definer == number || seen[callee] {
                    continue;
                }
                let Some(defined) = signature(&inputs[definer].program, winner) else { continue };
                let called = &function.sigs[sig];
                if (&called.params, &called.results) != (&defined.params, &defined.results) {
                    seen[callee] = true;
                    problems.push(Problem::Signature {
                        symbol: input.program.symbols[callee].name.clone(),
                        caller: input.name.clone(),
                        calling: input.program.symbols[calling].name.clone(),
                        called: called.clone(),
                        definer: inputs[definer].name.clone(),
                        defined: defined.clone(),
                    });
                }
            }
        }
    }
}

/// The signature of a defined function, through aliases.
fn signature(program: &Program, mut id: SymbolId) -> Option<&Signature> {
    for _ in 0..program.symbols.len() {
        match &program.symbols[id].def {
            Definition::Alias { target, offset: 0 } => id = *target,
            Definition::Function(function) => return Some(&function.signature),
            _ => return None,
        }
    }
    None
}
