//! Loads and stores: every width, every way to form an address, offsets on
//! both sides of what each encoding holds; frames of every size.

mod common;

use common::Suite;
use synth_ir::{BinaryOp, Builder, InstData, LoadOp, Region, Slot, SlotData, StoreOp, Type, Value};
use synth_testkit::Rng;

/// Offsets around the limits of the encodings: 5 bits scaled by 1, 2, 4; 8
/// bits scaled by 4; 8 bits negative; 12 bits; 16-bit addends; modified
/// immediates; anything.
const OFFSETS: &[i32] = &[
    0,
    1,
    2,
    3,
    4,
    31,
    32,
    60,
    62,
    63,
    64,
    66,
    124,
    126,
    127,
    128,
    130,
    252,
    255,
    256,
    257,
    1020,
    1022,
    1023,
    1024,
    1028,
    4092,
    4094,
    4095,
    4096,
    4097,
    8191,
    8192,
    32764,
    32767,
    32768,
    32769,
    65535,
    65536,
    0x1_0001,
    0x0012_3456,
    0x7fff_fff0,
    -1,
    -2,
    -3,
    -4,
    -31,
    -64,
    -124,
    -128,
    -252,
    -254,
    -255,
    -256,
    -257,
    -1020,
    -1024,
    -4095,
    -4096,
    -4097,
    -32767,
    -32768,
    -32769,
    -65536,
    -0x0012_3456,
    i32::MIN,
    i32::MIN + 1,
];

const LOADS: [LoadOp; 5] = [LoadOp::I32, LoadOp::U8, LoadOp::S8, LoadOp::U16, LoadOp::S16];
const STORES: [StoreOp; 3] = [StoreOp::I32, StoreOp::I8, StoreOp::I16];

/// How the address of the access is made from a place in the buffer.
type Address = fn(&mut Builder<'_>, Value, &[Value], i32) -> (Value, i32);

/// The base in a register, the offset in the access.
fn register(b: &mut Builder<'_>, place: Value, p: &[Value], offset: i32) -> (Value, i32) {
    // `p[0]` is 0, which hides that the base is a symbol.
    let base = b.binary(BinaryOp::Add, place, p[0]);
    let offset_value = b.iconst(offset);
    (b.binary(BinaryOp::Sub, base, offset_value), offset)
}

/// Base plus index, each perhaps shifted.
fn indexed(b: &mut Builder<'_>, place: Value, p: &[Value], offset: i32) -> (Value, i32) {
    let less = b.iconst(offset);
    let place = b.binary(BinaryOp::Sub, place, less);
    let shift = b.iconst(offset & 3);
    // `p[0]` is 0 whatever it is shifted by.
    let index = b.binary(BinaryOp::Shl, p[0], shift);
    (b.binary(BinaryOp::Add, place, index), offset)
}

/// The offset in a register.
fn offset_as_index(b: &mut Builder<'_>, place: Value, p: &[Value], offset: i32) -> (Value, i32) {
    let less = b.iconst(offset);
    let base = b.binary(BinaryOp::Sub, place, less);
    let index = b.iconst(offset);
    let index = b.binary(BinaryOp::Add, index, p[0]);
    (b.binary(BinaryOp::Add, base, index), 0)
}

#[test]
fn offsets() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(1);
    let bytes = (0..64).map(|_| rng.bits() as u8 | 0x11).collect();
    let buffer = suite.data("buffer", bytes, 64);
    let ways: [(&str, Address); 3] =
        [("register", register), ("indexed", indexed), ("offset_as_index", offset_as_index)];
    for (way, address) in ways {
        for &offset in OFFSETS {
            for op in LOADS {
                let f = suite.function(format!("{op}_{way}_{offset}"), 2, 1, |b, p| {
                    let place = b.symbol_addr(buffer, 8);
                    let (base, offset) = address(b, place, p, offset);
                    let v = b.load(op, base, offset, Region::Memory(0));
                    b.ret(&[v]);
                });
                suite.call(f, &[0, 0]);
            }
            for op in STORES {
                let f = suite.function(format!("{op}_{way}_{offset}"), 2, 0, |b, p| {
                    let place = b.symbol_addr(buffer, 24);
                    let (base, offset) = address(b, place, p, offset);
                    b.store(op, base, p[1], offset, Region::Memory(0));
                    b.ret(&[]);
                });
                suite.call(f, &[0, rng.bits() as u32]);
            }
        }
    }
    suite.run_on_two();
}

/// A symbol's address with an addend, as a value and folded into accesses.
#[test]
fn symbol_addends() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(2);
    let bytes = (0..64).map(|_| rng.bits() as u8).collect();
    let buffer = suite.data("buffer", bytes, 64);
    for &addend in OFFSETS {
        let distance = suite.function(format!("distance_{addend}"), 0, 1, |b, _| {
            let (near, far) = (b.symbol_addr(buffer, 3), b.symbol_addr(buffer, addend));
            let v = b.binary(BinaryOp::Sub, far, near);
            b.ret(&[v]);
        });
        suite.call(distance, &[]);
        for bytes in [1, 2, 4] {
            let rest = 16i32.wrapping_sub(addend);
            let (load, store) = match bytes {
                1 => (LoadOp::S8, StoreOp::I8),
                2 => (LoadOp::U16, StoreOp::I16),
                _ => (LoadOp::I32, StoreOp::I32),
            };
            let f = suite.function(format!("access_{addend}_{bytes}"), 1, 2, |b, p| {
                let base = b.symbol_addr(buffer, addend);
                let first = b.load(load, base, rest, Region::Global);
                b.store(store, base, p[0], rest, Region::Global);
                // A neighbour, which may share the base.
                let base = b.symbol_addr(buffer, addend.wrapping_add(4));
                let second = b.load(load, base, rest, Region::Global);
                b.ret(&[first, second]);
            });
            suite.call(f, &[rng.word()]);
            let f = suite.function(format!("index_{addend}_{bytes}"), 2, 1, |b, p| {
                let base = b.symbol_addr(buffer, addend);
                let shift = b.iconst(bytes / 2);
                let index = b.binary(BinaryOp::Shl, p[0], shift);
                let at = b.binary(BinaryOp::Add, index, base);
                b.store(store, at, p[1], rest, Region::Global);
                let v = b.load(load, at, rest, Region::Global);
                b.ret(&[v]);
            });
            suite.call(f, &[rng.below(8) as u32, rng.word()]);
        }
    }
    suite.run_on_two();
}

