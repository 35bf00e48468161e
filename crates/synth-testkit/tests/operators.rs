//! Every operator, on variables and with a constant as each operand, alone and
//! where it may be folded into a branch, a select or a trap.

mod common;

use common::Suite;
use synth_ir::{BinaryOp, BlockCall, Builder, Cond, TrapCode, Type, UnaryOp, Value, WideOp};
use synth_testkit::{Rng, SPECIAL};

fn integer_operators() -> impl Iterator<Item = BinaryOp> {
    BinaryOp::ALL.iter().copied().filter(|op| op.result_type() == Type::I32)
}

/// Arguments of both sorts.
fn some_words(rng: &mut Rng, count: usize) -> Vec<u32> {
    (0..count).map(|_| rng.word()).collect()
}

#[test]
fn unary() {
    let mut suite = Suite::new();
    let integers = |op: &&UnaryOp| op.arg_type() == Type::I32 && op.result_type() == Type::I32;
    for &op in UnaryOp::ALL.iter().filter(integers) {
        let plain = suite.function(format!("{op}"), 1, 1, |b, p| {
            let v = b.unary(op, p[0]);
            b.ret(&[v]);
        });
        // After a shift or mask, with which it may become one instruction.
        for shift in [1, 8, 16, 24, 31] {
            let shifted = suite.function(format!("{op}_shr{shift}"), 1, 1, |b, p| {
                let count = b.iconst(shift);
                let v = b.binary(BinaryOp::ShrU, p[0], count);
                let v = b.unary(op, v);
                b.ret(&[v]);
            });
            SPECIAL.iter().for_each(|&a| suite.call(shifted, &[a]));
        }
        SPECIAL.iter().for_each(|&a| suite.call(plain, &[a]));
    }
    suite.run_on_two();
}

#[test]
fn binary() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(1);
    for op in integer_operators() {
        let plain = suite.function(format!("{op}"), 2, 1, |b, p| {
            let v = b.binary(op, p[0], p[1]);
            b.ret(&[v]);
        });
        let swapped = suite.function(format!("{op}_swapped"), 3, 1, |b, p| {
            let v = b.binary(op, p[2], p[1]);
            b.ret(&[v]);
        });
        for _ in 0..60 {
            let args = some_words(&mut rng, 3);
            suite.call(plain, &args[..2]);
            suite.call(swapped, &args);
        }
        for &c in SPECIAL {
            if c != 0 || !op.needs_guard() {
                let right = suite.function(format!("{op}_right_{c:x}"), 1, 1, |b, p| {
                    let c = b.iconst(c as i32);
                    let v = b.binary(op, p[0], c);
                    b.ret(&[v]);
                });
                for a in [[1, 0xffff_ffff], [c, 0x8000_0000], [rng.word(), rng.word()]].concat() {
                    suite.call(right, &[a]);
                }
            }
            let left = suite.function(format!("{op}_left_{c:x}"), 1, 1, |b, p| {
                let c = b.iconst(c as i32);
                let v = b.binary(op, c, p[0]);
                b.ret(&[v]);
            });
            for a in [1, 31, 32, 0xffff_ffff, rng.word(), rng.word()] {
                suite.call(left, &[a]);
            }
        }
    }
    suite.run_on_two();
}

/// Pairs of operators that one instruction can do: shifted operands,
/// multiply and add, bit fields, and their look-alikes.
#[test]
fn pairs_of_operators() {
    use BinaryOp::{Add, And, Mul, Or, Rotr, Shl, ShrS, ShrU, SmulHi, Sub, UmulHi, Xor};
    let outer = [Add, Sub, And, Or, Xor, Mul, Shl, ShrU, ShrS];
    let mut suite = Suite::new();
    let mut rng = Rng::new(2);
    for op in outer {
        for inner in [Shl, ShrU, ShrS, Rotr, Mul, UmulHi, SmulHi, And, Xor] {
            for side in 0..2 {
                for count in [0, 1, 4, 16, 24, 31, 32, -1] {
                    let name = format!("{op}_{inner}_{side}_{count}");
                    let f = suite.function(name, 2, 1, |b, p| {
                        let c = b.iconst(count);
                        let v = b.binary(inner, p[0], c);
                        let args = if side == 0 { [v, p[1]] } else { [p[1], v] };
                        let v = b.binary(op, args[0], args[1]);
                        b.ret(&[v]);
                    });
                    for _ in 0..2 {
                        let args = some_words(&mut rng, 2);
                        suite.call(f, &args);
                    }
                }
                let name = format!("{op}_{inner}_{side}");
                let f = suite.function(name, 3, 1, |b, p| {
                    let v = b.binary(inner, p[0], p[2]);
                    let args = if side == 0 { [v, p[1]] } else { [p[1], v] };
                    let v = b.binary(op, args[0], args[1]);
                    b.ret(&[v]);
                });
                for _ in 0..4 {
                    let args = some_words(&mut rng, 3);
                    suite.call(f, &args);
                }
            }
        }
    }
    suite.run_on_two();
}

