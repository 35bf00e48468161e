//! Large and degenerate functions through the whole pipeline: nothing may
//! recurse deeply or take quadratic time. Each shape is run at a size and at
//! four times that size, and must not take much more than four times as long.

mod common;

use std::time::{Duration, Instant};

use synth_ir::{
    BinaryOp, Block, BlockCall, Builder, Cond, Definition, Function, InstData, Linkage, Program,
    Signature, TrapCode, Type, Value, verify,
};
use synth_opt::{Level, run_pipeline};

/// Blocks to be filled, after the entry, which jumps to the first one.
fn blocks(func: &mut Function, count: usize) -> Vec<Block> {
    (0..count).map(|_| func.add_block()).collect()
}

fn straight_line(func: &mut Function, entry: Block, x: Value, n: usize) {
    let mut b = Builder::new(func, entry);
    let mut value = x;
    for i in 0..n {
        let c = b.iconst(i as i32 * 77 + 1);
        let bad = b.compare(Cond::Eq, c, value);
        b.trap_if(bad, TrapCode::IntegerOverflow);
        let op = [BinaryOp::Add, BinaryOp::Xor, BinaryOp::Mul, BinaryOp::Rotr][i % 4];
        let other = b.binary(op, value, c);
        value = b.binary(BinaryOp::Sub, other, x);
    }
    b.ret(&[value]);
}

/// A chain of blocks that each may leave to one exit, in reversed layout.
fn one_exit(func: &mut Function, entry: Block, x: Value, n: usize) {
    let chain = blocks(func, n);
    let exit = func.add_block();
    let result = func.add_param(exit, Type::I32);
    Builder::new(func, entry).jump(chain[0], &[]);
    for (i, &block) in chain.iter().enumerate() {
        let mut b = Builder::new(func, block);
        let value = b.unary(synth_ir::UnaryOp::Clz, x);
        let next = chain.get(i + 1).map_or(BlockCall::new(exit, [x]), |&b| BlockCall::new(b, []));
        b.branch(value, BlockCall::new(exit, [value]), next);
    }
    Builder::new(func, exit).ret(&[result]);
    func.layout[1..].reverse();
}

/// Blocks that only jump on, in both orders of the layout.
fn jumps(func: &mut Function, entry: Block, x: Value, n: usize) {
    let chain = blocks(func, n);
    let mut value = x;
    let mut from = entry;
    for (i, &block) in chain.iter().enumerate() {
        let mut b = Builder::new(func, from);
        if i % 3 == 0 {
            value = b.binary(BinaryOp::Add, value, x);
        }
        b.jump(block, &[value]);
        value = func.add_param(block, Type::I32);
        from = block;
    }
    Builder::new(func, from).ret(&[value]);
    func.layout[1..].reverse();
}

/// A switch whose cases all go to one block, with arguments, by way of others.
fn switch(func: &mut Function, entry: Block, x: Value, n: usize) {
    let arms = blocks(func, n);
    let join = func.add_block();
    let result = func.add_param(join, Type::I32);
    let mut targets: Vec<_> = arms.iter().map(|&b| BlockCall::new(b, [])).collect();
    for i in 0..n {
        targets.push(BlockCall::new(if i % 2 == 0 { join } else { arms[0] }, vec![x; 1 - i % 2]));
    }
    let default = BlockCall::new(join, [x]);
    Builder::new(func, entry).inst(InstData::Switch { index: x, targets, default });
    for (i, &arm) in arms.iter().enumerate() {
        let mut b = Builder::new(func, arm);
        let c = b.iconst(i as i32);
        b.jump(join, &[c]);
    }
    Builder::new(func, join).ret(&[result]);
}

/// Loops, each inside the one before.
fn nested_loops(func: &mut Function, entry: Block, x: Value, n: usize) {
    let (headers, latches) = (blocks(func, n), blocks(func, n));
    let exit = func.add_block();
    Builder::new(func, entry).jump(headers[0], &[x]);
    for (i, &header) in headers.iter().enumerate() {
        let param = func.add_param(header, Type::I32);
        let latch = latches[i];
        let mut b = Builder::new(func, header);
        let value = b.binary(BinaryOp::Xor, param, x);
        match headers.get(i + 1) {
            Some(&inner) => b.jump(inner, &[value]),
            None => b.jump(latch, &[value]),
        }
        let param = func.add_param(latch, Type::I32);
        let out =
            if i == 0 { BlockCall::new(exit, []) } else { BlockCall::new(latches[i - 1], [param]) };
        Builder::new(func, latch).branch(param, BlockCall::new(header, [param]), out);
    }
    Builder::new(func, exit).ret(&[x]);
}

/// One loop that carries many values, most of them needlessly.
fn many_params(func: &mut Function, entry: Block, x: Value, n: usize) {
    let (header, exit) = (func.add_block(), func.add_block());
    let params: Vec<Value> = (0..n).map(|_| func.add_param(header, Type::I32)).collect();
    let mut b = Builder::new(func, entry);
    let args: Vec<Value> = (0..n).map(|i| b.iconst(i as i32 % 7)).collect();
    b.jump(header, &args);
    b.switch_to(header);
    let next: Vec<Value> = (0..n)
        .map(|i| match i % 4 {
            0 => params[i],
            1 => b.binary(BinaryOp::Add, params[i], x),
            2 => b.iconst(i as i32 % 7),
            _ => params[(i + 4) % n],
        })
        .collect();
    b.branch(x, BlockCall::new(header, next.clone()), BlockCall::new(exit, []));
    b.switch_to(exit);
    b.ret(&[next[1]]);
}

type Shape = fn(&mut Function, Block, Value, usize);

fn time(shape: Shape, n: usize) -> Duration {
    let mut func =
        Function::new(Signature::new([synth_ir::AbiType::I32], [synth_ir::AbiType::I32]));
    let entry = func.add_block();
    let x = func.add_param(entry, Type::I32);
    shape(&mut func, entry, x, n);
    let mut program = Program::new();
    program.add("f", Linkage::Global, Definition::Function(Box::new(func)));
    assert_eq!(verify(&program), Ok(()));
    let before = program.clone();
    let start = Instant::now();
    run_pipeline(&mut program, Level::Os, &common::TestTarget, &mut ()).unwrap();
    let elapsed = start.elapsed();
    assert_eq!(verify(&program), Ok(()));
    common::check_same(&before, &program, 2);
    elapsed
}

#[test]
fn time_grows_linearly() {
    let shapes: [(&str, Shape); 6] = [
        ("straight_line", straight_line),
        ("one_exit", one_exit),
        ("jumps", jumps),
        ("switch", switch),
        ("nested_loops", nested_loops),
        ("many_params", many_params),
    ];
    for (name, shape) in shapes {
        // Quadratic time would be 16 times as long. Other processes may disturb.
        let linear = (0..3).any(|_| {
            let (small, large) = (time(shape, 3_000), time(shape, 12_000));
            eprintln!("{name}: {small:?}, four times as large: {large:?}");
            large < small * 10 + Duration::from_millis(300)
        });
        assert!(linear, "{name}");
    }
}
