//! The nesting of loops, by union-find from the inner loops outwards, as in
//! Havlak's algorithm ("Nesting of reducible and irreducible loops", 1997)
//! without its irreducible loops.

use cranelift_entity::SecondaryMap;

use super::{Cfg, DomTree};
use crate::function::Block;

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
    /// Its number in a preorder of the nesting, and the last one of those inside of it.
    span: (u32, u32),
}

impl Loops {
    /// Finds the loops of a function.
    pub fn new(cfg: &Cfg, dom: &DomTree) -> Self {
        let mut found = Loops::default();
        found.innermost.resize(cfg.position.as_values_slice().len());
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
            found.loops.push(Loop { header, parent: None, depth: 0, span: (0, 0) });
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
        found.nest();
        found
    }

    /// Depths and spans. A loop stands behind those inside of it.
    fn nest(&mut self) {
        let mut size = vec![1; self.loops.len()];
        for i in 0..size.len() {
            if let Some(parent) = self.loops[i].parent {
                size[parent as usize] += size[i];
            }
        }
        // Where the next loop inside of each goes, and the next one inside of none.
        let (mut next, mut outermost) = (vec![0; size.len()], 0);
        for i in (0..size.len()).rev() {
            let parent = self.loops[i].parent.map(|parent| parent as usize);
            let place = parent.map_or(&mut outermost, |parent| &mut next[parent]);
            let first = *place;
            *place += size[i];
            next[i] = first + 1;
            self.loops[i].span = (first, first + size[i] - 1);
            self.loops[i].depth = parent.map_or(1, |parent| self.loops[parent].depth + 1);
        }
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

    /// Whether a block is in the loop with that header, or in one inside of it.
    pub fn is_within(&self, header: Block, block: Block) -> bool {
        let innermost = |block: Block| self.innermost[block].map(|l| &self.loops[l as usize]);
        let (Some(around), Some(inner)) = (innermost(header), innermost(block)) else {
            return false;
        };
        let (first, last) = around.span;
        around.header == header && (first..=last).contains(&inner.span.0)
    }

    /// Header of the innermost loop that both blocks are in.
    pub fn common(&self, a: Block, b: Block) -> Option<Block> {
        let (mut a, mut b) = (self.innermost[a], self.innermost[b]);
        while a != b {
            let (x, y) = (&self.loops[a? as usize], &self.loops[b? as usize]);
            // The parent of the inner one; of loops side by side, of each in turn.
            if x.depth >= y.depth { a = x.parent } else { b = y.parent }
        }
        Some(self.loops[a? as usize].header)
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
