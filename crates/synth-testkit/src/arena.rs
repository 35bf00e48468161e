//! Hands out addresses from a region, upwards; what was handed out last is
//! taken back first.

use std::ops::Range;

#[derive(Clone, Debug)]
pub(crate) struct Arena {
    region: Range<u32>,
    next: u32,
}

impl Arena {
    pub fn new(region: Range<u32>) -> Self {
        Arena { next: region.start, region }
    }

    /// The first address that is free.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// Takes back all from `next` on.
    pub fn release(&mut self, next: u32) {
        self.next = next;
    }

    /// `size` bytes; `None` if they are not there.
    pub fn allocate(&mut self, size: u32, align: u32) -> Option<u32> {
        let start = u64::from(self.next).next_multiple_of(align.max(1).into());
        let end = start + u64::from(size);
        (end <= self.region.end.into()).then(|| {
            self.next = end as u32;
            start as u32
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_aligned_and_bounded() {
        let mut arena = Arena::new(0x1000..0x1020);
        assert_eq!(arena.allocate(3, 1), Some(0x1000));
        assert_eq!(arena.allocate(4, 8), Some(0x1008));
        let mark = arena.next();
        assert_eq!(arena.allocate(0x15, 4), None);
        assert_eq!(arena.allocate(0x14, 4), Some(0x100c));
        assert_eq!(arena.allocate(1, 1), None);
        arena.release(mark);
        assert_eq!(arena.allocate(1, 1), Some(0x100c));
        assert_eq!(arena.allocate(u32::MAX, 0x8000_0000), None);
    }
}
