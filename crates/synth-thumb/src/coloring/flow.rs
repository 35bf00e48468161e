//! What instructions read and write, by node, and what is live where.
//!
//! Nodes are the machine's core registers (0 to 15) and, from 16 on, the
//! variables.

use std::ops::Range;

use crate::liveness;
use crate::mach::{MFunction, MInst, OperandKind, Reg};
use crate::rows::{self, Rows};

/// Nodes that are machine registers.
pub(super) const MACHINE: u32 = 16;

/// The node of a core register.
pub(super) fn node(reg: Reg) -> u32 {
    match (reg.as_machine(), reg.as_virtual()) {
        (Some(number), _) => number.into(),
        (None, number) => number.unwrap_or_default() + MACHINE,
    }
}

/// Operands of one instruction: a range of [`Flow::operands`], the nodes read
/// and then those written.
#[derive(Clone, Copy)]
pub(super) struct Access {
    start: u32,
    defs: u32,
    end: u32,
    /// Machine registers that it destroys.
    pub clobbers: u16,
    /// Whether it writes before it has read all.
    pub early: bool,
    /// Whether it is a copy.
    pub copy: bool,
}

/// The flow of values through a function.
pub(super) struct Flow {
    pub accesses: Vec<Access>,
    operands: Vec<u32>,
    /// The instructions of each block.
    pub blocks: Vec<Range<usize>>,
    /// What is live at the end of each block.
    pub live_out: Rows,
    pub nodes: usize,
}

impl Flow {
    pub(super) fn new(function: &mut MFunction) -> Flow {
        let nodes = (MACHINE + function.virtuals) as usize;
        let mut flow = Flow {
            accesses: Vec::with_capacity(function.len()),
            operands: vec![],
            blocks: vec![],
            live_out: Rows::new(0, nodes),
            nodes,
        };
        for block in &mut function.blocks {
            let first = flow.accesses.len();
            for located in &mut block.insts {
                let access = flow.access(&mut located.inst);
                flow.accesses.push(access);
            }
            flow.blocks.push(first..flow.accesses.len());
        }
        flow.solve(function);
        flow
    }

    fn access(&mut self, inst: &mut MInst) -> Access {
        let start = self.operands.len() as u32;
        let (mut uses, mut early) = (0, false);
        // Uses come first.
        inst.visit_operands(&mut |reg, kind, _| {
            self.operands.push(node(*reg));
            uses += u32::from(kind == OperandKind::Use);
            early |= kind == OperandKind::EarlyDef;
        });
        let (clobbers, copy) = (inst.clobbers(), matches!(inst, MInst::Mov { .. }));
        let end = self.operands.len() as u32;
        Access { start, defs: start + uses, end, clobbers, early, copy }
    }

    pub(super) fn uses(&self, access: Access) -> &[u32] {
        &self.operands[access.start as usize..access.defs as usize]
    }

    pub(super) fn defs(&self, access: Access) -> &[u32] {
        &self.operands[access.defs as usize..access.end as usize]
    }

    /// All operands.
    pub(super) fn both(&self, access: Access) -> &[u32] {
        &self.operands[access.start as usize..access.end as usize]
    }

    fn solve(&mut self, function: &MFunction) {
        let count = self.blocks.len();
        let mut live_in = Rows::new(count, self.nodes);
        let mut writes = Rows::new(count, self.nodes);
        for (index, range) in self.blocks.iter().enumerate() {
            let (reads, writes) = (live_in.row_mut(index), writes.row_mut(index));
            for &access in self.accesses[range.clone()].iter().rev() {
                for &def in self.defs(access) {
                    rows::insert(writes, def);
                    rows::remove(reads, def);
                }
                for &used in self.uses(access) {
                    rows::insert(reads, used);
                }
            }
        }
        self.live_out = liveness::solve(function, &mut live_in, &writes);
    }
}
