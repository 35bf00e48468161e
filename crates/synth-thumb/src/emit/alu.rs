//! Forms of data processing (Armv7-M ARM sections A5.2.1 to A5.2.3 and
//! A5.3.1, A5.3.3, A5.3.11, A5.3.12, A5.3.15 to A5.3.17).

use super::dsp;
use super::form::{KEEP, first, gpr, low, not_pc, not_sp, reg};
use crate::inst::{
    Extract, Imm3, Imm5, Imm8, Imm12, Imm16, Insert, Inst, Rotate, Sat32, SatShift, SetFlags,
    Shift, ShiftKind, ShiftLeft, ShiftRight, ThumbImm,
};
use crate::mach::{Accumulate, AluOp, CmpOp, MInst, Reg, Rhs, ShiftOp, UnOp};

/// The shortest form of an instruction. 16-bit forms that write the flags
/// need `dead`: that nothing reads the flags afterwards.
pub(crate) fn choose(inst: &MInst, dead: bool) -> Option<Inst> {
    match *inst {
        MInst::Mov { rd, rm } => Some(Inst::MovRegT1 { rd: reg(rd)?, rm: reg(rm)? }),
        MInst::Alu { op, s, rd, rn, rhs, .. } => alu(op, s, dead || s, rd, rn, rhs),
        MInst::Cmp { op, rn, rhs } => compare(op, rn, rhs),
        MInst::ShiftImm { op, s, rd, rn, amount } => {
            shift_imm(op, s, rd, rn, amount.into(), dead || s)
        }
        MInst::ShiftReg { op, rd, rn, rm, .. } => shift_reg(op, rd, rn, rm, dead),
        MInst::Un { op, rd, rm } => unary(op, rd, rm, dead),
        MInst::Extract { signed, rd, rn, lsb, width } => {
            let (rd, rn) = (gpr(rd)?, gpr(rn)?);
            let field = Extract::new(lsb.into(), width.into())?;
            Some(if signed {
                Inst::SbfxT1 { rd, rn, field }
            } else {
                Inst::UbfxT1 { rd, rn, field }
            })
        }
        MInst::Saturate { signed, bits, rd, rn } => {
            let (rd, rn, shift) = (gpr(rd)?, gpr(rn)?, SatShift::NONE);
            Some(match signed {
                true => Inst::SsatT1 { rd, rn, sat: Sat32::new(bits.into())?, shift },
                false => Inst::UsatT1 { rd, rn, sat: Imm5::new(bits.into())?, shift },
            })
        }
        MInst::ExtendAdd { .. }
        | MInst::ExtendBytes { .. }
        | MInst::Pack { .. }
        | MInst::MulPart { .. } => dsp::choose(inst),
        MInst::Insert { rd, base, rn, lsb, width } if rd == base => {
            let field = Insert::new(lsb.into(), width.into())?;
            Some(Inst::BfiT1 { rd: gpr(rd)?, rn: gpr(rn)?, field })
        }
        MInst::Clear { rd, rn, lsb, width } if rd == rn => {
            Some(Inst::BfcT1 { rd: gpr(rd)?, field: Insert::new(lsb.into(), width.into())? })
        }
        MInst::Mul { rd, rn, rm, .. } => multiply(rd, rn, rm, dead),
        MInst::MulAdd { subtract, rd, rn, rm, ra } => {
            let (rd, rn, rm, ra) = (gpr(rd)?, gpr(rn)?, gpr(rm)?, gpr(ra)?);
            Some(if subtract {
                Inst::MlsT1 { rd, rn, rm, ra }
            } else {
                Inst::MlaT1 { rd, rn, rm, ra }
            })
        }
        MInst::MulLong { signed, lo, hi, rn, rm } => {
            let (rdlo, rdhi, rn, rm) = (gpr(lo)?, gpr(hi)?, gpr(rn)?, gpr(rm)?);
            Some(if signed {
                Inst::SmullT1 { rdlo, rdhi, rn, rm }
            } else {
                Inst::UmullT1 { rdlo, rdhi, rn, rm }
            })
        }
        MInst::MulAddLong { how, lo, hi, rn, rm, add_lo, add_hi }
            if lo == add_lo && hi == add_hi =>
        {
            let (rdlo, rdhi, rn, rm) = (gpr(lo)?, gpr(hi)?, gpr(rn)?, gpr(rm)?);
            Some(match how {
                Accumulate::Unsigned => Inst::UmlalT1 { rdlo, rdhi, rn, rm },
                Accumulate::Signed => Inst::SmlalT1 { rdlo, rdhi, rn, rm },
                Accumulate::Words => Inst::UmaalT1 { rdlo, rdhi, rn, rm },
                Accumulate::Halves([x, y]) => {
                    let (x, y) = (dsp::half(x), dsp::half(y));
                    Inst::SmlalhT1 { x, y, rdlo, rdhi, rn, rm }
                }
            })
        }
        MInst::Div { signed, rd, rn, rm } => {
            let (rd, rn, rm) = (gpr(rd)?, gpr(rn)?, gpr(rm)?);
            Some(if signed { Inst::SdivT1 { rd, rn, rm } } else { Inst::UdivT1 { rd, rn, rm } })
        }
        _ => None,
    }
}

