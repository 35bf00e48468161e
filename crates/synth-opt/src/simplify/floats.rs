//! Singles that are only moved through memory are moved as words, which needs no float
//! register: such a load or store is short and has every addressing mode.

use std::collections::BTreeSet;

use synth_ir::{Function, InstData, LoadOp, StoreOp, Type, UnaryOp, Value};

/// Turns loads of singles that are only stored again into loads of words, with the stores.
/// Says whether there were any.
pub(super) fn move_words(func: &mut Function) -> bool {
    let loads = |func: &Function, value: Value| {
        let inst = func.def_inst(value)?;
        matches!(func.insts[inst], InstData::Load { op: LoadOp::F32, .. }).then_some(inst)
    };
    if !func.insts.values().any(|data| matches!(data, InstData::Load { op: LoadOp::F32, .. })) {
        return false;
    }
    let (mut moved, mut needed) = (BTreeSet::new(), BTreeSet::new());
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let stored = match func.insts[inst] {
                InstData::Store { op: StoreOp::F32, value, .. } => Some(value),
                _ => None,
            };
            moved.extend(stored.filter(|&value| loads(func, value).is_some()));
            func.insts[inst].for_each_arg(|value| {
                if Some(value) != stored && func.values[value].ty == Type::F32 {
                    needed.insert(value);
                }
            });
        }
    }
    let moved: Vec<Value> = moved.difference(&needed).copied().collect();
    for &value in &moved {
        if let Some(inst) = loads(func, value)
            && let InstData::Load { op, .. } = &mut func.insts[inst]
        {
            *op = LoadOp::I32;
            func.values[value].ty = Type::I32;
        }
    }
    if !moved.is_empty() {
        retype_stores(func);
    }
    !moved.is_empty()
}

/// Stores of singles whose values are words now.
fn retype_stores(func: &mut Function) {
    for data in func.insts.values_mut() {
        if let InstData::Store { op: op @ StoreOp::F32, value, .. } = data
            && func.values[*value].ty == Type::I32
        {
            *op = StoreOp::I32;
        }
    }
}

/// The bits of a single that is stored, if they are there as a word.
pub(super) enum Bits {
    Value(Value),
    Const(i32),
}

/// See [`Bits`].
pub(super) fn stored_bits(func: &Function, value: Value) -> Option<Bits> {
    match func.insts[func.def_inst(value)?] {
        InstData::Unary { op: UnaryOp::F32FromBits, arg } => Some(Bits::Value(arg)),
        InstData::F32Const(bits) => Some(Bits::Const(bits as i32)),
        _ => None,
    }
}
