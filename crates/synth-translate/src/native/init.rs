//! Functions that run before and after `main`: constructors, destructors.
//!
//! The host's start code calls the words of `.init_array`, after those of
//! `.init_array.NNNNN` by rising priority: the linker sorts them. Destructors
//! arrive as a constructor that registers them with `__cxa_atexit`; they go
//! to `.fini_array`, as C compilers do it.

use synth_ir::{Data, DataKind, DataReloc, Definition, Function, InstData, Program, SymbolId};
use synth_wasm::Object;

use crate::declare::Declarer;
use crate::error::Error;

/// The priority of a constructor that asks for none.
pub(super) const DEFAULT: u32 = 65535;

const INIT_ARRAY: &str = ".init_array";

/// The function that `wasm-ld` makes of all constructors.
const CALL_CTORS: &str = "__wasm_call_ctors";

impl<'m> Declarer<'m> {
    pub(super) fn native_init(&mut self, object: &'m Object) -> Result<(), Error> {
        let mut functions: Vec<_> = object.init_functions.iter().collect();
        functions.sort_by_key(|function| function.priority);
        for function in functions {
            let symbol =
                self.env.native.as_ref().and_then(|native| {
                    native.symbols.get(function.symbol as usize).copied().flatten()
                });
            if let Some(symbol) = symbol {
                self.add_init_word(symbol, function.priority);
            }
        }
        // A finished module that kept its list has a caller of all besides.
        if !object.relocatable && object.init_functions.is_empty() {
            let called = &self.usage.called;
            let constructors = object.symbols.iter().find_map(|symbol| match symbol.kind {
                synth_wasm::SymbolKind::Function(function) if symbol.name == CALL_CTORS => {
                    Some(function)
                }
                _ => None,
            });
            let constructors = constructors.filter(|function| {
                let code = self.module.functions[*function as usize].code.as_ref();
                // Without constructors it is there, and empty: no locals, `end`.
                !called.contains(function) && code.is_some_and(|code| code.range.len() > 2)
            });
            if let Some(function) = constructors {
                self.add_init_word(self.env.functions[function as usize], DEFAULT);
            }
        }
        if let Some(function) = self.module.start {
            self.add_init_word(self.env.functions[function as usize], DEFAULT);
        }
        self.env.init.start = None;
        Ok(())
    }

    pub(super) fn add_init_word(&mut self, symbol: SymbolId, priority: u32) {
        let word = Data {
            bytes: vec![0; 4],
            size: 4,
            align: 4,
            kind: DataKind::InitArray,
            relocs: vec![DataReloc { offset: 0, symbol, addend: 0 }],
        };
        let name = format!("{}.init", self.program.symbols[symbol].name);
        let id = self.add_local(&name, Definition::Data(word));
        if priority < DEFAULT {
            self.program.symbols[id].section = Some(format!("{INIT_ARRAY}.{priority:05}"));
        }
    }
}

/// Replaces constructors that only register a destructor by that destructor.
pub(crate) fn destructors(program: &mut Program) {
    let words: Vec<(SymbolId, SymbolId)> = program
        .symbols
        .iter()
        .filter_map(|(id, symbol)| match &symbol.def {
            Definition::Data(data) if data.kind == DataKind::InitArray => {
                Some((id, data.relocs.first()?.symbol))
            }
            _ => None,
        })
        .collect();
    for (word, constructor) in words {
        let Some(destructor) = registered(program, constructor) else { continue };
        let symbol = &mut program.symbols[word];
        if let Definition::Data(data) = &mut symbol.def {
            data.kind = DataKind::FiniArray;
            data.relocs[0].symbol = destructor;
        }
        if let Some(section) = &mut symbol.section {
            *section = section.replace(INIT_ARRAY, ".fini_array");
        }
        if let Definition::Function(function) = &mut program.symbols[constructor].def {
            let mut empty = Function::new(function.signature.clone());
            let block = empty.add_block();
            empty.append(block, InstData::Return(vec![]), Default::default());
            **function = empty;
        }
    }
}

/// The function that a constructor made by the compiler gives to
/// `__cxa_atexit`, if it does nothing else. Its parameter is unused.
fn registered(program: &Program, constructor: SymbolId) -> Option<SymbolId> {
    let name = program.symbols[constructor].name.as_str();
    let function = program.function(constructor)?;
    if !name.contains("register_call_dtors") {
        return None;
    }
    let insts = function.layout.iter().flat_map(|&block| &function.blocks[block].insts);
    let mut calls = insts.filter_map(|&inst| match &function.insts[inst] {
        InstData::Call { callee, args, .. } | InstData::TailCall { callee, args, .. } => {
            Some((callee, args))
        }
        _ => None,
    });
    let (callee, args) = calls.next()?;
    if calls.next().is_some() || program.symbols[*callee].name != "__cxa_atexit" {
        return None;
    }
    match function.insts[function.def_inst(*args.first()?)?] {
        InstData::SymbolAddr { symbol, addend: 0 } => Some(symbol),
        _ => None,
    }
}
