//! What the contract says of names, sections, alignment and data.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::{
    BinaryOp, DataKind, Definition, Function, InstData, Linkage, Program, Region, SymbolId, Value,
};

use super::error::{Problem, Reason};
use super::{Border, Terms, unused};

/// Makes addresses of some functions those of others; calls stay.
pub(super) fn readdress(program: &mut Program, moved: &BTreeMap<SymbolId, SymbolId>) {
    if moved.is_empty() {
        return;
    }
    for (_, func) in program.functions_mut() {
        for data in func.insts.values_mut() {
            if let InstData::SymbolAddr { symbol, .. } = data
                && let Some(to) = moved.get(symbol)
            {
                *symbol = *to;
            }
        }
    }
    for symbol in program.symbols.values_mut() {
        if let Definition::Data(data) = &mut symbol.def
            && data.kind != DataKind::InitArray
        {
            for reloc in &mut data.relocs {
                reloc.symbol = moved.get(&reloc.symbol).copied().unwrap_or(reloc.symbol);
            }
        }
    }
}

/// Applies the contract's rules and new names.
pub(super) fn apply(
    program: &mut Program,
    terms: &Terms<'_>,
    border: &mut Border,
    problems: &mut Vec<Problem>,
) {
    // Before anything is renamed.
    border.unused = unused::lines(program, terms, border);
    place_functions(program, terms, border);
    place_data(program, terms, problems);
    relax(program, terms);
    rename(program, terms, border, problems);
}

fn place_functions(program: &mut Program, terms: &Terms<'_>, border: &Border) {
    let natives = border.natives.values();
    let names: BTreeMap<SymbolId, String> =
        natives.map(|id| (*id, program.symbols[*id].name.clone())).collect();
    for (id, symbol) in program.symbols.iter_mut() {
        if !matches!(symbol.def, Definition::Function(_)) {
            continue;
        }
        // The body of a function with a thunk has the function's name no more.
        let functions = &terms.contract.functions;
        let native = border.natives.get(&id).and_then(|native| names.get(native));
        let rules = functions.get(&symbol.name).or_else(|| functions.get(native?));
        if let Some(rules) = rules {
            symbol.section = rules.section.clone().or_else(|| symbol.section.take());
            symbol.align = rules.align.or(symbol.align);
        }
    }
}

fn place_data(program: &mut Program, terms: &Terms<'_>, problems: &mut Vec<Problem>) {
    for symbol in program.symbols.values_mut() {
        let segment = symbol.section.as_deref().and_then(|name| terms.contract.section(name));
        if let (Definition::Data(data), Some(true)) =
            (&mut symbol.def, segment.and_then(|r| r.readonly))
        {
            read_only(&mut data.kind);
        }
    }
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for symbol in program.symbols.values_mut() {
        // The first symbol of a name, as [`Program::find`] has it.
        let Some((name, rules)) = terms.contract.data.get_key_value(&symbol.name) else { continue };
        if !found.insert(name) {
            continue;
        }
        let places = rules.section.is_some() || rules.align.is_some() || rules.readonly.is_some();
        match &mut symbol.def {
            Definition::Data(data) => {
                symbol.section = rules.section.clone().or_else(|| symbol.section.take());
                data.align = data.align.max(rules.align.unwrap_or(1));
                match rules.readonly {
                    Some(true) => read_only(&mut data.kind),
                    Some(false) if data.kind == DataKind::Const => data.kind = DataKind::Variable,
                    _ => {}
                }
            }
            Definition::Alias { .. } if places => {
                problems.push(Problem { name: name.clone(), reason: Reason::Part });
            }
            _ => {}
        }
    }
}

fn read_only(kind: &mut DataKind) {
    if *kind == DataKind::Variable {
        *kind = DataKind::Const;
    }
}

/// Makes accesses to what is not volatile ordinary ones.
fn relax(program: &mut Program, terms: &Terms<'_>) {
    let contract = terms.contract;
    let mut relaxed: BTreeSet<SymbolId> = BTreeSet::new();
    for (id, symbol) in &program.symbols {
        let data = contract.data.get(&symbol.name).and_then(|rules| rules.volatile);
        let place = super::function_of(program, id);
        let segment = program.symbols[place].section.as_deref();
        let section = segment.and_then(|name| contract.section(name)?.volatile);
        if data.or(section) == Some(false) {
            relaxed.insert(id);
        }
    }
    if relaxed.is_empty() {
        return;
    }
    for (_, func) in program.functions_mut() {
        relax_function(func, &|symbol| relaxed.contains(&symbol));
    }
}

fn relax_function(func: &mut Function, relaxed: &dyn Fn(SymbolId) -> bool) {
    let accesses: Vec<_> = func
        .insts
        .iter()
        .filter_map(|(inst, data)| match data {
            InstData::Load { addr, region: Region::Native, .. }
            | InstData::Store { addr, region: Region::Native, .. } => {
                base(func, *addr).is_some_and(relaxed).then_some(inst)
            }
            _ => None,
        })
        .collect();
    for inst in accesses {
        if let InstData::Load { region, .. } | InstData::Store { region, .. } =
            &mut func.insts[inst]
        {
            *region = Region::Global;
        }
    }
}

/// How far sums are followed.
const MAX_DEPTH: u32 = 8;

/// The symbol that an address is computed from.
fn base(func: &Function, value: Value) -> Option<SymbolId> {
    fn walk(func: &Function, value: Value, depth: u32) -> Option<SymbolId> {
        match &func.insts[func.def_inst(value)?] {
            InstData::SymbolAddr { symbol, .. } => Some(*symbol),
            InstData::Binary { op: BinaryOp::Add, args: [a, b] } if depth < MAX_DEPTH => {
                walk(func, *a, depth + 1).or_else(|| walk(func, *b, depth + 1))
            }
            _ => None,
        }
    }
    walk(func, value, 0)
}

/// Makes everything refer to another symbol.
fn replace(program: &mut Program, from: SymbolId, to: SymbolId) {
    readdress(program, &BTreeMap::from([(from, to)]));
    for (_, func) in program.functions_mut() {
        for data in func.insts.values_mut() {
            if let Some(callee) = data.callee_mut()
                && *callee == from
            {
                *callee = to;
            }
        }
    }
}

/// Gives symbols the names that the contract has for them.
fn rename(
    program: &mut Program,
    terms: &Terms<'_>,
    border: &mut Border,
    problems: &mut Vec<Problem>,
) {
    let contract = terms.contract;
    let mut visible: BTreeMap<String, SymbolId> = BTreeMap::new();
    for (id, symbol) in program.symbols.iter().filter(|(_, s)| s.linkage != Linkage::Local) {
        visible.entry(symbol.name.clone()).or_insert(id);
    }
    for (name, symbol) in contract.renames.iter().chain(&contract.variadic) {
        let Some(id) = visible.get(name).copied() else { continue };
        let is_import =
            |id: SymbolId| matches!(program.symbols[id].def, Definition::UndefinedFunction);
        match visible.get(symbol).copied() {
            None => {
                program.symbols[id].name.clone_from(symbol);
                visible.remove(name);
                visible.insert(symbol.clone(), id);
            }
            Some(other) if id == other => {}
            // Two imports of one function of the host.
            Some(other) if is_import(id) && is_import(other) => replace(program, id, other),
            Some(_) => {
                let reason = Reason::Taken { symbol: symbol.clone() };
                problems.push(Problem { name: name.clone(), reason });
                continue;
            }
        }
        border.names.insert(symbol.clone(), name.clone());
    }
}