fn alu(op: AluOp, s: bool, narrow: bool, rd: Reg, rn: Reg, rhs: Rhs) -> Option<Inst> {
    match rhs {
        Rhs::Reg(rm) if op == AluOp::Rsb => alu(AluOp::Sub, s, narrow, rd, rm, Rhs::Reg(rn)),
        Rhs::Reg(rm) => {
            let short = if narrow { alu_narrow(op, rd, rn, rm) } else { None };
            // The form that takes high registers leaves the flags alone.
            let any = if s { None } else { add_any(op, rd, rn, rm) };
            short.or(any).or_else(|| alu_shifted(op, s, rd, rn, rm, Shift::lsl(0)?))
        }
        Rhs::Shifted(rm, shift, amount) => {
            alu_shifted(op, s, rd, rn, rm, Shift::new(shift_kind(shift), amount.into())?)
        }
        Rhs::Imm(value) => {
            let short = if narrow { alu_imm_narrow(op, rd, rn, value) } else { None };
            short.or_else(|| alu_imm(op, s, rd, rn, value)).or_else(|| {
                // The inverse operation with the negated or inverted constant
                // makes the same result and the same flags.
                let (op, value) = inverse(op, value)?;
                alu_imm(op, s, rd, rn, value)
            })
        }
    }
}

/// The operation with which the negated or inverted constant does the same.
/// (A zero is never negated: its carry would differ.)
fn inverse(op: AluOp, value: u32) -> Option<(AluOp, u32)> {
    Some(match op {
        AluOp::Add if value != 0 => (AluOp::Sub, value.wrapping_neg()),
        AluOp::Sub if value != 0 => (AluOp::Add, value.wrapping_neg()),
        AluOp::Adc => (AluOp::Sbc, !value),
        AluOp::Sbc => (AluOp::Adc, !value),
        AluOp::And => (AluOp::Bic, !value),
        AluOp::Bic => (AluOp::And, !value),
        AluOp::Orr => (AluOp::Orn, !value),
        AluOp::Orn => (AluOp::Orr, !value),
        _ => return None,
    })
}

fn alu_narrow(op: AluOp, rd: Reg, rn: Reg, rm: Reg) -> Option<Inst> {
    let (d, n, m) = (low(rd)?, low(rn)?, low(rm)?);
    match op {
        AluOp::Add => return Some(Inst::AddsRegT1 { rd: d, rn: n, rm: m }),
        AluOp::Sub => return Some(Inst::SubsRegT1 { rd: d, rn: n, rm: m }),
        _ => {}
    }
    let (rdn, rm) = if rd == rn {
        (d, m)
    } else if rd == rm && op.is_commutative() {
        (d, n)
    } else {
        return None;
    };
    Some(match op {
        AluOp::Adc => Inst::AdcsRegT1 { rdn, rm },
        AluOp::Sbc => Inst::SbcsRegT1 { rdn, rm },
        AluOp::And => Inst::AndsRegT1 { rdn, rm },
        AluOp::Orr => Inst::OrrsRegT1 { rdn, rm },
        AluOp::Eor => Inst::EorsRegT1 { rdn, rm },
        AluOp::Bic => Inst::BicsRegT1 { rdn, rm },
        _ => return None,
    })
}

fn add_any(op: AluOp, rd: Reg, rn: Reg, rm: Reg) -> Option<Inst> {
    let (rn, rm) = if rd == rn { (rn, rm) } else { (rm, rn) };
    (op == AluOp::Add && rd == rn).then_some(())?;
    Some(Inst::AddRegT2 { rdn: not_sp(rd)?, rm: not_sp(rm)? })
}

