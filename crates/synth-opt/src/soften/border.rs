//! Floats at the borders of functions as words: parameters, results, calls.

use synth_ir::{
    AbiType, BinaryOp, Function, Inst, InstData, Signature, SourceLoc, Type, UnaryOp, Value,
    ValueData, ValueDef,
};

/// Rewrites a function's signature, its returns and its calls. All functions
/// of a program must be rewritten together. Says whether there was a float.
pub(super) fn lower(func: &mut Function) -> bool {
    let own = soften_signature(&mut func.signature);
    let mut changed = own;
    for signature in func.sigs.values_mut() {
        changed |= soften_signature(signature);
    }
    if !changed {
        return false;
    }
    let mut border = Border { func, out: vec![], loc: SourceLoc::default() };
    for (i, block) in border.func.layout.clone().into_iter().enumerate() {
        let insts = std::mem::take(&mut border.func.blocks[block].insts);
        if i == 0 {
            let params = std::mem::take(&mut border.func.blocks[block].params);
            let words = border.take_words(params);
            for (number, &word) in words.iter().enumerate() {
                border.func.values[word].def = ValueDef::Param(block, number as u32);
            }
            border.func.blocks[block].params = words;
        }
        for inst in insts {
            border.inst(inst);
        }
        border.func.blocks[block].insts = std::mem::take(&mut border.out);
    }
    true
}

fn soften_signature(signature: &mut Signature) -> bool {
    let mut changed = false;
    for ty in signature.params.iter_mut().chain(&mut signature.results) {
        changed |= matches!(ty, AbiType::F32 | AbiType::F64);
        *ty = match *ty {
            AbiType::I32 | AbiType::F32 => AbiType::I32,
            AbiType::I64 | AbiType::F64 => AbiType::I64,
        };
    }
    changed
}

struct Border<'f> {
    func: &'f mut Function,
    out: Vec<Inst>,
    loc: SourceLoc,
}

impl Border<'_> {
    fn inst(&mut self, inst: Inst) {
        self.loc = self.func.locs[inst];
        let mut data = std::mem::replace(&mut self.func.insts[inst], InstData::Const(0));
        let is_call = matches!(data, InstData::Call { .. } | InstData::CallIndirect { .. });
        if let InstData::Call { args, .. }
        | InstData::CallIndirect { args, .. }
        | InstData::Return(args) = &mut data
        {
            *args = self.give_words(args);
        }
        self.func.insts[inst] = data;
        self.out.push(inst);
        if is_call {
            let results = std::mem::take(&mut self.func.results[inst]);
            let words = self.take_words(results);
            for (number, &word) in words.iter().enumerate() {
                self.func.values[word].def = ValueDef::Result(inst, number as u32);
            }
            self.func.results[inst] = words;
        }
    }

    fn add(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.result(inst)
    }

    /// The words that are passed for these values.
    fn give_words(&mut self, values: &[Value]) -> Vec<Value> {
        let mut words = vec![];
        for &value in values {
            let ops: &[UnaryOp] = match self.func.values[value].ty {
                Type::I32 => {
                    words.push(value);
                    continue;
                }
                Type::F32 => &[UnaryOp::F32Bits],
                Type::F64 => &[UnaryOp::F64Lo, UnaryOp::F64Hi],
            };
            words.extend(ops.iter().map(|&op| self.add(InstData::Unary { op, arg: value })));
        }
        words
    }

    /// New words that arrive in the place of these values, which are defined
    /// from them.
    fn take_words(&mut self, values: Vec<Value>) -> Vec<Value> {
        let mut words = vec![];
        for value in values {
            let ValueData { ty, def } = self.func.values[value];
            let mut word = || self.func.values.push(ValueData { ty: Type::I32, def });
            let data = match ty {
                Type::I32 => {
                    words.push(value);
                    continue;
                }
                Type::F32 => {
                    words.push(word());
                    InstData::Unary { op: UnaryOp::F32FromBits, arg: words[words.len() - 1] }
                }
                Type::F64 => {
                    words.extend([word(), word()]);
                    let args = [words[words.len() - 2], words[words.len() - 1]];
                    InstData::Binary { op: BinaryOp::F64FromBits, args }
                }
            };
            let inst = self.func.insts.push(data);
            self.func.results[inst] = vec![value];
            self.func.values[value].def = ValueDef::Result(inst, 0);
            self.func.locs[inst] = self.loc;
            self.out.push(inst);
        }
        words
    }
}
