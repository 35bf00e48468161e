//! The control-flow graph of a function: predecessors and orders, dominators,
//! loops.
//!
//! Only blocks that can be reached from the entry take part. Nothing here
//! recurses, and everything takes time that grows almost linearly, whatever
//! the shape of the graph: dominators by Lengauer and Tarjan's algorithm, loops
//! by union-find as in Havlak's.

use cranelift_entity::{EntityRef, SecondaryMap};

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
            func.insts[inst].successors().iter().for_each(|call| f(block, call.block));
        }
    }
}

fn reverse_postorder(func: &Function) -> Vec<Block> {
    let mut seen = SecondaryMap::with_default(false);
    let mut postorder = vec![];
    let mut stack = vec![(func.entry(), func.successors(func.entry()))];
    seen[func.entry()] = true;
    while let Some((block, successors)) = stack.last_mut() {
        // From the last successor to the first, so that the reverse of the
        // postorder lists the first one first.
        match successors.pop() {
            Some(next) if !std::mem::replace(&mut seen[next], true) => {
                stack.push((next, func.successors(next)));
            }
            Some(_) => {}
            None => {
                postorder.push(*block);
                stack.pop();
            }
        }
    }
    postorder.reverse();
    postorder
}

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
        let rpo = cfg.reverse_postorder();
        let idom = immediate_dominators(func, cfg);
        let mut parent = SecondaryMap::new();
        let mut children: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
        for (&block, &dominator) in rpo.iter().zip(&idom).skip(1) {
            let dominator = rpo[dominator as usize];
            parent[block] = Some(dominator);
            children[dominator].push(block);
        }
        let mut preorder = Vec::with_capacity(rpo.len());
        let mut span = SecondaryMap::with_default((NONE, 0));
        let mut stack = vec![func.entry()];
        while let Some(block) = stack.pop() {
            span[block] = (preorder.len() as u32, preorder.len() as u32);
            preorder.push(block);
            stack.extend(children[block].iter().rev());
        }
        for &block in preorder.iter().skip(1).rev() {
            if let Some(dominator) = parent[block] {
                span[dominator].1 = span[dominator].1.max(span[block].1);
            }
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
        let successors = func.successors(cfg.rpo[block as usize]);
        stack.extend(successors.iter().rev().map(|&next| (cfg.position[next], block)));
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
    let mut buckets: Vec<Vec<u32>> = vec![vec![]; count];
    let mut idom = vec![0; count];
    let mut path = vec![];
    for &block in order.iter().skip(1).rev() {
        let b = block as usize;
        for &pred in cfg.predecessors(cfg.rpo[b]) {
            let best = state.evaluate(cfg.position[pred], &mut path);
            state.semi[b] = state.semi[b].min(state.semi[best as usize]);
        }
        buckets[order[state.semi[b] as usize] as usize].push(block);
        let up = parent[b];
        state.ancestor[b] = up;
        for v in std::mem::take(&mut buckets[up as usize]) {
            let best = state.evaluate(v, &mut path);
            let closer = state.semi[best as usize] < state.semi[v as usize];
            idom[v as usize] = if closer { best } else { up };
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

/// Whether every cycle has a single block through which it is entered: each
/// edge that goes back in the reverse postorder goes to a dominator.
pub fn is_reducible(func: &Function, cfg: &Cfg, dom: &DomTree) -> bool {
    cfg.rpo.iter().all(|&block| {
        func.successors(block)
            .into_iter()
            .all(|to| cfg.position[to] > cfg.position[block] || dom.dominates(to, block))
    })
}

/// The loops of a function. Cycles with several entries are no loops here.
#[derive(Clone, Debug, Default)]
pub struct Loops {
    loops: Vec<Loop>,
    innermost: SecondaryMap<Block, Option<u32>>,
}

/// A natural loop.
#[derive(Clone, Debug)]
struct Loop {
    header: Block,
    parent: Option<u32>,
    depth: u32,
}

impl Loops {
    /// Finds the loops of a function.
    pub fn new(cfg: &Cfg, dom: &DomTree) -> Self {
        let mut found = Loops::default();
        // The outermost loop found so far around each loop, by union-find.
        let mut outer: Vec<u32> = vec![];
        for &header in cfg.rpo.iter().rev() {
            let back = |&&from: &&Block| dom.dominates(header, from);
            let mut work: Vec<Block> =
                cfg.predecessors(header).iter().filter(back).copied().collect();
            if work.is_empty() {
                continue;
            }
            let number = found.loops.len() as u32;
            found.loops.push(Loop { header, parent: None, depth: 0 });
            outer.push(number);
            while let Some(block) = work.pop() {
                if block == header {
                    continue;
                }
                let entered = match found.innermost[block] {
                    None => {
                        found.innermost[block] = Some(number);
                        block
                    }
                    Some(inner) => {
                        let inner = root(&mut outer, inner);
                        if inner == number {
                            continue;
                        }
                        outer[inner as usize] = number;
                        found.loops[inner as usize].parent = Some(number);
                        found.loops[inner as usize].header
                    }
                };
                let preds = cfg.predecessors(entered).iter();
                work.extend(preds.filter(|&&from| dom.dominates(header, from)));
            }
            // Inner loops were found first, so this is the innermost one of
            // its header, unless the header has one already.
            found.innermost[header].get_or_insert(number);
        }
        for i in (0..found.loops.len()).rev() {
            let above = found.loops[i].parent;
            found.loops[i].depth = above.map_or(1, |p| found.loops[p as usize].depth + 1);
        }
        found
    }

    /// Number of loops around a block.
    pub fn depth(&self, block: Block) -> u32 {
        self.innermost[block].map_or(0, |l| self.loops[l as usize].depth)
    }

    /// Header of the innermost loop that a block is in; a header is in its own.
    pub fn header(&self, block: Block) -> Option<Block> {
        self.innermost[block].map(|l| self.loops[l as usize].header)
    }

    /// Header of the loop around the one with that header.
    pub fn outer(&self, header: Block) -> Option<Block> {
        let parent = self.loops[self.innermost[header]? as usize].parent?;
        Some(self.loops[parent as usize].header)
    }

    /// Headers of all loops, inner ones before those around them.
    pub fn headers(&self) -> impl Iterator<Item = Block> + '_ {
        self.loops.iter().map(|l| l.header)
    }
}

fn root(outer: &mut [u32], mut at: u32) -> u32 {
    while outer[at as usize] != at {
        outer[at as usize] = outer[outer[at as usize] as usize];
        at = outer[at as usize];
    }
    at
}

impl Function {
    /// Removes the blocks that the entry does not reach. Says whether there
    /// were any.
    pub fn remove_unreachable(&mut self) -> bool {
        if self.layout.is_empty() {
            return false;
        }
        let cfg = Cfg::new(self);
        let before = self.layout.len();
        let (live, dead): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.layout).into_iter().partition(|&b| cfg.is_reachable(b));
        self.layout = live;
        for block in dead {
            self.blocks[block].insts.clear();
            self.blocks[block].params.clear();
        }
        self.layout.len() < before
    }

    /// Renumbers blocks, instructions and values in the order of the layout,
    /// and forgets what is dead.
    pub fn compact(&mut self) {
        let mut new = Function {
            signature: std::mem::take(&mut self.signature),
            slots: std::mem::take(&mut self.slots),
            sigs: std::mem::take(&mut self.sigs),
            ..Function::default()
        };
        let mut blocks = SecondaryMap::with_default(Block::new(0));
        let mut values = SecondaryMap::new();
        let define = |new: &mut Function, values: &mut SecondaryMap<_, _>, old, def| {
            let ty = self.values[old].ty;
            values[old] = Some(new.values.push(crate::ValueData { ty, def }));
            new.values.keys().next_back()
        };
        for &old in &self.layout {
            let block = new.add_block();
            blocks[old] = block;
            for (i, &param) in self.blocks[old].params.iter().enumerate() {
                let def = crate::ValueDef::Param(block, i as u32);
                let value = define(&mut new, &mut values, param, def);
                new.blocks[block].params.extend(value);
            }
            for &old_inst in &self.blocks[old].insts {
                let inst = new.insts.push(self.insts[old_inst].clone());
                new.blocks[block].insts.push(inst);
                if self.locs[old_inst] != crate::SourceLoc::default() {
                    new.locs[inst] = self.locs[old_inst];
                }
                for (i, &result) in self.results[old_inst].iter().enumerate() {
                    let def = crate::ValueDef::Result(inst, i as u32);
                    let value = define(&mut new, &mut values, result, def);
                    new.results[inst].extend(value);
                }
            }
        }
        for data in new.insts.values_mut() {
            data.map_args(|v| values[v].unwrap_or(v));
            data.successors_mut().into_iter().for_each(|call| call.block = blocks[call.block]);
        }
        *self = new;
    }
}
