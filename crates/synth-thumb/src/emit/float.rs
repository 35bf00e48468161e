//! Forms of floating-point instructions (Armv7-M ARM sections A6.4 to A6.7).

use super::form::gpr;
use super::{Emitter, FloatDest, Item, Literal};
use crate::compile::CompileError;
use crate::cpu::Fpu;
use crate::frame::Location;
use crate::inst::{DReg, FpImm, IndexImm8x4, Inst, ItBlock, NotPc, Rounding, SReg};
use crate::mach::{FAluOp, FInst, FUnOp, FloatUnit, IP, MInst, Mode, Reg};

/// The S register of a value of single precision.
fn single(unit: FloatUnit, reg: Reg) -> Option<SReg> {
    let number = reg.as_machine().filter(|_| reg.is_float())?;
    SReg::new(match unit {
        FloatUnit::Single => number,
        // The low half of the D register.
        FloatUnit::Double => number.checked_mul(2)?,
    })
}

/// The S register that is the high half of a D register.
fn high(unit: FloatUnit, reg: Reg) -> Option<SReg> {
    double(unit, reg).map(DReg::high)
}

fn double(unit: FloatUnit, reg: Reg) -> Option<DReg> {
    let number = reg.as_machine().filter(|_| reg.is_float() && unit == FloatUnit::Double)?;
    DReg::new(number)
}

fn alu(unit: FloatUnit, op: FAluOp, is_double: bool, [d, n, m]: [Reg; 3]) -> Option<Inst> {
    Some(if is_double {
        let (dd, dn, dm) = (double(unit, d)?, double(unit, n)?, double(unit, m)?);
        match op {
            FAluOp::Add => Inst::VaddF64 { dd, dn, dm },
            FAluOp::Sub => Inst::VsubF64 { dd, dn, dm },
            FAluOp::Mul => Inst::VmulF64 { dd, dn, dm },
            FAluOp::Div => Inst::VdivF64 { dd, dn, dm },
        }
    } else {
        let (sd, sn, sm) = (single(unit, d)?, single(unit, n)?, single(unit, m)?);
        match op {
            FAluOp::Add => Inst::VaddF32 { sd, sn, sm },
            FAluOp::Sub => Inst::VsubF32 { sd, sn, sm },
            FAluOp::Mul => Inst::VmulF32 { sd, sn, sm },
            FAluOp::Div => Inst::VdivF32 { sd, sn, sm },
        }
    })
}

fn unary(unit: FloatUnit, op: FUnOp, is_double: bool, d: Reg, m: Reg) -> Option<Inst> {
    // A copy is one of the whole register.
    let is_double = is_double || (op == FUnOp::Mov && unit == FloatUnit::Double);
    Some(if is_double {
        let (dd, dm) = (double(unit, d)?, double(unit, m)?);
        match op {
            FUnOp::Mov => Inst::VmovF64 { dd, dm },
            FUnOp::Neg => Inst::VnegF64 { dd, dm },
            FUnOp::Abs => Inst::VabsF64 { dd, dm },
            FUnOp::Sqrt => Inst::VsqrtF64 { dd, dm },
            FUnOp::Ceil => Inst::VrintModeF64 { mode: Rounding::Up, dd, dm },
            FUnOp::Floor => Inst::VrintModeF64 { mode: Rounding::Down, dd, dm },
            FUnOp::Nearest => Inst::VrintModeF64 { mode: Rounding::Even, dd, dm },
            FUnOp::Trunc => Inst::VrintzF64 { dd, dm },
        }
    } else {
        let (sd, sm) = (single(unit, d)?, single(unit, m)?);
        match op {
            FUnOp::Mov => Inst::VmovF32 { sd, sm },
            FUnOp::Neg => Inst::VnegF32 { sd, sm },
            FUnOp::Abs => Inst::VabsF32 { sd, sm },
            FUnOp::Sqrt => Inst::VsqrtF32 { sd, sm },
            FUnOp::Ceil => Inst::VrintModeF32 { mode: Rounding::Up, sd, sm },
            FUnOp::Floor => Inst::VrintModeF32 { mode: Rounding::Down, sd, sm },
            FUnOp::Nearest => Inst::VrintModeF32 { mode: Rounding::Even, sd, sm },
            FUnOp::Trunc => Inst::VrintzF32 { sd, sm },
        }
    })
}

