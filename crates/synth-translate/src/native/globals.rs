//! Globals in the native model. C has none: they are the stack pointer, bases
//! of position-independent code, and what assembly code declares.

use synth_ir::{Data, Definition, Linkage};
use synth_wasm::{ExternKind, Import, Object, ObjectSymbol, SymbolKind, ValType};

use crate::consts::ConstValue;
use crate::declare::{Declarer, unsupported};
use crate::env::GlobalEnv;
use crate::error::Error;
use crate::sig::abi_type;

/// The global that compilers keep the stack pointer of linear memory in, and
/// the symbol that stands for it until it becomes the machine's.
pub(super) const STACK_POINTER: &str = "__stack_pointer";

/// Globals that are added to addresses in position-independent code; the
/// addresses themselves are already right.
const BASES: &[&str] = &["__memory_base", "__table_base"];

/// Modules that addresses are imported from by position-independent code.
const ADDRESSES: &[&str] = &["GOT.mem", "GOT.func"];

impl<'m> Declarer<'m> {
    pub(super) fn native_globals(&mut self, object: &'m Object) -> Result<(), Error> {
        let mut symbols: Vec<Option<&ObjectSymbol>> = vec![None; self.module.globals.len()];
        for symbol in &object.symbols {
            if let SymbolKind::Global(global) = symbol.kind {
                symbols[global as usize].get_or_insert(symbol);
            }
        }
        for index in 0..self.module.globals.len() as u32 {
            let symbol = symbols[index as usize];
            let import = self.module.import(ExternKind::Global, index);
            let name = match (symbol, import) {
                (Some(symbol), _) => symbol.name.as_str(),
                (None, Some(import)) => import.name.as_str(),
                (None, None) => self.module.names.globals.get(&index).map_or("", String::as_str),
            };
            let env = match import {
                _ if name == STACK_POINTER => self.stack_pointer(index)?,
                Some(import) => self.native_import(import, name, index)?,
                None => self.native_global(name, symbol, index)?,
            };
            self.env.globals.push(env);
        }
        Ok(())
    }

    pub(super) fn stack_pointer(&mut self, index: u32) -> Result<GlobalEnv, Error> {
        if !self.export_names(ExternKind::Global, index).is_empty() {
            return Err(unsupported(
                "the exported global `__stack_pointer`",
                0,
                "here the stack is the machine's, which the host sets: link without \
                 --export=__stack_pointer",
            ));
        }
        let id = match self.program.find(STACK_POINTER) {
            Some(id) => id,
            None => {
                self.names.claim(STACK_POINTER, "the stack pointer".to_string())?;
                self.program.add(STACK_POINTER, Linkage::Global, Definition::UndefinedData)
            }
        };
        Ok(GlobalEnv { ty: ValType::I32, symbol: Some(id), constant: None })
    }

    pub(super) fn native_import(
        &mut self,
        import: &Import,
        name: &str,
        index: u32,
    ) -> Result<GlobalEnv, Error> {
        let ty = self.module.globals[index as usize].ty.ty;
        if BASES.contains(&name) {
            let constant = Some(ConstValue::I32(0));
            return Ok(GlobalEnv { ty, symbol: None, constant });
        }
        if ADDRESSES.contains(&import.module.as_str()) {
            // Each use has a relocation that names what it is the address of.
            return Ok(GlobalEnv { ty, symbol: None, constant: None });
        }
        if abi_type(ty).is_none() {
            return Err(references(name));
        }
        let kind = format!("global {ty}");
        let symbol = self.add_undefined(name, import, &kind, Definition::UndefinedData)?;
        Ok(GlobalEnv { ty, symbol: Some(symbol), constant: None })
    }

    pub(super) fn native_global(
        &mut self,
        name: &str,
        symbol: Option<&ObjectSymbol>,
        index: u32,
    ) -> Result<GlobalEnv, Error> {
        let global = &self.module.globals[index as usize];
        let ty = global.ty.ty;
        let value = global.init.as_ref().and_then(|init| self.evaluate(init));
        let abi = abi_type(ty).filter(|_| !ty.is_ref()).ok_or_else(|| references(name))?;
        if let Some(constant) = value.filter(|_| !global.ty.mutable) {
            return Ok(GlobalEnv { ty, symbol: None, constant: Some(constant) });
        }
        let Some(value) = value else {
            return Err(unsupported(
                &format!("the global `{name}` with an initial value that is no number"),
                global.init.as_ref().map_or(0, |init| init.offset),
                "compile with --model linear",
            ));
        };
        let (size, bytes) = (abi.size(), value.bytes());
        let def = Definition::Data(Data { bytes, size, align: size, ..Data::default() });
        let id = match symbol {
            Some(symbol) => self.define(symbol, "global", false, def)?,
            None if name.is_empty() => self.add_local(&format!("global[{index}]"), def),
            None => self.add_local(name, def),
        };
        Ok(GlobalEnv { ty, symbol: Some(id), constant: None })
    }
}

fn references(name: &str) -> Error {
    unsupported(
        &format!("the global `{name}` of a reference or vector"),
        0,
        "references and vectors have no native form: use pointers",
    )
}
