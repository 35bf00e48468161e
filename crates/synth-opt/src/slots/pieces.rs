//! The bytes of slots that are accessed together.

use std::collections::BTreeMap;

use synth_ir::Slot;

use super::Access;

/// Runs of bytes that overlapping accesses cover, by slot and place.
pub(super) struct Pieces {
    /// First byte and the byte behind the last.
    ranges: Vec<(i64, i64)>,
    /// The number of the piece that starts at a byte.
    starts: BTreeMap<(Slot, i64), usize>,
    /// Whether each has become values.
    promoted: Vec<bool>,
}

impl Pieces {
    pub(super) fn new(accesses: &[Access]) -> Pieces {
        let mut sorted: Vec<&Access> = accesses.iter().collect();
        sorted.sort_by_key(|access| (access.slot, access.start));
        let (mut ranges, mut starts): (Vec<(i64, i64)>, _) = (vec![], BTreeMap::new());
        let mut last = None;
        for access in sorted {
            match ranges.last_mut() {
                Some((_, end)) if last == Some(access.slot) && access.start < *end => {
                    *end = access.end().max(*end);
                }
                _ => {
                    starts.insert((access.slot, access.start), ranges.len());
                    ranges.push((access.start, access.end()));
                }
            }
            last = Some(access.slot);
        }
        let promoted = vec![false; ranges.len()];
        Pieces { ranges, starts, promoted }
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The bytes of a piece: the first, and the one behind the last.
    pub(super) fn range(&self, piece: usize) -> (i64, i64) {
        self.ranges[piece]
    }

    /// The piece that an access is in.
    pub(super) fn of(&self, access: &Access) -> usize {
        let mut before = self.starts.range(..=(access.slot, access.start));
        before.next_back().map_or(0, |(_, &piece)| piece)
    }

    /// Whether the piece has become values.
    pub(super) fn is_promoted(&self, piece: usize) -> bool {
        self.promoted[piece]
    }

    pub(super) fn set_promoted(&mut self, piece: usize) {
        self.promoted[piece] = true;
    }
}