/// Masks and shifts by constants, in both orders.
#[test]
fn bit_fields() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(3);
    for shift in [BinaryOp::ShrU, BinaryOp::ShrS, BinaryOp::Shl] {
        for count in [0, 1, 5, 8, 16, 24, 31] {
            for mask in [
                1,
                3,
                0x1f,
                0xff,
                0x7fff,
                0xffff,
                0xf_ffff,
                0x7fff_ffff,
                -1,
                0xf0,
                -256,
                -4096,
                -1_048_321,
                -0x7fff_ffff,
            ] {
                for first in [false, true] {
                    let name = format!("{shift}{count}_and{mask:x}_{first}");
                    let f = suite.function(name, 1, 1, |b, p| {
                        let (count, mask) = (b.iconst(count), b.iconst(mask));
                        let v = if first {
                            let v = b.binary(BinaryOp::And, p[0], mask);
                            b.binary(shift, v, count)
                        } else {
                            let v = b.binary(shift, p[0], count);
                            b.binary(BinaryOp::And, v, mask)
                        };
                        b.ret(&[v]);
                    });
                    for _ in 0..3 {
                        suite.call(f, &[rng.word()]);
                    }
                }
            }
        }
    }
    for left in [1, 8, 16, 24, 31] {
        for right in [1, 8, 16, 24, 31] {
            for op in [BinaryOp::ShrU, BinaryOp::ShrS] {
                let f = suite.function(format!("shl{left}_{op}{right}"), 1, 1, |b, p| {
                    let (left, right) = (b.iconst(left), b.iconst(right));
                    let v = b.binary(BinaryOp::Shl, p[0], left);
                    let v = b.binary(op, v, right);
                    b.ret(&[v]);
                });
                for _ in 0..3 {
                    suite.call(f, &[rng.word()]);
                }
            }
        }
    }
    suite.run_on_two();
}

#[test]
fn wide() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(4);
    for &op in WideOp::ALL {
        let count = op.arity();
        let plain = suite.function(format!("{op}"), count, 1, |b, p| {
            let v = b.wide(op, p);
            b.ret(&[v]);
        });
        for _ in 0..200 {
            let args = some_words(&mut rng, count);
            suite.call(plain, &args);
        }
        if count < 4 {
            for amount in
                (0..64).step_by(64 / count).flat_map(|n| [n, n + 1]).chain([0, 1, 31, 32, 33, 63])
            {
                let mut args = some_words(&mut rng, count);
                args[count - 1] = amount as u32;
                suite.call(plain, &args);
            }
        }
        for place in 0..count {
            for &c in SPECIAL {
                let f = suite.function(format!("{op}_{place}_{c:x}"), count, 1, |b, p| {
                    let mut args = p.to_vec();
                    args[place] = b.iconst(c as i32);
                    let v = b.wide(op, &args);
                    b.ret(&[v]);
                });
                for _ in 0..4 {
                    let args = some_words(&mut rng, count);
                    suite.call(f, &args);
                }
            }
        }
    }
    suite.run_on_two();
}

