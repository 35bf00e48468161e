//! The interference graph: which variables are live together, which machine
//! registers each cannot have, and the copies that would vanish if both ends
//! had one register.

use fixedbitset::FixedBitSet;

use super::flow::{Flow, MACHINE};

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
    matrix: FixedBitSet,
    nodes: usize,
    /// Variables that are live with each, those merged and removed included.
    pub adjacent: Vec<Vec<u32>>,
    /// Machine registers that each cannot have.
    pub forbidden: Vec<u16>,
}

impl Graph {
    pub(super) fn new(flow: &Flow) -> Graph {
        let nodes = flow.nodes;
        let mut graph = Graph {
            matrix: FixedBitSet::with_capacity(nodes * nodes),
            nodes,
            adjacent: vec![vec![]; nodes],
            forbidden: vec![0; nodes],
        };
        for (index, range) in flow.blocks.iter().enumerate() {
            let mut live = flow.live_out[index].clone();
            for at in range.clone().rev() {
                graph.step(flow, at, &mut live);
            }
        }
        graph
    }

    fn step(&mut self, flow: &Flow, at: usize, live: &mut FixedBitSet) {
        let access = flow.accesses[at];
        let (uses, defs) = (flow.uses(access), flow.defs(access));
        if access.copy {
            uses.iter().for_each(|&used| live.set(used as usize, false));
        }
        defs.iter().for_each(|&def| live.insert(def as usize));
        for &def in defs {
            for other in live.ones() {
                self.connect(def, other as u32);
            }
            if access.early {
                uses.iter().for_each(|&used| self.connect(def, used));
            }
        }
        if access.clobbers != 0 {
            for other in live.ones() {
                self.forbidden[other] |= access.clobbers;
            }
        }
        defs.iter().for_each(|&def| live.set(def as usize, false));
        uses.iter().for_each(|&used| live.insert(used as usize));
    }

    pub(super) fn connect(&mut self, a: u32, b: u32) {
        if a == b {
            return;
        }
        match (a < MACHINE, b < MACHINE) {
            (true, true) => {}
            (true, false) => self.forbidden[b as usize] |= 1 << a,
            (false, true) => self.forbidden[a as usize] |= 1 << b,
            (false, false) => {
                if !self.are_connected(a, b) {
                    self.matrix.insert(a as usize * self.nodes + b as usize);
                    self.matrix.insert(b as usize * self.nodes + a as usize);
                    self.adjacent[a as usize].push(b);
                    self.adjacent[b as usize].push(a);
                }
            }
        }
    }

    /// Whether two variables are live together.
    pub(super) fn are_connected(&self, a: u32, b: u32) -> bool {
        self.matrix.contains(a as usize * self.nodes + b as usize)
    }
}
