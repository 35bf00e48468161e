//! Where literal pools stand: behind a place that control does not pass, near
//! enough for the first load that waits for it; or, where there is none, behind
//! a jump over it.

use crate::emit::{Item, Items, Label, Literal};
use crate::inst::Inst;

use super::forms;

/// Bytes from the first waiting load at which a pool is placed when control
/// does not pass: within reach of the 16-bit load with some room.
const NEAR: u64 = 800;
/// Bytes at which a pool must be placed: LDR T2 reaches 4095.
const FAR: u64 = 4000;
/// Bytes from the first waiting load of a float at which a pool must be placed:
/// VLDR reaches 1020. Some room is for what is under an IT.
const FLOAT_FAR: u64 = 960;

/// Inserts pools; the items, and for each literal the index of its pool.
pub(super) fn place(items: Items) -> (Items, Vec<usize>) {
    let mut placer = Placer {
        next_label: items
            .iter()
            .filter_map(|(i, _)| forms::max_label(i))
            .max()
            .map_or(0, |l| l + 1),
        ..Placer::default()
    };
    for (item, loc) in items {
        placer.loc = loc;
        placer.add(item);
    }
    placer.flush();
    (placer.items, placer.pool_of)
}

#[derive(Default)]
struct Placer {
    items: Items,
    pool_of: Vec<usize>,
    /// Words that wait for a pool, in order of first use, and the loads.
    words: Vec<Literal>,
    loads: Vec<usize>,
    /// Largest offset so far, and that of the first waiting load.
    at: u64,
    first: u64,
    /// That of the first waiting load of a float.
    first_float: Option<u64>,
    /// Instructions that are still under an IT.
    in_it: usize,
    /// Whether control passes from the last item to the next.
    passes: bool,
    next_label: u32,
    loc: synth_ir::SourceLoc,
}

impl Placer {
    fn add(&mut self, item: Item) {
        let size = forms::largest(&item);
        let pool = forms::bytes(&self.words) + 8;
        if !self.words.is_empty() && self.in_it == 0 {
            let distance = self.at - self.first;
            // A load of a float has the farthest word of the pool.
            let is_float = matches!(item, Item::FloatLiteral { .. });
            let first_float = self.first_float.or(is_float.then_some(self.at));
            let is_far = first_float.is_some_and(|at| self.at - at + pool + size > FLOAT_FAR);
            if !self.passes && distance + pool > NEAR {
                self.flush();
            } else if is_far || distance + pool + size > FAR {
                self.flush_over();
            }
        }
        if let Item::FloatLiteral { .. } = &item {
            self.first_float.get_or_insert(self.at);
        }
        if let Item::Literal { literal, .. } | Item::FloatLiteral { literal, .. } = &item {
            if self.words.is_empty() {
                self.first = self.at;
            }
            if !self.words.contains(literal) {
                self.words.push(*literal);
            }
            self.loads.push(self.items.len());
        }
        self.in_it = match &item {
            Item::Inst(Inst::It { block }) => block.conds().count(),
            Item::Label(_) | Item::Align => self.in_it,
            _ => self.in_it.saturating_sub(1),
        };
        self.passes = forms::passes(&item, self.passes);
        self.push(item, size);
    }

    fn push(&mut self, item: Item, size: u64) {
        self.items.push((item, self.loc));
        self.pool_of.push(usize::MAX);
        self.at += size;
    }

    /// Places the waiting words here.
    fn flush(&mut self) {
        if self.words.is_empty() {
            return;
        }
        let index = self.items.len();
        self.first_float = None;
        for load in self.loads.drain(..) {
            self.pool_of[load] = index;
        }
        let pool = Item::Pool(std::mem::take(&mut self.words));
        let size = forms::largest(&pool);
        self.push(pool, size);
    }

    /// Places them with a jump over them.
    fn flush_over(&mut self) {
        let target = Label(self.next_label);
        self.next_label += 1;
        let jump = Item::Branch { cond: None, target };
        let size = forms::largest(&jump);
        self.push(jump, size);
        self.flush();
        self.push(Item::Label(target), 0);
        self.passes = true;
    }
}
