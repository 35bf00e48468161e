//! Forms of loads and stores (Armv7-M ARM sections A5.2.4 and A5.3.8 to
//! A5.3.10), constants from the literal pool, and symbol addresses.

use synth_ir::SymbolId;

use super::alu::{choose, constant};
use super::form::{first, gpr, low, not_pc, reg};
use super::{Emitter, Item, Literal};
use crate::code::RelocKind;
use crate::compile::CompileError;
use crate::frame::Location;
use crate::inst::{
    Imm5x1, Imm5x2, Imm5x4, Imm8x4, Imm12, Imm16, IndexImm8, IndexImm8x4, IndexShift, Inst,
    LoadList, NegImm8, RegSet, StoreList,
};
use crate::mach::{AluOp, IP, MInst, Mode, Reg, Rhs, SP, Width};

/// The forms of one kind of access.
macro_rules! forms {
    ($any:ident, $rt:ident, $mode:ident, $imm5:ty, $narrow:ident, $narrow_reg:ident, $wide:ident, $neg:ident, $reg:ident) => {
        match $mode {
            Mode::Offset(base, offset) => first![
                Inst::$narrow {
                    rt: low($rt)?,
                    rn: low(base)?,
                    offset: <$imm5>::new(u32::try_from(offset).ok()?)?,
                },
                Inst::$wide {
                    rt: $any($rt)?,
                    rn: not_pc(base)?,
                    offset: Imm12::new(u32::try_from(offset).ok()?)?,
                },
                Inst::$neg { rt: $any($rt)?, rn: not_pc(base)?, offset: NegImm8::new(offset)? },
            ],
            Mode::Index(base, index, shift) => first![
                Inst::$narrow_reg {
                    rt: low($rt)?,
                    rn: low(base)?,
                    rm: low(index).filter(|_| shift == 0)?,
                },
                Inst::$reg {
                    rt: $any($rt)?,
                    rn: not_pc(base)?,
                    rm: gpr(index)?,
                    shift: IndexShift::new(shift.into())?,
                },
            ],
            _ => None,
        }
    };
}

/// The forms of one kind of access without 16-bit immediate forms.
macro_rules! signed_forms {
    ($any:ident, $rt:ident, $mode:ident, $narrow_reg:ident, $wide:ident, $neg:ident, $reg:ident) => {
        match $mode {
            Mode::Offset(base, offset) => first![
                Inst::$wide {
                    rt: $any($rt)?,
                    rn: not_pc(base)?,
                    offset: Imm12::new(u32::try_from(offset).ok()?)?,
                },
                Inst::$neg { rt: $any($rt)?, rn: not_pc(base)?, offset: NegImm8::new(offset)? },
            ],
            Mode::Index(base, index, shift) => first![
                Inst::$narrow_reg {
                    rt: low($rt)?,
                    rn: low(base)?,
                    rm: low(index).filter(|_| shift == 0)?,
                },
                Inst::$reg {
                    rt: $any($rt)?,
                    rn: not_pc(base)?,
                    rm: gpr(index)?,
                    shift: IndexShift::new(shift.into())?,
                },
            ],
            _ => None,
        }
    };
}

/// The forms of one kind of access that write the base register.
macro_rules! write_back_forms {
    ($any:ident, $rt:ident, $mode:ident, $post:ident, $pre:ident) => {
        match $mode {
            Mode::PostIndex(base, offset) => first![Inst::$post {
                rt: $any($rt)?,
                rn: not_pc(base)?,
                offset: IndexImm8::new(offset)?,
            }],
            Mode::PreIndex(base, offset) => first![Inst::$pre {
                rt: $any($rt)?,
                rn: not_pc(base)?,
                offset: IndexImm8::new(offset)?,
            }],
            _ => None,
        }
    };
}

fn load_with_write_back(width: Width, rt: Reg, mode: Mode) -> Option<Inst> {
    match width {
        Width::Word => write_back_forms!(reg, rt, mode, LdrPost, LdrPre),
        Width::U8 => write_back_forms!(gpr, rt, mode, LdrbPost, LdrbPre),
        Width::U16 => write_back_forms!(gpr, rt, mode, LdrhPost, LdrhPre),
        Width::S8 => write_back_forms!(gpr, rt, mode, LdrsbPost, LdrsbPre),
        Width::S16 => write_back_forms!(gpr, rt, mode, LdrshPost, LdrshPre),
    }
}

fn store_with_write_back(width: Width, rt: Reg, mode: Mode) -> Option<Inst> {
    match width {
        Width::Word => write_back_forms!(not_pc, rt, mode, StrPost, StrPre),
        Width::U8 | Width::S8 => write_back_forms!(gpr, rt, mode, StrbPost, StrbPre),
        Width::U16 | Width::S16 => write_back_forms!(gpr, rt, mode, StrhPost, StrhPre),
    }
}

