//! How a program uses its functions.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::{AbiType, DataKind, Definition, InstData, Linkage, Program, Signature, SymbolId};

/// Parameters and results.
pub(super) type Shape = (Vec<AbiType>, Vec<AbiType>);

/// What was found.
#[derive(Default)]
pub(super) struct Facts {
    /// How each function is called.
    pub calls: BTreeMap<SymbolId, Signature>,
    /// Functions whose address is used other than for a call.
    pub addressed: BTreeSet<SymbolId>,
    /// Functions that have a name which other objects see.
    pub exposed: BTreeSet<SymbolId>,
    /// Other names of functions that other objects see.
    pub aliases: BTreeMap<SymbolId, Vec<SymbolId>>,
    /// How function pointers are called.
    pub indirect: BTreeSet<Shape>,
}

impl Facts {
    pub fn new(program: &Program) -> Self {
        let mut facts = Facts::default();
        for (_, func) in program.functions() {
            for inst in func.layout.iter().flat_map(|block| &func.blocks[*block].insts) {
                let data = &func.insts[*inst];
                match (data.callee(), data.call_sig()) {
                    (Some(callee), Some(sig)) => {
                        let callee = function_of(program, callee);
                        facts.calls.entry(callee).or_insert_with(|| func.sigs[sig].clone());
                    }
                    (None, Some(sig)) => {
                        facts.indirect.insert(shape(&func.sigs[sig]));
                    }
                    _ => {}
                }
                if let InstData::SymbolAddr { symbol, .. } = data {
                    facts.addressed.insert(function_of(program, *symbol));
                }
            }
        }
        for (id, symbol) in &program.symbols {
            if symbol.linkage != Linkage::Local {
                facts.exposed.insert(function_of(program, id));
                if matches!(symbol.def, Definition::Alias { .. }) {
                    facts.aliases.entry(function_of(program, id)).or_default().push(id);
                }
            }
            if let Definition::Data(data) = &symbol.def
                && data.kind != DataKind::InitArray
            {
                facts.addressed.extend(data.relocs.iter().map(|r| function_of(program, r.symbol)));
            }
        }
        facts
    }
}

pub(super) fn shape(signature: &Signature) -> Shape {
    (signature.params.clone(), signature.results.clone())
}

/// The symbol that a name stands for.
pub(super) fn function_of(program: &Program, mut id: SymbolId) -> SymbolId {
    for _ in 0..program.symbols.len() {
        match program.symbols[id].def {
            Definition::Alias { target, offset: 0 } => id = target,
            _ => break,
        }
    }
    id
}
