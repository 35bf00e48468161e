//! Tail calls: the end of the function without a return, and the room for the
//! arguments of a callee that has more of them (see [`crate::tail_call`]).

use synth_ir::TrapCode;

use super::alu::{choose, compare};
use super::form::{not_pc, reg};
use super::stack::Leave;
use super::{Emitter, Item, memory};
use crate::code::RelocKind;
use crate::compile::CompileError;
use crate::inst::{Cond, IndexImm8, Inst, Off24};
use crate::mach::{AluOp, CmpOp, IP, LR, MInst, Mode, Reg, Rhs, SP, TailCallee, Width};
use crate::tail_call::{ABOVE, RETURN, SIZES, TailArea};

impl Emitter<'_> {
    pub(super) fn emit_tail_call(&mut self, inst: &MInst) -> Result<(), CompileError> {
        let MInst::TailCall { callee, .. } = inst else {
            return Err(CompileError::Encoding(inst.to_string()));
        };
        if let TailCallee::Slot(slot) = callee {
            let mode = Mode::Slot(*slot, 0);
            self.emit_access(&MInst::Load { width: Width::Word, rd: IP, mode })?;
        }
        self.leave(Leave::Jump)?;
        match callee {
            TailCallee::Symbol(symbol) => {
                // As for a call, the addend -4 cancels the distance of pc.
                let Some(target) = Off24::new(-4) else {
                    return Err(CompileError::Encoding(inst.to_string()));
                };
                self.item(Item::Reloc(Inst::BT4 { target }, RelocKind::ThmJump24, *symbol, 0));
                Ok(())
            }
            TailCallee::Reg(target, _) => self.jump_to(*target),
            TailCallee::Slot(_) => self.jump_to(IP),
        }
    }

    fn jump_to(&mut self, target: Reg) -> Result<(), CompileError> {
        self.push_inst(not_pc(target).map(|rm| Inst::BxT1 { rm }), "bx")
    }

    /// Makes room for more stack arguments, as the function is entered, unless
    /// it has been made: then the return address is in the code that frees it.
    /// r12 and the flags are free; lr is once it is kept.
    pub(super) fn enter_tail_area(&mut self, area: TailArea) -> Result<(), CompileError> {
        let missing = || CompileError::Encoding("a tail area without its end".to_string());
        let returns = self.options.tails.returns.ok_or_else(missing)?;
        let first = (RETURN * area.size) as i32;
        let done = self.new_label();
        self.emit_symbol_addr(IP, returns, first)?;
        self.alu(AluOp::Sub, IP, LR, Rhs::Reg(IP))?;
        self.compare(IP, Rhs::Imm(RETURN * (SIZES - area.size)))?;
        self.item(Item::Branch { cond: Some(Cond::Lo), target: done });
        let size = area.bytes() + ABOVE;
        if let Some(limit) = self.options.stack_limit {
            self.loc = self.first_loc();
            self.emit_symbol_addr(IP, limit, 0)?;
            let mode = Mode::Offset(IP, 0);
            self.emit_access(&MInst::Load { width: Width::Word, rd: IP, mode })?;
            // Each a power of two.
            for part in [area.bytes(), ABOVE] {
                self.alu(AluOp::Add, IP, IP, Rhs::Imm(part))?;
            }
            self.compare(SP, Rhs::Reg(IP))?;
            let target = self.trap_label(TrapCode::StackOverflow);
            self.item(Item::Branch { cond: Some(Cond::Lo), target });
        }
        self.move_sp(size, true)?;
        let mode = match area.bytes() {
            bytes @ ..4096 => Mode::Offset(SP, bytes as i32),
            bytes => {
                self.emit_pair(IP, bytes)?;
                Mode::Index(SP, IP, 0)
            }
        };
        self.push_inst(memory::store(Width::Word, LR, mode), "str")?;
        if area.own > 0 {
            self.move_arguments_down(size, area.own)?;
        }
        self.emit_symbol_addr(LR, returns, first)?;
        self.item(Item::Label(done));
        Ok(())
    }

    /// Copies the stack arguments down by `distance`, to the stack pointer.
    fn move_arguments_down(&mut self, distance: u32, bytes: u32) -> Result<(), CompileError> {
        self.emit_move(LR, SP)?;
        let next = self.new_label();
        self.item(Item::Label(next));
        let mode = match distance {
            ..4096 => Mode::Offset(LR, distance as i32),
            _ => {
                self.emit_pair(IP, distance)?;
                Mode::Index(LR, IP, 0)
            }
        };
        self.push_inst(memory::load(Width::Word, IP, mode), "ldr")?;
        let step = not_pc(IP).zip(not_pc(LR)).zip(IndexImm8::new(4));
        let store = step.map(|((rt, rn), offset)| Inst::StrPost { rt, rn, offset });
        self.push_inst(store, "str")?;
        self.emit_sp_plus(IP, bytes.into())?;
        self.compare(LR, Rhs::Reg(IP))?;
        self.item(Item::Branch { cond: Some(Cond::Lo), target: next });
        Ok(())
    }

    /// Pops the registers of a list with lr.
    pub(super) fn pop_with_lr(&mut self, list: u16) -> Result<(), CompileError> {
        if list != 1 << 14 {
            return self.pop_list(list);
        }
        let word = reg(LR).zip(not_pc(SP)).zip(IndexImm8::new(4));
        let load = word.map(|((rt, rn), offset)| Inst::LdrPost { rt, rn, offset });
        self.push_inst(load, "ldr")
    }

    fn alu(&mut self, op: AluOp, rd: Reg, rn: Reg, rhs: Rhs) -> Result<(), CompileError> {
        let inst = MInst::Alu { op, s: false, tied: false, rd, rn, rhs };
        self.push(choose(&inst, true), &inst)
    }

    fn compare(&mut self, rn: Reg, rhs: Rhs) -> Result<(), CompileError> {
        let inst = MInst::Cmp { op: CmpOp::Cmp, rn, rhs };
        self.push(compare(CmpOp::Cmp, rn, rhs), &inst)
    }
}