fn alu_shifted(op: AluOp, s: bool, rd: Reg, rn: Reg, rm: Reg, shift: Shift) -> Option<Inst> {
    let (s, rd, rn, rm) = (SetFlags(s), gpr(rd)?, gpr(rn)?, gpr(rm)?);
    Some(match op {
        AluOp::Add => Inst::AddRegT3 { s, rd, rn, rm, shift },
        AluOp::Adc => Inst::AdcRegT2 { s, rd, rn, rm, shift },
        AluOp::Sub => Inst::SubRegT2 { s, rd, rn, rm, shift },
        AluOp::Sbc => Inst::SbcRegT2 { s, rd, rn, rm, shift },
        AluOp::Rsb => Inst::RsbRegT1 { s, rd, rn, rm, shift },
        AluOp::And => Inst::AndRegT2 { s, rd, rn, rm, shift },
        AluOp::Orr => Inst::OrrRegT2 { s, rd, rn, rm, shift },
        AluOp::Eor => Inst::EorRegT2 { s, rd, rn, rm, shift },
        AluOp::Bic => Inst::BicRegT2 { s, rd, rn, rm, shift },
        AluOp::Orn => Inst::OrnRegT1 { s, rd, rn, rm, shift },
    })
}

fn alu_imm_narrow(op: AluOp, rd: Reg, rn: Reg, value: u32) -> Option<Inst> {
    let (op, value) = match op {
        // -255 to -1, and never a zero: see `inverse`.
        AluOp::Add | AluOp::Sub if value.wrapping_neg() < 256 && value != 0 => inverse(op, value)?,
        _ => (op, value),
    };
    let (d, n) = (low(rd)?, low(rn)?);
    match op {
        AluOp::Add => first![
            Inst::AddsImmT1 { rd: d, rn: n, imm: Imm3::new(value)? },
            Inst::AddsImmT2 { rdn: same(rd, rn, d)?, imm: Imm8::new(value)? },
        ],
        AluOp::Sub => first![
            Inst::SubsImmT1 { rd: d, rn: n, imm: Imm3::new(value)? },
            Inst::SubsImmT2 { rdn: same(rd, rn, d)?, imm: Imm8::new(value)? },
        ],
        AluOp::Rsb if value == 0 => Some(Inst::RsbsImmT1 { rd: d, rn: n }),
        _ => None,
    }
}

fn same<T>(a: Reg, b: Reg, then: T) -> Option<T> {
    (a == b).then_some(then)
}

fn alu_imm(op: AluOp, s: bool, rd: Reg, rn: Reg, value: u32) -> Option<Inst> {
    let (d, n) = (gpr(rd)?, gpr(rn)?);
    let Some(imm) = ThumbImm::new(value) else {
        let imm = Imm12::new(value)?;
        return match op {
            AluOp::Add if !s => Some(Inst::AddImmT4 { rd: d, rn: n, imm }),
            AluOp::Sub if !s => Some(Inst::SubImmT4 { rd: d, rn: n, imm }),
            _ => None,
        };
    };
    let s = SetFlags(s);
    Some(match op {
        AluOp::Add => Inst::AddImmT3 { s, rd: d, rn: n, imm },
        AluOp::Adc => Inst::AdcImmT1 { s, rd: d, rn: n, imm },
        AluOp::Sub => Inst::SubImmT3 { s, rd: d, rn: n, imm },
        AluOp::Sbc => Inst::SbcImmT1 { s, rd: d, rn: n, imm },
        AluOp::Rsb => Inst::RsbImmT2 { s, rd: d, rn: n, imm },
        AluOp::And => Inst::AndImmT1 { s, rd: d, rn: n, imm },
        AluOp::Orr => Inst::OrrImmT1 { s, rd: d, rn: n, imm },
        AluOp::Eor => Inst::EorImmT1 { s, rd: d, rn: n, imm },
        AluOp::Bic => Inst::BicImmT1 { s, rd: d, rn: n, imm },
        AluOp::Orn => Inst::OrnImmT1 { s, rd: d, rn: n, imm },
    })
}

