//! Control flow, calls and register pressure: jump tables of all sizes,
//! branches of all distances, arguments and results of all shapes.

mod common;

use common::Suite;
use synth_emu::Board;
use synth_ir::AbiType::{I32, I64};
use synth_ir::{
    BinaryOp, Block, BlockCall, Builder, Cond, Convention, InstData, Signature, SymbolId, TrapCode,
    Type, Value, WideOp,
};
use synth_testkit::{AbiVal, Rng, options};
use synth_thumb::{Options, Prefer};

/// Instructions that can't be removed, about `bytes` bytes of code.
fn filler(b: &mut Builder<'_>, value: Value, bytes: usize) -> Value {
    let mut value = value;
    for i in 0..bytes / 6 {
        let c = b.iconst(0x0101_0000 + i as i32);
        value = b.binary(BinaryOp::Add, value, c);
    }
    value
}

fn return_constant(b: &mut Builder<'_>, block: Block, value: i32) {
    b.switch_to(block);
    let value = b.iconst(value);
    b.ret(&[value]);
}

/// `cases` cases that return different numbers after `bytes` bytes of code.
fn switch(suite: &mut Suite, cases: usize, blocks: usize, bytes: usize) -> SymbolId {
    suite.function(format!("switch_{cases}_{blocks}_{bytes}"), 2, 1, |b, p| {
        let list: Vec<Block> = (0..blocks).map(|_| b.func.add_block()).collect();
        let default = b.func.add_block();
        let targets = (0..cases)
            .map(|i| if i % 7 == 5 { default } else { list[i * 31 % blocks] })
            .map(|block| BlockCall::new(block, []))
            .collect();
        let default_call = BlockCall::new(default, []);
        b.inst(InstData::Switch { index: p[0], targets, default: default_call });
        for (i, &block) in list.iter().enumerate() {
            b.switch_to(block);
            let v = filler(b, p[1], bytes);
            let c = b.iconst(1000 + i as i32);
            let v = b.binary(BinaryOp::Xor, v, c);
            b.ret(&[v]);
        }
        return_constant(b, default, -7);
    })
}

#[test]
fn switches() {
    let mut suite = Suite::new();
    let shapes = [
        (0, 1, 4),
        (1, 1, 4),
        (2, 2, 4),
        (3, 3, 4),
        (4, 2, 4),
        (5, 5, 40),
        (16, 16, 4),
        (16, 16, 20),
        (16, 16, 28),
        (16, 16, 32),
        (40, 12, 600),
        (255, 40, 4),
        (256, 256, 4),
        (257, 257, 4),
        (300, 300, 12),
        (300, 100, 1200),
        (300, 120, 1200),
        (5000, 50, 4),
        (5000, 5000, 6),
    ];
    for (cases, blocks, bytes) in shapes {
        let f = switch(&mut suite, cases, blocks, bytes);
        let cases = cases as u32;
        for index in [0, 1, 2, 3, 5, cases / 2, cases.saturating_sub(2), cases.saturating_sub(1)] {
            suite.call(f, &[index, 99]);
        }
        for index in [cases, cases + 1, 255, 256, 257, 65536, 0x8000_0000, 0xffff_ffff] {
            suite.call(f, &[index, 3]);
        }
        for index in (0..cases).step_by(1 + cases as usize / 20) {
            suite.call(f, &[index, 5]);
        }
    }
    suite.run_on_two();
}

