//! Short arms of a branch as instructions under IT (Armv7-M ARM section
//! A7.3.1), in place of jumps around them.
//!
//! It is done after allocation, so that the copies which allocation puts on an
//! edge count as an arm too. Every instruction of an arm must be one that IT
//! can hold and that leaves the flags alone there: 16-bit forms do.

use super::alu::{choose, constant};
use super::form::low;
use super::{Emitter, Item, Label, condition};
use crate::compile::CompileError;
use crate::inst::{InIt, Inst, ItBlock};
use crate::mach::{AluOp, Cc, CmpOp, Located, MInst, Rhs};

/// Instructions that one IT holds.
const LONGEST: usize = 4;
/// Instructions of one arm alone, which otherwise are jumped over in less time.
const LONGEST_ALONE: usize = 3;

impl Emitter<'_> {
    /// The instructions of a block that is reached from one place only and
    /// jumps on, if there are few, and where it jumps to.
    fn arm(&self, label: Label) -> Option<(&[Located], Label)> {
        let insts = &self.function.blocks[label.0 as usize].insts;
        let (last, arm) = insts.split_last()?;
        let MInst::Jump(join) = &last.inst else { return None };
        // An arm that is hardly ever executed costs nothing where it stands elsewhere.
        let is_cold = self.function.blocks[label.0 as usize].is_cold && !self.prefers_size();
        let makes_frame = self.wrap.is_some_and(|wrap| wrap.door == label.0);
        let fits = self.references[label.0 as usize] == 1
            && !makes_frame
            && !self.placed[label.0 as usize]
            && arm.len() <= if is_cold { 1 } else { LONGEST }
            && arm.iter().all(|l| !l.inst.reads_flags() && !l.inst.writes_flags());
        fits.then_some((arm, self.forward.label(join.block)))
    }

    /// Emits the arms of a branch under IT, if they are short enough, and then
    /// the jump to where they meet.
    pub(super) fn emit_arms(
        &mut self,
        cond: Cc,
        then: Label,
        other: Label,
    ) -> Result<bool, CompileError> {
        let (first, second, cond, join, done) = match (self.arm(then), self.arm(other)) {
            (Some((a, at)), Some((b, bt))) if at == bt => (a, b, cond, at, vec![then, other]),
            (Some((a, at)), _) if at == other => (a, &[][..], cond, at, vec![then]),
            (_, Some((b, bt))) if bt == then => (b, &[][..], cond.inverted(), bt, vec![other]),
            _ => return Ok(false),
        };
        let longest = if second.is_empty() { LONGEST_ALONE } else { LONGEST };
        if first.is_empty() || first.len() + second.len() > longest {
            return Ok(false);
        }
        let (first, second) = (first.to_vec(), second.to_vec());
        let start = (self.items.len(), self.cycles, self.loc);
        self.item(Item::Inst(Inst::It { block: self.it_block(cond, first.len(), second.len())? }));
        for located in first.iter().chain(&second) {
            self.loc = located.loc;
            // What is emitted may be too long or not fit under IT.
            self.emit_inst(&located.inst, true, 0)?;
        }
        let arms = &self.items[start.0 + 1..];
        if arms.len() != first.len() + second.len() || !arms.iter().all(|(i, _)| fits_in_it(i)) {
            self.items.truncate(start.0);
            (self.cycles, self.loc) = (start.1, start.2);
            return Ok(false);
        }
        for label in done {
            self.placed[label.0 as usize] = true;
        }
        self.jump(join);
        Ok(true)
    }

    /// The same behind a comparison with zero, which a jump would include
    /// (CBZ): for size it is worth it only if it saves another jump.
    pub(super) fn emit_compared_arms(
        &mut self,
        compare: &MInst,
        cond: Cc,
        then: Label,
        other: Label,
    ) -> Result<bool, CompileError> {
        if self.prefers_size() && (self.arm(then).is_none() || self.arm(other).is_none()) {
            return Ok(false);
        }
        let start = (self.items.len(), self.cycles);
        self.emit_inst(compare, true, 0)?;
        if !self.emit_arms(cond, then, other)? {
            self.items.truncate(start.0);
            self.cycles = start.1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether two values differ, as 0 or 1: their difference is 0 already where
    /// they don't.
    pub(super) fn emit_differs(
        &mut self,
        compare: &MInst,
        number: &MInst,
    ) -> Result<bool, CompileError> {
        let (&MInst::Cmp { op: CmpOp::Cmp, rn, rhs }, &MInst::SetCond { cond, rd, then, other }) =
            (compare, number)
        else {
            return Ok(false);
        };
        if !matches!((cond, then, other), (Cc::Ne, 1, 0) | (Cc::Eq, 0, 1)) {
            return Ok(false);
        }
        let difference = match rhs {
            Rhs::Imm(0) if rd == rn => choose(compare, true),
            Rhs::Imm(0) => low(rd).zip(low(rn)).map(|(rd, rm)| Inst::MovsRegT2 { rd, rm }),
            _ => {
                let op = AluOp::Sub;
                choose(&MInst::Alu { op, s: true, tied: false, rd, rn, rhs }, true)
            }
        };
        let Some(difference) = difference.filter(|inst| inst.size() == 2) else {
            return Ok(false);
        };
        self.push(Some(difference), compare)?;
        self.it(Cc::Ne, &[])?;
        self.push(constant(rd, 1, true), number)?;
        Ok(true)
    }

    fn it_block(&self, cond: Cc, then: usize, other: usize) -> Result<ItBlock, CompileError> {
        let conds: Vec<bool> =
            std::iter::repeat_n(true, then - 1).chain(std::iter::repeat_n(false, other)).collect();
        ItBlock::new(condition(cond), &conds)
            .ok_or_else(|| CompileError::Encoding("it".to_string()))
    }
}

fn fits_in_it(item: &Item) -> bool {
    matches!(item, Item::Inst(inst) if inst.row().in_it == InIt::Allowed)
}
