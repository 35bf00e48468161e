//! Encoding of the laid-out pieces, with what the object writer needs:
//! relocations, mapping symbols, trap sites, source locations.

use synth_ir::SourceLoc;

use super::Pieces;
use crate::code::{Code, Reloc, RelocKind, Span, TrapSite};
use crate::compile::CompileError;
use crate::emit::{FloatDest, Item, Label, Literal, control::trap_inst};
use crate::inst::{
    CbzOff, Cond, Gpr, Imm8, Imm8x4, Imm12, IndexImm8x4, IndexImm12, IndexShift, Inst, Low, NotPc,
    NotSp, Off8, Off11, Off20, Off24, Reg,
};

/// Encodes all pieces.
pub(super) fn write(pieces: &Pieces) -> Result<Code, CompileError> {
    let mut writer = Writer { pieces, code: Code { align: 2, ..Code::default() } };
    for i in 0..pieces.items.len() {
        writer.piece(i)?;
    }
    Ok(writer.code)
}

struct Writer<'a> {
    pieces: &'a Pieces,
    code: Code,
}

fn missing(what: &str) -> CompileError {
    CompileError::Encoding(what.to_string())
}

impl Writer<'_> {
    fn at(&self) -> u32 {
        self.code.bytes.len() as u32
    }

    fn span(&mut self, span: Span) {
        if self.code.spans.last().map(|s| s.1) != Some(span) {
            self.code.spans.push((self.at(), span));
        }
    }

    fn inst(&mut self, inst: Option<Inst>) -> Result<(), CompileError> {
        self.span(Span::Thumb);
        match inst.filter(Inst::is_legal) {
            Some(inst) => {
                inst.encode().write_to(&mut self.code.bytes);
                Ok(())
            }
            None => Err(missing("a laid-out instruction")),
        }
    }

    /// Distance of a label from the address of the next instruction plus 4.
    fn distance(&self, label: Label) -> i32 {
        self.pieces.labels[label.0 as usize].wrapping_sub(self.at() + 4) as i32
    }

    fn piece(&mut self, i: usize) -> Result<(), CompileError> {
        let (item, loc) = &self.pieces.items[i];
        if self.at() != self.pieces.offsets[i] {
            return Err(missing("a piece at the offset that it was laid out at"));
        }
        self.locate(item, *loc);
        let form = self.pieces.forms[i];
        match item {
            Item::Label(_) => Ok(()),
            Item::Align => self.align(i),
            Item::Inst(inst) => self.inst(Some(*inst)),
            Item::Reloc(inst, kind, symbol, addend) => {
                let (offset, kind, symbol, addend) = (self.at(), *kind, *symbol, *addend);
                self.code.relocs.push(Reloc { offset, kind, symbol, addend });
                self.inst(Some(*inst))
            }
            Item::Branch { cond, target } => self.branch(*cond, *target, form),
            Item::ZeroBranch { rn, nonzero, target } => {
                self.zero_branch(*rn, *nonzero, *target, form)
            }
            Item::Literal { rt, .. } => self.literal(*rt, form, self.pieces.literal_distance(i)),
            Item::FloatLiteral { fd, .. } => {
                self.float_literal(*fd, self.pieces.literal_distance(i))
            }
            Item::Table { index, targets } => self.table(*index, targets, form),
            Item::FarTable { index, temps, targets } => self.far_table(*index, *temps, targets),
            Item::Trap { code, locs } => {
                let offset = self.at();
                let sites = locs.iter().map(|&loc| TrapSite { offset, code: *code, loc });
                self.code.traps.extend(sites);
                self.inst(trap_inst(*code))
            }
            Item::Pool(words) => self.pool(words),
        }
    }

    fn align(&mut self, i: usize) -> Result<(), CompileError> {
        self.code.align = 4;
        let next = self.pieces.offsets.get(i + 1);
        if next == Some(&self.pieces.offsets[i]) { Ok(()) } else { self.inst(Some(Inst::NopT1)) }
    }

    fn locate(&mut self, item: &Item, loc: SourceLoc) {
        let known = self.code.locs.last().map_or(SourceLoc::default(), |l| l.1);
        if known != loc && !matches!(item, Item::Label(_) | Item::Align | Item::Pool(_)) {
            let at = self.at();
            self.code.locs.push((at, loc));
        }
    }

    fn branch(&mut self, cond: Option<Cond>, to: Label, form: u8) -> Result<(), CompileError> {
        match (cond, form) {
            (None, 0) => {
                let inst = Off11::new(self.distance(to)).map(|target| Inst::BT2 { target });
                self.inst(inst)
            }
            (Some(cond), 0) => {
                let inst =
                    Off8::new(self.distance(to)).map(|target| Inst::BCondT1 { cond, target });
                self.inst(inst)
            }
            (Some(cond), 1) => {
                let target = Off20::new(self.distance(to));
                self.inst(target.map(|target| Inst::BCondT3 { cond, target }))
            }
            (cond, _) => {
                if let Some(cond) = cond {
                    // Over the four bytes of the branch: pc is already behind them.
                    let cond = cond.inverse();
                    self.inst(Off8::new(2).map(|target| Inst::BCondT1 { cond, target }))?;
                }
                let inst = Off24::new(self.distance(to)).map(|target| Inst::BT4 { target });
                self.inst(inst)
            }
        }
    }

    fn zero_branch(
        &mut self,
        rn: Low,
        nonzero: bool,
        to: Label,
        form: u8,
    ) -> Result<(), CompileError> {
        if form == 0 {
            let target = CbzOff::new(self.distance(to));
            return self.inst(target.map(|target| {
                if nonzero { Inst::CbnzT1 { rn, target } } else { Inst::CbzT1 { rn, target } }
            }));
        }
        self.inst(Imm8::new(0).map(|imm| Inst::CmpImmT1 { rn, imm }))?;
        let cond = if nonzero { Cond::Ne } else { Cond::Eq };
        self.branch(Some(cond), to, form - 1)
    }

    fn literal(&mut self, rt: Gpr, form: u8, distance: i64) -> Result<(), CompileError> {
        self.code.align = 4;
        let inst = if form == 0
            && let Some(low) = Low::new(rt.reg())
        {
            let offset = u32::try_from(distance).ok().and_then(Imm8x4::new);
            offset.map(|offset| Inst::LdrLitT1 { rt: low, offset })
        } else {
            let offset = i32::try_from(distance).ok().and_then(IndexImm12::new);
            offset.map(|offset| Inst::LdrLitT2 { rt: rt.reg(), offset })
        };
        self.inst(inst)
    }

    fn float_literal(&mut self, fd: FloatDest, distance: i64) -> Result<(), CompileError> {
        self.code.align = 4;
        let offset = i32::try_from(distance).ok().and_then(IndexImm8x4::new);
        self.inst(offset.map(|offset| match fd {
            FloatDest::Single(sd) => Inst::VldrLitS { sd, offset },
            FloatDest::Double(dd) => Inst::VldrLitD { dd, offset },
        }))
    }

    fn pool(&mut self, words: &[Literal]) -> Result<(), CompileError> {
        self.pad()?;
        self.span(Span::Data);
        for word in words {
            let value = match *word {
                Literal::Word(value) => value,
                Literal::Symbol(symbol, addend) => {
                    let offset = self.at();
                    let kind = RelocKind::Abs32;
                    self.code.relocs.push(Reloc { offset, kind, symbol, addend });
                    addend as u32
                }
                Literal::Double(bits) => {
                    self.code.bytes.extend(bits.to_le_bytes());
                    continue;
                }
            };
            self.code.bytes.extend(value.to_le_bytes());
        }
        Ok(())
    }

    /// Aligns to a word.
    fn pad(&mut self) -> Result<(), CompileError> {
        self.code.align = 4;
        if self.at().is_multiple_of(4) { Ok(()) } else { self.inst(Some(Inst::NopT1)) }
    }

    fn table(&mut self, index: Gpr, targets: &[Label], form: u8) -> Result<(), CompileError> {
        let pc = self.at() + 4;
        let distance = |l: &Label| self.pieces.labels[l.0 as usize].wrapping_sub(pc) / 2;
        let entries: Vec<u32> = targets.iter().map(distance).collect();
        let Some(rn) = NotSp::new(Reg::PC) else { return Err(missing("tbb")) };
        let rm = index;
        self.inst(Some(if form == 0 { Inst::TbbT1 { rn, rm } } else { Inst::TbhT1 { rn, rm } }))?;
        self.span(Span::Data);
        for entry in entries {
            if form == 0 {
                self.code.bytes.push(entry as u8);
            } else {
                self.code.bytes.extend((entry as u16).to_le_bytes());
            }
        }
        if !self.at().is_multiple_of(2) {
            self.code.bytes.push(0);
        }
        Ok(())
    }

    /// `adr a, table; ldr b, [a, index, lsl #2]; add a, b; bx a`: the words
    /// are distances from the table, with the Thumb bit.
    fn far_table(
        &mut self,
        index: Gpr,
        (a, b): (Gpr, Gpr),
        targets: &[Label],
    ) -> Result<(), CompileError> {
        let start = (self.at() + 12).next_multiple_of(4);
        let pc = (self.at() + 4) & !3;
        self.inst(Imm12::new(start - pc).map(|imm| Inst::AdrT3 { rd: a, imm }))?;
        let (ra, rb) = (a.reg(), b.reg());
        let base = NotPc::new(ra).zip(IndexShift::new(2));
        self.inst(base.map(|(rn, shift)| Inst::LdrRegT2 { rt: rb, rn, rm: index, shift }))?;
        let sum = NotSp::new(ra).zip(NotSp::new(rb));
        self.inst(sum.map(|(rdn, rm)| Inst::AddRegT2 { rdn, rm }))?;
        self.inst(NotPc::new(ra).map(|rm| Inst::BxT1 { rm }))?;
        self.pad()?;
        self.span(Span::Data);
        for target in targets {
            let distance = self.pieces.labels[target.0 as usize].wrapping_sub(start) | 1;
            self.code.bytes.extend(distance.to_le_bytes());
        }
        Ok(())
    }
}