/// Edges that pass values: cases that share a destination but not arguments.
#[test]
fn switch_edges() {
    let mut suite = Suite::new();
    let f = suite.function("edges", 4, 1, |b, p| {
        let (merge, other) = (b.func.add_block(), b.func.add_block());
        let params: Vec<Value> = (0..2).map(|_| b.func.add_param(merge, Type::I32)).collect();
        let single = b.func.add_param(other, Type::I32);
        let to_merge = |a: usize, c: usize| BlockCall::new(merge, [p[a], p[c]]);
        let to_other = |a: usize| BlockCall::new(other, [p[a]]);
        let targets = vec![
            to_merge(0, 1),
            to_merge(1, 0),
            to_other(2),
            to_merge(0, 1),
            to_other(3),
            to_merge(3, 3),
            to_other(2),
        ];
        let default = to_merge(2, 3);
        b.inst(InstData::Switch { index: p[0], targets, default });
        b.switch_to(merge);
        let seven = b.iconst(7);
        let v = b.binary(BinaryOp::Mul, params[0], seven);
        let v = b.binary(BinaryOp::Sub, v, params[1]);
        b.ret(&[v]);
        b.switch_to(other);
        let v = b.binary(BinaryOp::Xor, single, p[1]);
        b.ret(&[v]);
    });
    for index in 0..9 {
        suite.call(f, &[index, 1000 + index, 2_000_000, 0xffff_fff0]);
    }
    suite.run_on_two();
}

/// Branches over code of every size, forwards, backwards, and on zero.
#[test]
fn distances() {
    let mut suite = Suite::new();
    for bytes in [
        0, 6, 60, 114, 120, 126, 132, 240, 246, 252, 258, 264, 2000, 2040, 2052, 4080, 4200, 70_000,
    ] {
        for kind in 0..4 {
            let f = suite.function(format!("distance_{bytes}_{kind}"), 2, 1, |b, p| {
                let blocks: Vec<Block> = (0..3).map(|_| b.func.add_block()).collect();
                let cond = match kind {
                    0 => p[0],
                    1 => b.compare(Cond::SLt, p[0], p[1]),
                    2 => {
                        let zero = b.iconst(0);
                        b.compare(Cond::Eq, p[0], zero)
                    }
                    _ => b.compare64(Cond::UGe, [p[0], p[1]], [p[1], p[0]]),
                };
                let call = |block: Block| BlockCall::new(block, []);
                b.branch(cond, call(blocks[2]), call(blocks[0]));
                b.switch_to(blocks[0]);
                let v = filler(b, p[1], bytes);
                b.ret(&[v]);
                b.switch_to(blocks[1]);
                return_constant(b, blocks[1], 1);
                b.switch_to(blocks[2]);
                b.trap_if(p[1], TrapCode::IntegerOverflow);
                b.jump(blocks[1], &[]);
            });
            for args in [[0, 0], [0, 1], [1, 0], [1, 1], [0xffff_ffff, 0]] {
                suite.call(f, &args);
            }
        }
        let f = suite.function(format!("loop_{bytes}"), 2, 1, |b, p| {
            let (head, exit) = (b.func.add_block(), b.func.add_block());
            let counter = b.func.add_param(head, Type::I32);
            let sum = b.func.add_param(head, Type::I32);
            b.jump(head, &[p[0], p[1]]);
            b.switch_to(head);
            let sum = filler(b, sum, bytes);
            let one = b.iconst(1);
            let next = b.binary(BinaryOp::Sub, counter, one);
            b.branch(next, BlockCall::new(head, [next, sum]), BlockCall::new(exit, []));
            b.switch_to(exit);
            b.ret(&[sum]);
        });
        suite.call(f, &[1, 5]);
        suite.call(f, &[9, 5]);
    }
    suite.run_on_two();
}

/// A block that stands before all of its predecessors, and blocks that nothing
/// reaches.
#[test]
fn odd_orders() {
    let mut suite = Suite::new();
    for rotation in 0..6 {
        let f = suite.function(format!("order_{rotation}"), 2, 1, |b, p| {
            let blocks: Vec<Block> = (0..6).map(|_| b.func.add_block()).collect();
            let sum = b.func.add_param(blocks[0], Type::I32);
            b.branch(p[0], BlockCall::new(blocks[3], []), BlockCall::new(blocks[4], []));
            b.switch_to(blocks[0]);
            let v = b.binary(BinaryOp::Sub, sum, p[1]);
            b.ret(&[v]);
            for (block, next) in [(1, 0), (3, 1), (4, 2), (5, 0)] {
                b.switch_to(blocks[block]);
                let c = b.iconst(block as i32 * 1000);
                let v = b.binary(BinaryOp::Xor, p[0], c);
                let args = if next == 0 { vec![v] } else { vec![] };
                b.jump(blocks[next], &args);
            }
            b.switch_to(blocks[2]);
            b.jump(blocks[0], &[p[1]]);
            b.func.layout[1..].rotate_left(rotation);
        });
        suite.call(f, &[0, 77]);
        suite.call(f, &[5, 77]);
    }
    suite.run_on_two();
}

