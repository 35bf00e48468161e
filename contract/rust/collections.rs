//! Slices, iterators, sorting, text and formatting of `core`, on the host's memory.
#![no_std]

use core::fmt::Write;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[repr(C)]
pub struct Node {
    next: Option<&'static mut Node>,
    value: i32,
}

unsafe extern "C" {
    fn host_visit(value: u32, local: *const u32);
}

unsafe fn slice<'a, T>(start: *const T, count: usize) -> &'a [T] {
    unsafe { core::slice::from_raw_parts(start, count) }
}

unsafe fn slice_mut<'a, T>(start: *mut T, count: usize) -> &'a mut [T] {
    unsafe { core::slice::from_raw_parts_mut(start, count) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_sum(words: *const u32, count: usize) -> u32 {
    let words = unsafe { slice(words, count) };
    words.iter().zip(1u32..).fold(0, |sum, (word, i)| sum.wrapping_add(word.wrapping_mul(i)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_sort(words: *mut u32, count: usize) {
    unsafe { slice_mut(words, count) }.sort_unstable();
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_sort_by(
    values: *mut i32,
    count: usize,
    key: extern "C" fn(i32) -> i32,
) {
    unsafe { slice_mut(values, count) }.sort_unstable_by_key(|&value| (key(value), value));
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_search(words: *const u32, count: usize, wanted: u32) -> i32 {
    match unsafe { slice(words, count) }.binary_search(&wanted) {
        Ok(place) => place as i32,
        Err(place) => -1 - place as i32,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_reverse(mut head: Option<&'static mut Node>) -> Option<&'static mut Node> {
    let mut done = None;
    while let Some(node) = head {
        head = core::mem::replace(&mut node.next, done);
        done = Some(node);
    }
    done
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_list_max(head: Option<&Node>) -> i32 {
    let nodes = core::iter::successors(head, |node| node.next.as_deref());
    nodes.map(|node| node.value).max().unwrap_or(i32::MIN)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_parse(text: *const u8, length: usize, number: *mut i32) -> i32 {
    let Ok(text) = core::str::from_utf8(unsafe { slice(text, length) }) else { return -1 };
    match text.trim().parse::<i32>() {
        Ok(value) => {
            unsafe { *number = value };
            0
        }
        Err(error) => match error.kind() {
            core::num::IntErrorKind::Empty => -2,
            core::num::IntErrorKind::InvalidDigit => -3,
            core::num::IntErrorKind::PosOverflow => -4,
            _ => -5,
        },
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_count_chars(text: *const u8, length: usize) -> usize {
    match core::str::from_utf8(unsafe { slice(text, length) }) {
        Ok(text) => text.chars().filter(|c| !c.is_ascii_whitespace()).count(),
        Err(error) => 1000 + error.valid_up_to(),
    }
}

struct Buffer<'a> {
    bytes: &'a mut [u8],
    used: usize,
}

impl Write for Buffer<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.used + text.len();
        let place = self.bytes.get_mut(self.used..end).ok_or(core::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.used = end;
        Ok(())
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_format(
    out: *mut u8,
    size: usize,
    number: i32,
    wide: u64,
    text: *const u8,
    length: usize,
) -> usize {
    let text = core::str::from_utf8(unsafe { slice(text, length) }).unwrap_or("?");
    let mut buffer = Buffer { bytes: unsafe { slice_mut(out, size) }, used: 0 };
    let result = write!(buffer, "{number:>8}|{wide:#x}|{text:<6}|{:?}|{:e}", Some(number), wide);
    if result.is_ok() { buffer.used } else { 1000 + buffer.used }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_split(
    text: *const u8,
    length: usize,
    separator: u8,
    ends: *mut u32,
    limit: usize,
) -> usize {
    let (text, ends) = unsafe { (slice(text, length), slice_mut(ends, limit)) };
    let mut end = 0;
    let mut count = 0;
    for (part, place) in text.split(|&byte| byte == separator).zip(ends) {
        end += part.len() as u32 + 1;
        *place = end;
        count += 1;
    }
    count
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_fold(start: u32, count: usize, next: extern "C" fn(u32, u32) -> u32) -> u32 {
    let mut words = [0u32; 16];
    for (i, word) in words.iter_mut().enumerate() {
        *word = start.rotate_left(i as u32);
    }
    for turn in 0..count {
        let word = words[turn % 16];
        words[(turn + 5) % 16] = next(word, turn as u32);
        unsafe { host_visit(word, &words[turn % 16]) };
    }
    words.iter().fold(0, |sum, word| sum ^ word)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_heap(words: *mut u32, count: usize) {
    let words = unsafe { slice_mut(words, count) };
    for start in (0..count / 2).rev() {
        let mut at = start;
        while let Some(child) = (2 * at + 1..count.min(2 * at + 3)).max_by_key(|&c| words[c]) {
            if words[child] <= words[at] {
                break;
            }
            words.swap(at, child);
            at = child;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_dedup(words: *mut u32, count: usize) -> usize {
    let words = unsafe { slice_mut(words, count) };
    let mut kept = 0;
    for i in 0..words.len() {
        if kept == 0 || words[i] != words[kept - 1] {
            words[kept] = words[i];
            kept += 1;
        }
    }
    kept
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_rotate(words: *mut u32, count: usize, by: usize) {
    let words = unsafe { slice_mut(words, count) };
    words.rotate_left(by % count.max(1));
    words.reverse();
    if let Some((first, rest)) = words.split_first_mut() {
        rest.fill(*first);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_copy(to: *mut u8, from: *const u8, count: usize) {
    unsafe { slice_mut(to, count).copy_from_slice(slice(from, count)) };
    unsafe { slice_mut(to, count) }.copy_within(count / 4..count / 2, count / 3);
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_permute(seed: u32) -> u32 {
    fn go(items: &mut [u8; 5], at: usize, sum: &mut u32) {
        if at == items.len() {
            *sum = items.iter().fold(*sum, |s, &i| s.wrapping_mul(33).wrapping_add(i.into()));
            return;
        }
        for i in at..items.len() {
            let mut copy = *items;
            copy.swap(at, i);
            go(&mut copy, at + 1, sum);
        }
    }
    let mut sum = seed;
    go(&mut [1, 2, 3, 4, 5], 0, &mut sum);
    sum
}
