//! Rules of simplification, each pair of operators with constants from a list
//! that has the ends of all ranges: run in the interpreter before and after.

mod common;

use synth_ir::{
    AbiType, BinaryOp, Builder, Cond, Definition, Function, Linkage, Program, Signature, Type,
    UnaryOp, Value,
};
use synth_opt::{Context, find_stage};

use BinaryOp::{Add, And, Mul, Or, Rotr, Shl, ShrS, ShrU, SmulHi, Sub, UmulHi, Xor};

const OPERATORS: [BinaryOp; 12] =
    [Add, Sub, Mul, UmulHi, SmulHi, And, Or, Xor, Shl, ShrU, ShrS, Rotr];

const CONSTANTS: [i32; 16] =
    [0, 1, -1, 2, 8, 16, 24, 31, 32, -9, 0xff, 0xff00, 0xffff, -0x1_0000, i32::MIN, i32::MAX];

/// What stands outside.
#[derive(Clone, Copy, Debug)]
enum Outer {
    Binary(BinaryOp),
    Compare(Cond),
    Unary(UnaryOp),
}

impl Outer {
    fn build(self, b: &mut Builder<'_>, x: Value, y: Value) -> Value {
        match self {
            Outer::Binary(op) => b.binary(op, x, y),
            Outer::Compare(cond) => b.compare(cond, x, y),
            Outer::Unary(op) => b.unary(op, x),
        }
    }
}

/// A function with a result for each pair of constants, in three shapes.
fn function(outer: Outer, inner: BinaryOp) -> Function {
    let shapes = 3;
    let results = vec![AbiType::I32; CONSTANTS.len() * CONSTANTS.len() * shapes];
    let mut func = Function::new(Signature::new(vec![AbiType::I32; 2], results));
    let entry = func.add_block();
    let [x, y] = [0; 2].map(|_| func.add_param(entry, Type::I32));
    let mut b = Builder::new(&mut func, entry);
    let mut values = vec![];
    for first in CONSTANTS {
        for second in CONSTANTS {
            let (c, d) = (b.iconst(first), b.iconst(second));
            let right = b.binary(inner, x, c);
            values.push(outer.build(&mut b, right, d));
            let left = b.binary(inner, c, x);
            values.push(outer.build(&mut b, d, left));
            // Two of the same value, or of two values.
            let other = if first == second { y } else { x };
            let other = b.binary(inner, other, d);
            values.push(outer.build(&mut b, right, other));
        }
    }
    b.ret(&values);
    func
}

#[test]
fn pairs_of_operators() {
    let cx = Context::new(&common::TestTarget);
    let simplify = find_stage("simplify").expect("a pass");
    let binary = OPERATORS.into_iter().map(Outer::Binary);
    let compare = Cond::ALL.iter().copied().map(Outer::Compare);
    let unary = [UnaryOp::Sext8, UnaryOp::Sext16, UnaryOp::Bswap, UnaryOp::Clz];
    let mut defined = 0;
    for outer in binary.chain(compare).chain(unary.map(Outer::Unary)) {
        for inner in OPERATORS {
            let mut before = Program::new();
            let definition = Definition::Function(Box::new(function(outer, inner)));
            before.add(format!("{outer:?} {inner}"), Linkage::Global, definition);
            let mut after = before.clone();
            simplify.run(&mut after, &cx).expect("simplified");
            defined += common::check_same(&before, &after, 12);
        }
    }
    assert!(defined > 3000, "{defined}");
}