fn compare(unit: FloatUnit, is_double: bool, n: Reg, m: Option<Reg>) -> Option<Inst> {
    Some(match (is_double, m) {
        (true, Some(m)) => Inst::VcmpF64 { dd: double(unit, n)?, dm: double(unit, m)? },
        (true, None) => Inst::VcmpZeroF64 { dd: double(unit, n)? },
        (false, Some(m)) => Inst::VcmpF32 { sd: single(unit, n)?, sm: single(unit, m)? },
        (false, None) => Inst::VcmpZeroF32 { sd: single(unit, n)? },
    })
}

fn min_max(unit: FloatUnit, max: bool, is_double: bool, [d, n, m]: [Reg; 3]) -> Option<Inst> {
    Some(if is_double {
        let (dd, dn, dm) = (double(unit, d)?, double(unit, n)?, double(unit, m)?);
        if max { Inst::VmaxnmF64 { dd, dn, dm } } else { Inst::VminnmF64 { dd, dn, dm } }
    } else {
        let (sd, sn, sm) = (single(unit, d)?, single(unit, n)?, single(unit, m)?);
        if max { Inst::VmaxnmF32 { sd, sn, sm } } else { Inst::VminnmF32 { sd, sn, sm } }
    })
}

/// From a word in the low half of a register.
fn from_int(unit: FloatUnit, is_double: bool, signed: bool, d: Reg) -> Option<Inst> {
    let sm = single(unit, d)?;
    Some(match (is_double, signed) {
        (true, true) => Inst::VcvtF64S32 { dd: double(unit, d)?, sm },
        (true, false) => Inst::VcvtF64U32 { dd: double(unit, d)?, sm },
        (false, true) => Inst::VcvtF32S32 { sd: sm, sm },
        (false, false) => Inst::VcvtF32U32 { sd: sm, sm },
    })
}

/// To a word in the low half of a register. The instruction rounds towards
/// zero, saturates, and gives 0 for NaN, as WebAssembly's saturating forms.
fn to_int(unit: FloatUnit, is_double: bool, signed: bool, d: Reg, m: Reg) -> Option<Inst> {
    let sd = single(unit, d)?;
    Some(match (is_double, signed) {
        (true, true) => Inst::VcvtS32F64 { sd, dm: double(unit, m)? },
        (true, false) => Inst::VcvtU32F64 { sd, dm: double(unit, m)? },
        (false, true) => Inst::VcvtS32F32 { sd, sm: single(unit, m)? },
        (false, false) => Inst::VcvtU32F32 { sd, sm: single(unit, m)? },
    })
}

