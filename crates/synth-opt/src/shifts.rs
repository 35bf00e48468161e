//! Shifts as the machine does them: by the low byte of a count.
//!
//! A count of more than 31 has to be masked first, since WebAssembly takes it
//! modulo 32; one that is known to be less has not: by its bits, by its range, or by
//! the branches that lead to the shift. Masks that stay are equal ones for the same
//! count, of which value numbering leaves one.

use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::{BinaryOp, Block, Function, Inst, InstData, Value};

use crate::ranges::{Flow, Known, Range};
use crate::simplify::known_zero;
use crate::{Context, Pass};

/// The pass.
pub struct Shifts;

/// The bits of a count by which its low byte exceeds 31.
const HIGH: u32 = 0xe0;
/// Branches above a shift that are looked at.
const BRANCHES: usize = 8;

impl Pass for Shifts {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let found = if cx.target.shifts_by_byte() { find(func) } else { vec![] };
        if found.is_empty() {
            return false;
        }
        let cfg = Cfg::new(func);
        let flow = Flow::new(func, &cfg, DomTree::new(func, &cfg));
        let facts = Facts { known: Known::with(func, &cfg, &flow), dom: flow.dom, cfg };
        let is_masked = |(block, shift): &(Block, Shift)| {
            let count = shift.count;
            known_zero(func, count) & HIGH != HIGH && !facts.is_small(func, *block, count)
        };
        let masked: Vec<bool> = found.iter().map(is_masked).collect();
        let mut next = found.into_iter().zip(masked).peekable();
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                if let Some(((_, shift), is_masked)) = next.next_if(|((_, s), _)| s.inst == inst) {
                    shift.replace(func, is_masked, &mut out);
                }
                out.push(inst);
            }
            func.blocks[block].insts = out;
        }
        true
    }
}

struct Shift {
    inst: Inst,
    /// The machine's operator.
    op: BinaryOp,
    value: Value,
    count: Value,
}

impl Shift {
    /// Makes it the machine's, with a mask in front of it if its count needs one.
    fn replace(self, func: &mut Function, is_masked: bool, out: &mut Vec<Inst>) {
        let Shift { inst, op, value, mut count } = self;
        if is_masked {
            let loc = func.locs[inst];
            let bits = func.make_inst(InstData::Const(31), loc);
            let args = [count, func.result(bits)];
            let mask = func.make_inst(InstData::Binary { op: BinaryOp::And, args }, loc);
            count = func.result(mask);
            out.extend([bits, mask]);
        }
        func.insts[inst] = InstData::Binary { op, args: [value, count] };
    }
}

/// The shifts by counts that are not constant.
fn find(func: &Function) -> Vec<(Block, Shift)> {
    let mut found = vec![];
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let InstData::Binary { op, args: [value, count] } = func.insts[inst] else { continue };
            let op = match op {
                BinaryOp::Shl => BinaryOp::ShlByte,
                BinaryOp::ShrU => BinaryOp::ShrUByte,
                BinaryOp::ShrS => BinaryOp::ShrSByte,
                _ => continue,
            };
            if func.as_const(count).is_none() {
                found.push((block, Shift { inst, op, value, count }));
            }
        }
    }
    found
}

struct Facts {
    cfg: Cfg,
    dom: DomTree,
    known: Known,
}

impl Facts {
    /// Whether a count is less than 32 wherever a block is executed.
    fn is_small(&self, func: &Function, block: Block, count: Value) -> bool {
        let mut range = self.known.get(count);
        let mut at = block;
        for _ in 0..BRANCHES {
            if range.lo >= 0 && range.hi < 32 {
                return true;
            }
            let Some(above) = self.dom.immediate_dominator(at) else { break };
            if self.cfg.predecessors(at) == [above]
                && let Some(terminator) = func.terminator(above)
                && let InstData::Branch { cond, then, other, .. } = &func.insts[terminator]
                && then.block != other.block
            {
                let here = self.known.chosen(func, *cond, count, then.block == at);
                range = Range { lo: range.lo.max(here.lo), hi: range.hi.min(here.hi) };
            }
            at = above;
        }
        range.lo >= 0 && range.hi < 32
    }
}
