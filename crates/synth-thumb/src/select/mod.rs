//! Selection: from SSA values to machine instructions on virtual registers.
//!
//! Blocks are visited so that every use comes before its definition (a
//! postorder), and each block from its end to its start. So when a value's
//! instruction is reached it is known whether anything needs it, and an
//! instruction may take the computation of its operands upon itself (a
//! shifted operand, an address) before they are selected on their own.
//!
//! What is emitted is kept in reverse and turned round at the end.
//! Constants and symbol addresses are not selected where they are defined:
//! see [`constants`].

mod accumulate;
mod anchors;
mod atomic;
mod calls;
mod conjunction;
mod constants;
mod context;
mod control;
mod fields;
mod float;
mod frequency;
mod memory;
mod packing;
mod pairs;
mod products;
#[allow(
    missing_docs,
    dead_code,
    unreachable_code,
    unreachable_patterns,
    unused_imports,
    unused_variables,
    non_snake_case,
    unused_mut,
    irrefutable_let_patterns,
    clippy::all
)]
mod rules {
    extern crate alloc;
    use super::context::types::*;
    include!(concat!(env!("OUT_DIR"), "/select.rs"));
}

use synth_ir::entity::{EntityRef, SecondaryMap};
use synth_ir::{
    Block, Function, Inst, InstData, Region, SourceLoc, TrapCode, Type, Value, ValueDef,
};

use crate::abi::{self, Places};
use crate::compile::{CompileError, Options};
use crate::mach::{
    Cc, CmpOp, FloatUnit, FrameSlot, Located, MFunction, MInst, Mode, Reg, Rhs, Width,
};
use anchors::Anchors;
use constants::Constants;

/// Selects the instructions of a function.
///
/// # Errors
/// If the function holds a float operation that has no instruction.
pub fn select(func: &Function, options: &Options) -> Result<MFunction, CompileError> {
    let mut lower = Lower::new(func, options);
    lower.run()?;
    Ok(lower.finish())
}

/// State of the selection of one function.
struct Lower<'a> {
    func: &'a Function,
    options: &'a Options,
    places: Places,
    out: MFunction,
    /// The register of each value that something needs.
    regs: SecondaryMap<Value, Option<Reg>>,
    /// Number of uses of each value.
    uses: SecondaryMap<Value, u32>,
    /// Block and position of each instruction.
    position: SecondaryMap<Inst, Option<(Block, u32)>>,
    /// Instructions that were selected together with another one.
    done: SecondaryMap<Inst, bool>,
    /// What stands for a register that selection found to be a copy.
    aliases: Vec<Option<Reg>>,
    /// Index of each block in the output.
    index: SecondaryMap<Block, Option<u32>>,
    /// The register with the address of results in memory.
    result_pointer: Option<Reg>,
    /// The current block and what was selected of it, last instruction first.
    block: Block,
    reversed: Vec<Located>,
    /// What the current instruction emits, first instruction first.
    sequence: Vec<MInst>,
    loc: SourceLoc,
    /// Whether the current instruction accesses native memory.
    native: bool,
    constants: Constants,
    anchors: Anchors,
}

/// Double precision if the function has a double anywhere.
fn float_unit(func: &Function) -> FloatUnit {
    match func.values.values().any(|v| v.ty == Type::F64) {
        true => FloatUnit::Double,
        false => FloatUnit::Single,
    }
}

impl<'a> Lower<'a> {
    fn new(func: &'a Function, options: &'a Options) -> Self {
        let mut uses: SecondaryMap<Value, u32> = SecondaryMap::new();
        let mut position = SecondaryMap::new();
        for &block in &func.layout {
            for (i, &inst) in func.blocks[block].insts.iter().enumerate() {
                position[inst] = Some((block, i as u32));
                func.insts[inst].for_each_arg(|v| uses[v] += 1);
            }
        }
        let out = MFunction {
            slots: func.slots.values().map(|s| (s.size, s.align)).collect(),
            float_unit: float_unit(func),
            ..MFunction::default()
        };
        Lower {
            func,
            options,
            places: abi::assign(&func.signature),
            out,
            regs: SecondaryMap::new(),
            uses,
            position,
            done: SecondaryMap::new(),
            aliases: Vec::new(),
            index: SecondaryMap::new(),
            result_pointer: None,
            block: func.entry(),
            reversed: Vec::new(),
            sequence: Vec::new(),
            loc: SourceLoc::default(),
            native: false,
            constants: Constants::default(),
            anchors: Anchors::new(func, options.prefer),
        }
    }

    fn run(&mut self) -> Result<(), CompileError> {
        self.plan_blocks();
        let order = self.postorder();
        for block in order {
            self.lower_block(block)?;
        }
        Ok(())
    }

