//! Block order, branches, calls, traps and instructions under a condition.

use std::collections::BTreeMap;

use synth_ir::{SourceLoc, TrapCode};

use super::alu::{choose, compare, constant};
use super::form::{gpr, low, not_pc, reg};
use super::{Emitter, Item, Label, condition};
use crate::code::RelocKind;
use crate::compile::CompileError;
use crate::inst::{Imm8, Inst, ItBlock, Off24};
use crate::mach::{AluOp, Callee, Cc, CmpOp, EdgeTarget, Located, MFunction, MInst, Reg, Rhs};

/// Trap instructions that stand behind the function's code.
pub(super) struct Traps {
    next: u32,
    shared: BTreeMap<TrapCode, usize>,
    list: Vec<(Label, TrapCode, Vec<SourceLoc>)>,
}

impl Traps {
    pub(super) fn new(first_label: u32) -> Traps {
        Traps { next: first_label, shared: BTreeMap::new(), list: vec![] }
    }
}

/// Where jumps really go: past blocks that only jump on.
pub(crate) struct Forward(Vec<u32>);

impl Forward {
    pub(crate) fn new(function: &MFunction) -> Forward {
        #[derive(Clone, Copy)]
        enum State {
            New,
            OnPath,
            Ends(u32),
        }
        let mut states = vec![State::New; function.blocks.len()];
        for start in 0..states.len() as u32 {
            let mut path = vec![];
            let mut at = start;
            let end = loop {
                match states[at as usize] {
                    State::Ends(end) => break end,
                    // A cycle of empty blocks: an infinite loop.
                    State::OnPath => break at,
                    State::New => {}
                }
                states[at as usize] = State::OnPath;
                path.push(at);
                match function.blocks[at as usize].insts.as_slice() {
                    [Located { inst: MInst::Jump(target), .. }] => at = target.block,
                    _ => break at,
                }
            };
            for block in path {
                states[block as usize] = State::Ends(end);
            }
        }
        let end = |(i, state)| if let State::Ends(end) = state { end } else { i as u32 };
        Forward(states.into_iter().enumerate().map(end).collect())
    }

    pub(crate) fn label(&self, block: u32) -> Label {
        Label(self.0[block as usize])
    }

    /// Number of branches to each block.
    pub(super) fn references(&self, function: &MFunction, order: &[u32]) -> Vec<u32> {
        let mut references = vec![0; function.blocks.len()];
        for &block in order {
            if let Some(last) = function.blocks[block as usize].insts.last() {
                let targets = self.targets(block, &last.inst);
                targets.iter().for_each(|label| references[label.0 as usize] += 1);
            }
        }
        references
    }

    /// The same for a jump table of block `from`, which reaches forward only.
    fn table_label(&self, from: u32, block: u32) -> Label {
        let target = self.0[block as usize];
        Label(if target > from { target } else { block })
    }

    /// Where the jumps of a block go.
    pub(super) fn targets(&self, from: u32, inst: &MInst) -> Vec<Label> {
        let is_table = matches!(inst, MInst::Switch { .. });
        let place = |t: &&EdgeTarget| match is_table {
            true => self.table_label(from, t.block),
            false => self.label(t.block),
        };
        inst.targets().iter().map(place).collect()
    }

    /// The blocks to place, in order: those that are still reached.
    pub(crate) fn block_order(&self, function: &MFunction) -> Vec<u32> {
        let mut reached = vec![false; function.blocks.len()];
        // The entry holds the parameters' arrival and is always placed.
        let mut work = vec![0u32];
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut reached[block as usize], true) {
                continue;
            }
            if let Some(last) = function.blocks[block as usize].insts.last() {
                work.extend(self.targets(block, &last.inst).iter().map(|l| l.0));
            }
        }
        (0..function.blocks.len() as u32).filter(|&b| reached[b as usize]).collect()
    }
}

