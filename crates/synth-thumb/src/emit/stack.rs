//! Prologue, epilogue and addresses in the frame.

use super::form::{gpr, low, not_pc, not_sp};
use super::{Emitter, Item};
use crate::compile::CompileError;
use crate::frame::{Frame, HOME};
use crate::inst::{
    self, DList, DReg, Imm7x4, Imm8x4, Imm12, Inst, LoadList, PopList, PushList, RegSet, SetFlags,
    StoreList, ThumbImm,
};
use crate::mach::{FP, IP, MFunction, MInst, Reg, SP, TailCallee};

/// Registers to push only to make room: one or two words of frame cost
/// nothing in a push that stands there anyway. The pop must not overwrite a
/// result, so r2 and r3 it is, where no more than two registers return.
pub(super) fn scratch_to_push(function: &MFunction, frame: &Frame) -> u16 {
    let small = |list: &[(Reg, u8)]| list.iter().all(|&(reg, at)| reg.is_float() || at < 2);
    let small_results = function.blocks.iter().flat_map(|b| &b.insts).all(|located| match &located
        .inst
    {
        MInst::Ret(list) => small(list),
        // Its address may be in r2 or r3.
        MInst::TailCall { callee, uses } => matches!(callee, TailCallee::Symbol(_)) && small(uses),
        _ => true,
    });
    let room =
        frame.saved != 0 && frame.saved_doubles == 0 && small_results && !frame.has_pointer();
    match frame.size {
        4 if room => 0b1000,
        8 if room => 0b1100,
        _ => 0,
    }
}

/// What comes behind the end of the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nothing: it ends in the return.
    Return,
    /// A jump: lr is as at the entry, and r12 may hold where to.
    Jump,
}

