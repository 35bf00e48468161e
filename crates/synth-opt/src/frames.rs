//! Frames of the shadow stack in linear memory: addresses in them become relative
//! to the lowered stack pointer.
//!
//! A function of wasm's C ABI lowers the global `__stack_pointer` when it is entered
//! and gives it back its value in the end. Simplification makes all addresses
//! relative to the value before, so that two values live through the whole
//! function, which differ by a constant. Here all are made relative to the lower one:
//! offsets are positive, as accesses want them, and at the end the value before is
//! made again. It runs after the last simplification; sums wrap at 2^32, so this is
//! exact.

use synth_ir::{BinaryOp, Function, Inst, InstData, LoadOp, SourceLoc, StoreOp, SymbolId, Value};

use crate::edit::Replacements;
use crate::{Context, Pass};

/// The pass.
pub struct Frames;

/// Uses of the value before for which it is made again.
const MOST: usize = 2;

impl Pass for Frames {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let Some(frame) = find(func) else { return false };
        let uses = Uses::count(func, &frame);
        // With no other use of the frame nothing would live less long.
        if uses.sums + uses.lowered == 0 || uses.before > MOST {
            return false;
        }
        rewrite(func, &frame)
    }
}

/// A frame.
pub(crate) struct Frame {
    /// The stack pointer before.
    before: Value,
    /// The lowered one, and the instruction that makes it.
    pub(crate) lowered: Value,
    inst: Inst,
    /// Bytes between them.
    bytes: i32,
}

/// The frame of a function: what its first block loads from a symbol, lowers and
/// stores there again.
pub(crate) fn find(func: &Function) -> Option<Frame> {
    let insts = &func.blocks[func.entry()].insts;
    insts.iter().find_map(|&inst| {
        let InstData::Store { op: StoreOp::I32, addr, offset, value, .. } = func.insts[inst] else {
            return None;
        };
        let (before, bytes) = lowered(func, value)?;
        let InstData::Load { op: LoadOp::I32, addr: from, offset: at, .. } =
            func.insts[func.def_inst(before)?]
        else {
            return None;
        };
        let same = symbol(func, addr, offset)? == symbol(func, from, at)?;
        let inst = func.def_inst(value)?;
        let is_here = insts.contains(&inst);
        (same && is_here).then_some(Frame { before, lowered: value, inst, bytes })
    })
}

/// A value and the constant that is subtracted from it.
fn lowered(func: &Function, value: Value) -> Option<(Value, i32)> {
    let InstData::Binary { op: BinaryOp::Add, args: [before, by] } =
        func.insts[func.def_inst(value)?]
    else {
        return None;
    };
    let bytes = func.as_const(by)?.checked_neg()?;
    (bytes > 0).then_some((before, bytes))
}

fn symbol(func: &Function, addr: Value, offset: i32) -> Option<(SymbolId, i32)> {
    match func.insts[func.def_inst(addr)?] {
        InstData::SymbolAddr { symbol, addend } => Some((symbol, addend.wrapping_add(offset))),
        _ => None,
    }
}

/// The constant that an instruction adds to the value before.
fn sum(func: &Function, frame: &Frame, inst: Inst) -> Option<i32> {
    match func.insts[inst] {
        InstData::Binary { op: BinaryOp::Add, args: [a, b] } if a == frame.before => {
            func.as_const(b)
        }
        _ => None,
    }
}

/// Uses of the values around a frame.
#[derive(Default)]
struct Uses {
    /// Sums of the value before and a constant, but for the lowered one.
    sums: usize,
    /// Other uses of the value before.
    before: usize,
    /// Of the lowered value, but for its store.
    lowered: usize,
}

impl Uses {
    fn count(func: &Function, frame: &Frame) -> Uses {
        let mut uses = Uses::default();
        for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
            if inst == frame.inst {
                continue;
            }
            if sum(func, frame, inst).is_some() {
                uses.sums += 1;
                continue;
            }
            func.insts[inst].for_each_arg(|value| {
                uses.before += usize::from(value == frame.before);
                uses.lowered += usize::from(value == frame.lowered);
            });
        }
        uses.lowered -= 1;
        uses
    }
}

fn rewrite(func: &mut Function, frame: &Frame) -> bool {
    let mut same = Replacements::default();
    let (mut changed, mut is_lowered) = (false, false);
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        let insts = std::mem::take(&mut func.blocks[block].insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            let loc = func.locs[inst];
            if !is_lowered {
                // The entry comes first, and dominates all.
                is_lowered = inst == frame.inst;
            } else if let Some(constant) = sum(func, frame, inst) {
                changed = true;
                let rest = constant.wrapping_add(frame.bytes);
                if rest == 0 {
                    same.replace(func.result(inst), frame.lowered);
                    continue;
                }
                let rest = append(func, InstData::Const(rest), loc, &mut out);
                let args = [frame.lowered, rest];
                func.insts[inst] = InstData::Binary { op: BinaryOp::Add, args };
            } else if uses(func, inst, frame.before) {
                changed = true;
                let bytes = append(func, InstData::Const(frame.bytes), loc, &mut out);
                let args = [frame.lowered, bytes];
                let before = InstData::Binary { op: BinaryOp::Add, args };
                let before = append(func, before, loc, &mut out);
                func.insts[inst].map_args(|v| if v == frame.before { before } else { v });
            }
            out.push(inst);
        }
        func.blocks[block].insts = out;
    }
    same.apply(func) || changed
}

fn uses(func: &Function, inst: Inst, value: Value) -> bool {
    let mut found = false;
    func.insts[inst].for_each_arg(|v| found |= v == value);
    found
}

fn append(func: &mut Function, data: InstData, loc: SourceLoc, out: &mut Vec<Inst>) -> Value {
    let inst = func.make_inst(data, loc);
    out.push(inst);
    func.result(inst)
}