impl Emitter<'_> {
    fn label(&self, block: u32) -> Label {
        self.forward.label(block)
    }

    pub(super) fn emit_terminator(&mut self, inst: &MInst, block: u32) -> Result<(), CompileError> {
        match inst {
            MInst::Jump(target) => {
                let target = self.label(target.block);
                if self.next() != Some(target.0) && self.returns_at_once(target) {
                    return self.epilogue();
                }
                self.jump(target);
                Ok(())
            }
            MInst::CondJump { cond, then, other } => {
                let (then, other) = (self.label(then.block), self.label(other.block));
                if self.emit_arms(*cond, then, other)? {
                    return Ok(());
                }
                let cond = condition(*cond);
                let next = self.next();
                if next == Some(then.0) || next != Some(other.0) && self.is_likelier(other, then) {
                    self.item(Item::Branch { cond: Some(cond.inverse()), target: other });
                    self.jump(then);
                } else {
                    self.item(Item::Branch { cond: Some(cond), target: then });
                    self.jump(other);
                }
                Ok(())
            }
            MInst::Switch { .. } => self.emit_switch(inst, block),
            MInst::Ret(_) => self.epilogue(),
            MInst::TailCall { .. } => self.emit_tail_call(inst),
            MInst::Trap(code) => {
                let locs = vec![self.loc];
                self.item(Item::Trap { code: *code, locs });
                Ok(())
            }
            _ => Err(CompileError::Encoding(inst.to_string())),
        }
    }

    /// Whether a jump goes to one block more often than to another: it stays in
    /// a loop. Where neither is next, the first branch should be taken.
    fn is_likelier(&self, block: Label, than: Label) -> bool {
        self.function.depth(block.0) > self.function.depth(than.0)
    }

    /// Whether a block only returns, by a single 16-bit instruction, which is
    /// no longer than a jump to it.
    fn returns_at_once(&self, target: Label) -> bool {
        let insts = &self.function.blocks[target.0 as usize].insts;
        matches!(insts.as_slice(), [Located { inst: MInst::Ret(_), .. }])
            && self.epilogue_is_short()
    }

    pub(super) fn jump(&mut self, target: Label) {
        if self.next() != Some(target.0) {
            self.item(Item::Branch { cond: None, target });
        }
    }

    fn emit_switch(&mut self, inst: &MInst, block: u32) -> Result<(), CompileError> {
        let MInst::Switch { outside, index, temps, table, .. } = inst else {
            return Err(CompileError::Encoding(inst.to_string()));
        };
        let labels = self.forward.targets(block, inst);
        let (Some(&default), Some(index)) = (labels.last(), gpr(*index)) else {
            return Err(CompileError::Encoding(inst.to_string()));
        };
        self.item(Item::Branch { cond: Some(condition(*outside)), target: default });
        let targets: Vec<Label> =
            table.iter().map(|&i| labels.get(i as usize).copied().unwrap_or(default)).collect();
        match temps {
            None => self.item(Item::Table { index, targets }),
            Some((a, b)) => {
                let (Some(a), Some(b)) = (gpr(*a), gpr(*b)) else {
                    return Err(CompileError::Encoding(inst.to_string()));
                };
                self.item(Item::FarTable { index, temps: (a, b), targets });
            }
        }
        Ok(())
    }

    /// A comparison with zero and a branch on equality, as one item.
    pub(super) fn emit_zero_branch(
        &mut self,
        first: &MInst,
        second: &MInst,
        loc: SourceLoc,
    ) -> Result<bool, CompileError> {
        let MInst::Cmp { op: CmpOp::Cmp, rn, rhs: Rhs::Imm(0) } = first else { return Ok(false) };
        let Some(rn) = low(*rn) else { return Ok(false) };
        self.loc = loc;
        match second {
            MInst::TrapIf { cond: cond @ (Cc::Eq | Cc::Ne), code } => {
                let target = self.trap_label(*code);
                self.item(Item::ZeroBranch { rn, nonzero: *cond == Cc::Ne, target });
            }
            MInst::CondJump { cond: cond @ (Cc::Eq | Cc::Ne), then, other } => {
                let (then, other) = (self.label(then.block), self.label(other.block));
                if self.emit_compared_arms(first, *cond, then, other)? {
                    return Ok(true);
                }
                let nonzero = *cond == Cc::Ne;
                let next = self.next();
                if next == Some(then.0) || next != Some(other.0) && self.is_likelier(other, then) {
                    self.item(Item::ZeroBranch { rn, nonzero: !nonzero, target: other });
                    self.jump(then);
                } else {
                    self.item(Item::ZeroBranch { rn, nonzero, target: then });
                    self.jump(other);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A comparison with zero, copies, and a branch: the copies come first, and
    /// one of the register compared makes its flags where the branch can't.
    pub(super) fn emit_zero_branch_behind(
        &mut self,
        insts: &[Located],
    ) -> Result<bool, CompileError> {
        let [compare, copies @ .., branch] = insts else { return Ok(false) };
        let MInst::Cmp { rn, .. } = compare.inst else { return Ok(false) };
        let MInst::CondJump { cond: cond @ (Cc::Eq | Cc::Ne), then, other } = &branch.inst else {
            return Ok(false);
        };
        let (then, other) = (self.label(then.block), self.label(other.block));
        let is_back = self.placed[then.0 as usize] || self.placed[other.0 as usize];
        let narrow = |l: &Located| match l.inst {
            MInst::Mov { rd, rm } if rm == rn => low(rd).zip(low(rm)),
            _ => None,
        };
        let flags = copies.iter().position(|l| narrow(l).is_some());
        if low(rn).is_none() || is_back && flags.is_none() {
            return Ok(false);
        }
        for (i, copy) in copies.iter().enumerate() {
            self.loc = copy.loc;
            match narrow(copy) {
                // What stands behind it only copies.
                Some((rd, rm)) if is_back && flags == Some(i) => {
                    self.item(Item::Inst(Inst::MovsRegT2 { rd, rm }));
                }
                _ => self.emit_inst(&copy.inst, true, 0)?,
            }
        }
        self.loc = branch.loc;
        if is_back {
            let cond = condition(*cond);
            if self.next() == Some(then.0) {
                self.item(Item::Branch { cond: Some(cond.inverse()), target: other });
            } else {
                self.item(Item::Branch { cond: Some(cond), target: then });
                self.jump(other);
            }
            return Ok(true);
        }
        self.emit_zero_branch(&compare.inst, &branch.inst, branch.loc)
    }

    pub(super) fn emit_call(&mut self, inst: &MInst) -> Result<(), CompileError> {
        let MInst::Call { callee, .. } = inst else {
            return Err(CompileError::Encoding(inst.to_string()));
        };
        match callee {
            Callee::Symbol(symbol) => {
                // The addend -4 of the place cancels the distance of pc.
                let Some(target) = Off24::new(-4) else {
                    return Err(CompileError::Encoding(inst.to_string()));
                };
                self.item(Item::Reloc(Inst::BlT1 { target }, RelocKind::ThmCall, *symbol, 0));
                Ok(())
            }
            Callee::Reg(target) => {
                let chosen = not_pc(*target).map(|rm| Inst::BlxT1 { rm });
                self.push(chosen, inst)
            }
        }
    }

    /// Instructions under a condition: IT and what follows it.
    pub(super) fn emit_conditional(
        &mut self,
        inst: &MInst,
        dead: bool,
    ) -> Result<(), CompileError> {
        match *inst {
            // The carry as a number: `rd - rd - !C`.
            MInst::SetCond { cond: cond @ (Cc::Lo | Cc::Hs), rd, then: 1, other: 0 }
            | MInst::SetCond { cond: cond @ (Cc::Lo | Cc::Hs), rd, then: 0, other: 1 }
                if dead && low(rd).is_some() =>
            {
                let one_if_lower =
                    (cond == Cc::Lo) == matches!(inst, MInst::SetCond { then: 1, .. });
                let carry = low(rd).map(|rdn| Inst::SbcsRegT1 { rdn, rm: rdn });
                self.push(carry, inst)?;
                let rhs = Rhs::Imm(if one_if_lower { 0 } else { 1 });
                let op = if one_if_lower { AluOp::Rsb } else { AluOp::Add };
                let to_number = MInst::Alu { op, s: false, tied: false, rd, rn: rd, rhs };
                self.push(choose(&to_number, true), inst)
            }
            MInst::CondCmp { cond, op, rn, rhs } => {
                self.it(cond, &[])?;
                self.push(compare(op, rn, rhs), inst)
            }
            MInst::SetCond { cond, rd, then, other } => {
                self.it(cond, &[false])?;
                self.push(move_imm(rd, then.into()), inst)?;
                self.push(move_imm(rd, other.into()), inst)
            }
            MInst::Select { cond, rd, then, other } => {
                let then = match then {
                    Rhs::Reg(rm) if rm == rd => None,
                    Rhs::Reg(rm) => Some(move_reg(rd, rm)),
                    Rhs::Imm(value) => Some(move_imm(rd, value)),
                    Rhs::Shifted(..) => return Err(CompileError::Encoding(inst.to_string())),
                };
                let other = (rd != other).then(|| move_reg(rd, other));
                match (then, other) {
                    (None, None) => return Ok(()),
                    (None, Some(_)) => self.it(cond.inverted(), &[])?,
                    (Some(_), None) => self.it(cond, &[])?,
                    (Some(_), Some(_)) => self.it(cond, &[false])?,
                }
                then.into_iter().chain(other).try_for_each(|chosen| self.push(chosen, inst))
            }
            MInst::CondAlu { cond, op, rd, rn, rhs } if rd == rn => {
                self.it(cond, &[])?;
                let plain = MInst::Alu { op, s: false, tied: true, rd, rn, rhs };
                // Under IT, 16-bit forms leave the flags alone.
                self.push(choose(&plain, true), inst)
            }
            _ => Err(CompileError::Encoding(inst.to_string())),
        }
    }

    pub(super) fn it(&mut self, cond: Cc, then: &[bool]) -> Result<(), CompileError> {
        let block: Option<ItBlock> = ItBlock::new(condition(cond), then);
        match block {
            Some(block) => {
                self.item(Item::Inst(Inst::It { block }));
                Ok(())
            }
            None => Err(CompileError::Encoding("it".to_string())),
        }
    }

    /// A label that no block has.
    pub(super) fn new_label(&mut self) -> Label {
        self.traps.next += 1;
        Label(self.traps.next - 1)
    }

    /// The label of a trap instruction behind the code.
    pub(super) fn trap_label(&mut self, code: TrapCode) -> Label {
        if let Some(&index) = self.traps.shared.get(&code)
            && self.options.share_traps
        {
            let (label, _, locs) = &mut self.traps.list[index];
            locs.push(self.loc);
            return *label;
        }
        let label = self.new_label();
        self.traps.shared.insert(code, self.traps.list.len());
        self.traps.list.push((label, code, vec![self.loc]));
        label
    }

    pub(super) fn emit_traps(&mut self) {
        for (label, code, locs) in std::mem::take(&mut self.traps.list) {
            self.loc = locs.first().copied().unwrap_or_default();
            self.item(Item::Label(label));
            self.item(Item::Trap { code, locs });
        }
    }
}

fn move_reg(rd: Reg, rm: Reg) -> Option<Inst> {
    reg(rd).zip(reg(rm)).map(|(rd, rm)| Inst::MovRegT1 { rd, rm })
}

/// A move of a constant in an IT block, where 16-bit forms keep the flags.
fn move_imm(rd: Reg, value: u32) -> Option<Inst> {
    constant(rd, value, true)
}

/// A trap instruction.
pub(crate) fn trap_inst(code: TrapCode) -> Option<Inst> {
    Some(Inst::UdfT1 { imm: Imm8::new(code.number().into())? })
}
