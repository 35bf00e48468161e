//! Halfwords and bytes of words: products of them, parts of products, additions
//! that extend, words put together from two, reversed bytes, and the signs of
//! combinations. All with look-alikes that no single instruction can do.

mod common;

use common::Suite;
use synth_ir::{BinaryOp, BlockCall, Builder, Cond, UnaryOp, Value, WideOp};
use synth_testkit::{Rng, SPECIAL};

use BinaryOp::{Add, And, Mul, Or, Rotr, Shl, ShrS, ShrU, SmulHi, Sub, Xor};

type Make = fn(&mut Builder<'_>, Value) -> Value;

fn with(b: &mut Builder<'_>, op: BinaryOp, x: Value, c: i32) -> Value {
    let c = b.iconst(c);
    b.binary(op, x, c)
}

/// Factors that are halfwords, and two that aren't.
const FACTORS: [(&str, Make); 10] = [
    ("low", |b, x| b.unary(UnaryOp::Sext16, x)),
    ("high", |b, x| with(b, ShrS, x, 16)),
    ("shifted", |b, x| {
        let x = with(b, ShrU, x, 16);
        b.unary(UnaryOp::Sext16, x)
    }),
    ("byte", |b, x| b.unary(UnaryOp::Sext8, x)),
    ("masked", |b, x| with(b, And, x, 0x7fff)),
    ("unsigned", |b, x| with(b, And, x, 0xffff)),
    ("top", |b, x| with(b, ShrU, x, 17)),
    ("constant", |b, _| b.iconst(-3001)),
    ("chosen", |b, x| {
        let (low, high) = (b.unary(UnaryOp::Sext16, x), with(b, ShrS, x, 20));
        b.select(x, low, high)
    }),
    ("word", |_, x| x),
];

type Product = fn(&mut Builder<'_>, [Value; 4]) -> Vec<Value>;

fn words(b: &mut Builder<'_>, x: Value, y: Value) -> [Value; 2] {
    [b.binary(Mul, x, y), b.binary(SmulHi, y, x)]
}

fn middle(b: &mut Builder<'_>, x: Value, y: Value, shift: i32) -> Value {
    let [lo, hi] = words(b, x, y);
    let (lo, hi) = (with(b, ShrU, lo, shift), with(b, Shl, hi, 32 - shift));
    b.binary(Or, hi, lo)
}

/// What is made of two factors and two words.
const PRODUCTS: [(&str, Product); 12] = [
    ("mul", |b, [x, y, ..]| vec![b.binary(Mul, x, y)]),
    ("mul_add", |b, [x, y, z, _]| {
        let p = b.binary(Mul, x, y);
        vec![b.binary(Add, z, p)]
    }),
    ("mul_sub", |b, [x, y, z, _]| {
        let p = b.binary(Mul, x, y);
        vec![b.binary(Sub, z, p)]
    }),
    ("middle", |b, [x, y, ..]| vec![middle(b, x, y, 16)]),
    ("other_middle", |b, [x, y, ..]| vec![middle(b, x, y, 15)]),
    ("middle_add", |b, [x, y, z, _]| {
        let p = middle(b, x, y, 16);
        vec![b.binary(Add, p, z)]
    }),
    ("high_add", |b, [x, y, z, _]| {
        let p = b.binary(SmulHi, x, y);
        vec![b.binary(Add, p, z)]
    }),
    ("high_and_low", |b, [x, y, z, _]| {
        let [lo, hi] = words(b, x, y);
        vec![b.binary(Add, hi, z), lo]
    }),
    ("rounded", |b, [x, y, ..]| {
        let [lo, hi] = words(b, x, y);
        let (half, zero) = (b.iconst(i32::MIN), b.iconst(0));
        vec![b.wide(WideOp::AddHi, &[half, zero, lo, hi])]
    }),
    ("rounded_add", |b, [x, y, z, _]| {
        let [lo, hi] = words(b, x, y);
        let (half, zero) = (b.iconst(i32::MIN), b.iconst(0));
        let p = b.wide(WideOp::AddHi, &[lo, hi, half, zero]);
        vec![b.binary(Add, z, p)]
    }),
    ("long_add", |b, [x, y, z, w]| {
        let lo = b.binary(Mul, x, y);
        let hi = with(b, ShrS, lo, 31);
        vec![b.binary(Add, lo, z), b.wide(WideOp::AddHi, &[lo, hi, z, w])]
    }),
    ("long_add_high", |b, [x, y, z, w]| {
        let [lo, hi] = words(b, x, y);
        vec![b.wide(WideOp::AddHi, &[z, w, lo, hi])]
    }),
];

#[test]
fn products() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(11);
    for (x, first) in FACTORS {
        for (y, second) in FACTORS {
            for (name, product) in PRODUCTS {
                let results = if matches!(name, "long_add" | "high_and_low") { 2 } else { 1 };
                let f = suite.function(format!("{name}_{x}_{y}"), 4, results, |b, p| {
                    let (x, y) = (first(b, p[0]), second(b, p[1]));
                    let v = product(b, [x, y, p[2], p[3]]);
                    b.ret(&v);
                });
                for args in [[0x8000_8000, 0x8000_8000, 1, 0], [0xffff_7fff, 0x7fff_ffff, 0, 9]] {
                    suite.call(f, &args);
                }
                suite.call(f, &[rng.word(), rng.word(), rng.word(), rng.word()]);
            }
        }
    }
    suite.run_on_two();
}

/// A factor that is needed twice.
#[test]
fn products_that_share() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(12);
    for (x, first) in FACTORS {
        for (name, product) in PRODUCTS {
            let f = suite.function(format!("{name}_{x}_twice"), 4, 2, |b, p| {
                let x = first(b, p[0]);
                let v = product(b, [x, x, p[2], p[3]]);
                let w = product(b, [x, p[1], p[2], p[3]]);
                b.ret(&[v[0], w[0]]);
            });
            for _ in 0..4 {
                suite.call(f, &[rng.word(), rng.word(), rng.word(), rng.word()]);
            }
        }
    }
    suite.run_on_two();
}

