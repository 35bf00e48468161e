//! Exclusive accesses and their loops (Armv7-M ARM section A3.4.1).
//!
//! Between the load and the store no other access stands, nor anything else
//! that allocation could have put there: the loop is one instruction up to
//! here.

use super::alu::{choose, compare};
use super::form::{gpr, not_pc, reg};
use super::{Emitter, Item};
use crate::compile::CompileError;
use crate::inst::{Barrier, Cond, Gpr, Imm8x4, Inst, NotPc, SysReg};
use crate::mach::{CmpOp, Exclusive, MInst, Reg, Rhs, Width};

/// LDREX or, with `ordered`, LDAEX.
fn load_exclusive(width: Width, ordered: bool, rt: Gpr, rn: NotPc) -> Option<Inst> {
    Some(match (width, ordered) {
        (Width::U8 | Width::S8, false) => Inst::LdrexbT1 { rt, rn },
        (Width::U16 | Width::S16, false) => Inst::LdrexhT1 { rt, rn },
        (Width::Word, false) => Inst::LdrexT1 { rt, rn, offset: Imm8x4::new(0)? },
        (Width::U8 | Width::S8, true) => Inst::Ldaexb { rt, rn },
        (Width::U16 | Width::S16, true) => Inst::Ldaexh { rt, rn },
        (Width::Word, true) => Inst::Ldaex { rt, rn },
    })
}

/// STREX or, with `ordered`, STLEX.
fn store_exclusive(width: Width, ordered: bool, rd: Gpr, rt: Gpr, rn: NotPc) -> Option<Inst> {
    Some(match (width, ordered) {
        (Width::U8 | Width::S8, false) => Inst::StrexbT1 { rd, rt, rn },
        (Width::U16 | Width::S16, false) => Inst::StrexhT1 { rd, rt, rn },
        (Width::Word, false) => Inst::StrexT1 { rd, rt, rn, offset: Imm8x4::new(0)? },
        (Width::U8 | Width::S8, true) => Inst::Stlexb { rd, rt, rn },
        (Width::U16 | Width::S16, true) => Inst::Stlexh { rd, rt, rn },
        (Width::Word, true) => Inst::Stlex { rd, rt, rn },
    })
}

/// LDA and STL.
fn ordered_access(inst: &MInst) -> Option<Inst> {
    Some(match *inst {
        MInst::LoadAcquire { width, rd, rn } => {
            let (rt, rn) = (gpr(rd)?, not_pc(rn)?);
            match width {
                Width::U8 | Width::S8 => Inst::Ldab { rt, rn },
                Width::U16 | Width::S16 => Inst::Ldah { rt, rn },
                Width::Word => Inst::Lda { rt, rn },
            }
        }
        MInst::StoreRelease { width, rt, rn } => {
            let (rt, rn) = (gpr(rt)?, not_pc(rn)?);
            match width {
                Width::U8 | Width::S8 => Inst::Stlb { rt, rn },
                Width::U16 | Width::S16 => Inst::Stlh { rt, rn },
                Width::Word => Inst::Stl { rt, rn },
            }
        }
        MInst::Barrier => Inst::DmbT1 { option: Barrier::Ish },
        MInst::RestoreInterrupts { rn } => Inst::MsrT1 { sysreg: SysReg::Primask, rn: gpr(rn)? },
        _ => return None,
    })
}

impl Emitter<'_> {
    pub(super) fn emit_atomic(&mut self, inst: &MInst) -> Result<(), CompileError> {
        match *inst {
            MInst::ReadModifyWrite { exclusive, op, operand, new } => {
                let Exclusive { old, .. } = exclusive;
                let again = self.new_label();
                self.item(Item::Label(again));
                self.load_exclusive(exclusive, inst)?;
                let stored = match (op, operand) {
                    (Some(op), rhs) => {
                        let rd = new.unwrap_or(old);
                        let alu = MInst::Alu { op, s: false, tied: false, rd, rn: old, rhs };
                        self.push(choose(&alu, true), inst)?;
                        rd
                    }
                    (None, Rhs::Reg(value)) => value,
                    (None, _) => return Err(CompileError::Encoding(inst.to_string())),
                };
                self.store_exclusive(exclusive, stored, inst)?;
                self.item(Item::Branch { cond: Some(Cond::Ne), target: again });
                Ok(())
            }
            MInst::CompareExchange { exclusive, expected, new } => {
                let (again, end) = (self.new_label(), self.new_label());
                self.item(Item::Label(again));
                self.load_exclusive(exclusive, inst)?;
                self.push(compare(CmpOp::Cmp, exclusive.old, expected), inst)?;
                self.item(Item::Branch { cond: Some(Cond::Ne), target: end });
                self.store_exclusive(exclusive, new, inst)?;
                self.item(Item::Branch { cond: Some(Cond::Ne), target: again });
                self.item(Item::Label(end));
                Ok(())
            }
            MInst::MaskInterrupts { rd } => {
                let read = gpr(rd).map(|rd| Inst::MrsT1 { rd, sysreg: SysReg::Primask });
                self.push(read, inst)?;
                self.push(Some(Inst::CpsidI {}), inst)
            }
            _ => self.push(ordered_access(inst), inst),
        }
    }

    fn load_exclusive(&mut self, exclusive: Exclusive, inst: &MInst) -> Result<(), CompileError> {
        let Exclusive { width, ordered, addr, old, .. } = exclusive;
        let load =
            gpr(old).zip(not_pc(addr)).and_then(|(rt, rn)| load_exclusive(width, ordered, rt, rn));
        self.push(load, inst)
    }

    /// The store, and flags that say whether it was done.
    fn store_exclusive(
        &mut self,
        exclusive: Exclusive,
        value: Reg,
        inst: &MInst,
    ) -> Result<(), CompileError> {
        let Exclusive { width, ordered, addr, status, .. } = exclusive;
        debug_assert!(reg(status).is_some());
        let store = gpr(status)
            .zip(gpr(value))
            .zip(not_pc(addr))
            .and_then(|((rd, rt), rn)| store_exclusive(width, ordered, rd, rt, rn));
        self.push(store, inst)?;
        self.push(compare(CmpOp::Cmp, status, Rhs::Imm(0)), inst)
    }
}