/// Forms of comparisons, which may also stand in an IT block.
pub(super) fn compare(op: CmpOp, rn: Reg, rhs: Rhs) -> Option<Inst> {
    match rhs {
        Rhs::Reg(rm) => {
            let short = match op {
                CmpOp::Cmp => first![
                    Inst::CmpRegT1 { rn: low(rn)?, rm: low(rm)? },
                    Inst::CmpRegT2 { rn: not_pc(rn)?, rm: not_pc(rm)? },
                ],
                CmpOp::Cmn => first![Inst::CmnRegT1 { rn: low(rn)?, rm: low(rm)? }],
                CmpOp::Tst => first![Inst::TstRegT1 { rn: low(rn)?, rm: low(rm)? }],
                CmpOp::Teq => None,
            };
            short.or_else(|| compare_shifted(op, rn, rm, Shift::lsl(0)?))
        }
        Rhs::Shifted(rm, kind, amount) => {
            compare_shifted(op, rn, rm, Shift::new(shift_kind(kind), amount.into())?)
        }
        Rhs::Imm(value) => match op {
            CmpOp::Cmp => first![
                Inst::CmpImmT1 { rn: low(rn)?, imm: Imm8::new(value)? },
                Inst::CmpImmT2 { rn: not_pc(rn)?, imm: ThumbImm::new(value)? },
                Inst::CmnImmT1 { rn: not_pc(rn)?, imm: negated(value)? },
            ],
            CmpOp::Cmn => first![
                Inst::CmnImmT1 { rn: not_pc(rn)?, imm: ThumbImm::new(value)? },
                Inst::CmpImmT2 { rn: not_pc(rn)?, imm: negated(value)? },
            ],
            CmpOp::Tst => Some(Inst::TstImmT1 { rn: gpr(rn)?, imm: ThumbImm::new(value)? }),
            CmpOp::Teq => Some(Inst::TeqImmT1 { rn: gpr(rn)?, imm: ThumbImm::new(value)? }),
        },
    }
}

/// The negated constant, unless it is zero: its carry would differ.
fn negated(value: u32) -> Option<ThumbImm> {
    (value != 0).then(|| ThumbImm::new(value.wrapping_neg()))?
}

fn compare_shifted(op: CmpOp, rn: Reg, rm: Reg, shift: Shift) -> Option<Inst> {
    let rm = gpr(rm)?;
    Some(match op {
        CmpOp::Cmp => Inst::CmpRegT3 { rn: not_pc(rn)?, rm, shift },
        CmpOp::Cmn => Inst::CmnRegT2 { rn: not_pc(rn)?, rm, shift },
        CmpOp::Tst => Inst::TstRegT2 { rn: gpr(rn)?, rm, shift },
        CmpOp::Teq => Inst::TeqRegT1 { rn: gpr(rn)?, rm, shift },
    })
}

fn shift_kind(op: ShiftOp) -> ShiftKind {
    match op {
        ShiftOp::Lsl => ShiftKind::Lsl,
        ShiftOp::Lsr => ShiftKind::Lsr,
        ShiftOp::Asr => ShiftKind::Asr,
        ShiftOp::Ror => ShiftKind::Ror,
    }
}

fn shift_imm(op: ShiftOp, s: bool, rd: Reg, rm: Reg, amount: u32, narrow: bool) -> Option<Inst> {
    let (left, right) = (ShiftLeft::new(amount), ShiftRight::new(amount));
    if narrow && let (Some(rd), Some(rm)) = (low(rd), low(rm)) {
        match op {
            ShiftOp::Lsl => return Some(Inst::LslsImmT1 { rd, rm, amount: left? }),
            ShiftOp::Lsr => return Some(Inst::LsrsImmT1 { rd, rm, amount: right? }),
            ShiftOp::Asr => return Some(Inst::AsrsImmT1 { rd, rm, amount: right? }),
            ShiftOp::Ror => {}
        }
    }
    let (s, rd, rm) = (SetFlags(s), gpr(rd)?, gpr(rm)?);
    Some(match op {
        ShiftOp::Lsl => Inst::LslImmT2 { s, rd, rm, amount: left? },
        ShiftOp::Lsr => Inst::LsrImmT2 { s, rd, rm, amount: right? },
        ShiftOp::Asr => Inst::AsrImmT2 { s, rd, rm, amount: right? },
        ShiftOp::Ror => Inst::RorImmT1 { s, rd, rm, amount: left? },
    })
}