fn mixed_signatures(rng: &mut Rng) -> Vec<Signature> {
    let mut signatures = vec![];
    for round in 0..60 {
        let types = |rng: &mut Rng, count| {
            (0..count).map(|_| *rng.pick(&[I32, I32, I64])).collect::<Vec<_>>()
        };
        let count = rng.below(13);
        let params = types(rng, count);
        let count = [1, 0, 1, 2, 3, 5][round % 6];
        let results = types(rng, count);
        let words: u32 = results.iter().map(|ty| ty.size() / 4).sum();
        let convention = match round % 5 {
            3 => Convention::Internal,
            4 if words <= 4 => Convention::Helper,
            _ => Convention::Aapcs,
        };
        signatures.push(Signature { convention, ..Signature::new(params, results) });
    }
    signatures
}

/// A callee whose results depend on every argument, and a caller that passes
/// its own arguments on, in another order, directly and through a pointer.
#[test]
fn calls() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(3);
    for signature in mixed_signatures(&mut rng) {
        let words = signature.result_values().count();
        let callee = suite.function_of("callee", signature.clone(), |b, p| {
            let mut sum = b.iconst(17);
            for &v in p {
                let c = b.iconst(31);
                sum = b.binary(BinaryOp::Mul, sum, c);
                sum = b.binary(BinaryOp::Add, sum, v);
            }
            let results: Vec<Value> = (0..words)
                .map(|i| {
                    let c = b.iconst(i as i32 + 1);
                    b.binary(BinaryOp::Mul, sum, c)
                })
                .collect();
            b.ret(&results);
        });
        let arguments = signature.param_values().count();
        for indirect in [false, true] {
            let results = words.max(1);
            let caller = suite.function("caller", 6, results, |b, p| {
                let sig = b.func.add_sig(signature.clone());
                let args: Vec<Value> = (0..arguments).map(|i| p[(i * 5 + 3) % 6]).collect();
                let inst = if indirect {
                    let target = b.symbol_addr(callee, 0);
                    InstData::CallIndirect { target, sig, args }
                } else {
                    InstData::Call { callee, sig, args }
                };
                let inst = b.inst(inst);
                let results = b.func.results[inst].clone();
                let first = results.first().copied().unwrap_or(p[2]);
                // All arguments live across the call.
                let last = p.iter().fold(first, |sum, &v| b.binary(BinaryOp::Sub, sum, v));
                let mut all = vec![last];
                all.extend(results.iter().skip(1));
                b.ret(&all);
            });
            for _ in 0..3 {
                let args: Vec<u32> = (0..6).map(|_| rng.word()).collect();
                suite.call(caller, &args);
            }
        }
        let args: Vec<AbiVal> =
            signature.params.iter().map(|ty| AbiVal::from_bits(*ty, rng.doubleword())).collect();
        suite.calls.push((callee, args));
    }
    suite.run_on_two();
}

