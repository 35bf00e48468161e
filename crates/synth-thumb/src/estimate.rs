//! Estimated cycles of a function that is not run: the model of
//! [`crate::timing`] with one guess for each thing that it would have to be
//! told.
//!
//! - A block inside *n* loops is executed [`weight`]`(n)` times.
//! - A conditional branch is taken if it goes backwards.
//! - Instructions of IT blocks are executed.
//! - The operands of divisions and long multiplications are 2^16 and 1; targets
//!   outside the function are well placed.
//! - What a callee takes is the callee's.
//!
//! The figures serve to compare versions of code, and to see where time goes.

use crate::code::Code;
use crate::disassembly::{Line, LineKind};
use crate::inst::{Flow, Inst};
use crate::timing::{Core, Event, Facts, Pipeline, Target, weight};

/// A basic block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Byte offset in the function.
    pub offset: u32,
    /// Number of loops around it.
    pub depth: u32,
    /// Bytes of its instructions.
    pub bytes: u32,
    /// Cycles that one execution takes.
    pub cycles: u64,
}

impl Block {
    /// How often it is executed for each call of the function.
    pub fn weight(&self) -> u64 {
        weight(self.depth)
    }
}

/// What a function costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Cycles of each line of the disassembly; none for data, traps, and what
    /// the model's cores do not have.
    pub cycles: Vec<Option<u64>>,
    /// The blocks, by rising offset.
    pub blocks: Vec<Block>,
}

impl Estimate {
    /// Cycles of a call of the function, without its callees.
    pub fn total(&self) -> u64 {
        let blocks = self.blocks.iter();
        blocks.fold(0, |sum, b| b.weight().saturating_mul(b.cycles).saturating_add(sum))
    }
}

/// Estimates the cycles of a function whose disassembly `lines` is.
pub fn estimate(code: &Code, lines: &[Line], core: Core) -> Estimate {
    let mut blocks: Vec<Block> = vec![];
    // The prologue goes with the first block, unless that is in a loop.
    let starts = std::iter::once((0, 0)).chain(code.blocks.iter().copied());
    for (i, (offset, depth)) in starts.enumerate() {
        let offset = if i == 1 && depth == 0 { 0 } else { offset };
        blocks.pop_if(|block| block.offset == offset);
        blocks.push(Block { offset, depth, bytes: 0, cycles: 0 });
    }
    let mut pipeline = Pipeline::new(core);
    let mut cycles = vec![];
    let mut at = 0;
    for line in lines {
        while blocks.get(at + 1).is_some_and(|next| next.offset <= line.offset) {
            at += 1;
        }
        let taken = instruction(line).and_then(|inst| {
            Some(pipeline.step(&Facts::of(&inst)?, &event(code, lines, line, &inst)))
        });
        if matches!(line.kind, LineKind::Inst(..)) {
            blocks[at].bytes += line.size;
            blocks[at].cycles += taken.unwrap_or(0);
        }
        cycles.push(taken);
    }
    Estimate { cycles, blocks }
}

/// The instruction there, unless it is a trap, which ends the program.
fn instruction(line: &Line) -> Option<Inst> {
    match line.kind {
        LineKind::Inst(inst, _) if inst.flow() != Flow::Trap => Some(inst),
        _ => None,
    }
}

/// What is guessed to happen to an instruction.
fn event(code: &Code, lines: &[Line], line: &Line, inst: &Inst) -> Event {
    let target = line.target(code);
    let branches = match inst.flow() {
        Flow::Cond => target.is_some_and(|target| target <= line.offset),
        Flow::Jump | Flow::Call | Flow::Indirect => true,
        Flow::Next | Flow::Trap => false,
    };
    let place = |address: u32| {
        let next = lines.partition_point(|l| l.offset < address);
        let size = lines.get(next).map_or(2, |l| l.size);
        Target { address, size }
    };
    let target = target.map_or(Target { address: 0, size: 2 }, place);
    Event { target: branches.then_some(target), operands: [1 << 16, 1], skipped: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Span;
    use crate::disassembly::disassemble;

    /// Cycles by hand from DDI 0439 table 3-1 and section 3.3.2.
    #[test]
    fn a_loop_weighs_eight_times() {
        // movs r2, #0; again: ldr r3, [r0, r2]; adds r2, #4; cmp r2, r1; bne again; bx lr
        let halves = [0x2200u16, 0x5883, 0x3204, 0x428a, 0xd1fb, 0x4770];
        let code = Code {
            bytes: halves.iter().flat_map(|h| h.to_le_bytes()).collect(),
            spans: vec![(0, Span::Thumb)],
            blocks: vec![(0, 0), (2, 1), (10, 0)],
            ..Code::default()
        };
        let lines = disassemble(&code);
        assert_eq!(lines[4].target(&code), Some(2));
        let estimate = estimate(&code, &lines, Core::M4);
        // The load's address uses the result of movs: one cycle more. The
        // branch back is taken; the return goes to an address in a register.
        let cycles: Vec<u64> = estimate.cycles.iter().map(|c| c.unwrap()).collect();
        assert_eq!(cycles, [1, 3, 1, 1, 2, 3]);
        let blocks: Vec<_> =
            estimate.blocks.iter().map(|b| (b.offset, b.bytes, b.cycles)).collect();
        assert_eq!(blocks, [(0, 2, 1), (2, 8, 7), (10, 2, 3)]);
        assert_eq!(estimate.total(), 1 + 8 * 7 + 3);
    }

    #[test]
    fn literals_and_tables_are_told_apart() {
        // ldr r1, [pc, #8] (pc = 4: the word at 12); tbb [pc, r0]; .byte 2, 2; bx lr; .word
        let bytes = [
            0x02, 0x49, 0xdf, 0xe8, 0x00, 0xf0, 0x01, 0x01, 0x70, 0x47, 0x00, 0xbf, 0x78, 0x56,
            0x34, 0x12,
        ];
        let spans = vec![(0, Span::Thumb), (6, Span::Data), (8, Span::Thumb), (12, Span::Data)];
        let code = Code { bytes: bytes.to_vec(), spans, ..Code::default() };
        let lines = disassemble(&code);
        assert_eq!(lines[0].literal(), Some(12));
        assert_eq!(lines[2].kind, LineKind::Table(0x101));
        assert_eq!(lines.last().map(|l| l.kind), Some(LineKind::Literal(0x1234_5678)));
        let sizes: u32 = lines.iter().map(|l| l.size).sum();
        assert_eq!(sizes as usize, code.bytes.len());
    }
}
