//! Removes symbols that nothing refers to: local ones, and names of other
//! objects that are not used.
//!
//! Everything that other objects can see stays, as do the functions that
//! start code calls. Symbols are numbered anew.

use synth_ir::entity::{PrimaryMap, SecondaryMap};
use synth_ir::{Data, DataKind, Definition, InstData, Linkage, Program, Symbol, SymbolId};

use crate::{Change, Renumbering};

/// Removes dead symbols.
pub fn run(program: &mut Program) -> Change {
    let live = mark(program);
    if program.symbols.keys().all(|id| live[id]) {
        return Change::default();
    }
    let mut numbers: SecondaryMap<SymbolId, Option<SymbolId>> = SecondaryMap::new();
    let mut symbols = PrimaryMap::new();
    for (id, symbol) in std::mem::take(&mut program.symbols) {
        if live[id] {
            numbers[id] = Some(symbols.push(symbol));
        }
    }
    program.symbols = symbols;
    renumber(program, &numbers);
    Change { changed: true, symbols: Some(Renumbering(numbers)), ..Change::default() }
}

fn is_root(symbol: &Symbol) -> bool {
    match &symbol.def {
        Definition::UndefinedFunction | Definition::UndefinedData => false,
        Definition::Data(Data { kind: DataKind::InitArray | DataKind::FiniArray, .. }) => true,
        _ => symbol.retain || symbol.linkage != Linkage::Local,
    }
}

fn mark(program: &Program) -> SecondaryMap<SymbolId, bool> {
    let mut live = SecondaryMap::new();
    let mut work: Vec<SymbolId> =
        program.symbols.iter().filter(|(_, s)| is_root(s)).map(|(id, _)| id).collect();
    while let Some(id) = work.pop() {
        if !std::mem::replace(&mut live[id], true) {
            for_each_reference(&program.symbols[id].def, |id| work.push(id));
        }
    }
    live
}

fn for_each_reference(def: &Definition, mut f: impl FnMut(SymbolId)) {
    match def {
        Definition::UndefinedFunction | Definition::UndefinedData | Definition::Absolute(_) => {}
        Definition::Alias { target, .. } => f(*target),
        Definition::Data(data) => data.relocs.iter().for_each(|reloc| f(reloc.symbol)),
        Definition::Function(func) => {
            for &block in &func.layout {
                for &inst in &func.blocks[block].insts {
                    match func.insts[inst] {
                        InstData::SymbolAddr { symbol, .. } => f(symbol),
                        ref data => data.callee().into_iter().for_each(&mut f),
                    }
                }
            }
        }
    }
}

fn renumber(program: &mut Program, numbers: &SecondaryMap<SymbolId, Option<SymbolId>>) {
    for symbol in program.symbols.values_mut() {
        // Dead instructions may name symbols that are gone: any number will do.
        map_symbols(&mut symbol.def, |id| *id = numbers[*id].unwrap_or(*id));
    }
    for source in &mut program.sources {
        source.function = source.function.and_then(|id| numbers[id]);
    }
}

/// Calls `f` with each symbol that a definition names, dead instructions
/// included.
pub(crate) fn map_symbols(def: &mut Definition, mut f: impl FnMut(&mut SymbolId)) {
    match def {
        Definition::UndefinedFunction | Definition::UndefinedData | Definition::Absolute(_) => {}
        Definition::Alias { target, .. } => f(target),
        Definition::Data(data) => data.relocs.iter_mut().for_each(|r| f(&mut r.symbol)),
        Definition::Function(func) => {
            for data in func.insts.values_mut() {
                match data {
                    InstData::SymbolAddr { symbol, .. } => f(symbol),
                    data => data.callee_mut().into_iter().for_each(&mut f),
                }
            }
        }
    }
}