/// Both halves of a doubleword operator, which the selector pairs.
#[test]
fn doublewords() {
    type Halves = fn(&mut Builder<'_>, &[Value]) -> [Value; 2];
    let add: Halves = |b, p| {
        [b.binary(BinaryOp::Add, p[0], p[2]), b.wide(WideOp::AddHi, &[p[0], p[1], p[2], p[3]])]
    };
    let sub: Halves = |b, p| {
        [b.binary(BinaryOp::Sub, p[0], p[2]), b.wide(WideOp::SubHi, &[p[0], p[1], p[2], p[3]])]
    };
    let high_first: Halves = |b, p| {
        let high = b.wide(WideOp::SubHi, &[p[0], p[1], p[2], p[3]]);
        [b.binary(BinaryOp::Sub, p[0], p[2]), high]
    };
    let umul: Halves =
        |b, p| [b.binary(BinaryOp::Mul, p[0], p[2]), b.binary(BinaryOp::UmulHi, p[0], p[2])];
    let smul: Halves =
        |b, p| [b.binary(BinaryOp::Mul, p[0], p[2]), b.binary(BinaryOp::SmulHi, p[0], p[2])];
    let mul: Halves = |b, p| {
        let high = b.binary(BinaryOp::UmulHi, p[0], p[2]);
        let cross = b.binary(BinaryOp::Mul, p[0], p[3]);
        let high = b.binary(BinaryOp::Add, high, cross);
        let cross = b.binary(BinaryOp::Mul, p[1], p[2]);
        [b.binary(BinaryOp::Mul, p[0], p[2]), b.binary(BinaryOp::Add, high, cross)]
    };
    let shl: Halves =
        |b, p| [b.wide(WideOp::Shl64Lo, &[p[0], p[2]]), b.wide(WideOp::Shl64Hi, &p[..3])];
    let shr: Halves =
        |b, p| [b.wide(WideOp::ShrU64Lo, &p[..3]), b.wide(WideOp::ShrU64Hi, &p[1..3])];
    let sar: Halves =
        |b, p| [b.wide(WideOp::ShrS64Lo, &p[..3]), b.wide(WideOp::ShrS64Hi, &p[1..3])];
    let rotl: Halves = |b, p| {
        [b.wide(WideOp::Rotl64, &[p[0], p[1], p[2]]), b.wide(WideOp::Rotl64, &[p[1], p[0], p[2]])]
    };
    let all: [(&str, Halves); 10] = [
        ("add", add),
        ("sub", sub),
        ("sub_high_first", high_first),
        ("umul", umul),
        ("smul", smul),
        ("mul", mul),
        ("shl", shl),
        ("shr", shr),
        ("sar", sar),
        ("rotl", rotl),
    ];
    let mut suite = Suite::new();
    let mut rng = Rng::new(5);
    for (name, halves) in all {
        let plain = suite.function(name, 4, 2, |b, p| {
            let v = halves(b, p);
            b.ret(&v);
        });
        for _ in 0..150 {
            let args = some_words(&mut rng, 4);
            suite.call(plain, &args);
        }
        for amount in 0..66 {
            let args = [rng.word(), rng.word(), amount, rng.word()];
            suite.call(plain, &args);
        }
        for &c in SPECIAL {
            for extended in [c, (c as i32 >> 31) as u32] {
                let f = suite.function(format!("{name}_{c:x}_{extended:x}"), 2, 2, |b, p| {
                    let (low, high) = (b.iconst(c as i32), b.iconst(extended as i32));
                    let v = halves(b, &[p[0], p[1], low, high]);
                    b.ret(&v);
                });
                let g = suite.function(format!("{c:x}_{extended:x}_{name}"), 2, 2, |b, p| {
                    let (low, high) = (b.iconst(c as i32), b.iconst(extended as i32));
                    let v = halves(b, &[low, high, p[0], p[1]]);
                    b.ret(&v);
                });
                for _ in 0..3 {
                    let args = some_words(&mut rng, 2);
                    suite.call(f, &args);
                    suite.call(g, &args);
                }
            }
        }
    }
    suite.run_on_two();
}

/// The five uses of a condition: its value, a branch, a select, a trap, and
/// the branch on its opposite.
fn uses_of_condition(
    suite: &mut Suite,
    name: &str,
    params: usize,
    condition: impl Fn(&mut Builder<'_>, &[Value]) -> Value,
) -> Vec<synth_ir::SymbolId> {
    let value = suite.function(format!("{name}_value"), params, 1, |b, p| {
        let v = condition(b, p);
        b.ret(&[v]);
    });
    let branch = |inverted: bool| {
        let condition = &condition;
        move |b: &mut Builder<'_>, p: &[Value]| {
            let v = condition(b, p);
            let (then, other) = (b.func.add_block(), b.func.add_block());
            let (then, other) = if inverted { (other, then) } else { (then, other) };
            b.branch(v, BlockCall::new(then, []), BlockCall::new(other, []));
            for (block, number) in [(then, 11), (other, 22)] {
                b.switch_to(block);
                let number = b.iconst(number);
                b.ret(&[number]);
            }
        }
    };
    let straight = suite.function(format!("{name}_branch"), params, 1, branch(false));
    let inverted = suite.function(format!("{name}_inverted"), params, 1, branch(true));
    let select = suite.function(format!("{name}_select"), params, 1, |b, p| {
        let v = condition(b, p);
        let c = b.iconst(5);
        let v = b.select(v, p[0], c);
        b.ret(&[v]);
    });
    let trap = suite.function(format!("{name}_trap"), params, 1, |b, p| {
        let v = condition(b, p);
        b.trap_if(v, TrapCode::IntegerOverflow);
        b.ret(&[p[0]]);
    });
    vec![value, straight, inverted, select, trap]
}

#[test]
fn compare() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(6);
    for &cond in Cond::ALL {
        let name = format!("cmp_{cond}");
        let plain = uses_of_condition(&mut suite, &name, 2, |b, p| b.compare(cond, p[0], p[1]));
        for f in plain {
            for _ in 0..20 {
                let args = some_words(&mut rng, 2);
                suite.call(f, &args);
                suite.call(f, &[args[0], args[0]]);
            }
        }
        for &c in SPECIAL.iter().step_by(2).chain([&0, &1, &0xff, &0x8000_0000, &0xffff_ffff]) {
            let near = [c, c.wrapping_add(1), c.wrapping_sub(1), rng.word()];
            for (side, left) in [("left", true), ("right", false)] {
                let name = format!("cmp_{cond}_{side}_{c:x}");
                let all = uses_of_condition(&mut suite, &name, 1, |b, p| {
                    let c = b.iconst(c as i32);
                    if left { b.compare(cond, c, p[0]) } else { b.compare(cond, p[0], c) }
                });
                all.iter().for_each(|f| near.iter().for_each(|&a| suite.call(*f, &[a])));
            }
        }
    }
    suite.run_on_two();
}