pub(crate) fn load(width: Width, rt: Reg, mode: Mode) -> Option<Inst> {
    if mode.writes_back() {
        return load_with_write_back(width, rt, mode);
    }
    match width {
        Width::Word => match mode {
            Mode::Offset(SP, offset) if low(rt).is_some() && offset % 4 == 0 && offset < 1024 => {
                let offset = Imm8x4::new(u32::try_from(offset).ok()?)?;
                Some(Inst::LdrImmT2 { rt: low(rt)?, offset })
            }
            _ => forms!(reg, rt, mode, Imm5x4, LdrImmT1, LdrRegT1, LdrImmT3, LdrNegImm, LdrRegT2),
        },
        Width::U8 => {
            forms!(gpr, rt, mode, Imm5x1, LdrbImmT1, LdrbRegT1, LdrbImmT2, LdrbNegImm, LdrbRegT2)
        }
        Width::U16 => {
            forms!(gpr, rt, mode, Imm5x2, LdrhImmT1, LdrhRegT1, LdrhImmT2, LdrhNegImm, LdrhRegT2)
        }
        Width::S8 => signed_forms!(gpr, rt, mode, LdrsbRegT1, LdrsbImmT1, LdrsbNegImm, LdrsbRegT2),
        Width::S16 => signed_forms!(gpr, rt, mode, LdrshRegT1, LdrshImmT1, LdrshNegImm, LdrshRegT2),
    }
}

pub(crate) fn store(width: Width, rt: Reg, mode: Mode) -> Option<Inst> {
    if mode.writes_back() {
        return store_with_write_back(width, rt, mode);
    }
    match width {
        Width::Word => match mode {
            Mode::Offset(SP, offset) if low(rt).is_some() && offset % 4 == 0 && offset < 1024 => {
                let offset = Imm8x4::new(u32::try_from(offset).ok()?)?;
                Some(Inst::StrImmT2 { rt: low(rt)?, offset })
            }
            _ => {
                forms!(not_pc, rt, mode, Imm5x4, StrImmT1, StrRegT1, StrImmT3, StrNegImm, StrRegT2)
            }
        },
        Width::U8 | Width::S8 => {
            forms!(gpr, rt, mode, Imm5x1, StrbImmT1, StrbRegT1, StrbImmT2, StrbNegImm, StrbRegT2)
        }
        Width::U16 | Width::S16 => {
            forms!(gpr, rt, mode, Imm5x2, StrhImmT1, StrhRegT1, StrhImmT2, StrhNegImm, StrhRegT2)
        }
    }
}

/// LDRD or STRD.
pub(crate) fn double(is_load: bool, rt: Reg, rt2: Reg, mode: Mode) -> Option<Inst> {
    let Mode::Offset(base, offset) = mode else { return None };
    let (rt, rt2, rn) = (gpr(rt)?, gpr(rt2)?, not_pc(base)?);
    let offset = IndexImm8x4::new(offset)?;
    Some(match is_load {
        true => Inst::LdrdImmT1 { rt, rt2, rn, offset },
        false => Inst::StrdImmT1 { rt, rt2, rn, offset },
    })
}

/// LDM or STM of registers in rising order.
pub(super) fn multiple(is_load: bool, list: &[Reg], mode: Mode) -> Option<Inst> {
    let Mode::Offset(base, 0) = mode else { return None };
    let (rn, mut set) = (not_pc(base)?, RegSet::EMPTY);
    for &rt in list {
        set = set.union(reg(rt)?.regs());
    }
    Some(match is_load {
        true => Inst::LdmT2 { rn, list: LoadList::new(set)? },
        false => Inst::StmT2 { rn, list: StoreList::new(set)? },
    })
}

