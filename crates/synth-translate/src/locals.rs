//! What is known of a function's locals before it is translated.
//!
//! Nothing here takes time or memory in proportion to the number of locals
//! *declared*, which a few bytes can put at 50,000 in each function.

use std::ops::Range;

use synth_ir::Type;
use synth_wasm::ValType;
use wasmparser::{FunctionBody, Operator};

use crate::error::Stop;
use crate::ssa::Var;

/// Types of parameters and locals, run by run.
#[derive(Debug, Default)]
pub(crate) struct LocalTypes {
    /// The index after the run and the type of its locals.
    runs: Vec<(u32, ValType)>,
}

impl LocalTypes {
    pub(crate) fn push(&mut self, count: u32, ty: ValType) {
        let end = self.runs.last().map_or(0, |r| r.0).saturating_add(count);
        match self.runs.last_mut() {
            Some(run) if run.1 == ty => run.0 = end,
            _ => self.runs.push((end, ty)),
        }
    }

    pub(crate) fn get(&self, local: u32) -> Option<ValType> {
        let run = self.runs.partition_point(|r| r.0 <= local);
        self.runs.get(run).map(|r| r.1)
    }
}

/// The variable of a word of a local.
pub(crate) fn variable(local: u32, word: usize) -> Var {
    local * 2 + word as u32
}

/// Where locals are assigned, by the number of the operator.
#[derive(Debug, Default)]
pub(crate) struct Assignments {
    /// Local and operator number, sorted.
    sets: Vec<(u32, u32)>,
}

impl Assignments {
    /// Whether an operator of the range assigns the variable.
    pub(crate) fn any(&self, var: Var, range: &Range<u32>) -> bool {
        let local = var / 2;
        let first = self.sets.partition_point(|&s| s < (local, range.start));
        self.sets.get(first).is_some_and(|&(l, op)| l == local && op < range.end)
    }
}

/// The result of the first walk over a body.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) assignments: Assignments,
    /// Start and end of each loop by operator number, sorted.
    pub(crate) loops: Vec<(u32, u32)>,
    /// Locals that are read or written, sorted.
    pub(crate) used: Vec<u32>,
}

impl Scan {
    pub(crate) fn new(body: &FunctionBody<'_>) -> Result<Self, Stop> {
        let mut scan = Scan::default();
        // For each open construct, its number if it is a loop.
        let mut open: Vec<Option<usize>> = Vec::new();
        let mut reader = body.get_operators_reader()?;
        let mut number = 0;
        while !reader.eof() {
            match reader.read()? {
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    scan.assignments.sets.push((local_index, number));
                    scan.used.push(local_index);
                }
                Operator::LocalGet { local_index } => scan.used.push(local_index),
                Operator::Loop { .. } => {
                    open.push(Some(scan.loops.len()));
                    scan.loops.push((number, u32::MAX));
                }
                Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    open.push(None);
                }
                Operator::End => {
                    if let Some(Some(index)) = open.pop() {
                        scan.loops[index].1 = number;
                    }
                }
                _ => {}
            }
            number += 1;
        }
        scan.assignments.sets.sort_unstable();
        scan.used.sort_unstable();
        scan.used.dedup();
        Ok(scan)
    }

    /// The number of the operator that ends the loop which starts at `start`.
    pub(crate) fn loop_end(&self, start: u32) -> u32 {
        match self.loops.binary_search_by_key(&start, |l| l.0) {
            Ok(index) => self.loops[index].1,
            Err(_) => u32::MAX,
        }
    }
}

/// A local with the frame slot of each of its words, when locals are kept in
/// memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalSlot {
    pub(crate) slot: synth_ir::Slot,
    pub(crate) types: &'static [Type],
}
