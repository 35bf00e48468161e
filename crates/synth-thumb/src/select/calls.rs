//! Calls, the function's own parameters and results: the places that
//! [`crate::abi`] assigns, as fixed registers, stack words and result memory.
//!
//! In a function whose float registers are doubles, two singles may travel in
//! the halves of one: they are packed before a call and unpacked behind it.

use std::collections::BTreeMap;

use synth_ir::{Inst, Sig, SymbolId, Type, Value};

use super::Lower;
use crate::abi::{self, Place, Results};
use crate::compile::CompileError;
use crate::mach::{
    Callee, FInst, FloatUnit, FrameSlot, Located, MInst, Mode, Reg, TailCallee, Width,
};
use crate::tail_call::TailArea;

fn word(offset: u32) -> i32 {
    i32::try_from(offset).unwrap_or(i32::MAX)
}

/// Registers that stand in machine registers at a border.
#[derive(Default)]
struct Fixed {
    /// The register and the machine register's number in its class.
    list: Vec<(Reg, u8)>,
    /// By D register, the singles in its halves.
    halves: BTreeMap<u8, [Option<Reg>; 2]>,
}

impl Fixed {
    fn add(&mut self, unit: FloatUnit, reg: Reg, place: Place) {
        match (place, unit) {
            (Place::Reg(at) | Place::Double(at), _) | (Place::Single(at), FloatUnit::Single) => {
                self.list.push((reg, at));
            }
            (Place::Single(at), FloatUnit::Double) => {
                self.halves.entry(at / 2).or_default()[usize::from(at % 2)] = Some(reg);
            }
            (Place::Stack(_), _) => {}
        }
    }
}

