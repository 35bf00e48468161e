//! Singles at addresses that are certainly multiples of 4 are loaded and stored as
//! floats.
//!
//! A float access of WebAssembly may be at any address, where VLDR and VSTR fault
//! (Armv7-M ARM section A3.2.1): so it is one of a word and a move between the core and
//! the float unit, unless the alignment is trusted. Where it can be shown, the move is
//! not needed: of the program's data, the stack's pointer, and what functions that only
//! this program calls are passed.

mod zeros;

use rayon::prelude::*;
use synth_ir::{Function, InstData, LoadOp, Program, StoreOp, SymbolId, Type, UnaryOp, Value};

use crate::edit::{Replacements, count_uses};
use crate::pipeline::Change;
use zeros::{Facts, Zeros};

/// Turns accesses of words that are singles into accesses of singles.
pub fn run(program: &mut Program) -> Change {
    if !program.functions().any(|(_, func)| has_singles(func)) {
        return Change::default();
    }
    let Some(facts) = Facts::new(program) else { return Change::default() };
    let functions: Vec<_> = program.functions_mut().collect();
    let run = |(id, func): (SymbolId, &mut Function)| {
        has_singles(func) && access_singles(func, &facts.of(id, func))
    };
    let changed = functions.into_par_iter().map(run).reduce(|| false, |a, b| a | b);
    Change { changed, ..Change::default() }
}

/// Whether a function moves singles between words and floats.
fn has_singles(func: &Function) -> bool {
    let moves = |op| matches!(op, UnaryOp::F32FromBits | UnaryOp::F32Bits);
    let mut insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    insts.any(|&inst| matches!(func.insts[inst], InstData::Unary { op, .. } if moves(op)))
}

fn access_singles(func: &mut Function, zeros: &Zeros) -> bool {
    let is_word =
        |addr: Value, offset: i32| zeros[addr].min(offset.trailing_zeros().min(32) as u8) >= 2;
    let used = count_uses(func);
    let mut floats = Replacements::default();
    let mut changed = false;
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            match func.insts[inst] {
                InstData::Unary { op: UnaryOp::F32FromBits, arg } if used[arg] == 1 => {
                    let Some(load) = func.def_inst(arg) else { continue };
                    if let InstData::Load { op: op @ LoadOp::I32, addr, offset, .. } =
                        &mut func.insts[load]
                        && is_word(*addr, *offset)
                    {
                        *op = LoadOp::F32;
                        func.values[arg].ty = Type::F32;
                        floats.replace(func.result(inst), arg);
                        changed = true;
                    }
                }
                InstData::Store { op: StoreOp::I32, addr, offset, value, region }
                    if is_word(addr, offset) =>
                {
                    if let Some(bits) = func.def_inst(value)
                        && let InstData::Unary { op: UnaryOp::F32Bits, arg } = func.insts[bits]
                    {
                        let op = StoreOp::F32;
                        func.insts[inst] = InstData::Store { op, addr, offset, value: arg, region };
                        changed = true;
                    }
                }
                _ => {}
            }
        }
    }
    remove_moves(func, &floats);
    floats.apply(func);
    changed
}

/// Removes the moves whose results are replaced: what they moved is a float now.
fn remove_moves(func: &mut Function, floats: &Replacements) {
    for &block in &func.layout {
        let mut insts = std::mem::take(&mut func.blocks[block].insts);
        insts.retain(|&inst| {
            let results = &func.results[inst];
            !results.iter().any(|&result| floats.is_replaced(result))
        });
        func.blocks[block].insts = insts;
    }
}
