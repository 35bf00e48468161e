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
        let DepthFirst { postorder: mut rpo, succs, spans } = DepthFirst::new(func);
        rpo.reverse();
        let mut position = SecondaryMap::with_default(NONE);
        position.resize(func.blocks.len());
        for (i, &block) in rpo.iter().enumerate() {
            position[block] = i as u32;
        }
        // Where the predecessors of `i` start stands at `i + 1` until they are filled in.
        let mut pred_start = vec![0; rpo.len() + 2];
        for &to in &succs {
            pred_start[position[to] as usize + 2] += 1;
        }
        for i in 2..pred_start.len() {
            pred_start[i] += pred_start[i - 1];
        }
        let mut preds = vec![func.entry(); succs.len()];
        for &from in &rpo {
            let (start, end) = spans[from];
            for &to in &succs[start as usize..end as usize] {
                let slot = &mut pred_start[position[to] as usize + 1];
                preds[*slot as usize] = from;
                *slot += 1;
            }
        }
        pred_start.pop();
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

/// A depth-first search from the entry.
struct DepthFirst {
    postorder: Vec<Block>,
    /// The successors of all reachable blocks.
    succs: Vec<Block>,
    /// Start and end of a block's successors in `succs`.
    spans: SecondaryMap<Block, (u32, u32)>,
}

impl DepthFirst {
    fn new(func: &Function) -> Self {
        let count = func.layout.len();
        let mut spans = SecondaryMap::with_default((NONE, NONE));
        spans.resize(func.blocks.len());
        let (postorder, succs) = (Vec::with_capacity(count), Vec::with_capacity(2 * count));
        let mut search = DepthFirst { postorder, succs, spans };
        // The blocks on the way from the entry, and how many of the successors of each
        // are still to be looked at. The last one is taken first, so that the reverse of
        // the postorder lists the first one first.
        let mut stack = Vec::with_capacity(count);
        stack.push(search.enter(func, func.entry()));
        while let Some((block, rest)) = stack.last_mut() {
            if *rest == 0 {
                search.postorder.push(*block);
                stack.pop();
                continue;
            }
            *rest -= 1;
            let next = search.succs[(search.spans[*block].0 + *rest) as usize];
            if search.spans[next].0 == NONE {
                stack.push(search.enter(func, next));
            }
        }
        search
    }

    /// Lists the successors of a block. Returns it with their number.
    fn enter(&mut self, func: &Function, block: Block) -> (Block, u32) {
        let start = self.succs.len() as u32;
        if let Some(inst) = func.terminator(block) {
            func.insts[inst].for_each_successor(|call| self.succs.push(call.block));
        }
        let end = self.succs.len() as u32;
        self.spans[block] = (start, end);
        (block, end - start)
    }
}

/// The blocks that the entry reaches, in no particular order.
pub(crate) fn reachable(func: &Function) -> (Vec<Block>, SecondaryMap<Block, bool>) {
    let mut seen = SecondaryMap::with_default(false);
    seen.resize(func.blocks.len());
    let mut found = Vec::with_capacity(func.layout.len());
    seen[func.entry()] = true;
    found.push(func.entry());
    let mut next = 0;
    while let Some(&block) = found.get(next) {
        next += 1;
        if let Some(inst) = func.terminator(block) {
            func.insts[inst].for_each_successor(|call| {
                if !std::mem::replace(&mut seen[call.block], true) {
                    found.push(call.block);
                }
            });
        }
    }
    (found, seen)
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