impl Lower<'_> {
    /// Makes the function's parameters: at the very start of the entry block.
    /// Called last, when it is known which are needed.
    pub(super) fn lower_entry(&mut self) {
        let func = self.func;
        let mut fixed = Fixed::default();
        let places = self.places.params.clone();
        for (&value, place) in func.blocks[func.entry()].params.iter().zip(places) {
            let Some(rd) = self.regs[value] else { continue };
            match place {
                Place::Stack(offset) => self.load_word(value, rd, Mode::Incoming(offset)),
                place => fixed.add(self.out.float_unit, rd, place),
            }
        }
        if let Some(pointer) = self.result_pointer {
            fixed.list.push((pointer, 0));
        }
        let in_registers = self.unpack(fixed);
        self.flush_sequence();
        let loc = self.loc;
        self.reversed.push(Located::new(MInst::Args(in_registers), loc));
    }

    pub(super) fn lower_return(&mut self, values: &[Value]) {
        match self.places.results.clone() {
            Results::Regs(places) => {
                let list = self.put_fixed(values, &places);
                self.emit(MInst::Ret(list));
            }
            Results::Memory { offsets, .. } => {
                let pointer = match self.result_pointer {
                    Some(reg) => reg,
                    None => self.out.new_reg(),
                };
                self.result_pointer = Some(pointer);
                for (&value, offset) in values.iter().zip(offsets) {
                    self.store_result(value, pointer, offset);
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
        let mut fixed = Fixed::default();
        let mut stores = Vec::new();
        for (&value, &place) in args.iter().zip(&places.params) {
            let reg = self.put_value(value);
            match place {
                Place::Stack(offset) => stores.push((value, reg, offset)),
                place => fixed.add(self.out.float_unit, reg, place),
            }
        }
        let callee = match (symbol, target) {
            (Some(symbol), _) => Callee::Symbol(symbol),
            (None, Some(target)) => Callee::Reg(self.put_value(target)),
            (None, None) => return,
        };
        for (value, rt, offset) in stores {
            self.store_word(value, rt, Mode::Outgoing(offset));
        }
        let mut uses = self.pack(fixed);
        let results = self.func.results[inst].clone();
        match places.results {
            Results::Regs(at) => {
                let mut fixed = Fixed::default();
                for (&value, place) in results.iter().zip(at) {
                    let reg = self.put_value(value);
                    fixed.add(self.out.float_unit, reg, place);
                }
                let call = self.sequence.len();
                let defs = self.unpack(fixed);
                self.sequence.insert(call, MInst::Call { callee, uses, defs });
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

    /// A tail call of a symbol or of an address. All incoming stack arguments
    /// were read at the entry, so those of the callee may be written.
    pub(super) fn lower_tail_call(
        &mut self,
        symbol: Option<SymbolId>,
        target: Option<Value>,
        sig: Sig,
        args: &[Value],
    ) -> Result<(), CompileError> {
        let places = abi::assign(&self.func.sigs[sig]);
        let own = self.places.stack;
        if places.stack > own {
            let area = TailArea::new(places.stack, own);
            let area = area.ok_or(CompileError::Frame(places.stack.into()))?;
            let larger = |old: &TailArea| old.size >= area.size;
            self.out.tail_area = self.out.tail_area.filter(larger).or(Some(area));
        }
        let mut fixed = Fixed::default();
        let mut stores = Vec::new();
        for (&value, &place) in args.iter().zip(&places.params) {
            let reg = self.put_value(value);
            match place {
                Place::Stack(offset) => stores.push((value, reg, offset)),
                place => fixed.add(self.out.float_unit, reg, place),
            }
        }
        let target = target.map(|target| self.put_value(target));
        for (value, rt, offset) in stores {
            self.store_word(value, rt, Mode::Incoming(offset));
        }
        let mut uses = self.pack(fixed);
        if matches!(places.results, Results::Memory { .. }) {
            let pointer = match self.result_pointer {
                Some(reg) => reg,
                None => self.out.new_reg(),
            };
            self.result_pointer = Some(pointer);
            uses.push((pointer, 0));
        }
        let is_used = |at: &u8| uses.iter().any(|(reg, used)| !reg.is_float() && used == at);
        let free = (0..4).rev().find(|at| !is_used(at));
        let callee = match (symbol, target) {
            (Some(symbol), _) => TailCallee::Symbol(symbol),
            (None, Some(target)) => TailCallee::Reg(target, free.unwrap_or(12)),
            (None, None) => return Ok(()),
        };
        self.emit(MInst::TailCall { callee, uses });
        Ok(())
    }

    /// Values in the registers that they have at a border.
    fn put_fixed(&mut self, values: &[Value], places: &[Place]) -> Vec<(Reg, u8)> {
        let mut fixed = Fixed::default();
        for (&value, &place) in values.iter().zip(places) {
            let reg = self.put_value(value);
            fixed.add(self.out.float_unit, reg, place);
        }
        self.pack(fixed)
    }

    /// Puts singles that share a D register together, before they are used.
    fn pack(&mut self, fixed: Fixed) -> Vec<(Reg, u8)> {
        let mut list = fixed.list;
        for (at, halves) in fixed.halves {
            let reg = match halves {
                [Some(lo), Some(hi)] => {
                    let fd = self.out.new_float();
                    self.emit(MInst::Float(FInst::Pack { fd, lo, hi }));
                    fd
                }
                // A high half comes never alone: singles fill from below.
                [Some(reg), None] | [None, Some(reg)] => reg,
                [None, None] => continue,
            };
            list.push((reg, at));
        }
        list
    }

    /// Takes singles that share a D register apart, after they are defined.
    fn unpack(&mut self, fixed: Fixed) -> Vec<(Reg, u8)> {
        let mut list = fixed.list;
        for (at, [lo, hi]) in fixed.halves {
            let both = lo.unwrap_or_else(|| self.out.new_float());
            if let Some(fd) = hi {
                self.emit(MInst::Float(FInst::High { fd, fm: both }));
            }
            list.push((both, at));
        }
        list
    }

    /// Reads a value from the frame.
    fn load_word(&mut self, value: Value, rd: Reg, mode: Mode) {
        self.emit(match self.func.values[value].ty {
            Type::I32 => MInst::Load { width: Width::Word, rd, mode },
            ty => MInst::Float(FInst::Load { double: ty == Type::F64, fd: rd, mode }),
        });
    }

    /// Writes a value to the frame.
    fn store_word(&mut self, value: Value, rt: Reg, mode: Mode) {
        self.emit(match self.func.values[value].ty {
            Type::I32 => MInst::Store { width: Width::Word, rt, mode },
            ty => MInst::Float(FInst::Store { double: ty == Type::F64, fm: rt, mode }),
        });
    }

    fn load_result(&mut self, value: Value, slot: FrameSlot, offset: u32) {
        if let Some(rd) = self.regs[value] {
            self.load_word(value, rd, Mode::Slot(slot, word(offset)));
        }
    }

    /// Writes a result to the memory of the caller.
    fn store_result(&mut self, value: Value, pointer: Reg, offset: u32) {
        let fm = self.put_value(value);
        let store = |lower: &mut Self, rt, offset| {
            let mode = Mode::Offset(pointer, word(offset));
            lower.emit(MInst::Store { width: Width::Word, rt, mode });
        };
        match self.func.values[value].ty {
            Type::I32 => store(self, fm, offset),
            Type::F32 => {
                let rd = self.out.new_reg();
                self.emit(MInst::Float(FInst::ToCore { rd, fm }));
                store(self, rd, offset);
            }
            Type::F64 => {
                let (lo, hi) = (self.out.new_reg(), self.out.new_reg());
                self.emit(MInst::Float(FInst::ToPair { lo, hi, fm }));
                store(self, lo, offset);
                store(self, hi, offset + 4);
            }
        }
    }
}
