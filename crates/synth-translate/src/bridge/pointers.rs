//! Calls of function pointers. A pointer always holds a native function's
//! address; where wasm would call it in another way than ARM does, the call
//! goes through a thunk that takes the address as its first argument.
//!
//! What a pointer points to is known by the shape of the call alone: of the
//! function types that the program mentions, those that wasm would call in that
//! way. If some need a thunk and others not, it can't be told.

use std::collections::BTreeMap;

use synth_abi::{Calling, FloatAbi, Type};
use synth_ir::{Definition, InstData, Linkage, Program, SymbolId};

use super::Terms;
use super::error::{Problem, Reason};
use super::facts::{Facts, Shape, shape};
use super::thunk::{pointer_signature, to_pointer, wasm_signature};

/// How the functions are called whose pointers are called in another way than
/// ARM would.
pub(super) fn callings(
    terms: &Terms<'_>,
    facts: &Facts,
    problems: &mut Vec<Problem>,
) -> BTreeMap<Shape, Calling> {
    let mut known: BTreeMap<Shape, Vec<Calling>> = BTreeMap::new();
    if !terms.native || terms.contract.value_callbacks == Some(false) {
        return BTreeMap::new();
    }
    let types = &terms.declarations.types;
    for id in types.ids() {
        let Type::Function(prototype) = types.get(id) else { continue };
        // A pointer to a variadic function can't be told from others.
        let Ok(calling) = Calling::new(types, prototype, terms.float) else { continue };
        let shape = shape(&wasm_signature(&calling, terms.float));
        if prototype.variadic || !facts.indirect.contains(&shape) {
            continue;
        }
        let list = known.entry(shape).or_default();
        if !list.contains(&calling) {
            list.push(calling);
        }
    }
    let mut callings = BTreeMap::new();
    for (shape, list) in known {
        let differing = list.iter().filter(|calling| !calling.agrees(terms.float)).count();
        match (differing, &list[..]) {
            (0, _) => {}
            (1, [calling]) => {
                callings.insert(shape, calling.clone());
            }
            _ => {
                let name = wasm_signature(&list[0], terms.float).to_string();
                problems.push(Problem { name, reason: Reason::Pointer });
            }
        }
    }
    callings
}

/// Sends the calls through thunks.
pub(super) fn apply(program: &mut Program, callings: &BTreeMap<Shape, Calling>, float: FloatAbi) {
    let mut thunks: BTreeMap<&Shape, SymbolId> = BTreeMap::new();
    for (number, (shape, calling)) in callings.iter().enumerate() {
        let def = Definition::Function(Box::new(to_pointer(calling, float)));
        let name = format!("call_pointer.{number}");
        thunks.insert(shape, program.add(name, Linkage::Local, def));
    }
    let own: Vec<SymbolId> = thunks.values().copied().collect();
    for (id, func) in program.functions_mut() {
        if own.contains(&id) || callings.is_empty() {
            continue;
        }
        let insts: Vec<_> = func.insts.keys().collect();
        for inst in insts {
            let data = &func.insts[inst];
            let (InstData::CallIndirect { target, sig, args }
            | InstData::TailCallIndirect { target, sig, args }) = data
            else {
                continue;
            };
            let (shape, tail) = (shape(&func.sigs[*sig]), data.is_terminator());
            let Some(callee) = thunks.get(&shape).copied() else { continue };
            let args = [&[*target], &args[..]].concat();
            let sig = func.add_sig(pointer_signature(&callings[&shape], float));
            func.insts[inst] = match tail {
                true => InstData::TailCall { callee, sig, args },
                false => InstData::Call { callee, sig, args },
            };
        }
    }
}
