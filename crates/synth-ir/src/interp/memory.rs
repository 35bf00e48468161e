//! A sparse 32-bit address space: pages exist once they are written.

use std::collections::{BTreeMap, HashMap};

const PAGE: u32 = 4096;

/// An access outside of what is mapped, or a write where only reads may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad address {0:#x}")]
pub struct BadAddress(pub u32);

/// A range of addresses that may be accessed.
#[derive(Clone, Copy, Debug)]
struct Mapping {
    /// First address after it.
    end: u64,
    writable: bool,
}

/// The memory of an [`Interpreter`](super::Interpreter).
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// By first address; they do not overlap.
    mappings: BTreeMap<u32, Mapping>,
    pages: HashMap<u32, Box<[u8; PAGE as usize]>>,
}

impl Memory {
    /// Makes a range accessible; its contents are zero, or what they were.
    /// Says whether the range was free and fits into the address space.
    pub fn map(&mut self, start: u32, size: u32, writable: bool) -> bool {
        let end = u64::from(start) + u64::from(size);
        let before = self.mappings.range(..=start).next_back();
        let after = self.mappings.range(start..).next();
        let free = before.is_none_or(|(_, m)| m.end <= start.into())
            && after.is_none_or(|(&next, _)| end <= next.into())
            && end <= 1 << 32;
        if free && size > 0 {
            self.mappings.insert(start, Mapping { end, writable });
        }
        free
    }

    /// Whether all of a range may be read, and written if `write` is set.
    pub fn is_accessible(&self, addr: u32, size: u32, write: bool) -> bool {
        let mut at = u64::from(addr);
        let end = at + u64::from(size);
        // Neighbouring mappings may share the range.
        while at < end {
            let found = u32::try_from(at).ok().and_then(|a| self.mappings.range(..=a).next_back());
            match found {
                Some((_, m)) if m.end > at && (m.writable || !write) => at = m.end,
                _ => return false,
            }
        }
        true
    }

    fn check(&self, addr: u32, size: usize, write: bool) -> Result<(), BadAddress> {
        let good = u32::try_from(size).is_ok_and(|size| self.is_accessible(addr, size, write));
        if good { Ok(()) } else { Err(BadAddress(addr)) }
    }

    /// Reads bytes.
    ///
    /// # Errors
    /// If one of them is not mapped.
    pub fn read(&self, addr: u32, out: &mut [u8]) -> Result<(), BadAddress> {
        self.check(addr, out.len(), false)?;
        let (mut at, mut rest) = (addr, out);
        while !rest.is_empty() {
            let offset = (at % PAGE) as usize;
            let count = rest.len().min(PAGE as usize - offset);
            let (now, later) = rest.split_at_mut(count);
            match self.pages.get(&(at / PAGE)) {
                Some(page) => now.copy_from_slice(&page[offset..offset + count]),
                None => now.fill(0),
            }
            rest = later;
            at = at.wrapping_add(count as u32);
        }
        Ok(())
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// If one of them is not mapped or must not be written. Then none is.
    pub fn write(&mut self, addr: u32, bytes: &[u8]) -> Result<(), BadAddress> {
        self.check(addr, bytes.len(), true)?;
        self.initialise(addr, bytes);
        Ok(())
    }

    /// Writes bytes wherever they are.
    pub(super) fn initialise(&mut self, addr: u32, bytes: &[u8]) {
        let (mut at, mut rest) = (addr, bytes);
        while !rest.is_empty() {
            let offset = (at % PAGE) as usize;
            let (now, later) = rest.split_at(rest.len().min(PAGE as usize - offset));
            if now.iter().any(|&b| b != 0) || self.pages.contains_key(&(at / PAGE)) {
                let page =
                    self.pages.entry(at / PAGE).or_insert_with(|| Box::new([0; PAGE as usize]));
                page[offset..offset + now.len()].copy_from_slice(now);
            }
            rest = later;
            at = at.wrapping_add(now.len() as u32);
        }
    }

    /// Reads up to 8 bytes as a little-endian number.
    ///
    /// # Errors
    /// If one of them is not mapped.
    pub fn load(&self, addr: u32, bytes: u32) -> Result<u64, BadAddress> {
        let mut buffer = [0; 8];
        self.read(addr, &mut buffer[..bytes.min(8) as usize])?;
        Ok(u64::from_le_bytes(buffer))
    }

    /// Writes up to 8 bytes of a little-endian number.
    ///
    /// # Errors
    /// If one of them is not mapped or must not be written.
    pub fn store(&mut self, addr: u32, bytes: u32, value: u64) -> Result<(), BadAddress> {
        self.write(addr, &value.to_le_bytes()[..bytes.min(8) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_stay_within_mappings() {
        let mut memory = Memory::default();
        assert!(memory.map(0x1000, 0x1800, true));
        assert!(memory.map(0x2800, 0x10, false));
        assert!(!memory.map(0x2000, 1, true) && !memory.map(0xff0, 0x20, true));
        assert!(!memory.map(u32::MAX, 2, true));
        assert_eq!(memory.write(0x1ffe, &[1, 2, 3, 4]), Ok(()));
        assert_eq!(memory.load(0x1ffd, 8), Ok(0x04_0302_0100));
        assert_eq!(memory.load(0x27fe, 4), Ok(0));
        assert_eq!(memory.store(0x27fe, 4, 0), Err(BadAddress(0x27fe)));
        assert_eq!(memory.load(0x280e, 4), Err(BadAddress(0x280e)));
        assert_eq!(memory.load(0xfff, 1), Err(BadAddress(0xfff)));
        assert!(memory.map(u32::MAX - 3, 4, true));
        assert_eq!(memory.store(u32::MAX - 3, 4, 5), Ok(()));
        assert_eq!(memory.load(u32::MAX - 3, 8), Err(BadAddress(u32::MAX - 3)));
    }
}
