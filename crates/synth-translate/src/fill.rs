//! The helpers that fill a row of table entries: no library has them, so each
//! program that uses one carries its body (COMDAT).

use synth_ir::{
    BinaryOp, BlockCall, Builder, Function, InstData, Region, Signature, StoreOp, Type,
};

/// Builds `(dest, count, words…)`: stores the words `count` times from `dest`
/// on. The count may be 0.
pub(crate) fn body(signature: Signature) -> Function {
    let types: Vec<Type> = signature.param_values().collect();
    let mut func = Function::new(signature);
    let (entry, body, exit) = (func.add_block(), func.add_block(), func.add_block());
    let params: Vec<_> = types.into_iter().map(|ty| func.add_param(entry, ty)).collect();
    let (dest, left) = (func.add_param(body, Type::I32), func.add_param(body, Type::I32));
    let (start, count, words) = (params[0], params[1], &params[2..]);

    let mut b = Builder::new(&mut func, entry);
    let leave = || BlockCall::new(exit, []);
    b.branch(count, BlockCall::new(body, [start, count]), leave());
    b.switch_to(body);
    for (offset, &word) in (0..).step_by(4).zip(words) {
        b.store(StoreOp::I32, dest, word, offset, Region::Table);
    }
    let size = b.iconst(4 * words.len() as i32);
    let next = b.binary(BinaryOp::Add, dest, size);
    let one = b.iconst(1);
    let rest = b.binary(BinaryOp::Sub, left, one);
    b.branch(rest, BlockCall::new(body, [next, rest]), leave());
    b.switch_to(exit);
    b.inst(InstData::Return(vec![]));
    func
}
