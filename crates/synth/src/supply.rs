//! Copies functions of a library program into one that calls them.
//!
//! The copies are COMDAT: several objects of one link may each bring theirs,
//! and the linker keeps one.

use std::collections::{BTreeMap, HashMap};

use synth_ir::{Definition, Function, InstData, Linkage, Program, SourceLoc, SymbolId, Visibility};

/// Defines the undefined functions of `program` for which `wanted` holds and
/// that `library` has, and what those need of it in turn. What the library
/// leaves undefined, and its functions that are not wanted, stay undefined.
pub(crate) fn supply(program: &mut Program, library: &Program, wanted: impl Fn(&str) -> bool) {
    let mut names: HashMap<String, SymbolId> = program
        .symbols
        .iter()
        .filter(|(_, s)| s.linkage != Linkage::Local)
        .map(|(id, s)| (s.name.clone(), id))
        .collect();
    let mut work: Vec<SymbolId> = program
        .symbols
        .iter()
        .filter(|(_, s)| matches!(s.def, Definition::UndefinedFunction) && wanted(&s.name))
        .map(|(id, _)| id)
        .collect();
    while let Some(id) = work.pop() {
        let Some((_, body)) = find(library, &program.symbols[id].name) else { continue };
        let mut copy = body.clone();
        let mut callees = BTreeMap::new();
        for callee in referred(&copy) {
            let symbol = &library.symbols[callee];
            let there = *names.entry(symbol.name.clone()).or_insert_with(|| {
                let def = Definition::UndefinedFunction;
                let there = program.add(symbol.name.clone(), Linkage::Global, def);
                if wanted(&symbol.name) {
                    work.push(there);
                }
                there
            });
            callees.insert(callee, there);
        }
        rename(&mut copy, &callees);
        let symbol = &mut program.symbols[id];
        symbol.linkage = Linkage::Comdat;
        symbol.visibility = Visibility::Hidden;
        symbol.def = Definition::Function(Box::new(copy));
    }
}

/// The definition of a global function, through an alias too.
fn find<'l>(library: &'l Program, name: &str) -> Option<(SymbolId, &'l Function)> {
    let id = library.find(name)?;
    match library.symbols[id].def {
        Definition::Alias { target, offset: 0 } => library.function(target).map(|f| (target, f)),
        _ => library.function(id).map(|f| (id, f)),
    }
}

/// The symbols that a function names.
fn referred(func: &Function) -> Vec<SymbolId> {
    let insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    let symbols = insts.filter_map(|&inst| match func.insts[inst] {
        InstData::SymbolAddr { symbol, .. } => Some(symbol),
        ref data => data.callee(),
    });
    symbols.collect()
}

/// Replaces the symbols that a function names; its source locations are those
/// of another module and go.
fn rename(func: &mut Function, by: &BTreeMap<SymbolId, SymbolId>) {
    for data in func.insts.values_mut() {
        let symbol = match data {
            InstData::SymbolAddr { symbol, .. } => Some(symbol),
            data => data.callee_mut(),
        };
        if let Some(symbol) = symbol
            && let Some(&new) = by.get(symbol)
        {
            *symbol = new;
        }
    }
    for inst in func.insts.keys().collect::<Vec<_>>() {
        func.locs[inst] = SourceLoc::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_functions_are_copied_once() {
        let library = Program::parse(
            "\
global func @lib_a(i32) -> (i32) {
b0(v0: i32):
  v1 = call @lib_b(v0): (i32) -> (i32)
  v2 = call @other(v1): (i32) -> (i32)
  return v2
}

global func @lib_b(i32) -> (i32) {
b0(v0: i32):
  return v0
}

global func @lib_unused() -> () {
b0:
  return
}

global func @other(i32) -> (i32) {
b0(v0: i32):
  return v0
}
",
        )
        .expect("a program");
        let mut program = Program::parse(
            "\
global undefined func @lib_a

global undefined func @lib_b

global func @f(i32) -> (i32) {
b0(v0: i32):
  v1 = call @lib_a(v0): (i32) -> (i32)
  v2 = call @lib_b(v1): (i32) -> (i32)
  return v2
}
",
        )
        .expect("a program");
        supply(&mut program, &library, |name| name.starts_with("lib_"));
        assert_eq!(synth_ir::verify(&program), Ok(()));
        let kinds: Vec<(&str, Linkage, bool)> = program
            .symbols
            .iter()
            .map(|(id, s)| (s.name.as_str(), s.linkage, program.function(id).is_some()))
            .collect();
        assert_eq!(
            kinds,
            [
                ("lib_a", Linkage::Comdat, true),
                ("lib_b", Linkage::Comdat, true),
                ("f", Linkage::Global, true),
                ("other", Linkage::Global, false),
            ]
        );
    }
}
