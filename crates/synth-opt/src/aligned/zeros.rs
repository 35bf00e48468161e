//! How many of the lowest bits of each value are certainly zero.
//!
//! The analysis is optimistic: parameters of blocks, and those of functions that only
//! this program calls, are taken for multiples of anything at first, and lowered by
//! what is passed to them until nothing changes. If that takes too long, nothing is
//! known.

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Definition, Function, Inst, InstData, Linkage, LoadOp, Program, Region, SymbolId,
    Value,
};

use crate::edit::find_named;
use crate::low_bits::{Multiples, multiples, named};

/// Times that a function is looked at, and all functions are.
const ROUNDS: usize = 8;
/// As many as a word has.
const ALL: u8 = 32;

/// By value, the number of low bits that are zero.
pub(super) type Zeros = SecondaryMap<Value, u8>;

/// What is known beyond functions.
pub(super) struct Facts {
    multiples: Multiples,
    /// By symbol of data, of its address.
    aligned: SecondaryMap<SymbolId, u8>,
    /// By function, of its parameters; empty where anybody may call it.
    params: SecondaryMap<SymbolId, Vec<u8>>,
}

impl Facts {
    /// None if it takes too long.
    pub(super) fn new(program: &Program) -> Option<Facts> {
        let mut facts = Facts {
            multiples: multiples(program),
            aligned: SecondaryMap::new(),
            params: SecondaryMap::new(),
        };
        for (id, symbol) in &program.symbols {
            let strong = matches!(symbol.linkage, Linkage::Local | Linkage::Global);
            if let (true, Definition::Data(data)) = (strong, &symbol.def) {
                facts.aligned[id] = data.align.max(1).trailing_zeros() as u8;
            }
        }
        let named = find_named(program);
        for (id, func) in program.functions().filter(|(id, _)| !named[*id]) {
            facts.params[id] = vec![ALL; func.blocks[func.entry()].params.len()];
        }
        // Functions whose parameters were lowered after they had been looked at.
        let mut waiting = SecondaryMap::with_default(true);
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (id, func) in program.functions() {
                if std::mem::replace(&mut waiting[id], false) {
                    let zeros = facts.solve(id, func)?;
                    changed |= facts.pass(func, &zeros, &mut waiting);
                }
            }
            if !changed {
                return Some(facts);
            }
        }
        None
    }

    /// What holds in a function.
    pub(super) fn of(&self, id: SymbolId, func: &Function) -> Zeros {
        self.solve(id, func).unwrap_or_default()
    }

    /// Lowers the parameters of callees by what a function passes. Says whether that
    /// changed any, and of which functions.
    fn pass(
        &mut self,
        func: &Function,
        zeros: &Zeros,
        of: &mut SecondaryMap<SymbolId, bool>,
    ) -> bool {
        let mut changed = false;
        for inst in insts(func) {
            let (InstData::Call { callee, args, .. } | InstData::TailCall { callee, args, .. }) =
                &func.insts[inst]
            else {
                continue;
            };
            for (param, &arg) in self.params[*callee].iter_mut().zip(args) {
                let lowered = lower(param, zeros[arg]);
                of[*callee] |= lowered;
                changed |= lowered;
            }
        }
        changed
    }

    fn solve(&self, id: SymbolId, func: &Function) -> Option<Zeros> {
        let cfg = Cfg::new(func);
        let mut zeros = Zeros::new();
        zeros.resize(func.values.len());
        for &block in cfg.reverse_postorder() {
            func.blocks[block].params.iter().for_each(|&param| zeros[param] = ALL);
        }
        for (at, &param) in func.blocks[func.entry()].params.iter().enumerate() {
            zeros[param] = self.params[id].get(at).copied().unwrap_or(0);
        }
        for _ in 0..ROUNDS {
            let mut changed = false;
            for &block in cfg.reverse_postorder() {
                for &inst in &func.blocks[block].insts {
                    let data = &func.insts[inst];
                    if let [result] = func.results[inst][..] {
                        zeros[result] = self.result(func, data, &zeros);
                    }
                    data.for_each_successor(|call| {
                        let params = &func.blocks[call.block].params;
                        for (&param, &arg) in params.iter().zip(&call.args) {
                            let arg = zeros[arg];
                            changed |= lower(&mut zeros[param], arg);
                        }
                    });
                }
            }
            if !changed {
                return Some(zeros);
            }
        }
        None
    }

    /// What is known of the result of an instruction.
    fn result(&self, func: &Function, data: &InstData, zeros: &Zeros) -> u8 {
        let of_number = |number: i32| number.trailing_zeros() as u8;
        match *data {
            InstData::Const(number) => of_number(number),
            InstData::SymbolAddr { symbol, addend } => self.aligned[symbol].min(of_number(addend)),
            InstData::SlotAddr { slot, offset } => {
                let align = func.slots[slot].align.max(1);
                (align.trailing_zeros() as u8).min(of_number(offset))
            }
            InstData::Load { op: LoadOp::I32, addr, offset: 0, region: Region::Global } => {
                named(func, addr).map_or(0, |global| self.multiples[global].min(32) as u8)
            }
            InstData::Binary { op, args: [a, b] } => {
                let (x, y) = (zeros[a], zeros[b]);
                match op {
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Or | BinaryOp::Xor => x.min(y),
                    BinaryOp::And => x.max(y),
                    BinaryOp::Mul => (x + y).min(ALL),
                    BinaryOp::Shl => {
                        let count = func.as_const(b).map_or(0, |count| count as u8 & 31);
                        (x + count).min(ALL)
                    }
                    _ => 0,
                }
            }
            InstData::Select { args: [a, b], .. } => zeros[a].min(zeros[b]),
            _ => 0,
        }
    }
}

/// Lowers what is known; whether it was more.
fn lower(known: &mut u8, to: u8) -> bool {
    let lower = to < *known;
    *known = to.min(*known);
    lower
}

fn insts(func: &Function) -> impl Iterator<Item = Inst> + '_ {
    func.layout.iter().flat_map(|&block| func.blocks[block].insts.iter().copied())
}