#[test]
fn extended_operands() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(13);
    let extensions: [(&str, Make); 6] = [
        ("sext8", |b, x| b.unary(UnaryOp::Sext8, x)),
        ("sext16", |b, x| b.unary(UnaryOp::Sext16, x)),
        ("zext8", |b, x| with(b, And, x, 0xff)),
        ("zext16", |b, x| with(b, And, x, 0xffff)),
        ("halves", |b, x| with(b, And, x, 0x00ff_00ff)),
        ("other_halves", |b, x| with(b, And, x, 0x00ff_00fe)),
    ];
    for op in [ShrU, ShrS, Rotr, Shl] {
        for count in [0, 4, 8, 16, 24, 25] {
            for (name, extend) in extensions {
                let f = suite.function(format!("{op}{count}_{name}"), 2, 2, |b, p| {
                    let v = with(b, op, p[0], count);
                    let v = extend(b, v);
                    let w = with(b, op, p[1], count);
                    let w = extend(b, w);
                    let sum = b.binary(Add, w, p[0]);
                    b.ret(&[v, sum]);
                });
                for _ in 0..3 {
                    suite.call(f, &[rng.word(), rng.word()]);
                }
            }
        }
    }
    for left in [0, 4, 8, 16, 24] {
        for right in [8, 16, 24, 28] {
            for op in [ShrU, ShrS] {
                let f = suite.function(format!("shl{left}_{op}{right}"), 2, 1, |b, p| {
                    let v = with(b, Shl, p[0], left);
                    let v = with(b, op, v, right);
                    let v = b.binary(Add, v, p[1]);
                    b.ret(&[v]);
                });
                for _ in 0..3 {
                    suite.call(f, &[rng.word(), rng.word()]);
                }
            }
        }
    }
    suite.run_on_two();
}

