//! Frames with a frame pointer (see [`crate::frame`]): making and undoing them,
//! places in them, and moves of the stack pointer in between.

use super::alu::choose;
use super::form::{gpr, not_pc};
use super::stack::Leave;
use super::{Emitter, memory};
use crate::compile::CompileError;
use crate::frame::Location;
use crate::imm;
use crate::inst::{Imm12, Insert, Inst};
use crate::mach::{AluOp, FP, IP, LR, MInst, Mode, Reg, Rhs, SP, Width};

impl Emitter<'_> {
    /// Makes the frame and rounds the stack pointer down. r7 or the frame
    /// keeps what it was.
    pub(super) fn enter_aligned(&mut self, align: u32) -> Result<(), CompileError> {
        self.emit_move(FP, SP)?;
        let size = self.frame.size;
        if let Some(imm) = Imm12::new(size) {
            self.push_inst(not_pc(IP).map(|rd| Inst::SubSpImmT3 { rd, imm }), "sub")?;
        } else {
            self.emit_pair(IP, size)?;
            self.emit_alu(AluOp::Sub, IP, FP, Rhs::Reg(IP))?;
        }
        let field = Insert::new(0, align.trailing_zeros());
        let clear = gpr(IP).zip(field).map(|(rd, field)| Inst::BfcT1 { rd, field });
        self.push_inst(clear, "bfc")?;
        self.emit_move(SP, IP)?;
        let Some(saved) = self.frame.saved_sp else { return Ok(()) };
        if saved < 4096 {
            let mode = Mode::Offset(SP, saved as i32);
            return self.push_inst(memory::store(Width::Word, FP, mode), "str");
        }
        self.emit_pair(IP, saved)?;
        self.push_inst(memory::store(Width::Word, FP, Mode::Index(SP, IP, 0)), "str")
    }

    /// Makes the stack pointer what it was before the frame was made.
    pub(super) fn leave_with_pointer(&mut self, leave: Leave) -> Result<(), CompileError> {
        // lr is saved where there is a frame pointer.
        let scratch = if leave == Leave::Return { IP } else { LR };
        match (self.frame.realign, self.frame.saved_sp) {
            (_, Some(saved)) => {
                self.load_saved_sp(scratch, saved)?;
                self.emit_move(SP, scratch)
            }
            (Some(_), None) => self.emit_move(SP, FP),
            (None, None) => {
                self.emit_move(SP, FP)?;
                self.free(self.frame.size, leave)
            }
        }
    }

    /// Puts the stack pointer from before it was rounded into a register.
    pub(super) fn load_saved_sp(&mut self, rd: Reg, saved: u32) -> Result<(), CompileError> {
        let mode = if saved < 4096 {
            Mode::Offset(FP, saved as i32)
        } else {
            self.emit_pair(rd, saved)?;
            Mode::Index(FP, rd, 0)
        };
        self.push_inst(memory::load(Width::Word, rd, mode), "ldr")
    }

    /// Moves the stack pointer as the function runs.
    pub(super) fn emit_stack_restore(&mut self, rm: Reg) -> Result<(), CompileError> {
        // An exception between the two writes below `rm`, where nothing is kept.
        self.emit_move(SP, rm)?;
        match self.function.outgoing {
            size @ 0..4096 => self.move_sp(size, true),
            // r12 may hold a value here.
            size => Err(CompileError::Frame(size.into())),
        }
    }

    /// `rd =` a place in the frame.
    pub(super) fn emit_location(&mut self, rd: Reg, at: Location) -> Result<(), CompileError> {
        if at.base == SP {
            return self.emit_sp_plus(rd, at.offset);
        }
        // What lies below the frame is named only by pointers to before an object.
        let (op, size) = match i32::try_from(at.offset) {
            Ok(offset @ ..0) => (AluOp::Sub, offset.unsigned_abs()),
            Ok(offset) => (AluOp::Add, offset as u32),
            Err(_) => return Err(CompileError::Frame(u64::MAX)),
        };
        if size == 0 {
            return self.emit_move(rd, at.base);
        }
        if imm::is_add(size) {
            return self.emit_alu(op, rd, at.base, Rhs::Imm(size));
        }
        self.emit_pair(rd, size)?;
        self.emit_alu(op, rd, at.base, Rhs::Reg(rd))
    }

    pub(super) fn emit_move(&mut self, rd: Reg, rm: Reg) -> Result<(), CompileError> {
        let inst = MInst::Mov { rd, rm };
        self.push(choose(&inst, false), &inst)
    }

    fn emit_alu(&mut self, op: AluOp, rd: Reg, rn: Reg, rhs: Rhs) -> Result<(), CompileError> {
        let inst = MInst::Alu { op, s: false, tied: false, rd, rn, rhs };
        self.push(choose(&inst, false), &inst)
    }
}
