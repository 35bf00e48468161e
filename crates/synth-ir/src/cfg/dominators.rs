//! Dominators. Where each cycle has one entry, those of a block are what its
//! predecessors' have in common (Cooper, Harvey and Kennedy, "A simple, fast dominance
//! algorithm", 2001); if that is not so or takes long, by Lengauer and Tarjan's algorithm
//! with path compression ("A fast algorithm for finding dominators in a flowgraph", 1979).

use cranelift_entity::SecondaryMap;

use super::{Cfg, NONE};
use crate::function::{Block, BlockCall, Function};

/// The dominator tree of the reachable blocks.
#[derive(Clone, Debug)]
pub struct DomTree {
    parent: SecondaryMap<Block, Option<Block>>,
    /// Blocks in preorder of the tree, children in reverse postorder.
    preorder: Vec<Block>,
    /// Position in `preorder` of a block and of the last one below it.
    span: SecondaryMap<Block, (u32, u32)>,
}

impl DomTree {
    /// The dominator tree of a function.
    pub fn new(func: &Function, cfg: &Cfg) -> Self {
        let quick = dominators_forwards(cfg).and_then(|(idom, back)| {
            let tree = DomTree::with(func, cfg, &idom);
            back.iter().all(|&(from, to)| tree.dominates(to, from)).then_some(tree)
        });
        quick.unwrap_or_else(|| DomTree::with(func, cfg, &immediate_dominators(func, cfg)))
    }

    /// The tree of those immediate dominators, by position in the reverse postorder.
    fn with(func: &Function, cfg: &Cfg, idom: &[u32]) -> Self {
        let rpo = cfg.reverse_postorder();
        let mut parent = SecondaryMap::new();
        parent.resize(func.blocks.len());
        let mut size = vec![1; rpo.len()];
        for number in (1..rpo.len()).rev() {
            let dominator = idom[number] as usize;
            parent[rpo[number]] = Some(rpo[dominator]);
            size[dominator] += size[number];
        }
        let mut preorder = vec![func.entry(); rpo.len()];
        let mut span = SecondaryMap::with_default((NONE, 0));
        span.resize(func.blocks.len());
        // Where the next child of each block goes. A block comes after its dominator.
        let mut next = vec![1; rpo.len()];
        span[rpo[0]] = (0, size[0] - 1);
        for (number, &block) in rpo.iter().enumerate().skip(1) {
            let place = &mut next[idom[number] as usize];
            let first = *place;
            *place += size[number];
            next[number] = first + 1;
            span[block] = (first, first + size[number] - 1);
            preorder[first as usize] = block;
        }
        DomTree { parent, preorder, span }
    }

    /// The closest block that every path to `block` passes before it.
    pub fn immediate_dominator(&self, block: Block) -> Option<Block> {
        self.parent[block]
    }

    /// Whether every path from the entry to `b` passes `a`; a block dominates
    /// itself. Unreachable blocks neither dominate nor are dominated.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (first, last) = self.span[a];
        let (b, _) = self.span[b];
        b != NONE && first <= b && b <= last
    }

    /// The reachable blocks, each after its dominators.
    pub fn preorder(&self) -> &[Block] {
        &self.preorder
    }

    /// Number of blocks that a block dominates, itself included; they follow
    /// it in the preorder.
    pub fn subtree_size(&self, block: Block) -> usize {
        match self.span[block] {
            (NONE, _) => 0,
            (first, last) => (last - first + 1) as usize,
        }
    }
}

/// An edge from a block to another one.
type Edge = (Block, Block);

/// Steps up the tree for each edge, at most on average, that are faster than the other
/// algorithm.
const STEPS: usize = 8;

/// Immediate dominators by position in the reverse postorder, and the edges that do not
/// go forwards in it. Those are right if each of these goes to a dominator by them:
/// what a path passes before such an edge it has passed already. Nothing if it takes
/// too many steps.
fn dominators_forwards(cfg: &Cfg) -> Option<(Vec<u32>, Vec<Edge>)> {
    let mut fuel = STEPS * (cfg.rpo.len() + cfg.preds.len());
    let (mut idom, mut back) = (vec![0; cfg.rpo.len()], vec![]);
    for (number, &block) in cfg.rpo.iter().enumerate().skip(1) {
        let mut dominator = NONE;
        for &pred in cfg.predecessors(block) {
            let mut other = cfg.position[pred];
            if other >= number as u32 {
                back.push((pred, block));
                continue;
            }
            if dominator == NONE {
                dominator = other;
            }
            while dominator != other {
                fuel = fuel.checked_sub(1)?;
                let later = if dominator > other { &mut dominator } else { &mut other };
                *later = idom[*later as usize];
            }
        }
        idom[number] = dominator;
    }
    Some((idom, back))
}

