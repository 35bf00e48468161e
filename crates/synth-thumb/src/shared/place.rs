//! Where a value is best made: as a tree of the blocks that need it and of those that
//! dominate several of them.

use std::collections::BTreeMap;

use crate::mach::dominators::Graph;

/// A block, and what it dominates.
pub(super) struct Place {
    /// The block in which the value is made for all of it: of its dominators that which is
    /// executed least.
    at: u32,
    block: u32,
    /// What the block itself saves if it need not make the value, if it does now.
    saves: Option<u64>,
    /// Number of times that the value is made now.
    count: u32,
    /// What copies cost if the value is made once.
    copies: u64,
    /// What it costs then, copies included.
    once: u64,
    /// The same if it is made in the block itself.
    late: u64,
    /// What it costs to make it for each of the parts, and here.
    apart: u64,
    parts: Vec<Place>,
}

impl Place {
    pub(super) fn at(&self) -> u32 {
        self.at
    }

    /// What it costs to make the value once.
    pub(super) fn cost(&self) -> u64 {
        self.once - self.copies
    }

    /// Whether it is better to make the value once for the whole tree.
    pub(super) fn is_worth_it(&self) -> bool {
        self.count > 1 && self.once < self.apart
    }

    /// The blocks in which the value is made now, and what each saves if another one
    /// makes it.
    pub(super) fn readers(&self) -> Vec<(u32, u64)> {
        let mut blocks = vec![];
        let mut work = vec![self];
        while let Some(place) = work.pop() {
            blocks.extend(place.saves.map(|saves| (place.block, saves)));
            work.extend(&place.parts);
        }
        blocks
    }

    /// What may be made together if all of it is not: first the same, made later.
    pub(super) fn into_parts(self) -> Vec<Place> {
        if self.at == self.block {
            return self.parts;
        }
        vec![Place { at: self.block, once: self.late, ..self }]
    }
}

/// What a value costs where it is made.
pub(super) struct Places<'a, F> {
    graph: &'a Graph,
    make: F,
    /// By block: how often it is made there, and what copies cost in its place.
    sites: BTreeMap<u32, (u32, u64)>,
}

impl<'a, F: Fn(u32) -> u64> Places<'a, F> {
    pub(super) fn new(graph: &'a Graph, make: F, sites: BTreeMap<u32, (u32, u64)>) -> Self {
        Places { graph, make, sites }
    }

    /// The tree of all places.
    pub(super) fn tree(self) -> Option<Place> {
        // By the place of a block in an order in which its dominators stand before it.
        let mut waiting: BTreeMap<u32, (u32, Vec<Place>)> = BTreeMap::new();
        for &block in self.sites.keys() {
            waiting.insert(self.graph.place(block), (block, vec![]));
        }
        while let Some((_, (block, parts))) = waiting.pop_last() {
            let found = self.place(block, parts);
            if waiting.is_empty() {
                return Some(found);
            }
            let block = self.graph.dominator(block);
            let next = waiting.entry(self.graph.place(block));
            next.or_insert_with(|| (block, vec![])).1.push(found);
        }
        None
    }

    /// What a block dominates, with the parts of it that are known.
    fn place(&self, block: u32, mut parts: Vec<Place>) -> Place {
        let make = (self.make)(block);
        let own = self.sites.get(&block);
        if own.is_none()
            && parts.len() == 1
            && let Some(mut part) = parts.pop()
        {
            let once = make + part.copies;
            if part.count > 1 && once < part.once {
                (part.at, part.once) = (block, once);
            }
            return part;
        }
        let (count, copies) = own.copied().unwrap_or_default();
        let made = u64::from(count) * make;
        let saves = (count > 0).then(|| made.saturating_sub(copies));
        let copies = copies + parts.iter().map(|part| part.copies).sum::<u64>();
        Place {
            at: block,
            block,
            saves,
            count: count + parts.iter().map(|part| part.count).sum::<u32>(),
            copies,
            once: make + copies,
            late: make + copies,
            apart: made + parts.iter().map(|part| part.once.min(part.apart)).sum::<u64>(),
            parts,
        }
    }
}