fn shift_reg(op: ShiftOp, rd: Reg, rn: Reg, rm: Reg, narrow: bool) -> Option<Inst> {
    if narrow
        && rd == rn
        && let (Some(rdn), Some(rm)) = (low(rd), low(rm))
    {
        return Some(match op {
            ShiftOp::Lsl => Inst::LslsRegT1 { rdn, rm },
            ShiftOp::Lsr => Inst::LsrsRegT1 { rdn, rm },
            ShiftOp::Asr => Inst::AsrsRegT1 { rdn, rm },
            ShiftOp::Ror => Inst::RorsRegT1 { rdn, rm },
        });
    }
    let (s, rd, rn, rm) = (KEEP, gpr(rd)?, gpr(rn)?, gpr(rm)?);
    Some(match op {
        ShiftOp::Lsl => Inst::LslRegT2 { s, rd, rn, rm },
        ShiftOp::Lsr => Inst::LsrRegT2 { s, rd, rn, rm },
        ShiftOp::Asr => Inst::AsrRegT2 { s, rd, rn, rm },
        ShiftOp::Ror => Inst::RorRegT2 { s, rd, rn, rm },
    })
}

fn unary(op: UnOp, rd: Reg, rm: Reg, narrow: bool) -> Option<Inst> {
    if let (Some(rd), Some(rm)) = (low(rd), low(rm)) {
        match op {
            UnOp::Rev => return Some(Inst::RevT1 { rd, rm }),
            UnOp::Rev16 => return Some(Inst::Rev16T1 { rd, rm }),
            UnOp::Revsh => return Some(Inst::RevshT1 { rd, rm }),
            UnOp::Sxtb => return Some(Inst::SxtbT1 { rd, rm }),
            UnOp::Sxth => return Some(Inst::SxthT1 { rd, rm }),
            UnOp::Uxtb => return Some(Inst::UxtbT1 { rd, rm }),
            UnOp::Uxth => return Some(Inst::UxthT1 { rd, rm }),
            UnOp::Mvn if narrow => return Some(Inst::MvnsRegT1 { rd, rm }),
            _ => {}
        }
    }
    let (rd, rm, rotate) = (gpr(rd)?, gpr(rm)?, Rotate::new(0)?);
    Some(match op {
        UnOp::Clz => Inst::ClzT1 { rd, rm },
        UnOp::Rbit => Inst::RbitT1 { rd, rm },
        UnOp::Rev => Inst::RevT2 { rd, rm },
        UnOp::Rev16 => Inst::Rev16T2 { rd, rm },
        UnOp::Revsh => Inst::RevshT2 { rd, rm },
        UnOp::Sxtb => Inst::SxtbT2 { rd, rm, rotate },
        UnOp::Sxth => Inst::SxthT2 { rd, rm, rotate },
        UnOp::Uxtb => Inst::UxtbT2 { rd, rm, rotate },
        UnOp::Uxth => Inst::UxthT2 { rd, rm, rotate },
        UnOp::Mvn => Inst::MvnRegT2 { s: KEEP, rd, rm, shift: Shift::lsl(0)? },
    })
}

fn multiply(rd: Reg, rn: Reg, rm: Reg, narrow: bool) -> Option<Inst> {
    let (rn, rm) = if rd == rn { (rm, rn) } else { (rn, rm) };
    if narrow
        && rd == rm
        && let (Some(rdn), Some(rn)) = (low(rd), low(rn))
    {
        return Some(Inst::MulsT1 { rn, rdn });
    }
    Some(Inst::MulT2 { rd: gpr(rd)?, rn: gpr(rn)?, rm: gpr(rm)? })
}

/// Forms that put a constant into a register without a literal pool.
pub(crate) fn constant(rd: Reg, value: u32, narrow: bool) -> Option<Inst> {
    let (low, gpr) = (low(rd), gpr(rd)?);
    first![
        Inst::MovsImmT1 { rd: low.filter(|_| narrow)?, imm: Imm8::new(value)? },
        Inst::MovImmT2 { s: KEEP, rd: gpr, imm: ThumbImm::new(value)? },
        Inst::MvnImmT1 { s: KEEP, rd: gpr, imm: ThumbImm::new(!value)? },
        Inst::MovImmT3 { rd: gpr, imm: Imm16::new(u16::try_from(value).ok()?) },
    ]
}