impl Emitter<'_> {
    pub(super) fn emit_access(&mut self, inst: &MInst) -> Result<(), CompileError> {
        let (&width, &rt, &mode, is_load) = match inst {
            MInst::Load { width, rd, mode } => (width, rd, mode, true),
            MInst::Store { width, rt, mode } => (width, rt, mode, false),
            _ => return Err(CompileError::Encoding(inst.to_string())),
        };
        let mode = match self.frame_location(mode)? {
            None => mode,
            Some(Location { base, offset: offset @ -255..4096 }) => {
                Mode::Offset(base, offset as i32)
            }
            Some(Location { base: IP, .. }) => return Err(CompileError::Frame(u64::MAX)),
            Some(Location { base, offset }) => {
                let offset = u32::try_from(offset).map_err(|_| CompileError::Frame(u64::MAX))?;
                self.emit_scratch(offset)?;
                Mode::Index(base, IP, 0)
            }
        };
        let chosen = if is_load { load(width, rt, mode) } else { store(width, rt, mode) };
        self.push(chosen, inst)
    }

    /// The mode of an access to several words, with which it has a form.
    pub(super) fn resolved(&mut self, inst: &MInst, mode: Mode) -> Result<Mode, CompileError> {
        let Some(Location { base, offset }) = self.frame_location(mode)? else { return Ok(mode) };
        let missing = |_| CompileError::Encoding(inst.to_string());
        Ok(Mode::Offset(base, i32::try_from(offset).map_err(missing)?))
    }

    /// The place in the frame that a mode names. If it counts from the saved
    /// stack pointer, r12 holds that one.
    pub(super) fn frame_location(&mut self, mode: Mode) -> Result<Option<Location>, CompileError> {
        let Some(location) = self.frame.location(mode) else { return Ok(None) };
        match (mode, self.frame.saved_sp) {
            (Mode::Incoming(_), Some(saved)) => {
                if !self.frame.scratch {
                    return Err(CompileError::Frame(saved.into()));
                }
                self.load_saved_sp(IP, saved)?;
                Ok(Some(Location { base: IP, ..location }))
            }
            _ => Ok(Some(location)),
        }
    }

    /// Puts a frame offset into r12.
    fn emit_scratch(&mut self, value: u32) -> Result<(), CompileError> {
        if !self.frame.scratch {
            return Err(CompileError::Frame(value.into()));
        }
        self.emit_pair(IP, value)
    }

    /// A constant by MOVW and MOVT.
    pub(super) fn emit_pair(&mut self, rd: Reg, value: u32) -> Result<(), CompileError> {
        let Some(rd) = gpr(rd) else { return Err(CompileError::Encoding("movw".to_string())) };
        self.item(Item::Inst(Inst::MovImmT3 { rd, imm: Imm16::new(value as u16) }));
        if value >> 16 != 0 {
            self.item(Item::Inst(Inst::MovtT1 { rd, imm: Imm16::new((value >> 16) as u16) }));
        }
        Ok(())
    }

    pub(super) fn emit_const(
        &mut self,
        rd: Reg,
        value: u32,
        dead: bool,
    ) -> Result<(), CompileError> {
        if let Some(inst) = constant(rd, value, dead) {
            self.item(Item::Inst(inst));
            return Ok(());
        }
        match gpr(rd) {
            Some(rt) if self.prefers_pool(rd, Literal::Word(value)) => {
                self.item(Item::Literal { rt, literal: Literal::Word(value) });
                Ok(())
            }
            _ => self.emit_pair(rd, value),
        }
    }

    pub(super) fn emit_symbol_addr(
        &mut self,
        rd: Reg,
        symbol: SymbolId,
        addend: i32,
    ) -> Result<(), CompileError> {
        let Some(rt) = gpr(rd) else { return Err(CompileError::Encoding("movw".to_string())) };
        // ELF for ARM is REL: MOVW and MOVT each hold the same signed 16 bits.
        let pair = i16::try_from(addend).ok().map(|a| Imm16::new(a as u16));
        match pair {
            Some(imm) if !self.prefers_pool(rd, Literal::Symbol(symbol, addend)) => {
                let movw = Inst::MovImmT3 { rd: rt, imm };
                let movt = Inst::MovtT1 { rd: rt, imm };
                self.item(Item::Reloc(movw, RelocKind::ThmMovwAbsNc, symbol, addend));
                self.item(Item::Reloc(movt, RelocKind::ThmMovtAbs, symbol, addend));
            }
            None if self.options.pure_code => {
                let low = i32::from(addend as i16);
                self.emit_symbol_addr(rd, symbol, low)?;
                // What is left is 16 bits, of which each byte fits an ADD.
                let high = addend.wrapping_sub(low) as u32;
                for part in [high & 0x00ff_0000, high & 0xff00_0000] {
                    let rhs = Rhs::Imm(part);
                    let add = MInst::Alu { op: AluOp::Add, s: false, tied: false, rd, rn: rd, rhs };
                    if part != 0 {
                        self.push(choose(&add, false), &add)?;
                    }
                }
            }
            _ => self.item(Item::Literal { rt, literal: Literal::Symbol(symbol, addend) }),
        }
        Ok(())
    }

    /// Whether a word in a pool is better than a pair of instructions, which
    /// has eight bytes: the load of a literal has two, or four if the register is a high
    /// one, and the literal four, which all loads share.
    fn prefers_pool(&self, rd: Reg, literal: Literal) -> bool {
        let is_shared = self.loads.get(&literal).is_some_and(|&loads| loads > 1);
        self.prefers_size() && (rd.is_low() || is_shared) && !self.options.pure_code
    }
}
