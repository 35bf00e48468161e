//! What instructions read and write of one class of registers, by node, and what is
//! live where.
//!
//! Nodes below [`MACHINE`] are machine registers; the variables come behind them.

use std::ops::Range;

use crate::liveness;
use crate::mach::{FInst, FUnOp, FloatUnit, MFunction, MInst, OperandKind, Reg};
use crate::rows::{self, Rows};

/// The first node that is a variable.
pub(super) const MACHINE: u32 = 32;

/// A class of registers. What one holds never has to do with the other, so that each
/// is coloured by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// r0 to r15.
    Core,
    /// s0 to s31, or d0 to d15.
    Float,
}

impl Class {
    /// The node of a register of this class.
    pub(super) fn node(self, reg: Reg) -> Option<u32> {
        if reg.is_float() != (self == Class::Float) {
            return None;
        }
        let machine = reg.as_machine().map(u32::from);
        machine.or_else(|| Some(reg.as_virtual()? + MACHINE))
    }

    /// A machine register of this class.
    pub(super) fn register(self, number: u8) -> Reg {
        match self {
            Class::Core => Reg::machine(number),
            Class::Float => Reg::float(number),
        }
    }

    /// The registers of this class that an instruction destroys besides its results.
    fn clobbers(self, inst: &MInst, unit: FloatUnit) -> u32 {
        match self {
            Class::Core => inst.clobbers().into(),
            Class::Float => inst.clobbers_floats().map_or(0, |results| unit.scratch() & !results),
        }
    }
}

/// The ends of a copy.
pub(super) fn as_copy(inst: &MInst) -> Option<(Reg, Reg)> {
    match *inst {
        MInst::Mov { rd, rm } => Some((rd, rm)),
        MInst::Float(FInst::Un { op: FUnOp::Mov, fd, fm, .. }) => Some((fd, fm)),
        _ => None,
    }
}

/// A copy of a register, of its class.
pub(super) fn copy(rd: Reg, rm: Reg) -> MInst {
    match rd.is_float() {
        false => MInst::Mov { rd, rm },
        true => MInst::Float(FInst::Un { op: FUnOp::Mov, double: false, fd: rd, fm: rm }),
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
    pub clobbers: u32,
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
    pub(super) fn new(function: &mut MFunction, class: Class) -> Flow {
        let nodes = (MACHINE + function.virtuals) as usize;
        let unit = function.float_unit;
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
                let access = flow.access(&mut located.inst, class, unit);
                flow.accesses.push(access);
            }
            flow.blocks.push(first..flow.accesses.len());
        }
        flow.solve(function);
        flow
    }

    fn access(&mut self, inst: &mut MInst, class: Class, unit: FloatUnit) -> Access {
        let start = self.operands.len() as u32;
        let (mut uses, mut early) = (0, false);
        // Uses come first.
        inst.visit_operands(&mut |reg, kind, _| {
            if let Some(node) = class.node(*reg) {
                self.operands.push(node);
                uses += u32::from(kind == OperandKind::Use);
            }
            early |= kind == OperandKind::EarlyDef;
        });
        let (clobbers, copy) = (class.clobbers(inst, unit), as_copy(inst).is_some());
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
