//! Rules of the contract that place or relax what the program does not have: a
//! misspelt name would go unnoticed. One contract may serve several objects, so
//! that is no error. A name that is only renamed, declared or bound to a
//! `va_list` is not looked at: the host's linker or the bridge miss it.

use std::collections::BTreeSet;

use synth_ir::{Definition, Program};

use super::{Border, Terms};

/// A line for each, in the order of kinds and names.
pub(super) fn lines(program: &Program, terms: &Terms<'_>, border: &Border) -> Vec<String> {
    let contract = terms.contract;
    let (functions, data) = defined(program, border);
    let names: BTreeSet<&str> = program.symbols.values().map(|s| s.name.as_str()).collect();
    let mut lines = vec![];
    let mut line = |line: usize, what: &str, name: &str, why: &str| {
        lines.push(format!("{}:{line}: [{what}.{name}] has no effect: {why}", contract.file));
    };
    for (name, rules) in &contract.functions {
        let places = rules.section.is_some() || rules.align.is_some();
        if places && !functions.contains(name.as_str()) {
            line(rules.line, "function", name, "no input defines a function of that name");
        }
    }
    for (name, rules) in &contract.data {
        let places = rules.section.is_some() || rules.align.is_some() || rules.readonly.is_some();
        if places && !data.contains(name.as_str()) {
            line(rules.line, "data", name, "no input defines a variable of that name");
        } else if !places && rules.volatile.is_some() && !names.contains(name.as_str()) {
            line(rules.line, "data", name, "no input has a variable of that name");
        }
    }
    let segments: BTreeSet<usize> = program
        .symbols
        .values()
        .filter_map(|symbol| contract.section(symbol.section.as_deref()?))
        .map(|rules| rules.line)
        .collect();
    for (name, rules) in &contract.sections {
        if !segments.contains(&rules.line) {
            line(rules.line, "section", &format!("\"{name}\""), "no data is in such a segment");
        }
    }
    lines
}

/// Names of functions that have a body of their own, and of data; aliases of
/// data are for an error of their own.
fn defined<'p>(program: &'p Program, border: &'p Border) -> (BTreeSet<&'p str>, BTreeSet<&'p str>) {
    let (mut functions, mut data) = (BTreeSet::new(), BTreeSet::new());
    for (id, symbol) in &program.symbols {
        match &symbol.def {
            Definition::Function(_) => {
                functions.insert(symbol.name.as_str());
                let native = border.natives.get(&id);
                functions.extend(native.map(|native| program.symbols[*native].name.as_str()));
            }
            Definition::Data(_) | Definition::Alias { .. } => {
                data.insert(symbol.name.as_str());
            }
            _ => {}
        }
    }
    (functions, data)
}
