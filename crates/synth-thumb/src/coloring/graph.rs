//! The interference graph: which variables are live together, which machine
//! registers each cannot have, and the copies that would vanish if both ends
//! had one register.

use super::flow::{Flow, MACHINE};
use crate::rows::{self, Rows};

/// A pair of nodes that should get one register.
#[derive(Clone, Copy)]
pub(super) struct Copy {
    pub a: u32,
    pub b: u32,
    /// What it costs if they don't.
    pub cost: u64,
}

/// The graph. Nodes below [`MACHINE`] are machine registers; edges to them
/// are kept as sets.
pub(super) struct Graph {
    matrix: Rows,
    /// Machine registers that each cannot have.
    pub forbidden: Vec<u32>,
}

/// The bits of the machine registers in the first word of a set of nodes.
const MACHINE_BITS: u64 = (1 << MACHINE) - 1;

impl Graph {
    pub(super) fn new(flow: &Flow) -> Graph {
        let nodes = flow.nodes;
        let mut graph = Graph { matrix: Rows::new(nodes, nodes), forbidden: vec![0; nodes] };
        let mut live = vec![];
        for (index, range) in flow.blocks.iter().enumerate() {
            live.clear();
            live.extend_from_slice(flow.live_out.row(index));
            for at in range.clone().rev() {
                graph.step(flow, at, &mut live);
            }
        }
        graph.complete();
        graph
    }

    /// Notes what is live with the results of an instruction, in their rows
    /// only.
    fn step(&mut self, flow: &Flow, at: usize, live: &mut [u64]) {
        let access = flow.accesses[at];
        let (uses, defs) = (flow.uses(access), flow.defs(access));
        if access.copy {
            uses.iter().for_each(|&used| rows::remove(live, used));
        }
        defs.iter().for_each(|&def| rows::insert(live, def));
        for &def in defs {
            let row = self.matrix.row_mut(def as usize);
            row.iter_mut().zip(&*live).for_each(|(row, live)| *row |= live);
            if access.early {
                uses.iter().for_each(|&used| rows::insert(row, used));
            }
        }
        if access.clobbers != 0 {
            for other in rows::numbers(live) {
                self.forbidden[other as usize] |= access.clobbers;
            }
        }
        defs.iter().for_each(|&def| rows::remove(live, def));
        uses.iter().for_each(|&used| rows::insert(live, used));
    }

    /// Makes the matrix symmetric.
    fn complete(&mut self) {
        let nodes = self.forbidden.len();
        for number in 0..MACHINE {
            for other in rows::numbers(self.matrix.row(number as usize)) {
                self.forbidden[other as usize] |= 1 << number;
            }
        }
        let mut row = vec![];
        for node in MACHINE..nodes as u32 {
            let own = self.matrix.row_mut(node as usize);
            self.forbidden[node as usize] |= (own[0] & MACHINE_BITS) as u32;
            own[0] &= !MACHINE_BITS;
            rows::remove(own, node);
            row.clear();
            row.extend_from_slice(own);
            for other in rows::numbers(&row) {
                self.matrix.insert(other as usize, node);
            }
        }
    }

    /// Number of nodes, the machine registers included.
    pub(super) fn nodes(&self) -> usize {
        self.forbidden.len()
    }

    /// Variables that are live with one, those merged and removed included.
    pub(super) fn row(&self, node: u32) -> &[u64] {
        self.matrix.row(node as usize)
    }

    /// Notes that two different variables are live together.
    pub(super) fn connect(&mut self, a: u32, b: u32) {
        self.matrix.insert(a as usize, b);
        self.matrix.insert(b as usize, a);
    }

    /// Whether two variables are live together.
    pub(super) fn are_connected(&self, a: u32, b: u32) -> bool {
        self.matrix.contains(a as usize, b)
    }
}
