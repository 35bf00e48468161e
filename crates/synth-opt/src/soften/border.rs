//! Floats at the borders of functions: parameters, results, calls. Under the
//! base variant of AAPCS32 they become words. Under the hard-float variant they
//! stay floats; if their type has become words elsewhere in the function, they
//! are changed to words directly behind the border, and from words before it.

use smallvec::smallvec;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    AbiType, BinaryOp, Convention, Function, Inst, InstData, Signature, SourceLoc, Type, UnaryOp,
    Value, ValueData, ValueDef,
};

use super::words::Soft;

/// Which values stay floats although their type becomes words: those at
/// borders of the hard-float variant.
pub(super) type Pinned = SecondaryMap<Value, bool>;

/// Whether a value of that type crosses a border of the function as a float.
pub(super) fn crosses(func: &Function, ty: Type) -> bool {
    let floats = |signature: &Signature| {
        signature.convention == Convention::AapcsVfp
            && signature.param_values().chain(signature.result_values()).any(|t| t == ty)
    };
    floats(&func.signature) || func.sigs.values().any(floats)
}

/// Rewrites a function's signature, its returns and its calls. All functions
/// of a program must be rewritten together. Says whether there was a float.
pub(super) fn lower(func: &mut Function, soft: Soft) -> (bool, Pinned) {
    let mut changed = soften_signature(&mut func.signature);
    for signature in func.sigs.values_mut() {
        changed |= soften_signature(signature);
    }
    let loc = SourceLoc::default();
    let mut border = Border { func, soft, pinned: Pinned::new(), out: vec![], loc };
    if !changed {
        return (false, border.pinned);
    }
    for (i, block) in border.func.layout.clone().into_iter().enumerate() {
        let insts = std::mem::take(&mut border.func.blocks[block].insts);
        if i == 0 {
            let params = std::mem::take(&mut border.func.blocks[block].params);
            let vfp = border.func.signature.convention == Convention::AapcsVfp;
            let taken = border.take(params, vfp);
            for (number, &value) in taken.iter().enumerate() {
                border.func.values[value].def = ValueDef::Param(block, number as u32);
            }
            border.func.blocks[block].params = taken;
        }
        for inst in insts {
            border.inst(inst);
        }
        border.func.blocks[block].insts = std::mem::take(&mut border.out);
    }
    (true, border.pinned)
}

fn soften_signature(signature: &mut Signature) -> bool {
    if !signature.has_float() {
        return false;
    }
    match signature.convention {
        Convention::Aapcs => signature.convention = Convention::AapcsSoft,
        // Of a program that was softened before.
        Convention::AapcsSoft => return false,
        Convention::AapcsVfp => {}
        Convention::Internal | Convention::Helper => {
            for ty in signature.params.iter_mut().chain(&mut signature.results) {
                *ty = match *ty {
                    AbiType::I32 | AbiType::F32 => AbiType::I32,
                    AbiType::I64 | AbiType::F64 => AbiType::I64,
                };
            }
        }
    }
    true
}

struct Border<'f> {
    func: &'f mut Function,
    /// The types that become words in the function.
    soft: Soft,
    pinned: Pinned,
    out: Vec<Inst>,
    loc: SourceLoc,
}

impl Border<'_> {
    fn inst(&mut self, inst: Inst) {
        self.loc = self.func.locs[inst];
        let mut data = std::mem::replace(&mut self.func.insts[inst], InstData::Const(0));
        let callee = data.call_sig().map(|sig| self.func.sigs[sig].convention);
        let vfp = callee.unwrap_or(self.func.signature.convention) == Convention::AapcsVfp;
        if let InstData::Call { args, .. }
        | InstData::CallIndirect { args, .. }
        | InstData::TailCall { args, .. }
        | InstData::TailCallIndirect { args, .. }
        | InstData::Return(args) = &mut data
        {
            *args = self.give(args, vfp);
        }
        self.func.insts[inst] = data;
        self.out.push(inst);
        if callee.is_some() {
            let results = std::mem::take(&mut self.func.results[inst]);
            let taken = self.take(results.to_vec(), vfp);
            for (number, &value) in taken.iter().enumerate() {
                self.func.values[value].def = ValueDef::Result(inst, number as u32);
            }
            self.func.results[inst] = taken.into();
        }
    }

    fn add(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.result(inst)
    }

    /// What is passed for these values.
    fn give(&mut self, values: &[Value], vfp: bool) -> Vec<Value> {
        let mut given = vec![];
        for &value in values {
            let ty = self.func.values[value].ty;
            if ty == Type::I32 || (vfp && !self.soft.has(ty)) {
                given.push(value);
                continue;
            }
            let words = self.words_of(value);
            if vfp {
                let float = self.add(of_words(&words));
                self.pinned[float] = true;
                given.push(float);
            } else {
                given.extend(words);
            }
        }
        given
    }

    /// New values that arrive in the place of these, which are defined from
    /// them.
    fn take(&mut self, values: Vec<Value>, vfp: bool) -> Vec<Value> {
        let mut taken = vec![];
        for value in values {
            let ValueData { ty, def } = self.func.values[value];
            if ty == Type::I32 || (vfp && !self.soft.has(ty)) {
                taken.push(value);
                continue;
            }
            let words = if vfp {
                let float = self.func.values.push(ValueData { ty, def });
                self.pinned[float] = true;
                taken.push(float);
                self.words_of(float)
            } else {
                let count = if ty == Type::F32 { 1 } else { 2 };
                let mut word = || self.func.values.push(ValueData { ty: Type::I32, def });
                let words: Vec<Value> = (0..count).map(|_| word()).collect();
                taken.extend(&words);
                words
            };
            let inst = self.func.push_inst(of_words(&words));
            self.func.results[inst] = smallvec![value];
            self.func.values[value].def = ValueDef::Result(inst, 0);
            self.func.locs[inst] = self.loc;
            self.out.push(inst);
        }
        taken
    }

    /// The words of a float, computed here.
    fn words_of(&mut self, float: Value) -> Vec<Value> {
        let ops: &[UnaryOp] = match self.func.values[float].ty {
            Type::F64 => &[UnaryOp::F64Lo, UnaryOp::F64Hi],
            Type::F32 | Type::I32 => &[UnaryOp::F32Bits],
        };
        ops.iter().map(|&op| self.add(InstData::Unary { op, arg: float })).collect()
    }
}

/// The float with these words.
fn of_words(words: &[Value]) -> InstData {
    match *words {
        [lo, hi] => InstData::Binary { op: BinaryOp::F64FromBits, args: [lo, hi] },
        _ => InstData::Unary { op: UnaryOp::F32FromBits, arg: words[0] },
    }
}
