//! Turns float values into words: an f32 into an i32, an f64 into two i32,
//! low word first, but for those that cross a border as floats.

use smallvec::smallvec;
use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Function, Inst, InstData, LoadOp, SourceLoc, StoreOp, Type, UnaryOp, Value,
    ValueData, ValueDef,
};

use super::border::Pinned;

/// The types whose values become words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Soft {
    pub(super) f32: bool,
    pub(super) f64: bool,
}

impl Soft {
    pub(super) fn has(self, ty: Type) -> bool {
        match ty {
            Type::I32 => false,
            Type::F32 => self.f32,
            Type::F64 => self.f64,
        }
    }
}

/// Turns the values of these types into words, but for those that are pinned.
/// Says whether there were any.
pub(super) fn lower(func: &mut Function, soft: Soft, pinned: &Pinned) -> bool {
    if !func.values.iter().any(|(id, v)| soft.has(v.ty) && !pinned[id]) {
        return false;
    }
    let mut softener = Softener {
        words: SecondaryMap::new(),
        same_as: SecondaryMap::new(),
        out: vec![],
        loc: SourceLoc::default(),
        func,
    };
    softener.make_words(soft, pinned);
    softener.rewrite();
    softener.replace_uses();
    true
}

struct Softener<'f> {
    func: &'f mut Function,
    /// The low and high word of each f64 value.
    words: SecondaryMap<Value, Option<[Value; 2]>>,
    /// The value that stands for another, which is not defined any more.
    same_as: SecondaryMap<Value, Option<Value>>,
    /// The new instructions of the current block.
    out: Vec<Inst>,
    /// Source location of the current instruction.
    loc: SourceLoc,
}

impl Softener<'_> {
    /// Makes the words of all f64 values, not yet defined, so that uses can
    /// be rewritten before definitions; an f32 value becomes an i32.
    fn make_words(&mut self, soft: Soft, pinned: &Pinned) {
        for value in self.func.values.keys().collect::<Vec<_>>() {
            let ValueData { ty, def } = self.func.values[value];
            if !soft.has(ty) || pinned[value] {
                continue;
            }
            if ty == Type::F64 {
                let mut word = || self.func.values.push(ValueData { ty: Type::I32, def });
                self.words[value] = Some([word(), word()]);
            }
            self.func.values[value].ty = Type::I32;
        }
    }

    /// The words of a list of values, in order.
    fn flatten(&self, values: &[Value]) -> Vec<Value> {
        let mut flat = Vec::with_capacity(values.len());
        for &value in values {
            match self.words[value] {
                Some(words) => flat.extend(words),
                None => flat.push(value),
            }
        }
        flat
    }

    fn rewrite(&mut self) {
        // Definitions come before uses, so that no chain of `same_as` arises.
        let cfg = Cfg::new(self.func);
        for &block in cfg.reverse_postorder() {
            let params = self.flatten(&self.func.blocks[block].params);
            for (i, &param) in params.iter().enumerate() {
                self.func.values[param].def = ValueDef::Param(block, i as u32);
            }
            self.func.blocks[block].params = params;
            for inst in std::mem::take(&mut self.func.blocks[block].insts) {
                self.loc = self.func.locs[inst];
                self.rewrite_inst(inst);
            }
            self.func.blocks[block].insts = std::mem::take(&mut self.out);
        }
    }

    /// Appends an instruction that defines an existing value.
    fn define(&mut self, value: Value, data: InstData) {
        let inst = self.func.push_inst(data);
        self.func.results[inst] = smallvec![value];
        self.func.values[value].def = ValueDef::Result(inst, 0);
        self.place(inst);
    }

    fn place(&mut self, inst: Inst) {
        if self.loc != SourceLoc::default() {
            self.func.locs[inst] = self.loc;
        }
        self.out.push(inst);
    }

    fn rewrite_inst(&mut self, inst: Inst) {
        use InstData::*;
        let result = self.func.results[inst].first().copied();
        let pair = result.and_then(|v| self.words[v]);
        match (&self.func.insts[inst], result, pair) {
            (&F32Const(bits), Some(v), _) if self.is_word(v) => {
                self.func.insts[inst] = Const(bits as i32);
                self.place(inst);
            }
            (&F64Const(bits), _, Some([lo, hi])) => {
                self.define(lo, Const(bits as i32));
                self.define(hi, Const((bits >> 32) as i32));
            }
            (&Unary { op, arg }, Some(result), _) => self.rewrite_unary(inst, op, arg, result),
            (&Binary { op: BinaryOp::F64FromBits, args }, _, Some([lo, hi])) => {
                self.replace(lo, args[0]);
                self.replace(hi, args[1]);
            }
            (&Select { cond, args: [a, b] }, _, Some(words)) => {
                let (a, b) = (self.flatten(&[a]), self.flatten(&[b]));
                for i in 0..2 {
                    self.define(words[i], Select { cond, args: [a[i], b[i]] });
                }
            }
            (&Load { addr, offset, region, .. }, _, Some([lo, hi])) => {
                let load = |offset| Load { op: LoadOp::I32, addr, offset, region };
                self.define(lo, load(offset));
                self.define(hi, load(offset.wrapping_add(4)));
            }
            (&Store { op: StoreOp::F64, addr, value, offset, region }, ..)
                if self.words[value].is_some() =>
            {
                let words = self.flatten(&[value]);
                for (word, offset) in words.into_iter().zip([offset, offset.wrapping_add(4)]) {
                    let data = Store { op: StoreOp::I32, addr, value: word, offset, region };
                    let inst = self.func.push_inst(data);
                    self.place(inst);
                }
            }
            _ => self.rewrite_in_place(inst),
        }
    }

    /// Whether a value is a word, perhaps one that was a float.
    fn is_word(&self, value: Value) -> bool {
        self.func.values[value].ty == Type::I32
    }

    fn replace(&mut self, value: Value, by: Value) {
        self.same_as[value] = Some(self.same_as[by].unwrap_or(by));
    }

    /// Changes between floats and bits vanish.
    fn rewrite_unary(&mut self, inst: Inst, op: UnaryOp, arg: Value, result: Value) {
        match (op, self.words[arg]) {
            (UnaryOp::F32Bits, _) if self.is_word(arg) => self.replace(result, arg),
            (UnaryOp::F32FromBits, _) if self.is_word(result) => self.replace(result, arg),
            (UnaryOp::F64Lo, Some(words)) => self.replace(result, words[0]),
            (UnaryOp::F64Hi, Some(words)) => self.replace(result, words[1]),
            _ => self.place(inst),
        }
    }

    /// Branches, and accesses of f32.
    fn rewrite_in_place(&mut self, inst: Inst) {
        let mut data = std::mem::replace(&mut self.func.insts[inst], InstData::Const(0));
        let word_result = self.func.results[inst].first().is_some_and(|&v| self.is_word(v));
        match &mut data {
            InstData::Load { op: op @ LoadOp::F32, .. } if word_result => *op = LoadOp::I32,
            InstData::Store { op: op @ StoreOp::F32, value, .. } if self.is_word(*value) => {
                *op = StoreOp::I32;
            }
            data => {
                for call in data.successors_mut() {
                    call.args = self.flatten(&call.args);
                }
            }
        }
        self.func.insts[inst] = data;
        self.place(inst);
    }

    fn replace_uses(&mut self) {
        let same_as = &self.same_as;
        for &block in &self.func.layout {
            for &inst in &self.func.blocks[block].insts {
                self.func.insts[inst].map_args(|v| same_as[v].unwrap_or(v));
            }
        }
    }
}
