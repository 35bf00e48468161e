//! Selection of floating-point operations: one instruction each. What the
//! CPU's unit can't do was turned into calls before (softening).

use synth_ir::{FloatOp, Inst, InstData, Type, UnaryOp, Value};

use super::{Lower, rules};
use crate::compile::CompileError;
use crate::cpu::Fpu;
use crate::imm;
use crate::inst::{FpImm, IndexImm8x4};
use crate::mach::{Cc, FAluOp, FInst, FUnOp, MInst, Mode, Reg, Width};

/// Bytes of slots up to which VLDR and VSTR reach all of them, with what else is in the
/// frame.
const NEAR_SLOTS: u32 = 512;

/// The instruction of an operator.
enum Kind {
    Alu(FAluOp),
    Un(FUnOp),
    MinMax { max: bool },
    Compare(Cc),
    FromInt { signed: bool },
    ToInt { signed: bool },
    Promote,
    Demote,
}

/// What the unit does for an operator, and whether in double precision.
/// `None`: there is no instruction.
fn kind(op: FloatOp) -> Option<(Kind, bool)> {
    use FloatOp::*;
    let kind = match op {
        F32Add | F64Add => Kind::Alu(FAluOp::Add),
        F32Sub | F64Sub => Kind::Alu(FAluOp::Sub),
        F32Mul | F64Mul => Kind::Alu(FAluOp::Mul),
        F32Div | F64Div => Kind::Alu(FAluOp::Div),
        F32Neg | F64Neg => Kind::Un(FUnOp::Neg),
        F32Abs | F64Abs => Kind::Un(FUnOp::Abs),
        F32Sqrt | F64Sqrt => Kind::Un(FUnOp::Sqrt),
        F32Ceil | F64Ceil => Kind::Un(FUnOp::Ceil),
        F32Floor | F64Floor => Kind::Un(FUnOp::Floor),
        F32Trunc | F64Trunc => Kind::Un(FUnOp::Trunc),
        F32Nearest | F64Nearest => Kind::Un(FUnOp::Nearest),
        F32Min | F64Min => Kind::MinMax { max: false },
        F32Max | F64Max => Kind::MinMax { max: true },
        // The flags of a comparison with NaN are C and V: each of these
        // conditions is then as IEEE wants it.
        F32Eq | F64Eq => Kind::Compare(Cc::Eq),
        F32Ne | F64Ne => Kind::Compare(Cc::Ne),
        F32Lt | F64Lt => Kind::Compare(Cc::Mi),
        F32Le | F64Le => Kind::Compare(Cc::Ls),
        F32Gt | F64Gt => Kind::Compare(Cc::Gt),
        F32Ge | F64Ge => Kind::Compare(Cc::Ge),
        F32FromI32S | F64FromI32S => Kind::FromInt { signed: true },
        F32FromI32U | F64FromI32U => Kind::FromInt { signed: false },
        F32ToI32S | F64ToI32S => Kind::ToInt { signed: true },
        F32ToI32U | F64ToI32U => Kind::ToInt { signed: false },
        F32Demote => Kind::Demote,
        F64Promote => Kind::Promote,
        _ => return None,
    };
    Some((kind, op.uses(Type::F64)))
}

