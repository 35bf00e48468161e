//! Atomic accesses that the CPU has no instruction for become calls of the
//! functions that C compilers call for them: `__atomic_load_8` and so on, of
//! libatomic. No Cortex-M has LDREXD, so these are all of 64 bits.
//!
//! A host without that library defines those that an object needs; images and
//! emulated cores have them from `runtime/int.ir`, with interrupts masked.

use std::collections::BTreeMap;

use synth_ir::{
    AbiType, AtomicOp, AtomicWidth, Function, Inst, InstData, LoadOp, Program, Region, Signature,
    SlotData, SourceLoc, StoreOp, SymbolId, Target, Value,
};

use crate::Change;
use crate::edit::{Replacements, undefined_function};

/// The memory order that they get: `__ATOMIC_SEQ_CST`.
const SEQ_CST: i32 = 5;

/// The function for an operator on doublewords, and its signature: pointer,
/// operands, memory orders. The expected value of an exchange is passed by its
/// address, and the old one comes back there.
fn routine(op: AtomicOp) -> (&'static str, Signature) {
    use AbiType::{I32, I64};
    let fetch = |name| (name, Signature::new([I32, I64, I32], [I64]));
    match op {
        AtomicOp::Load => ("__atomic_load_8", Signature::new([I32, I32], [I64])),
        AtomicOp::Store => ("__atomic_store_8", Signature::new([I32, I64, I32], [])),
        AtomicOp::Add => fetch("__atomic_fetch_add_8"),
        AtomicOp::Sub => fetch("__atomic_fetch_sub_8"),
        AtomicOp::And => fetch("__atomic_fetch_and_8"),
        AtomicOp::Or => fetch("__atomic_fetch_or_8"),
        AtomicOp::Xor => fetch("__atomic_fetch_xor_8"),
        AtomicOp::Exchange => fetch("__atomic_exchange_8"),
        AtomicOp::CompareExchange => {
            ("__atomic_compare_exchange_8", Signature::new([I32, I32, I64, I32, I32], [I32]))
        }
    }
}

/// Lowers the atomic accesses of a program.
pub fn run(program: &mut Program, target: &dyn Target) -> Change {
    let mut needed: BTreeMap<AtomicOp, Option<SymbolId>> = BTreeMap::new();
    for (_, func) in program.functions() {
        for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
            if let Some(op) = unsupported(&func.insts[inst], target) {
                needed.insert(op, None);
            }
        }
    }
    for (op, symbol) in &mut needed {
        *symbol = Some(undefined_function(program, routine(*op).0));
    }
    let changed = !needed.is_empty();
    if changed {
        for (_, func) in program.functions_mut() {
            lower(func, &needed, target);
        }
    }
    Change { changed, ..Change::default() }
}

fn unsupported(data: &InstData, target: &dyn Target) -> Option<AtomicOp> {
    match *data {
        InstData::Atomic { op, width: width @ AtomicWidth::I64, .. }
            if !target.has_atomic(width) =>
        {
            Some(op)
        }
        _ => None,
    }
}

fn lower(
    func: &mut Function,
    routines: &BTreeMap<AtomicOp, Option<SymbolId>>,
    target: &dyn Target,
) {
    let mut same = Replacements::default();
    for block in func.layout.clone() {
        let insts = std::mem::take(&mut func.blocks[block].insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            let symbol = unsupported(&func.insts[inst], target)
                .and_then(|op| routines.get(&op).copied().flatten());
            match symbol {
                Some(callee) => lower_inst(func, inst, callee, &mut out, &mut same),
                None => out.push(inst),
            }
        }
        func.blocks[block].insts = out;
    }
    same.apply(func);
}

fn lower_inst(
    func: &mut Function,
    inst: Inst,
    callee: SymbolId,
    out: &mut Vec<Inst>,
    same: &mut Replacements,
) {
    let InstData::Atomic { op, addr, args, offset, .. } = func.insts[inst].clone() else { return };
    let mut code = Code { func, loc: SourceLoc::default(), out };
    code.loc = code.func.locs[inst];
    let mut pointer = addr;
    if offset != 0 {
        let offset = code.value(InstData::Const(offset));
        let args = [addr, offset];
        pointer = code.value(InstData::Binary { op: synth_ir::BinaryOp::Add, args });
    }
    let order = code.value(InstData::Const(SEQ_CST));
    let (_, signature) = routine(op);
    let sig = code.func.add_sig(signature);
    let old = match (op, &args[..]) {
        (AtomicOp::CompareExchange, &[lo, hi, new_lo, new_hi]) => {
            let slot = code.func.slots.push(SlotData { size: 8, align: 8 });
            let place = code.value(InstData::SlotAddr { slot, offset: 0 });
            code.store(place, lo, 0);
            code.store(place, hi, 4);
            let args = vec![pointer, place, new_lo, new_hi, order, order];
            code.inst(InstData::Call { callee, sig, args });
            vec![code.load(place, 0), code.load(place, 4)]
        }
        _ => {
            let args = [&[pointer], &args[..], &[order]].concat();
            code.inst(InstData::Call { callee, sig, args })
        }
    };
    for (value, by) in func.results[inst].clone().into_iter().zip(old) {
        same.replace(value, by);
    }
}

/// Appends instructions to a list.
struct Code<'a> {
    func: &'a mut Function,
    loc: SourceLoc,
    out: &'a mut Vec<Inst>,
}

impl Code<'_> {
    fn inst(&mut self, data: InstData) -> Vec<Value> {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.results[inst].to_vec()
    }

    fn value(&mut self, data: InstData) -> Value {
        self.inst(data)[0]
    }

    fn store(&mut self, addr: Value, value: Value, offset: i32) {
        let (op, region) = (StoreOp::I32, Region::Stack);
        self.inst(InstData::Store { op, addr, value, offset, region });
    }

    fn load(&mut self, addr: Value, offset: i32) -> Value {
        self.value(InstData::Load { op: LoadOp::I32, addr, offset, region: Region::Stack })
    }
}
