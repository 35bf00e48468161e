//! Float constants from literal pools, which VLDR reaches only near: functions
//! with many of them, between code and words of other loads, against the
//! interpreter.

mod common;

use common::Suite;
use synth_emu::Board;
use synth_ir::{BinaryOp, Builder, FloatOp, InstData, UnaryOp, Value};
use synth_testkit::{Rng, options};

/// A constant that no immediate holds.
fn constant(b: &mut Builder<'_>, bits: u64, double: bool) -> Value {
    let data = match double {
        true => InstData::F64Const(bits >> 2 | 0x3000_0000_0000_0001),
        false => InstData::F32Const((bits >> 34) as u32 | 0x3000_0001),
    };
    let inst = b.inst(data);
    b.func.result(inst)
}

/// Sums of constants, of one size or of both; words between them if `mixed`.
fn add_sum(suite: &mut Suite, count: usize, double: bool, mixed: bool) {
    let id = suite.function("sum", 1, 1, |b, params| {
        let mut rng = Rng::new(count as u64);
        let mut single = b.float(FloatOp::F32FromI32S, &[params[0]]);
        let mut wide = double.then(|| b.float(FloatOp::F64FromI32S, &[params[0]]));
        let mut word = params[0];
        for i in 0..count {
            match &mut wide {
                Some(sum) if !mixed || i % 2 == 0 => {
                    let next = constant(b, rng.bits(), true);
                    *sum = b.float(FloatOp::F64Add, &[*sum, next]);
                }
                _ => {
                    let next = constant(b, rng.bits(), false);
                    single = b.float(FloatOp::F32Add, &[single, next]);
                }
            }
            if mixed {
                for _ in 0..rng.below(4) {
                    let next = b.iconst(rng.bits() as i32);
                    word = b.binary(BinaryOp::Xor, word, next);
                    word = b.binary(BinaryOp::Mul, word, params[0]);
                }
            }
        }
        let bits = b.unary(UnaryOp::F32Bits, single);
        word = b.binary(BinaryOp::Add, word, bits);
        if let Some(sum) = wide {
            for op in [UnaryOp::F64Lo, UnaryOp::F64Hi] {
                let bits = b.unary(op, sum);
                word = b.binary(BinaryOp::Add, word, bits);
            }
        }
        b.ret(&[word]);
    });
    for arg in [0, 1, 0x8000_0000, 12345] {
        suite.call(id, &[arg]);
    }
}

#[test]
fn literals_are_within_reach() {
    let mut suite = Suite::new();
    for count in [1, 2, 100, 130, 700] {
        for mixed in [false, true] {
            add_sum(&mut suite, count, false, mixed);
            add_sum(&mut suite, count, true, mixed);
        }
    }
    let defined = suite.run(Board::Mps2An500, &options("cortex-m7"));
    assert_eq!(defined, suite.calls.len());
}

#[test]
fn literals_of_single_precision() {
    let mut suite = Suite::new();
    for count in [3, 260, 900] {
        add_sum(&mut suite, count, false, count < 900);
    }
    let defined = suite.run(Board::Mps2An386, &options("cortex-m4"));
    assert_eq!(defined, suite.calls.len());
}