/// Masked words, of which one is shifted, put together in both orders.
#[test]
fn words_of_two() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(14);
    let masks = [[0xffff, -0x1_0000], [-0x1_0000, 0xffff], [0xff, -0x100], [-0x1000, 0xfff]];
    for [kept, field] in masks {
        for op in [Shl, ShrU, ShrS] {
            for count in [0, 1, 8, 12, 15, 16, 17, 20, 24, 31] {
                for (masked, swapped) in [(true, false), (true, true), (false, false)] {
                    let name = format!("{kept:x}_{op}{count}_{masked}_{swapped}");
                    let f = suite.function(name, 2, 1, |b, p| {
                        let x = with(b, And, p[0], kept);
                        let mut y = with(b, op, p[1], count);
                        if masked {
                            y = with(b, And, y, field);
                        }
                        let v = if swapped { b.binary(Or, y, x) } else { b.binary(Or, x, y) };
                        b.ret(&[v]);
                    });
                    for _ in 0..3 {
                        suite.call(f, &[rng.word(), rng.word()]);
                    }
                }
            }
        }
    }
    for (low, high) in [(0, 8), (8, 0), (8, 8), (0, 16)] {
        let f = suite.function(format!("signed_bytes_{low}_{high}"), 1, 1, |b, p| {
            let x = with(b, ShrU, p[0], low);
            let x = b.unary(UnaryOp::Sext8, x);
            let x = with(b, And, x, 0xffff);
            let y = with(b, Shl, p[0], high);
            let y = with(b, ShrS, y, 8);
            let y = with(b, And, y, -0x1_0000);
            let v = b.binary(Or, x, y);
            b.ret(&[v]);
        });
        for &word in SPECIAL {
            suite.call(f, &[word]);
        }
        for _ in 0..20 {
            suite.call(f, &[rng.word()]);
        }
    }
    suite.run_on_two();
}

/// Bytes reversed and shifted, as an operand too.
#[test]
fn reversed_bytes() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(15);
    for op in [ShrU, ShrS, Rotr, Shl] {
        for count in [0, 8, 16, 24] {
            for outer in [Add, Sub, And, Xor] {
                let f = suite.function(format!("bswap_{op}{count}_{outer}"), 2, 2, |b, p| {
                    let v = b.unary(UnaryOp::Bswap, p[0]);
                    let v = with(b, op, v, count);
                    let w = b.binary(outer, p[1], v);
                    let u = b.unary(UnaryOp::Bswap, p[1]);
                    let u = with(b, op, u, count);
                    b.ret(&[u, w]);
                });
                for _ in 0..4 {
                    suite.call(f, &[rng.word(), rng.word()]);
                }
            }
        }
    }
    suite.run_on_two();
}

/// Tests of signs, where operands are needed behind them or not.
#[test]
fn signs() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(16);
    for op in [Xor, And, Or, Sub] {
        for cond in [Cond::SLt, Cond::SGe] {
            for shift in [0, 1, 16] {
                for (first, second) in [(0, 1), (0, 0), (2, 2), (1, 2)] {
                    let name = format!("{op}_{cond}_{shift}_{first}{second}");
                    let f = suite.function(name, 3, 1, |b, p| {
                        let y = with(b, Shl, p[1], shift);
                        let v = b.binary(op, p[0], y);
                        let zero = b.iconst(0);
                        let v = b.compare(cond, v, zero);
                        let (then, other) = (b.func.add_block(), b.func.add_block());
                        b.branch(v, BlockCall::new(then, []), BlockCall::new(other, []));
                        b.switch_to(then);
                        let sum = b.binary(Add, p[first], p[second]);
                        b.ret(&[sum]);
                        b.switch_to(other);
                        b.ret(&[p[second]]);
                    });
                    for _ in 0..6 {
                        suite.call(f, &[rng.word(), rng.word(), rng.word()]);
                    }
                }
            }
        }
    }
    suite.run_on_two();
}
