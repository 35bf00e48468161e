//! The machine code of a function with what it costs.

use synth_ir::{Program, SourceLoc};
use synth_thumb::Code;
use synth_thumb::disassembly::{self, LineKind, RelocText, disassemble};
use synth_thumb::estimate::{self, estimate};
use synth_thumb::inst::Flow;
use synth_thumb::timing::Core;

pub use synth_thumb::estimate::Block;

use super::Place;

/// The machine code of a function.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Instructions and data, in order.
    pub lines: Vec<MachineLine>,
    /// Basic blocks, by rising offset.
    pub blocks: Vec<Block>,
    /// Bytes, by kind.
    pub sizes: Sizes,
    /// Estimated cycles of a call, without callees.
    pub cycles: u64,
    /// Bytes of stack that it uses itself.
    pub stack: u32,
    /// Moves between registers and the stack for want of registers.
    pub spills: u32,
    /// Calls, tail calls included.
    pub calls: u32,
}

/// Bytes of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Of instructions.
    pub code: u32,
    /// Of literal pools.
    pub literals: u32,
    /// Of jump tables.
    pub tables: u32,
}

impl Sizes {
    /// All bytes.
    pub fn total(&self) -> u32 {
        self.code + self.literals + self.tables
    }
}

/// A line of machine code.
#[derive(Clone, Debug)]
pub struct MachineLine {
    /// Byte offset in the function.
    pub offset: u32,
    /// Its halfwords in hexadecimal.
    pub encoding: String,
    /// The instruction.
    pub text: String,
    /// What it refers to: a symbol, a literal, a target, a trap's reason.
    pub note: String,
    /// Estimated cycles; none for data, traps, and what the model does not
    /// know.
    pub cycles: Option<u64>,
    /// Where it comes from.
    pub places: Vec<Place>,
}

impl Machine {
    pub(super) fn new(
        code: &Code,
        program: &Program,
        core: Core,
        places: impl Fn(SourceLoc) -> Vec<Place>,
    ) -> Self {
        let lines = disassemble(code);
        let estimate::Estimate { cycles, blocks } = estimate(code, &lines, core);
        let total = estimate::Estimate { cycles: vec![], blocks: blocks.clone() }.total();
        let mut sizes = Sizes::default();
        for line in &lines {
            *match line.kind {
                LineKind::Inst(..) | LineKind::Unknown => &mut sizes.code,
                LineKind::Literal(_) => &mut sizes.literals,
                LineKind::Table(_) => &mut sizes.tables,
            } += line.size;
        }
        let calls = lines.iter().filter(|line| is_call(line, code)).count() as u32;
        let machine_line = |(line, cycles): (&disassembly::Line, Option<u64>)| MachineLine {
            offset: line.offset,
            encoding: line.encoding(code),
            text: line.to_string(),
            note: note(line, code, &lines, program),
            cycles,
            places: places(line.loc(code)),
        };
        Machine {
            lines: lines.iter().zip(cycles).map(machine_line).collect(),
            blocks,
            sizes,
            cycles: total,
            stack: code.stack,
            spills: code.spills,
            calls,
        }
    }
}

/// Whether another function runs: `bl`, `blx`, or a branch that a linker
/// completes.
fn is_call(line: &disassembly::Line, code: &Code) -> bool {
    match line.kind {
        LineKind::Inst(inst, _) => match inst.flow() {
            Flow::Call => true,
            Flow::Jump => line.reloc(code).is_some(),
            _ => false,
        },
        _ => false,
    }
}

/// What a line refers to.
fn note(
    line: &disassembly::Line,
    code: &Code,
    lines: &[disassembly::Line],
    program: &Program,
) -> String {
    let reloc = |line: &disassembly::Line| {
        let reloc = line.reloc(code)?;
        Some(RelocText { reloc, program }.to_string())
    };
    if let Some(literal) = line.literal() {
        let at = lines.partition_point(|l| l.offset < literal);
        return match lines.get(at).filter(|l| l.offset == literal) {
            Some(word) => match (reloc(word), word.kind) {
                (Some(reloc), _) => format!("={reloc}"),
                (None, LineKind::Literal(value)) => format!("={value:#x}"),
                _ => String::new(),
            },
            None => String::new(),
        };
    }
    let target = || line.target(code).map(|target| format!("to {target:#x}"));
    let trap = || line.trap(code).map(|trap| trap.to_string());
    reloc(line).or_else(trap).or_else(target).unwrap_or_default()
}