/// More values than registers, alive across arithmetic, calls and loops.
#[test]
fn pressure() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(4);
    let leaf = suite.function("leaf", 1, 1, |b, p| {
        let c = b.iconst(5);
        let v = b.binary(BinaryOp::Xor, p[0], c);
        b.ret(&[v]);
    });
    for count in [4, 8, 11, 12, 13, 14, 16, 24, 60, 300] {
        for kind in 0..3 {
            let f = suite.function(format!("pressure_{count}_{kind}"), 4, 1, |b, p| {
                let mut values: Vec<Value> = (0..count)
                    .map(|i| {
                        let c = b.iconst(i * 2_654_435 + 12345);
                        b.binary(BinaryOp::Add, p[i as usize % 4], c)
                    })
                    .collect();
                if kind == 1 {
                    let sig = b.func.add_sig(Signature::new([I32], [I32]));
                    let call = b.inst(InstData::Call { callee: leaf, sig, args: vec![values[1]] });
                    values.push(b.func.result(call));
                }
                if kind == 2 {
                    // All of them around a loop, rotated by one each time.
                    let (head, exit) = (b.func.add_block(), b.func.add_block());
                    let params: Vec<Value> =
                        values.iter().map(|_| b.func.add_param(head, Type::I32)).collect();
                    let counter = b.func.add_param(head, Type::I32);
                    let three = b.iconst(3);
                    let mut args = values.clone();
                    args.push(three);
                    b.jump(head, &args);
                    b.switch_to(head);
                    let one = b.iconst(1);
                    let next = b.binary(BinaryOp::Sub, counter, one);
                    let mut args = params.clone();
                    args.rotate_left(1);
                    args.push(next);
                    b.branch(next, BlockCall::new(head, args), BlockCall::new(exit, []));
                    b.switch_to(exit);
                    values = params;
                }
                let mut sum = values[0];
                for pair in values.windows(2) {
                    sum = b.wide(WideOp::Rotl64, &[sum, pair[0], pair[1]]);
                    sum = b.wide(WideOp::AddHi, &[pair[1], sum, pair[0], pair[0]]);
                }
                b.ret(&[sum]);
            });
            for _ in 0..3 {
                let args: Vec<u32> = (0..4).map(|_| rng.word()).collect();
                suite.call(f, &args);
            }
        }
    }
    suite.run_on_two();
}

/// One expression of a thousand operators, deep to the left, deep to the
/// right, and as a tree.
#[test]
fn deep_expressions() {
    let mut suite = Suite::new();
    for kind in 0..3 {
        let f = suite.function(format!("deep_{kind}"), 3, 1, |b, p| {
            let mut level: Vec<Value> = (0..600)
                .map(|i| {
                    let c = b.iconst(i & 0xff);
                    b.binary(BinaryOp::Xor, p[i as usize % 3], c)
                })
                .collect();
            while level.len() > 1 {
                let join = |b: &mut Builder<'_>, i: usize, x: Value, y: Value| {
                    b.binary([BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul][i % 3], x, y)
                };
                level = match kind {
                    0 => {
                        let first = level[0];
                        let fold = |v, (i, &x): (usize, &Value)| join(b, i, v, x);
                        vec![level[1..].iter().enumerate().fold(first, fold)]
                    }
                    1 => {
                        let last = level[level.len() - 1];
                        let fold = |v, (i, &x): (usize, &Value)| join(b, i, x, v);
                        vec![level.iter().enumerate().rev().skip(1).fold(last, fold)]
                    }
                    _ => level.chunks(2).map(|c| join(b, 0, c[0], c[c.len() - 1])).collect(),
                };
            }
            b.ret(&level);
        });
        suite.call(f, &[1, 2, 3]);
        suite.call(f, &[0x8765_4321, 0xffff, 0x10_0001]);
    }
    suite.run_on_two();
}

/// Beyond what a conditional branch reaches (1 MiB): refused or right.
#[test]
fn a_very_long_function() {
    let mut suite = Suite::new();
    let f = suite.function("long", 2, 1, |b, p| {
        let (far, near) = (b.func.add_block(), b.func.add_block());
        b.branch(p[0], BlockCall::new(far, []), BlockCall::new(near, []));
        b.switch_to(near);
        let mut v = p[1];
        for i in 0..300_000 {
            let op = if i % 2 == 0 { BinaryOp::Add } else { BinaryOp::Xor };
            v = b.binary(op, v, p[i % 3 / 2]);
        }
        b.ret(&[v]);
        return_constant(b, far, 5);
        b.func.layout.swap(1, 2);
    });
    suite.call(f, &[0, 3]);
    suite.call(f, &[1, 3]);
    let options = Options { prefer: Prefer::Speed, ..options("cortex-m7") };
    assert_eq!(suite.run(Board::Mps2An500, &options), 2);
}
