//! Calls, the function's own parameters and results: the places that
//! [`crate::abi`] assigns, as fixed registers, stack words and result memory.

use synth_ir::{Inst, Sig, SymbolId, Value};

use super::Lower;
use crate::abi::{self, Place, Results};
use crate::mach::{Callee, FrameSlot, Located, MInst, Mode, Width};

fn word(offset: u32) -> i32 {
    i32::try_from(offset).unwrap_or(i32::MAX)
}

impl Lower<'_> {
    /// Makes the function's parameters: at the very start of the entry block.
    /// Called last, when it is known which are needed.
    pub(super) fn lower_entry(&mut self) {
        let func = self.func;
        let mut in_registers = Vec::new();
        let places = self.places.params.clone();
        for (&value, place) in func.blocks[func.entry()].params.iter().zip(places) {
            let Some(rd) = self.regs[value] else { continue };
            match place {
                Place::Reg(at) => in_registers.push((rd, at)),
                Place::Stack(offset) => {
                    let mode = Mode::Incoming(offset);
                    self.emit(MInst::Load { width: Width::Word, rd, mode });
                }
            }
        }
        if let Some(pointer) = self.result_pointer {
            in_registers.push((pointer, 0));
        }
        self.flush_sequence();
        let loc = self.loc;
        self.reversed.push(Located { inst: MInst::Args(in_registers), loc });
    }

    pub(super) fn lower_return(&mut self, values: &[Value]) {
        match self.places.results.clone() {
            Results::Regs(at) => {
                let list = values.iter().zip(at).map(|(&v, at)| (self.put_value(v), at)).collect();
                self.emit(MInst::Ret(list));
            }
            Results::Memory { offsets, .. } => {
                let pointer = match self.result_pointer {
                    Some(reg) => reg,
                    None => self.out.new_reg(),
                };
                self.result_pointer = Some(pointer);
                for (&value, offset) in values.iter().zip(offsets) {
                    let rt = self.put_value(value);
                    let mode = Mode::Offset(pointer, word(offset));
                    self.emit(MInst::Store { width: Width::Word, rt, mode });
                }
                self.emit(MInst::Ret(vec![]));
            }
        }
    }

    /// A call of a symbol or of an address.
    pub(super) fn lower_call(
        &mut self,
        inst: Inst,
        symbol: Option<SymbolId>,
        target: Option<Value>,
        sig: Sig,
        args: &[Value],
    ) {
        self.finish_constants();
        self.out.calls = true;
        let places = abi::assign(&self.func.sigs[sig]);
        self.out.outgoing = self.out.outgoing.max(places.stack);
        let mut uses = Vec::new();
        let mut stores = Vec::new();
        for (&value, &place) in args.iter().zip(&places.params) {
            let reg = self.put_value(value);
            match place {
                Place::Reg(at) => uses.push((reg, at)),
                Place::Stack(offset) => stores.push((reg, offset)),
            }
        }
        let callee = match (symbol, target) {
            (Some(symbol), _) => Callee::Symbol(symbol),
            (None, Some(target)) => Callee::Reg(self.put_value(target)),
            (None, None) => return,
        };
        for (rt, offset) in stores {
            self.emit(MInst::Store { width: Width::Word, rt, mode: Mode::Outgoing(offset) });
        }
        let results = self.func.results[inst].clone();
        match places.results {
            Results::Regs(at) => {
                let defs = results.iter().zip(at).map(|(&v, at)| (self.put_value(v), at)).collect();
                self.emit(MInst::Call { callee, uses, defs });
            }
            Results::Memory { size, offsets } => {
                let slot = self.out.new_slot(size, 8);
                let pointer = self.out.new_reg();
                self.emit(MInst::SlotAddr { rd: pointer, slot, offset: 0 });
                uses.push((pointer, 0));
                self.emit(MInst::Call { callee, uses, defs: vec![] });
                for (&value, offset) in results.iter().zip(offsets) {
                    self.load_result(value, slot, offset);
                }
            }
        }
    }

    fn load_result(&mut self, value: Value, slot: FrameSlot, offset: u32) {
        if let Some(rd) = self.regs[value] {
            let mode = Mode::Slot(slot, word(offset));
            self.emit(MInst::Load { width: Width::Word, rd, mode });
        }
    }
}