/// Comparisons with 0 of what another instruction may have compared already.
#[test]
fn compare_of_results() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(7);
    let guards = |op: &BinaryOp| !op.needs_guard();
    for op in integer_operators().filter(guards) {
        for &cond in Cond::ALL {
            let name = format!("{op}_{cond}");
            let all = uses_of_condition(&mut suite, &name, 2, |b, p| {
                let v = b.binary(op, p[0], p[1]);
                let zero = b.iconst(0);
                b.compare(cond, v, zero)
            });
            for f in all {
                for _ in 0..2 {
                    let args = some_words(&mut rng, 2);
                    suite.call(f, &args);
                    suite.call(f, &[args[0], args[0]]);
                }
            }
        }
    }
    suite.run_on_two();
}

#[test]
fn compare_doublewords() {
    let mut suite = Suite::new();
    let mut rng = Rng::new(8);
    for &cond in Cond::ALL {
        let name = format!("cmp64_{cond}");
        let plain = uses_of_condition(&mut suite, &name, 4, |b, p| {
            b.compare64(cond, [p[0], p[1]], [p[2], p[3]])
        });
        for f in plain {
            for _ in 0..20 {
                let a = some_words(&mut rng, 4);
                for args in [&a[..], &[a[0], a[1], a[0], a[1]], &[a[0], a[1], a[2], a[1]]] {
                    suite.call(f, args);
                }
            }
        }
        for &c in SPECIAL.iter().step_by(9).chain([&0xffff_ffff]) {
            for high in [0, 0xffff_ffff, 0x8000_0000, c] {
                for left in [true, false] {
                    let name = format!("cmp64_{cond}_{c:x}_{high:x}_{left}");
                    let all = uses_of_condition(&mut suite, &name, 2, |b, p| {
                        let (p, c) = ([p[0], p[1]], [b.iconst(c as i32), b.iconst(high as i32)]);
                        if left { b.compare64(cond, c, p) } else { b.compare64(cond, p, c) }
                    });
                    let near = [c, c.wrapping_add(1), rng.word()];
                    for f in all {
                        near.iter().for_each(|&low| suite.call(f, &[low, high]));
                        suite.call(f, &[rng.word(), rng.word()]);
                    }
                }
            }
        }
    }
    suite.run_on_two();
}

#[test]
fn select_of_constants() {
    let mut suite = Suite::new();
    for (i, &a) in SPECIAL.iter().enumerate() {
        for &c in [0, 1, 0xffff_ffff, SPECIAL[(i * 7 + 3) % SPECIAL.len()]].iter() {
            let f = suite.function(format!("select_{a:x}_{c:x}"), 2, 1, |b, p| {
                let (a, c) = (b.iconst(a as i32), b.iconst(c as i32));
                let v = b.select(p[0], a, c);
                b.ret(&[v]);
            });
            let g = suite.function(format!("select_cmp_{a:x}_{c:x}"), 2, 1, |b, p| {
                let v = b.compare(Cond::ULt, p[0], p[1]);
                let a = b.iconst(a as i32);
                let v = b.select(v, p[1], a);
                let c = b.iconst(c as i32);
                let v = b.select(p[0], c, v);
                b.ret(&[v]);
            });
            for args in [[0, 0], [1, 0], [0, 1], [0x8000_0000, 7], [9, 0xffff_ffff]] {
                suite.call(f, &args);
                suite.call(g, &args);
            }
        }
    }
    suite.run_on_two();
}
