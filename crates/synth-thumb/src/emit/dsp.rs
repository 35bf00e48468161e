//! Forms of the DSP extension (Armv7-M ARM sections A5.3.11, A5.3.12 and A5.3.15
//! to A5.3.17, the rows of v7E-M). All are 32 bits wide and leave N, Z, C and V
//! alone; the sticky Q that some set is read by nothing.

use super::form::gpr;
use crate::inst::{Half, Inst, PackLeft, PackRight, Rotate, Round};
use crate::mach::{MInst, Product, Reg, UnOp};

/// The form of an instruction that needs the extension.
pub(super) fn choose(inst: &MInst) -> Option<Inst> {
    match *inst {
        MInst::ExtendAdd { op, rotate, rd, rn, rm } => extend_add(op, rotate, rd, rn, rm),
        MInst::ExtendBytes { signed, rotate, rd, rm } => {
            let (rd, rm, rotate) = (gpr(rd)?, gpr(rm)?, Rotate::new(rotate.into())?);
            Some(match signed {
                true => Inst::Sxtb16T1 { rd, rm, rotate },
                false => Inst::Uxtb16T1 { rd, rm, rotate },
            })
        }
        MInst::Pack { top, rd, rn, rm, amount } => {
            let (rd, rn, rm, amount) = (gpr(rd)?, gpr(rn)?, gpr(rm)?, amount.into());
            Some(match top {
                true => Inst::PkhtbT1 { rd, rn, rm, shift: PackRight::new(amount)? },
                false => Inst::PkhbtT1 { rd, rn, rm, shift: PackLeft::new(amount)? },
            })
        }
        MInst::MulPart { product, rd, rn, rm, ra } => multiply(product, rd, rn, rm, ra),
        _ => None,
    }
}

/// Additions that extend their second operand.
fn extend_add(op: UnOp, rotate: u8, rd: Reg, rn: Reg, rm: Reg) -> Option<Inst> {
    let (rd, rn, rm, rotate) = (gpr(rd)?, gpr(rn)?, gpr(rm)?, Rotate::new(rotate.into())?);
    Some(match op {
        UnOp::Sxtb => Inst::SxtabT1 { rd, rn, rm, rotate },
        UnOp::Sxth => Inst::SxtahT1 { rd, rn, rm, rotate },
        UnOp::Uxtb => Inst::UxtabT1 { rd, rn, rm, rotate },
        UnOp::Uxth => Inst::UxtahT1 { rd, rn, rm, rotate },
        _ => return None,
    })
}

/// The halfword of a factor.
pub(super) fn half(top: bool) -> Half {
    Half(top)
}

fn multiply(product: Product, rd: Reg, rn: Reg, rm: Reg, ra: Option<Reg>) -> Option<Inst> {
    let (rd, rn, rm) = (gpr(rd)?, gpr(rn)?, gpr(rm)?);
    let Some(ra) = ra else {
        return Some(match product {
            Product::Halves([x, y]) => Inst::SmulT1 { x: half(x), y: half(y), rd, rn, rm },
            Product::Middle(y) => Inst::SmulwT1 { y: half(y), rd, rn, rm },
            Product::High(r) => Inst::SmmulT1 { r: Round(r), rd, rn, rm },
        });
    };
    let ra = gpr(ra)?;
    Some(match product {
        Product::Halves([x, y]) => Inst::SmlaT1 { x: half(x), y: half(y), rd, rn, rm, ra },
        Product::Middle(y) => Inst::SmlawT1 { y: half(y), rd, rn, rm, ra },
        Product::High(r) => Inst::SmmlaT1 { r: Round(r), rd, rn, rm, ra },
    })
}
