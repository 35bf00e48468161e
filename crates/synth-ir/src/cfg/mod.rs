//! The control-flow graph of a function: predecessors and orders, dominators,
//! loops.
//!
//! Only blocks that can be reached from the entry take part. Nothing here
//! recurses, and everything takes time that grows almost linearly, whatever
//! the shape of the graph.

mod dominators;
mod loops;

use cranelift_entity::SecondaryMap;

pub use dominators::DomTree;
pub use loops::Loops;

use crate::function::{Block, Function};

/// "No such block" in tables of positions.
const NONE: u32 = u32::MAX;

/// Predecessors and reverse postorder of the reachable blocks.
#[derive(Clone, Debug)]
pub struct Cfg {
    /// Reachable blocks in reverse postorder.
    rpo: Vec<Block>,
    /// Position of each block in `rpo`.
    position: SecondaryMap<Block, u32>,
    /// Predecessors of the block at position `i`:
    /// `preds[pred_start[i]..pred_start[i + 1]]`.
    pred_start: Vec<u32>,
    preds: Vec<Block>,
}

impl Cfg {
    /// The graph of a function that has at least one block.
    pub fn new(func: &Function) -> Self {
        let rpo = reverse_postorder(func);
        let mut position = SecondaryMap::with_default(NONE);
        position.resize(func.blocks.len());
        for (i, &block) in rpo.iter().enumerate() {
            position[block] = i as u32;
        }
        let mut pred_start = vec![0; rpo.len() + 1];
        for_each_edge(func, &rpo, |_, to| pred_start[position[to] as usize + 1] += 1);
        for i in 0..rpo.len() {
            pred_start[i + 1] += pred_start[i];
        }
        let mut fill = pred_start.clone();
        let mut preds = vec![func.entry(); pred_start[rpo.len()] as usize];
        for_each_edge(func, &rpo, |from, to| {
            let slot = &mut fill[position[to] as usize];
            preds[*slot as usize] = from;
            *slot += 1;
        });
        Cfg { rpo, position, pred_start, preds }
    }

    /// The reachable blocks in reverse postorder: a block comes after all its
    /// predecessors, but for the edges that close a loop.
    pub fn reverse_postorder(&self) -> &[Block] {
        &self.rpo
    }

    /// Position of a block in the reverse postorder, if it is reachable.
    pub fn position(&self, block: Block) -> Option<usize> {
        Some(self.position[block]).filter(|&p| p != NONE).map(|p| p as usize)
    }

    /// Whether the entry reaches a block.
    pub fn is_reachable(&self, block: Block) -> bool {
        self.position[block] != NONE
    }

    /// The reachable blocks that branch to a block, once for each edge.
    pub fn predecessors(&self, block: Block) -> &[Block] {
        match self.position(block) {
            Some(i) => &self.preds[self.pred_start[i] as usize..self.pred_start[i + 1] as usize],
            None => &[],
        }
    }
}

fn for_each_edge(func: &Function, blocks: &[Block], mut f: impl FnMut(Block, Block)) {
    for &block in blocks {
        if let Some(inst) = func.terminator(block) {
            func.insts[inst].for_each_successor(|call| f(block, call.block));
        }
    }
}

fn reverse_postorder(func: &Function) -> Vec<Block> {
    let mut seen = SecondaryMap::with_default(false);
    seen.resize(func.blocks.len());
    let mut postorder = Vec::with_capacity(func.layout.len());
    // The blocks on the way from the entry, and behind each the successors that
    // are still to be looked at, in one stack.
    let mut stack = vec![Visit::Enter(func.entry())];
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::Enter(block) if !std::mem::replace(&mut seen[block], true) => {
                stack.push(Visit::Leave(block));
                if let Some(inst) = func.terminator(block) {
                    // The last successor is taken first, so that the reverse of
                    // the postorder lists the first one first.
                    func.insts[inst]
                        .for_each_successor(|call| stack.push(Visit::Enter(call.block)));
                }
            }
            Visit::Enter(_) => {}
            Visit::Leave(block) => postorder.push(block),
        }
    }
    postorder.reverse();
    postorder
}

/// A step of a depth-first search.
enum Visit {
    Enter(Block),
    Leave(Block),
}

/// Whether every cycle has a single block through which it is entered: each
/// edge that goes back in the reverse postorder goes to a dominator.
pub fn is_reducible(func: &Function, cfg: &Cfg, dom: &DomTree) -> bool {
    cfg.rpo.iter().all(|&block| {
        func.successors(block)
            .into_iter()
            .all(|to| cfg.position[to] > cfg.position[block] || dom.dominates(to, block))
    })
}