fn slot_address(b: &mut Builder<'_>, slot: Slot, offset: i32) -> Value {
    let inst = b.inst(InstData::SlotAddr { slot, offset });
    b.func.result(inst)
}

/// Two slots with the given sizes, filled and read at both ends, around a call
/// with stack arguments; values that live across the call.
fn frame_function(suite: &mut Suite, sizes: [u32; 2], values: usize) {
    let helper = suite.function("helper", 9, 1, |b, p| {
        let mut sum = p[0];
        for &v in &p[1..] {
            let three = b.iconst(3);
            let more = b.binary(BinaryOp::Mul, sum, three);
            sum = b.binary(BinaryOp::Add, more, v);
        }
        b.ret(&[sum]);
    });
    let signature = suite.program.function(helper).map(|f| f.signature.clone()).unwrap_or_default();
    let f = suite.function(format!("frame_{}_{}_{values}", sizes[0], sizes[1]), 2, 1, |b, p| {
        let slots = sizes.map(|size| b.func.slots.push(SlotData { size, align: 4 }));
        let many: Vec<Value> = (0..values as i32)
            .map(|i| {
                let c = b.iconst(i * 77 + 1);
                b.binary(BinaryOp::Mul, p[(i & 1) as usize], c)
            })
            .collect();
        let mut places = vec![];
        for (slot, size) in slots.into_iter().zip(sizes) {
            for at in [0, (size / 2) & !3, size - 4] {
                places.push((slot, at as i32));
            }
        }
        for (i, &(slot, at)) in places.iter().enumerate() {
            let address = slot_address(b, slot, at & 0x7f0);
            b.store(StoreOp::I32, address, many[i % many.len()], at - (at & 0x7f0), Region::Stack);
        }
        let sig = b.func.add_sig(signature.clone());
        let args = (0..9).map(|i| many[i % many.len()]).collect();
        let call = b.inst(InstData::Call { callee: helper, sig, args });
        let mut sum = b.func.result(call);
        for &(slot, at) in &places {
            for op in [LoadOp::I32, LoadOp::S8, LoadOp::U16] {
                let address = slot_address(b, slot, at);
                let v = b.load(op, address, 0, Region::Stack);
                sum = b.binary(BinaryOp::Add, sum, v);
                let one = b.iconst(1);
                sum = b.binary(BinaryOp::Rotr, sum, one);
            }
        }
        // The distance within a slot, by addresses that are values.
        let (start, end) = (slot_address(b, slots[1], 0), slot_address(b, slots[1], 9999));
        let distance = b.binary(BinaryOp::Sub, end, start);
        sum = b.binary(BinaryOp::Xor, sum, distance);
        for &v in &many {
            sum = b.binary(BinaryOp::Xor, sum, v);
        }
        b.ret(&[sum]);
    });
    suite.call(f, &[0x1234_5678, 0x9abc_def0]);
    suite.call(f, &[7, 9]);
}

#[test]
fn frames() {
    let mut suite = Suite::new();
    for values in [1, 8, 14, 40] {
        for size in [
            4, 8, 60, 244, 500, 508, 512, 1000, 1016, 1020, 1024, 3900, 4080, 4088, 4092, 4096,
            4100, 8192, 65520, 65536, 66000, 100_000,
        ] {
            frame_function(&mut suite, [size, 8], values);
            frame_function(&mut suite, [12, size], values);
        }
    }
    suite.run_on_two();
}

/// Results of loads and stores of the same place, by region.
#[test]
fn regions_and_order() {
    let mut suite = Suite::new();
    let buffer = suite.data("buffer", vec![1, 2, 3, 4, 5, 6, 7, 0x88], 8);
    for region in [Region::Memory(0), Region::Native, Region::Global, Region::Table] {
        let f = suite.function(format!("{region:?}"), 2, 2, |b, p| {
            let base = b.symbol_addr(buffer, 0);
            let at = b.binary(BinaryOp::Add, base, p[0]);
            let before = b.load(LoadOp::I32, at, 0, region);
            b.store(StoreOp::I8, at, p[1], 1, region);
            let middle = b.load(LoadOp::S16, base, 0, region);
            b.store(StoreOp::I16, base, before, 2, region);
            let after = b.load(LoadOp::I32, base, 0, region);
            let v = b.binary(BinaryOp::Xor, middle, after);
            b.ret(&[before, v]);
        });
        for at in 0..4 {
            suite.call(f, &[at, 0xf00 + at]);
        }
    }
    assert_eq!(LoadOp::I32.result_type(), Type::I32);
    suite.run_on_two();
}