    /// Reachable blocks, successors first.
    fn postorder(&self) -> Vec<Block> {
        let mut order = Vec::new();
        let mut seen = SecondaryMap::<Block, bool>::new();
        let entry = self.func.entry();
        seen[entry] = true;
        let mut stack = vec![(entry, self.func.successors(entry).into_iter())];
        while let Some((block, successors)) = stack.last_mut() {
            match successors.next() {
                Some(next) if !seen[next] => {
                    seen[next] = true;
                    stack.push((next, self.func.successors(next).into_iter()));
                }
                Some(_) => {}
                None => {
                    order.push(*block);
                    stack.pop();
                }
            }
        }
        order
    }

    fn lower_block(&mut self, block: Block) -> Result<(), CompileError> {
        self.block = block;
        let func = self.func;
        for &inst in func.blocks[block].insts.iter().rev() {
            if self.done[inst] || !self.is_needed(inst) {
                continue;
            }
            self.loc = func.locs[inst];
            self.native = func.insts[inst].region() == Some(Region::Native);
            self.lower_inst(inst)?;
            self.flush_sequence();
        }
        self.place_constants();
        let index = self.index_of(block) as usize;
        if block == func.entry() {
            self.loc = SourceLoc::default();
            self.lower_entry();
        } else {
            let params: Vec<Reg> =
                func.blocks[block].params.iter().map(|&v| self.put_value(v)).collect();
            self.out.blocks[index].params = params;
        }
        self.reversed.reverse();
        self.out.blocks[index].insts = std::mem::take(&mut self.reversed);
        Ok(())
    }

    fn is_needed(&self, inst: Inst) -> bool {
        let data = &self.func.insts[inst];
        match data {
            InstData::Const(_) | InstData::SymbolAddr { .. } => false,
            _ if data.has_side_effect() => true,
            // The host may have a reason to be read (volatile).
            InstData::Load { region: Region::Native, .. } => true,
            _ => self.func.results[inst].iter().any(|&v| self.regs[v].is_some()),
        }
    }

    fn lower_inst(&mut self, inst: Inst) -> Result<(), CompileError> {
        let func = self.func;
        match &func.insts[inst] {
            InstData::Load { op, addr, offset, .. } => {
                let rd = self.put_value(func.result(inst));
                self.lower_load(*op, rd, *addr, *offset)
            }
            InstData::Store { op, addr, value, offset, .. } => {
                self.lower_store(*op, *value, *addr, *offset)
            }
            InstData::Call { callee, sig, args } => {
                self.lower_call(inst, Some(*callee), None, *sig, args);
                Ok(())
            }
            InstData::CallIndirect { target, sig, args } => {
                self.lower_call(inst, None, Some(*target), *sig, args);
                Ok(())
            }
            InstData::Atomic { .. } => {
                self.lower_atomic(inst);
                Ok(())
            }
            InstData::System { .. } => {
                self.lower_system(inst);
                Ok(())
            }
            InstData::TrapIf { cond, code } => {
                self.lower_trap_if(*cond, *code);
                Ok(())
            }
            InstData::SlotAddr { slot, offset } => {
                let rd = self.put_value(func.result(inst));
                let slot = FrameSlot(slot.index() as u32);
                self.emit(MInst::SlotAddr { rd, slot, offset: *offset });
                Ok(())
            }
            InstData::StackSave => {
                let rd = self.put_value(func.result(inst));
                self.emit(MInst::StackSave { rd });
                Ok(())
            }
            InstData::StackRestore { addr } => {
                self.out.dynamic = true;
                let rm = self.put_value(*addr);
                self.check_limit(rm);
                self.emit(MInst::StackRestore { rm });
                Ok(())
            }
            InstData::TailCall { callee, sig, args } => {
                self.lower_tail_call(Some(*callee), None, *sig, args)
            }
            InstData::TailCallIndirect { target, sig, args } => {
                self.lower_tail_call(None, Some(*target), *sig, args)
            }
            data if data.is_terminator() => {
                self.lower_terminator(inst);
                Ok(())
            }
            _ => self.lower_pure(inst),
        }
    }

    /// Compares what the stack pointer is to become with the limit.
    fn check_limit(&mut self, sp: Reg) {
        let Some(symbol) = self.options.stack_limit else { return };
        let mode = Mode::Offset(self.put_symbol(symbol, 0), 0);
        let limit = self.out.new_reg();
        self.emit(MInst::Load { width: Width::Word, rd: limit, mode });
        self.emit(MInst::Cmp { op: CmpOp::Cmp, rn: sp, rhs: Rhs::Reg(limit) });
        self.emit(MInst::TrapIf { cond: Cc::Lo, code: TrapCode::StackOverflow });
    }

