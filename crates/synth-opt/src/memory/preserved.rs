//! Globals that every function leaves as it found them, as code from C and
//! Rust does with the shadow stack's pointer: a call does not change them.
//!
//! All that a program does to a global of its own it does by loads and stores
//! of its address. A function leaves it as it is if at each return it holds
//! what was loaded before anything was stored to it, given that the calls on
//! the way leave it alone too. If that holds for all functions, it holds for
//! each call that returns.

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    Block, Definition, Function, InstData, Linkage, LoadOp, Program, Region, StoreOp, SymbolId,
    Value,
};

/// Whether calls leave a global alone.
pub(super) type Preserved = SecondaryMap<SymbolId, bool>;

/// Globals that are looked at: of the first ones in the program.
const LIMIT: usize = 8;

pub(super) fn find(program: &Program) -> Preserved {
    let mut preserved = Preserved::new();
    for symbol in candidates(program) {
        let all = program.functions().all(|(_, func)| leaves(func, symbol));
        preserved[symbol] = all;
    }
    preserved
}

/// Words that only this program can name, and that it only loads and stores.
pub(crate) fn candidates(program: &Program) -> Vec<SymbolId> {
    let mut words: SecondaryMap<SymbolId, bool> = SecondaryMap::new();
    for (id, symbol) in program.symbols.iter() {
        let word = matches!(&symbol.def, Definition::Data(data) if data.size == 4);
        words[id] = word && symbol.linkage == Linkage::Local && !symbol.retain;
    }
    let mut other: SecondaryMap<SymbolId, bool> = SecondaryMap::new();
    other.resize(program.symbols.len());
    for symbol in program.symbols.values() {
        match &symbol.def {
            Definition::Data(data) => data.relocs.iter().for_each(|r| other[r.symbol] = true),
            Definition::Alias { target, .. } => other[*target] = true,
            Definition::Function(func) if names(func, &words) => {
                note_other_uses(func, &mut other);
            }
            _ => {}
        }
    }
    program.symbols.keys().filter(|&id| words[id] && !other[id]).take(LIMIT).collect()
}

/// Whether a function has the address of one of those symbols.
fn names(func: &Function, symbols: &SecondaryMap<SymbolId, bool>) -> bool {
    let mut insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    insts.any(
        |&inst| matches!(func.insts[inst], InstData::SymbolAddr { symbol, .. } if symbols[symbol]),
    )
}

/// Marks symbols whose address is used but for loads and stores of the word.
fn note_other_uses(func: &Function, other: &mut SecondaryMap<SymbolId, bool>) {
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let data = &func.insts[inst];
            let access = access(data);
            data.for_each_arg(|value| {
                let Some(def) = func.def_inst(value) else { return };
                if let InstData::SymbolAddr { symbol, addend } = func.insts[def]
                    && !(addend == 0 && access == Some(value) && !stores(data, value))
                {
                    other[symbol] = true;
                }
            });
        }
    }
}

/// The address of a load or store of a word of a global.
fn access(data: &InstData) -> Option<Value> {
    match *data {
        InstData::Load { op: LoadOp::I32, addr, offset: 0, region: Region::Global }
        | InstData::Store { op: StoreOp::I32, addr, offset: 0, region: Region::Global, .. } => {
            Some(addr)
        }
        _ => None,
    }
}

fn stores(data: &InstData, stored: Value) -> bool {
    matches!(*data, InstData::Store { value, .. } if value == stored)
}

/// Whether a function returns with what it found in a global, if what it
/// calls does.
fn leaves(func: &Function, symbol: SymbolId) -> bool {
    let is_it = |addr: Value| {
        let def = func.def_inst(addr).map(|inst| &func.insts[inst]);
        matches!(def, Some(&InstData::SymbolAddr { symbol: s, .. }) if s == symbol)
    };
    let written = |data: &InstData| matches!(*data, InstData::Store { addr, .. } if is_it(addr));
    let mut insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    if !insts.any(|&inst| written(&func.insts[inst])) {
        return true;
    }
    // What was loaded while the global was as it had been found.
    let mut found: SecondaryMap<Value, bool> = SecondaryMap::new();
    let cfg = Cfg::new(func);
    let mut after: SecondaryMap<Block, Option<bool>> = SecondaryMap::new();
    let mut before: SecondaryMap<Block, bool> = SecondaryMap::new();
    for &block in cfg.reverse_postorder() {
        let mut preds = cfg.predecessors(block).iter().filter_map(|&pred| after[pred]);
        let mut same = preds.all(|same| same);
        before[block] = same;
        for &inst in &func.blocks[block].insts {
            match func.insts[inst] {
                InstData::Load { addr, .. } if same && is_it(addr) => {
                    found[func.result(inst)] = true;
                }
                InstData::Store { addr, value, .. } if is_it(addr) => same = found[value],
                InstData::Return(_)
                | InstData::TailCall { .. }
                | InstData::TailCallIndirect { .. }
                    if !same =>
                {
                    return false;
                }
                _ => {}
            }
        }
        after[block] = Some(same);
    }
    // What was assumed of the edges back.
    let mut edges = cfg
        .reverse_postorder()
        .iter()
        .flat_map(|&block| cfg.predecessors(block).iter().map(move |&pred| (pred, block)));
    edges.all(|(pred, block)| after[pred] != Some(false) || !before[block])
}
