//! Structs, enums, traits, statics, floats and wide integers across the border.
#![no_std]

use core::cell::Cell;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Point {
    x: i32,
    y: i32,
}

#[repr(C)]
pub struct Reading {
    channel: u8,
    raw: u16,
    value: f32,
    time: u64,
}

#[repr(u8)]
#[derive(Clone, Copy, PartialEq)]
pub enum State {
    Idle,
    Running,
    Blocked = 7,
    Done,
}

#[repr(C, u8)]
pub enum Event {
    Number(u32),
    Moved(Point),
    Level(f32),
    Nothing,
}

unsafe extern "C" {
    static mut host_shared: u32;
    fn host_twice(value: i32) -> i32;
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_dot(a: &Point, b: &Point) -> i32 {
    a.x.wrapping_mul(b.x).wrapping_add(a.y.wrapping_mul(b.y))
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_move(point: &mut Point, by: i32) {
    *point = Point { x: point.y.wrapping_add(by), y: point.x.wrapping_sub(by) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_calibrate(readings: *mut Reading, count: usize, gain: f32) {
    for reading in unsafe { core::slice::from_raw_parts_mut(readings, count) } {
        reading.value = f32::from(reading.raw) * gain - f32::from(reading.channel);
        reading.time += u64::from(reading.raw) << 20;
        reading.raw = reading.raw.swap_bytes();
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_step(state: State, wake: bool) -> State {
    match (state, wake) {
        (State::Idle, true) => State::Running,
        (State::Running, false) => State::Blocked,
        (State::Running, true) => State::Done,
        (State::Blocked, true) => State::Running,
        (state, _) => state,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_handle(event: &Event) -> i32 {
    match *event {
        Event::Number(number) => number as i32,
        Event::Moved(Point { x, y }) => x - y,
        Event::Level(level) => (level * 100.0) as i32,
        Event::Nothing => -1,
    }
}

trait Shape {
    fn area(&self) -> u32;
    fn name(&self) -> &'static [u8];
}
struct Square(u32);
struct Triangle {
    base: u32,
    height: u32,
}

impl Shape for Square {
    fn area(&self) -> u32 {
        self.0 * self.0
    }
    fn name(&self) -> &'static [u8] {
        b"square\0"
    }
}

impl Shape for Triangle {
    fn area(&self) -> u32 {
        self.base * self.height / 2
    }
    fn name(&self) -> &'static [u8] {
        b"triangle\0"
    }
}

#[inline(never)]
fn total(shapes: &[&dyn Shape]) -> u32 {
    shapes.iter().map(|shape| shape.area() + u32::from(shape.name()[0])).sum()
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_area(kind: u32, size: u32) -> u32 {
    let (square, triangle) = (Square(size), Triangle { base: size, height: size + 1 });
    let shapes: [&dyn Shape; 3] = [&square, &triangle, &square];
    match kind {
        0..3 => total(&shapes[kind as usize..]),
        _ => total(&[&triangle, &triangle]),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_wide(a: u64, b: u64, c: u32) -> u64 {
    a.wrapping_mul(b).rotate_left(c) ^ a.checked_div(b).unwrap_or(u64::from(a.leading_zeros()))
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_divide(a: i64, b: i64) -> i64 {
    a.checked_rem_euclid(b).map_or(-1, |rest| rest.wrapping_add(a.wrapping_div(b)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_mean(values: *const f32, count: usize) -> f32 {
    let values = unsafe { core::slice::from_raw_parts(values, count) };
    values.iter().sum::<f32>() / count as f32
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_horner(x: f64, coefficients: *const f64, count: usize) -> f64 {
    let coefficients = unsafe { core::slice::from_raw_parts(coefficients, count) };
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_saturate(value: f32) -> i32 {
    (value as i32).saturating_add(i32::from(value as i8)).saturating_sub((value as u16).into())
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_bits(value: u32) -> u32 {
    let counts = value.leading_zeros() | value.trailing_zeros() << 8 | value.count_ones() << 16;
    counts ^ value.reverse_bits() ^ value.swap_bytes()
}

struct Global(Cell<u32>);
// One context uses it.
unsafe impl Sync for Global {}
static TICKETS: Global = Global(Cell::new(100));

#[unsafe(no_mangle)]
pub extern "C" fn rust_next() -> u32 {
    TICKETS.0.replace(TICKETS.0.get() + 3)
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_apply(
    f: extern "C" fn(i32, *mut i32) -> i32,
    context: *mut i32,
    value: i32,
) -> i32 {
    let mut local = value;
    f(f(value, context), &mut local).wrapping_add(local)
}

extern "C" fn negate(value: i32) -> i32 {
    value.wrapping_neg()
}

extern "C" fn square(value: i32) -> i32 {
    value.wrapping_mul(value)
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_choose(which: u32) -> Option<extern "C" fn(i32) -> i32> {
    static TABLE: [extern "C" fn(i32) -> i32; 2] = [negate, square];
    TABLE.get(which as usize).copied()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rust_host(by: u32) -> u32 {
    unsafe {
        host_shared = host_shared.wrapping_add(by);
        host_twice(by as i32) as u32 ^ host_shared
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_name(which: u32) -> *const u8 {
    let names: [&[u8]; 3] = [b"zero\0", b"one\0", b"two\0"];
    names.get(which as usize).map_or(core::ptr::null(), |name| name.as_ptr())
}

#[unsafe(no_mangle)]
pub extern "C" fn rust_option(maybe: Option<&u32>) -> u32 {
    maybe.copied().filter(|n| n % 2 == 1).map_or(5, |n| n * 2)
}