    fn lower_pure(&mut self, inst: Inst) -> Result<(), CompileError> {
        if self.lower_float(inst)? || self.lower_pair(inst) {
            return Ok(());
        }
        let value = self.func.result(inst);
        let Some(reg) = rules::constructor_lower(self, value) else {
            return Err(CompileError::Float(self.loc));
        };
        self.rename(value, reg);
        Ok(())
    }

    /// Makes `reg` the register of a value that others already refer to.
    fn rename(&mut self, value: Value, reg: Reg) {
        if let Some(old) = self.regs[value].and_then(Reg::as_virtual) {
            self.aliases.resize((self.out.virtuals as usize).max(self.aliases.len()), None);
            self.aliases[old as usize] = Some(reg);
        }
        self.regs[value] = Some(reg);
    }

    fn resolve(&self, mut reg: Reg) -> Reg {
        while let Some(Some(next)) =
            reg.as_virtual().and_then(|v| self.aliases.get(v as usize).copied())
        {
            reg = next;
        }
        reg
    }

    /// The register of a value, which becomes needed.
    fn put_value(&mut self, value: Value) -> Reg {
        if let ValueDef::Result(inst, _) = self.func.values[value].def {
            match self.func.insts[inst] {
                InstData::Const(c) => return self.put_constant(c as u32),
                InstData::SymbolAddr { symbol, addend } => {
                    return self.put_symbol(symbol, addend);
                }
                _ => {}
            }
        }
        match self.regs[value] {
            Some(reg) => reg,
            None => {
                let reg = match self.func.values[value].ty {
                    Type::I32 => self.out.new_reg(),
                    Type::F32 | Type::F64 => self.out.new_float(),
                };
                self.regs[value] = Some(reg);
                reg
            }
        }
    }

    /// Whether the only use of `value` is in the current block, below its
    /// definition in the same block, so that it may be computed there.
    fn is_sinkable(&self, value: Value) -> bool {
        let Some(inst) = self.func.def_inst(value) else { return false };
        self.uses[value] == 1
            && self.func.insts[inst].is_pure()
            && self.position[inst].is_some_and(|(block, _)| block == self.block)
    }

    fn emit(&mut self, inst: MInst) {
        self.sequence.push(inst);
    }

    fn flush_sequence(&mut self) {
        let loc = self.loc;
        let sequence = std::mem::take(&mut self.sequence);
        let native = std::mem::take(&mut self.native);
        let located = |inst| Located { inst, loc, native };
        self.reversed.extend(sequence.into_iter().rev().map(located));
        self.constants.settle(self.reversed.len());
    }

    fn index_of(&self, block: Block) -> u32 {
        self.index[block].unwrap_or_default()
    }

    /// The finished function, with copies resolved.
    fn finish(mut self) -> MFunction {
        let mut out = std::mem::take(&mut self.out);
        out.for_each_register(|reg| *reg = self.resolve(*reg));
        out.renumber();
        tie_two_address(&mut out);
        out
    }
}

/// Ties the result to the first operand, for the 16-bit two-address form,
/// where that operand is not used again.
fn tie_two_address(out: &mut MFunction) {
    let mut uses = vec![0u32; out.virtuals as usize];
    for block in &mut out.blocks {
        for located in &mut block.insts {
            located.inst.visit_operands(&mut |reg, kind, _| {
                if let (crate::mach::OperandKind::Use, Some(v)) = (kind, reg.as_virtual()) {
                    uses[v as usize] += 1;
                }
            });
            for arg in located.inst.targets().iter().flat_map(|t| &t.args) {
                if let Some(v) = arg.as_virtual() {
                    uses[v as usize] += 1;
                }
            }
        }
    }
    let dies = |reg: Reg| reg.as_virtual().is_some_and(|v| uses[v as usize] == 1);
    for block in &mut out.blocks {
        for located in &mut block.insts {
            match &mut located.inst {
                MInst::Alu { op, tied, rn, rhs, .. } if op.has_two_address_form(rhs) => {
                    if let Rhs::Reg(rm) = rhs
                        && op.is_commutative()
                        && !dies(*rn)
                        && dies(*rm)
                    {
                        std::mem::swap(rn, rm);
                    }
                    *tied = dies(*rn);
                }
                MInst::Mul { tied, rn, rm, .. } => {
                    if !dies(*rn) && dies(*rm) {
                        std::mem::swap(rn, rm);
                    }
                    *tied = dies(*rn);
                }
                MInst::ShiftReg { tied, rn, .. } => *tied = dies(*rn),
                _ => {}
            }
        }
    }
}
