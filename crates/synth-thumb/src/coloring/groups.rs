//! What simplification left, by group of merged nodes: the lists that colouring
//! walks over and over.

use super::flow::{Flow, MACHINE};
use super::graph::{Copy, Graph};
use super::simplify::Order;
use crate::lists::Lists;
use crate::rows;

/// The groups, each under the node that stands for it.
pub(super) struct Groups {
    neighbours: Lists<u32>,
    copies: Lists<(u32, u64)>,
    short: Lists<(u32, u64)>,
    forbidden: Vec<u32>,
    /// By short instruction, how many of its registers are high ones of the
    /// machine.
    pub fixed_high: Vec<u32>,
}

impl Groups {
    /// The groups of a graph. `narrow` has for each instruction that is short
    /// if all its registers are low the cost if not.
    pub(super) fn new(
        graph: &Graph,
        order: &Order,
        copies: &[Copy],
        flow: &Flow,
        narrow: &[Option<u64>],
    ) -> Groups {
        let nodes = graph.nodes();
        let mut pairs = vec![];
        for copy in copies {
            let (a, b) = (order.representative(copy.a), order.representative(copy.b));
            if a != b {
                pairs.extend([(a, (b, copy.cost)), (b, (a, copy.cost))]);
            }
        }
        let (short, fixed_high) = short(order, flow, narrow, nodes);
        Groups {
            neighbours: neighbours(graph, order),
            copies: Lists::from_pairs(nodes, &pairs),
            short,
            forbidden: graph.forbidden.clone(),
            fixed_high,
        }
    }

    /// Groups that are live with one.
    pub(super) fn neighbours(&self, node: u32) -> &[u32] {
        self.neighbours.of(node)
    }

    /// The other end of each copy and what it costs.
    pub(super) fn copies(&self, node: u32) -> &[(u32, u64)] {
        self.copies.of(node)
    }

    /// The instructions that are short if all registers are low, and the cost
    /// if not.
    pub(super) fn short(&self, node: u32) -> &[(u32, u64)] {
        self.short.of(node)
    }

    /// Machine registers that a group can't have.
    pub(super) fn forbidden(&self, node: u32) -> u32 {
        self.forbidden[node as usize]
    }
}

fn neighbours(graph: &Graph, order: &Order) -> Lists<u32> {
    let nodes = graph.nodes();
    // What a merged node was live with is live with its group.
    let mut groups = vec![0; nodes.div_ceil(64)];
    order.stack.iter().for_each(|&node| rows::insert(&mut groups, node));
    let mut lists = Lists::new(nodes);
    for &node in &order.stack {
        lists.set(node, rows::common(graph.row(node), &groups));
    }
    lists
}

fn short(
    order: &Order,
    flow: &Flow,
    narrow: &[Option<u64>],
    nodes: usize,
) -> (Lists<(u32, u64)>, Vec<u32>) {
    let (mut pairs, mut fixed_high) = (vec![], vec![]);
    let mut operands = vec![];
    for (access, cost) in flow.accesses.iter().zip(narrow) {
        let Some(cost) = *cost else { continue };
        operands.clear();
        operands.extend(flow.both(*access).iter().map(|&n| order.representative(n)));
        operands.sort_unstable();
        operands.dedup();
        let index = fixed_high.len() as u32;
        fixed_high.push(operands.iter().filter(|&&n| (8..MACHINE).contains(&n)).count() as u32);
        let groups = operands.iter().filter(|&&node| node >= MACHINE);
        pairs.extend(groups.map(|&node| (node, (index, cost))));
    }
    (Lists::from_pairs(nodes, &pairs), fixed_high)
}