impl Lower<'_> {
    fn float_inst(&mut self, inst: FInst) {
        self.emit(MInst::Float(inst));
    }

    /// Selects an operation with a float argument or result, or says that
    /// this is none.
    pub(super) fn lower_float(&mut self, inst: Inst) -> Result<bool, CompileError> {
        let func = self.func;
        match &func.insts[inst] {
            InstData::Float { op, args } => self.lower_float_op(inst, *op, args)?,
            InstData::F32Const(bits) => {
                let fd = self.put_value(func.result(inst));
                self.lower_float_constant(fd, false, (*bits).into());
            }
            InstData::F64Const(bits) => {
                let fd = self.put_value(func.result(inst));
                self.lower_float_constant(fd, true, *bits);
            }
            InstData::Unary { op: UnaryOp::F32Bits, arg } => {
                let (rd, fm) = (self.put_value(func.result(inst)), self.put_value(*arg));
                self.float_inst(FInst::ToCore { rd, fm });
            }
            InstData::Unary { op: UnaryOp::F32FromBits, arg } => {
                let (fd, rn) = (self.put_value(func.result(inst)), self.put_value(*arg));
                self.float_inst(FInst::FromCore { fd, rn });
            }
            InstData::Unary { op: op @ (UnaryOp::F64Lo | UnaryOp::F64Hi), arg } => {
                self.lower_double_word(inst, *op, *arg);
            }
            InstData::Binary { op: synth_ir::BinaryOp::F64FromBits, args: [lo, hi] } => {
                let fd = self.put_value(func.result(inst));
                let (lo, hi) = (self.put_value(*lo), self.put_value(*hi));
                self.float_inst(FInst::FromPair { fd, lo, hi });
            }
            InstData::Select { cond, args: [then, other] } => {
                let ty = func.values[*then].ty;
                if ty == Type::I32 {
                    return Ok(false);
                }
                let fd = self.put_value(func.result(inst));
                let (then, other) = (self.put_value(*then), self.put_value(*other));
                let cond = rules::constructor_cond(self, *cond);
                let double = ty == Type::F64;
                self.float_inst(FInst::Select { cond, double, fd, then, other });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A constant: an immediate of VMOV, or a literal, where that is smaller
    /// than through core registers.
    fn lower_float_constant(&mut self, fd: Reg, double: bool, bits: u64) {
        let (lo, hi) = (bits as u32, (bits >> 32) as u32);
        let is_immediate = match double {
            true => self.options.cpu.fpu == Fpu::Fpv5 && FpImm::from_f64_bits(bits).is_some(),
            false => FpImm::from_f32_bits(lo).is_some(),
        };
        // VMOV from core registers, or VLDR, takes 4 bytes. One instruction is
        // better than three of the same size, but a word need not come from memory.
        let is_smaller = match double {
            true => 8 <= imm::cost(lo) + if hi == lo { 0 } else { imm::cost(hi) },
            false => 4 < imm::cost(lo),
        };
        if is_immediate || is_smaller && !self.options.pure_code {
            self.float_inst(FInst::Const { double, fd, bits });
        } else if double {
            let (lo, hi) = (self.put_constant(lo), self.put_constant(hi));
            self.float_inst(FInst::FromPair { fd, lo, hi });
        } else {
            let rn = self.put_constant(lo);
            self.float_inst(FInst::FromCore { fd, rn });
        }
    }

    fn lower_float_op(
        &mut self,
        inst: Inst,
        op: FloatOp,
        args: &[Value],
    ) -> Result<(), CompileError> {
        let Some((kind, double)) = kind(op) else { return Err(CompileError::Float(self.loc)) };
        let result = self.func.result(inst);
        if let Kind::Compare(_) = kind {
            let cond = self.compare_floats(op, args);
            let rd = self.put_value(result);
            self.emit(MInst::SetCond { cond, rd, then: 1, other: 0 });
            return Ok(());
        }
        let (rd, a) = (self.put_value(result), self.put_value(args[0]));
        let chosen = match kind {
            Kind::Alu(op) => FInst::Alu { op, double, fd: rd, fn_: a, fm: self.put_value(args[1]) },
            Kind::MinMax { max } => {
                FInst::MinMax { max, double, fd: rd, fn_: a, fm: self.put_value(args[1]) }
            }
            Kind::Un(op) => FInst::Un { op, double, fd: rd, fm: a },
            Kind::FromInt { signed } => FInst::FromInt { double, signed, fd: rd, rn: a },
            Kind::ToInt { signed } => {
                FInst::ToInt { double, signed, rd, fm: a, temp: self.out.new_float() }
            }
            Kind::Promote => FInst::Promote { fd: rd, fm: a },
            Kind::Demote | Kind::Compare(_) => FInst::Demote { fd: rd, fm: a },
        };
        self.float_inst(chosen);
        Ok(())
    }

    /// Emits a comparison; the condition that then holds.
    pub(super) fn compare_floats(&mut self, op: FloatOp, args: &[Value]) -> Cc {
        let (cond, double) = match kind(op) {
            Some((Kind::Compare(cond), double)) => (cond, double),
            _ => (Cc::Eq, false),
        };
        let fn_ = self.put_value(args[0]);
        let fm = (!self.is_float_zero(args[1])).then(|| self.put_value(args[1]));
        self.float_inst(FInst::Cmp { double, fn_, fm });
        cond
    }

    /// The operator and arguments, if the value is a comparison of floats.
    pub(super) fn float_comparison(&self, value: Value) -> Option<(FloatOp, &[Value])> {
        match self.data(value)? {
            InstData::Float { op, args } if matches!(kind(*op)?.0, Kind::Compare(_)) => {
                Some((*op, args))
            }
            _ => None,
        }
    }

    /// Zero of either sign, with which VCMP compares without a register.
    fn is_float_zero(&self, value: Value) -> bool {
        match self.data(value) {
            Some(InstData::F32Const(bits)) => bits << 1 == 0,
            Some(InstData::F64Const(bits)) => bits << 1 == 0,
            _ => false,
        }
    }

    /// One word of a double; with the other one, if that is near above.
    fn lower_double_word(&mut self, inst: Inst, op: UnaryOp, arg: Value) {
        let this = self.put_value(self.func.result(inst));
        let other = match self.other_word(inst, op, arg) {
            Some(partner) => {
                self.done[partner] = true;
                self.put_value(self.func.result(partner))
            }
            None => self.out.new_reg(),
        };
        let (lo, hi) = if op == UnaryOp::F64Lo { (this, other) } else { (other, this) };
        let fm = self.put_value(arg);
        self.float_inst(FInst::ToPair { lo, hi, fm });
    }

    /// The instruction directly above that takes the other word.
    fn other_word(&self, inst: Inst, op: UnaryOp, arg: Value) -> Option<Inst> {
        let (block, position) = self.position[inst]?;
        let above = self.func.blocks[block].insts[(position as usize).checked_sub(1)?];
        let needed = self.regs[*self.func.results[above].first()?].is_some();
        match self.func.insts[above] {
            InstData::Unary { op: other @ (UnaryOp::F64Lo | UnaryOp::F64Hi), arg: same } => {
                (same == arg && other != op && needed && !self.done[above]).then_some(above)
            }
            _ => None,
        }
    }

    /// A load of a float, whose address is word-aligned: VLDR where it has a form, and
    /// loads of words elsewhere.
    pub(super) fn lower_float_load(&mut self, fd: Reg, double: bool, addr: Value, offset: i32) {
        let mode = self.float_mode(addr, offset, double);
        if self.has_float_form(mode) {
            self.float_inst(FInst::Load { double, fd, mode });
            return;
        }
        let word = |lower: &mut Self, mode: Mode| {
            let rd = lower.out.new_reg();
            lower.emit(MInst::Load { width: Width::Word, rd, mode });
            rd
        };
        let lo = word(self, mode);
        if double {
            let mode = self.mode(addr, offset.wrapping_add(4), 4);
            let hi = word(self, mode);
            self.float_inst(FInst::FromPair { fd, lo, hi });
        } else {
            self.float_inst(FInst::FromCore { fd, rn: lo });
        }
    }

    /// A store of a float.
    pub(super) fn lower_float_store(&mut self, value: Value, double: bool, addr: Value, at: i32) {
        let fm = self.put_value(value);
        let mode = self.float_mode(addr, at, double);
        if self.has_float_form(mode) {
            self.float_inst(FInst::Store { double, fm, mode });
            return;
        }
        let lo = self.out.new_reg();
        let width = Width::Word;
        if double {
            let hi = self.out.new_reg();
            self.float_inst(FInst::ToPair { lo, hi, fm });
            self.emit(MInst::Store { width, rt: lo, mode });
            let mode = self.mode(addr, at.wrapping_add(4), 4);
            self.emit(MInst::Store { width, rt: hi, mode });
        } else {
            self.float_inst(FInst::ToCore { rd: lo, fm });
            self.emit(MInst::Store { width, rt: lo, mode });
        }
    }

    /// The mode of an access: for two words not an index, which only one can have.
    fn float_mode(&mut self, addr: Value, offset: i32, double: bool) -> Mode {
        if double && matches!(self.data(addr), Some(InstData::Binary { .. })) {
            let base = self.put_value(addr);
            return self.offset_mode(base, offset);
        }
        self.mode(addr, offset, 4)
    }

    /// Whether VLDR and VSTR have a form for a mode (Armv7-M ARM section A7.7.233). The
    /// place of a slot is not known yet: it is in reach in small frames.
    fn has_float_form(&self, mode: Mode) -> bool {
        match mode {
            Mode::Offset(_, offset) => IndexImm8x4::new(offset).is_some(),
            Mode::Slot(slot, offset) => {
                let bytes: u32 = self.out.slots.iter().map(|(size, _)| size).sum();
                let (_, align) = self.out.slots[slot.0 as usize];
                offset % 4 == 0 && align % 4 == 0 && bytes <= NEAR_SLOTS
            }
            _ => false,
        }
    }
}
