//! What becomes of imported functions that nothing in the program defines.

use std::collections::BTreeMap;

use synth_ir::{
    AbiType, Builder, Data, DataKind, Definition, Function, InstData, Linkage, Program, Region,
    Signature, SlotData, SymbolId, TrapCode, Type, Value,
};

use crate::func::{load_op, store_op};
use crate::options::Imports;

/// The host's function that all imports go through ([`Imports::Dispatch`]).
pub const DISPATCH: &str = "__synth_import";

/// The names of the imports by number, each ended by a zero byte, and an
/// empty one at the end ([`Imports::Dispatch`]).
pub const IMPORT_NAMES: &str = "__synth_import_names";

/// A function that a module imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFunction {
    /// The module name of the import.
    pub module: String,
    /// The field name of the import.
    pub name: String,
    /// The name of its symbol.
    pub symbol: String,
    /// Its signature.
    pub signature: Signature,
}

/// Supplies the imports that are still undefined, as `how` says. Of several
/// with one symbol the first counts. Weak ones stay: their address is 0.
///
/// # Errors
/// The name of a symbol that the program has already and that is needed.
pub fn supply_imports(
    program: &mut Program,
    imports: &[ImportedFunction],
    how: Imports,
) -> Result<(), &'static str> {
    let mut undefined: BTreeMap<&str, SymbolId> = BTreeMap::new();
    if how == Imports::Direct {
        return Ok(());
    }
    let symbols: Vec<(SymbolId, String)> = program
        .symbols
        .iter()
        .filter(|(_, s)| s.linkage == Linkage::Global)
        .filter(|(_, s)| matches!(s.def, Definition::UndefinedFunction))
        .map(|(id, s)| (id, s.name.clone()))
        .collect();
    undefined.extend(symbols.iter().map(|(id, name)| (name.as_str(), *id)));
    let found: Vec<(SymbolId, &ImportedFunction)> = imports
        .iter()
        .filter_map(|import| Some((undefined.remove(import.symbol.as_str())?, import)))
        .collect();
    match how {
        Imports::Direct => {}
        Imports::Weak => {
            for (id, import) in found {
                let symbol = &mut program.symbols[id];
                symbol.linkage = Linkage::Weak;
                symbol.def = Definition::Function(Box::new(missing(import.signature.clone())));
            }
        }
        Imports::Dispatch => dispatch_all(program, &found)?,
    }
    Ok(())
}

/// A function whose parameters are there and whose block is empty.
fn begin(signature: Signature) -> (Function, synth_ir::Block, Vec<Value>) {
    let mut func = Function::new(signature);
    let block = func.add_block();
    let types: Vec<Type> = func.signature.param_values().collect();
    let params = types.into_iter().map(|ty| func.add_param(block, ty)).collect();
    (func, block, params)
}

/// A body that traps.
fn missing(signature: Signature) -> Function {
    let (mut func, block, _) = begin(signature);
    Builder::new(&mut func, block).inst(InstData::Trap(TrapCode::MissingImport));
    func
}

fn dispatch_all(
    program: &mut Program,
    imports: &[(SymbolId, &ImportedFunction)],
) -> Result<(), &'static str> {
    if imports.is_empty() {
        return Ok(());
    }
    for name in [DISPATCH, IMPORT_NAMES] {
        if program.find(name).is_some() {
            return Err(name);
        }
    }
    let host = program.add(DISPATCH, Linkage::Global, Definition::UndefinedFunction);
    let mut names = vec![];
    for (number, (id, import)) in (0..).zip(imports) {
        names.extend(format!("{}.{}\0", import.module, import.name).into_bytes());
        let symbol = &mut program.symbols[*id];
        symbol.linkage = Linkage::Local;
        let body = dispatch(import.signature.clone(), host, number);
        symbol.def = Definition::Function(Box::new(body));
    }
    names.push(0);
    let size = names.len() as u32;
    let data = Data { bytes: names, size, align: 1, kind: DataKind::Const, relocs: vec![] };
    program.add(IMPORT_NAMES, Linkage::Global, Definition::Data(data));
    Ok(())
}

/// Calls the host's `void f(uint32_t number, uint64_t *values)`: arguments go
/// into doublewords, and results come back from there.
fn dispatch(signature: Signature, host: SymbolId, number: i32) -> Function {
    let slots = signature.params.len().max(signature.results.len()) as u32;
    let (mut func, block, params) = begin(signature.clone());
    let sig = func.add_sig(Signature::new([AbiType::I32; 2], []));
    let slot = (slots > 0).then(|| func.slots.push(SlotData { size: 8 * slots, align: 8 }));
    let mut b = Builder::new(&mut func, block);
    let base = match slot {
        Some(slot) => {
            let inst = b.inst(InstData::SlotAddr { slot, offset: 0 });
            b.func.result(inst)
        }
        None => b.iconst(0),
    };
    let mut params = params.into_iter();
    for (at, ty) in (0..).step_by(8).zip(&signature.params) {
        for (offset, &ty) in (at..).step_by(4).zip(ty.value_types()) {
            let Some(value) = params.next() else { continue };
            b.store(store_op(ty), base, value, offset, Region::Stack);
        }
    }
    let number = b.iconst(number);
    b.inst(InstData::Call { callee: host, sig, args: vec![number, base] });
    let mut results = vec![];
    for (at, ty) in (0..).step_by(8).zip(&signature.results) {
        for (offset, &ty) in (at..).step_by(4).zip(ty.value_types()) {
            results.push(b.load(load_op(ty), base, offset, Region::Stack));
        }
    }
    b.ret(&results);
    func
}