impl Emitter<'_> {
    pub(super) fn emit_float(&mut self, float: &FInst) -> Result<(), CompileError> {
        let unit = self.function.float_unit;
        let from = MInst::Float(*float);
        match *float {
            FInst::Alu { op, double, fd, fn_, fm } => {
                self.push(alu(unit, op, double, [fd, fn_, fm]), &from)
            }
            FInst::Un { op: FUnOp::Mov, fd, fm, .. } => self.emit_float_move(&from, fd, fm),
            FInst::Un { op, double, fd, fm } => self.push(unary(unit, op, double, fd, fm), &from),
            FInst::MinMax { max, double, fd, fn_, fm } => {
                self.push(compare(unit, double, fn_, Some(fm)), &from)?;
                self.push(Some(Inst::VmrsFlags), &from)?;
                self.push(min_max(unit, max, double, [fd, fn_, fm]), &from)?;
                // The instruction prefers a number to NaN; a sum does not.
                let block = ItBlock::new(crate::inst::Cond::Vs, &[]);
                self.push(block.map(|block| Inst::It { block }), &from)?;
                self.push(alu(unit, FAluOp::Add, double, [fd, fn_, fm]), &from)
            }
            FInst::Cmp { double, fn_, fm } => {
                self.push(compare(unit, double, fn_, fm), &from)?;
                self.push(Some(Inst::VmrsFlags), &from)
            }
            FInst::Const { double, fd, bits } => self.float_constant(&from, double, fd, bits),
            FInst::ToCore { rd, fm } => {
                let inst = gpr(rd).zip(single(unit, fm));
                self.push(inst.map(|(rt, sn)| Inst::VmovCoreS { rt, sn }), &from)
            }
            FInst::FromCore { fd, rn } => self.push(from_core(unit, fd, rn), &from),
            FInst::ToPair { lo, hi, fm } => {
                let inst = gpr(lo).zip(gpr(hi)).zip(double(unit, fm));
                self.push(inst.map(|((rt, rt2), dm)| Inst::VmovCoreD { rt, rt2, dm }), &from)
            }
            FInst::FromPair { fd, lo, hi } => {
                let inst = gpr(lo).zip(gpr(hi)).zip(double(unit, fd));
                self.push(inst.map(|((rt, rt2), dm)| Inst::VmovDCore { rt, rt2, dm }), &from)
            }
            FInst::FromInt { double, signed, fd, rn } => {
                self.push(from_core(unit, fd, rn), &from)?;
                self.push(from_int(unit, double, signed, fd), &from)
            }
            FInst::ToInt { double, signed, rd, fm, temp } => {
                self.push(to_int(unit, double, signed, temp, fm), &from)?;
                let inst = gpr(rd).zip(single(unit, temp));
                self.push(inst.map(|(rt, sn)| Inst::VmovCoreS { rt, sn }), &from)
            }
            FInst::Promote { fd, fm } => {
                let inst = double(unit, fd).zip(single(unit, fm));
                self.push(inst.map(|(dd, sm)| Inst::VcvtF64F32 { dd, sm }), &from)
            }
            FInst::Demote { fd, fm } => {
                let inst = single(unit, fd).zip(double(unit, fm));
                self.push(inst.map(|(sd, dm)| Inst::VcvtF32F64 { sd, dm }), &from)
            }
            FInst::Select { cond, double, fd, then, other } if fd == other => {
                if double && !self.has_double_moves() {
                    self.it(cond, &[true])?;
                    return self.emit_float_move(&from, fd, then);
                }
                self.it(cond, &[])?;
                let chosen = if double {
                    unary(unit, FUnOp::Mov, true, fd, then)
                } else {
                    let registers = single(unit, fd).zip(single(unit, then));
                    registers.map(|(sd, sm)| Inst::VmovF32 { sd, sm })
                };
                self.push(chosen, &from)
            }
            FInst::Select { .. } => Err(CompileError::Encoding(from.to_string())),
            FInst::High { fd, fm } => {
                let inst = single(unit, fd).zip(high(unit, fm));
                self.push(inst.map(|(sd, sm)| Inst::VmovF32 { sd, sm }), &from)
            }
            FInst::Pack { fd, lo, hi } if fd == lo => {
                let inst = high(unit, fd).zip(single(unit, hi));
                self.push(inst.map(|(sd, sm)| Inst::VmovF32 { sd, sm }), &from)
            }
            FInst::Pack { .. } => Err(CompileError::Encoding(from.to_string())),
            FInst::Load { double, fd, mode } => self.float_access(&from, double, fd, mode, true),
            FInst::Store { double, fm, mode } => self.float_access(&from, double, fm, mode, false),
        }
    }

    /// Whether there is VMOV of a D register: a unit of single precision has
    /// none.
    fn has_double_moves(&self) -> bool {
        self.options.cpu.fpu == Fpu::Fpv5
    }

    /// VMOV of a whole register of the function's unit.
    fn emit_float_move(&mut self, from: &MInst, fd: Reg, fm: Reg) -> Result<(), CompileError> {
        let unit = self.function.float_unit;
        if unit == FloatUnit::Double && !self.has_double_moves() {
            let halves = [(single(unit, fd), single(unit, fm)), (high(unit, fd), high(unit, fm))];
            for (sd, sm) in halves {
                self.push(sd.zip(sm).map(|(sd, sm)| Inst::VmovF32 { sd, sm }), from)?;
            }
            return Ok(());
        }
        self.push(unary(unit, FUnOp::Mov, false, fd, fm), from)
    }

    /// VMOV of an immediate, or VLDR of a literal.
    fn float_constant(
        &mut self,
        from: &MInst,
        is_double: bool,
        fd: Reg,
        bits: u64,
    ) -> Result<(), CompileError> {
        let unit = self.function.float_unit;
        let missing = || CompileError::Encoding(from.to_string());
        let (fd, literal, immediate) = if is_double {
            let dd = double(unit, fd).ok_or_else(missing)?;
            let imm = FpImm::from_f64_bits(bits).filter(|_| self.has_double_moves());
            let immediate = imm.map(|imm| Inst::VmovImmF64 { dd, imm });
            (FloatDest::Double(dd), Literal::Double(bits), immediate)
        } else {
            let sd = single(unit, fd).ok_or_else(missing)?;
            let imm = FpImm::from_f32_bits(bits as u32);
            let immediate = imm.map(|imm| Inst::VmovImmF32 { sd, imm });
            (FloatDest::Single(sd), Literal::Word(bits as u32), immediate)
        };
        self.item(immediate.map_or(Item::FloatLiteral { fd, literal }, Item::Inst));
        Ok(())
    }

    /// VLDR or VSTR.
    fn float_access(
        &mut self,
        from: &MInst,
        is_double: bool,
        reg: Reg,
        mode: Mode,
        is_load: bool,
    ) -> Result<(), CompileError> {
        let unit = self.function.float_unit;
        let at = match (mode, self.frame_location(mode)?) {
            (_, Some(at)) => at,
            (Mode::Offset(base, offset), None) => Location { base, offset: offset.into() },
            _ => return Err(CompileError::Encoding(from.to_string())),
        };
        let near = i32::try_from(at.offset).ok().and_then(IndexImm8x4::new);
        let (base, offset) = match near {
            Some(offset) => (at.base, Some(offset)),
            None if self.frame.scratch && at.base != IP => {
                self.emit_location(IP, at)?;
                (IP, IndexImm8x4::new(0))
            }
            None => return Err(CompileError::Frame(u64::MAX)),
        };
        let base = super::form::reg(base).and_then(NotPc::new);
        let Some((rn, offset)) = base.zip(offset) else {
            return Err(CompileError::Encoding(from.to_string()));
        };
        let inst = match is_double {
            false => single(unit, reg).map(|sd| match is_load {
                true => Inst::VldrS { sd, rn, offset },
                false => Inst::VstrS { sd, rn, offset },
            }),
            true => double(unit, reg).map(|dd| match is_load {
                true => Inst::VldrD { dd, rn, offset },
                false => Inst::VstrD { dd, rn, offset },
            }),
        };
        match inst {
            Some(inst) => {
                self.item(Item::Inst(inst));
                Ok(())
            }
            None => Err(CompileError::Encoding(from.to_string())),
        }
    }
}

fn from_core(unit: FloatUnit, fd: Reg, rn: Reg) -> Option<Inst> {
    Some(Inst::VmovSCore { sn: single(unit, fd)?, rt: gpr(rn)? })
}
