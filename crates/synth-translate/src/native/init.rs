//! Functions that run before `main`: constructors.
//!
//! The host's start code calls the words of `.init_array`, after those of
//! `.init_array.NNNNN` by rising priority: the linker sorts them.

use synth_ir::{Data, DataKind, DataReloc, Definition, Linkage, SymbolId};
use synth_wasm::Object;

use crate::declare::Declarer;
use crate::error::Error;

/// The priority of a constructor that asks for none.
const DEFAULT: u32 = 65535;

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
        if !object.relocatable {
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
            for function in constructors.into_iter().chain(self.module.start) {
                self.add_init_word(self.env.functions[function as usize], DEFAULT);
            }
        }
        self.env.init.start = None;
        Ok(())
    }

    fn add_init_word(&mut self, symbol: SymbolId, priority: u32) {
        let word = Data {
            bytes: vec![0; 4],
            size: 4,
            align: 4,
            kind: DataKind::InitArray,
            relocs: vec![DataReloc { offset: 0, symbol, addend: 0 }],
        };
        let name = format!("{}.init", self.program.symbols[symbol].name);
        let id = self.add_local(&name, Definition::Data(word));
        debug_assert_eq!(self.program.symbols[id].linkage, Linkage::Local);
        if priority < DEFAULT {
            self.program.symbols[id].section = Some(format!(".init_array.{priority:05}"));
        }
    }
}
