//! Generic collections without allocation: a binary heap, a map by open
//! addressing and a bit set with constant sizes, used by a search for the
//! shortest way through a warehouse; sorting and slices by iterators.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

struct Heap<T, const N: usize> {
    items: [Option<T>; N],
    count: usize,
}

impl<T: Ord + Copy, const N: usize> Heap<T, N> {
    const fn new() -> Self {
        Heap { items: [None; N], count: 0 }
    }

    fn push(&mut self, item: T) -> bool {
        if self.count == N {
            return false;
        }
        let mut at = self.count;
        self.items[at] = Some(item);
        self.count += 1;
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.items[parent] <= self.items[at] {
                break;
            }
            self.items.swap(parent, at);
            at = parent;
        }
        true
    }

    fn pop(&mut self) -> Option<T> {
        self.count = self.count.checked_sub(1)?;
        self.items.swap(0, self.count);
        let result = self.items[self.count].take();
        let live = &mut self.items[..self.count];
        let mut at = 0;
        loop {
            let child = [2 * at + 1, 2 * at + 2].into_iter().filter(|&c| c < live.len()).min_by_key(|&c| live[c]);
            match child {
                Some(child) if live[child] < live[at] => live.swap(child, at),
                _ => return result,
            }
            at = child.unwrap_or(at);
        }
    }
}

trait Key: Copy + Eq {
    fn hash(self) -> usize;
}

struct Map<K, V, const N: usize> {
    slots: [Option<(K, V)>; N],
    count: usize,
}

impl<K: Key, V: Copy, const N: usize> Map<K, V, N> {
    const fn new() -> Self {
        Map { slots: [None; N], count: 0 }
    }

    fn slot(&self, key: K) -> usize {
        let probe = (0..N).map(|i| (key.hash() + i) % N);
        probe.into_iter().find(|&at| self.slots[at].is_none_or(|(k, _)| k == key)).unwrap_or(0)
    }

    fn get(&self, key: K) -> Option<V> {
        self.slots[self.slot(key)].filter(|(k, _)| *k == key).map(|(_, v)| v)
    }

    fn insert(&mut self, key: K, value: V) -> Option<V> {
        let slot = &mut self.slots[self.slot(key)];
        let old = slot.replace((key, value)).map(|(_, v)| v);
        self.count += usize::from(old.is_none());
        old
    }
}

struct BitSet<const N: usize>([u32; N]);

impl<const N: usize> BitSet<N> {
    fn insert(&mut self, at: usize) -> bool {
        let (word, bit) = (&mut self.0[at / 32], 1 << (at % 32));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(i, &word)| {
            let mut rest = word;
            core::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.wrapping_sub(1);
                (bit < 32).then_some(32 * i + bit)
            })
        })
    }
}

const WIDTH: u8 = 16;
const HEIGHT: u8 = 16;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    x: u8,
    y: u8,
}

impl Key for Place {
    fn hash(self) -> usize {
        (usize::from(self.x) * 31 + usize::from(self.y) * 17) ^ usize::from(self.x ^ self.y)
    }
}

impl Place {
    fn index(self) -> usize {
        usize::from(self.y) * usize::from(WIDTH) + usize::from(self.x)
    }

    fn neighbours(self) -> impl Iterator<Item = Place> {
        const STEPS: [(i8, i8); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];
        STEPS.into_iter().filter_map(move |(dx, dy)| {
            let x = self.x.checked_add_signed(dx).filter(|&x| x < WIDTH)?;
            let y = self.y.checked_add_signed(dy).filter(|&y| y < HEIGHT)?;
            Some(Place { x, y })
        })
    }

    fn distance(self, other: Place) -> u16 {
        u16::from(self.x.abs_diff(other.x)) + u16::from(self.y.abs_diff(other.y))
    }
}

struct Floor {
    cost: [[u8; WIDTH as usize]; HEIGHT as usize],
}

impl Floor {
    fn random(seed: &mut u32) -> Self {
        let mut cost = [[0; WIDTH as usize]; HEIGHT as usize];
        for cell in cost.iter_mut().flatten() {
            *cell = match next(seed) >> 28 {
                0..=2 => 0, // a shelf
                v => 1 + (v & 3) as u8,
            };
        }
        Floor { cost }
    }

    fn enter(&self, place: Place) -> Option<u16> {
        let cost = self.cost[usize::from(place.y)][usize::from(place.x)];
        (cost > 0).then_some(u16::from(cost))
    }

    /// The cost of the cheapest way, and how many places were looked at.
    fn search(&self, from: Place, to: Place, seen: &mut BitSet<8>) -> Option<(u16, usize)> {
        let mut open: Heap<(u16, Place), 128> = Heap::new();
        let mut best: Map<Place, (u16, Place), 331> = Map::new();
        open.push((from.distance(to), from));
        best.insert(from, (0, from));
        while let Some((_, place)) = open.pop() {
            if !seen.insert(place.index()) {
                continue;
            }
            let (so_far, _) = best.get(place)?;
            if place == to {
                return Some((so_far, best.count));
            }
            for next in place.neighbours() {
                let Some(step) = self.enter(next) else { continue };
                let cost = so_far + step;
                if best.get(next).is_none_or(|(old, _)| cost < old) {
                    best.insert(next, (cost, place));
                    open.push((cost + next.distance(to), next));
                }
            }
        }
        None
    }
}

fn next(seed: &mut u32) -> u32 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    *seed
}

#[derive(Clone, Copy)]
struct Order {
    from: Place,
    to: Place,
    weight: u16,
}

#[unsafe(no_mangle)]
pub extern "C" fn bench_rs_route() -> u32 {
    let mut seed = 2718;
    let mut result = 0u32;
    let floor = Floor::random(&mut seed);
    let mut orders: [Order; 8] = core::array::from_fn(|_| {
        let mut place = || {
            let r = next(&mut seed);
            Place { x: (r >> 9) as u8 % WIDTH, y: (r >> 19) as u8 % HEIGHT }
        };
        let (from, to) = (place(), place());
        Order { from, to, weight: (next(&mut seed) >> 24) as u16 }
    });
    orders.sort_unstable_by_key(|order| (order.weight / 16, order.from));
    for order in &orders {
        let mut seen = BitSet([0; 8]);
        let found = floor.search(order.from, order.to, &mut seen);
        let sum = seen.iter().fold(0u32, |sum, at| sum.wrapping_mul(7).wrapping_add(at as u32));
        result = result.wrapping_mul(31).wrapping_add(sum);
        if let Some((cost, looked)) = found {
            result = result.wrapping_add(u32::from(cost * order.weight) ^ looked as u32);
        }
    }
    let groups = orders.chunk_by(|a, b| a.weight / 64 == b.weight / 64);
    groups.fold(result, |result, group| {
        let heaviest = group.iter().map(|order| order.weight).max().unwrap_or(0);
        result.rotate_left(5) ^ u32::from(heaviest) ^ group.len() as u32
    })
}