impl Emitter<'_> {
    fn missing(what: &str) -> CompileError {
        CompileError::Encoding(what.to_string())
    }

    pub(super) fn push_inst(&mut self, inst: Option<Inst>, what: &str) -> Result<(), CompileError> {
        match inst.filter(Inst::is_legal) {
            Some(inst) => {
                self.item(Item::Inst(inst));
                Ok(())
            }
            None => Err(Self::missing(what)),
        }
    }

    pub(super) fn prologue(&mut self) -> Result<(), CompileError> {
        if let Some(area) = self.frame.tail_area {
            self.enter_tail_area(area)?;
        }
        if self.frame.home.is_some() {
            let list = PushList::new(RegSet::from_core(0b1111));
            self.push_inst(list.map(|list| Inst::PushT1 { list }), "push")?;
        }
        let list = RegSet::from_core(self.frame.saved | self.pushed_scratch);
        if !list.is_empty() {
            let inst = PushList::new(list)
                .map(|list| Inst::PushT1 { list })
                .or_else(|| StoreList::new(list).map(|list| Inst::PushT2 { list }));
            self.push_inst(inst, "push")?;
        }
        if let Some(limit) = self.options.stack_limit {
            self.check_limit(limit)?;
        }
        if let Some(list) = self.saved_doubles() {
            self.item(Item::Inst(Inst::VpushD { list }));
        }
        match self.frame.realign {
            Some(align) => self.enter_aligned(align)?,
            None if self.pushed_scratch == 0 => self.move_sp(self.frame.size, true)?,
            None => {}
        }
        if self.frame.dynamic {
            self.emit_move(FP, SP)?;
        }
        Ok(())
    }

    /// Whether [`Self::epilogue`] is one 16-bit instruction.
    pub(super) fn epilogue_is_short(&self) -> bool {
        if !self.framed {
            return true;
        }
        let pop = self.frame.saved | self.pushed_scratch;
        let narrow = pop & !(1 << 14) & 0xff00 == 0;
        narrow
            && (self.frame.size == 0 || self.pushed_scratch != 0)
            && self.saved_doubles().is_none()
    }

    /// Undoes the frame and returns, or jumps to where that is done.
    pub(super) fn epilogue(&mut self) -> Result<(), CompileError> {
        if !self.framed {
            let inst = not_pc_reg(14).map(|rm| Inst::BxT1 { rm });
            return self.half(|emitter| emitter.push_inst(inst, "bx"));
        }
        if self.prefers_size() && !self.epilogue_is_short() {
            if let Some(target) = self.epilogue {
                self.item(Item::Branch { cond: None, target });
                return Ok(());
            }
            let label = self.new_label();
            self.item(Item::Label(label));
            self.epilogue = Some(label);
        }
        self.leave(Leave::Return)
    }

    /// Undoes the frame, if there is one here.
    pub(super) fn leave(&mut self, leave: Leave) -> Result<(), CompileError> {
        match self.wrap {
            None => self.undo(leave),
            Some(_) if self.framed => self.half(|emitter| emitter.undo(leave)),
            // A return does not come here.
            Some(_) => Ok(()),
        }
    }

    fn undo(&mut self, leave: Leave) -> Result<(), CompileError> {
        if self.frame.has_pointer() {
            self.leave_with_pointer(leave)?;
        } else if self.pushed_scratch == 0 {
            self.free(self.frame.size, leave)?;
        }
        if let Some(list) = self.saved_doubles() {
            self.item(Item::Inst(Inst::VpopD { list }));
        }
        let list = self.frame.saved | self.pushed_scratch;
        match leave {
            Leave::Return if self.frame.home.is_some() => self.leave_home(),
            Leave::Jump if self.frame.home.is_some() => Err(Self::missing("a jump out of it")),
            Leave::Return if self.frame.saved == 0 => {
                let inst = not_pc_reg(14).map(|rm| Inst::BxT1 { rm });
                self.push_inst(inst, "bx")
            }
            Leave::Jump if self.frame.saved == 0 => Ok(()),
            // The word that held lr goes to pc.
            Leave::Return => self.pop_list(list & !(1 << 14) | 1 << 15),
            Leave::Jump => self.pop_with_lr(list),
        }
    }

    /// Pops registers.
    pub(super) fn pop_list(&mut self, list: u16) -> Result<(), CompileError> {
        let list = RegSet::from_core(list);
        let inst = PopList::new(list)
            .map(|list| Inst::PopT1 { list })
            .or_else(|| LoadList::new(list).map(|list| Inst::PopT2 { list }));
        self.push_inst(inst, "pop")
    }

    /// Restores the saved registers, leaves r0-r3 as stored at the entry behind
    /// and returns. At most r0 and r1 hold results.
    fn leave_home(&mut self) -> Result<(), CompileError> {
        let saved = (self.frame.saved | self.pushed_scratch) & !(1 << 14);
        if saved != 0 {
            self.pop_list(saved)?;
        }
        let link = if self.frame.saved == 0 { 14 } else { 3 };
        if link == 3 {
            self.pop_list(1 << 3)?;
        }
        self.move_sp(HOME, false)?;
        self.push_inst(not_pc_reg(link).map(|rm| Inst::BxT1 { rm }), "bx")
    }

    /// d8 and those above it that are saved.
    fn saved_doubles(&self) -> Option<DList> {
        DList::new(DReg::new(8)?, self.frame.saved_doubles)
    }

    /// Moves the stack pointer up at the end.
    pub(super) fn free(&mut self, size: u32, leave: Leave) -> Result<(), CompileError> {
        if leave == Leave::Return || Imm12::new(size).is_some() {
            return self.move_sp(size, false);
        }
        // Without r12, a byte of the size at a time.
        for part in [0xff, 0xff00, 0xff_0000].map(|byte| size & byte).into_iter().filter(|&p| p > 0)
        {
            let add = not_pc_reg(13).zip(ThumbImm::new(part));
            let add = add.map(|(rd, imm)| Inst::AddSpImmT3 { s: SetFlags(false), rd, imm });
            self.push_inst(add, "add sp")?;
        }
        Ok(())
    }

    pub(super) fn move_sp(&mut self, size: u32, down: bool) -> Result<(), CompileError> {
        if size == 0 {
            return Ok(());
        }
        let sp = not_pc_reg(13);
        let inst =
            if let Some(offset) = Imm7x4::new(size) {
                Some(if down { Inst::SubSpImmT1 { offset } } else { Inst::AddSpImmT2 { offset } })
            } else if let Some(imm) = Imm12::new(size) {
                sp.map(|rd| {
                    if down { Inst::SubSpImmT3 { rd, imm } } else { Inst::AddSpImmT4 { rd, imm } }
                })
            } else {
                // r12 is free at both ends of a function.
                self.emit_pair(IP, if down { size.wrapping_neg() } else { size })?;
                not_sp(IP).map(|rm| Inst::AddSpRegT2 { rm })
            };
        self.push_inst(inst, "add sp")
    }

    /// `rd = sp + offset`.
    pub(super) fn emit_sp_plus(&mut self, rd: Reg, offset: i64) -> Result<(), CompileError> {
        // A pointer to before an object may lie below the frame.
        if let Some(imm) = u32::try_from(-offset).ok().and_then(Imm12::new)
            && offset < 0
        {
            let inst = not_pc(rd).map(|rd| Inst::SubSpImmT3 { rd, imm });
            return self.push_inst(inst, "sub sp");
        }
        // Addresses wrap.
        let offset = offset as u32;
        if let (Some(rd), Some(offset)) = (low(rd), Imm8x4::new(offset)) {
            self.item(Item::Inst(Inst::AddSpImmT1 { rd, offset }));
            return Ok(());
        }
        if let Some(imm) = Imm12::new(offset) {
            let inst = not_pc(rd).map(|rd| Inst::AddSpImmT4 { rd, imm });
            return self.push_inst(inst, "add sp");
        }
        self.emit_pair(rd, offset)?;
        let inst = gpr(rd).and_then(|r| not_sp_reg(r.index())).map(|rdm| Inst::AddSpRegT1 { rdm });
        self.push_inst(inst, "add sp")
    }
}

fn not_pc_reg(number: u8) -> Option<inst::NotPc> {
    inst::NotPc::new(inst::Reg::new(number)?)
}

fn not_sp_reg(number: u8) -> Option<inst::NotSp> {
    inst::NotSp::new(inst::Reg::new(number)?)
}