/// Lengauer and Tarjan's algorithm with path compression. Blocks are named by
/// their position in the reverse postorder; `order` is a depth-first preorder.
struct Dominators {
    /// Preorder number of the semidominator.
    semi: Vec<u32>,
    /// Parent in the forest of processed blocks.
    ancestor: Vec<u32>,
    /// Block with the smallest semidominator on the compressed path.
    label: Vec<u32>,
}

impl Dominators {
    /// The block with the smallest semidominator between `v` and the root of
    /// its tree in the forest.
    fn evaluate(&mut self, v: u32, path: &mut Vec<u32>) -> u32 {
        if self.ancestor[v as usize] == NONE {
            return v;
        }
        let mut at = v;
        while self.ancestor[self.ancestor[at as usize] as usize] != NONE {
            path.push(at);
            at = self.ancestor[at as usize];
        }
        while let Some(block) = path.pop() {
            let above = self.ancestor[block as usize] as usize;
            let (mine, its) = (self.label[block as usize], self.label[above]);
            if self.semi[its as usize] < self.semi[mine as usize] {
                self.label[block as usize] = its;
            }
            self.ancestor[block as usize] = self.ancestor[above];
        }
        self.label[v as usize]
    }
}

/// A depth-first preorder and each block's parent in it.
fn depth_first(func: &Function, cfg: &Cfg) -> (Vec<u32>, Vec<u32>) {
    let count = cfg.rpo.len();
    let (mut order, mut parent) = (Vec::with_capacity(count), vec![NONE; count]);
    let mut seen = vec![false; count];
    let mut stack = vec![(0, NONE)];
    while let Some((block, from)) = stack.pop() {
        if std::mem::replace(&mut seen[block as usize], true) {
            continue;
        }
        parent[block as usize] = from;
        order.push(block);
        if let Some(inst) = func.terminator(cfg.rpo[block as usize]) {
            let start = stack.len();
            let push = |call: &BlockCall| stack.push((cfg.position[call.block], block));
            func.insts[inst].for_each_successor(push);
            stack[start..].reverse();
        }
    }
    (order, parent)
}

/// Immediate dominators by position in the reverse postorder.
fn immediate_dominators(func: &Function, cfg: &Cfg) -> Vec<u32> {
    let count = cfg.rpo.len();
    let (order, parent) = depth_first(func, cfg);
    let mut state = Dominators {
        semi: vec![0; count],
        ancestor: vec![NONE; count],
        label: (0..count as u32).collect(),
    };
    for (i, &block) in order.iter().enumerate() {
        state.semi[block as usize] = i as u32;
    }
    // Lists of blocks by their semidominator: the first one, and the next of each.
    let (mut buckets, mut next) = (vec![NONE; count], vec![NONE; count]);
    let mut idom = vec![0; count];
    let mut path = vec![];
    for &block in order.iter().skip(1).rev() {
        let b = block as usize;
        for &pred in cfg.predecessors(cfg.rpo[b]) {
            let best = state.evaluate(cfg.position[pred], &mut path);
            state.semi[b] = state.semi[b].min(state.semi[best as usize]);
        }
        let bucket = &mut buckets[order[state.semi[b] as usize] as usize];
        next[b] = std::mem::replace(bucket, block);
        let up = parent[b];
        state.ancestor[b] = up;
        let mut v = std::mem::replace(&mut buckets[up as usize], NONE);
        while v != NONE {
            let best = state.evaluate(v, &mut path);
            let closer = state.semi[best as usize] < state.semi[v as usize];
            idom[v as usize] = if closer { best } else { up };
            v = next[v as usize];
        }
    }
    for &block in order.iter().skip(1) {
        let b = block as usize;
        if idom[b] != order[state.semi[b] as usize] {
            idom[b] = idom[idom[b] as usize];
        }
    }
    idom
}
