//! Register allocation: regalloc2 behind one function. Its types do not
//! leave this module.

use regalloc2::{
    Algorithm, Allocation, Block, Edit, Inst, InstOrEdit, InstRange, MachineEnv, Operand,
    OperandConstraint, OperandKind as RaKind, OperandPos, PReg, PRegSet, RegClass, RegallocOptions,
    VReg,
};
use synth_ir::SourceLoc;

use crate::compile::CompileError;
use crate::mach::{
    Constraint, FInst, FUnOp, FloatUnit, FrameSlot, Located, MFunction, MInst, Mode, OperandKind,
    Reg, Width,
};

/// The machine registers that allocation may use, as a bit set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterSet(u16);

impl RegisterSet {
    /// The set without r7.
    pub fn without_frame_pointer(self) -> RegisterSet {
        RegisterSet(self.0 & !(1 << 7))
    }

    /// The numbers of its registers, as a bit set.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// The set without r12.
    pub fn without_scratch(self) -> RegisterSet {
        RegisterSet(self.0 & !(1 << 12))
    }
}

/// r0-r12 and lr.
pub const ALL: RegisterSet = RegisterSet(0b0101_1111_1111_1111);

/// Registers that no 16-bit instruction but a few can name, as a bit set, and all
/// others. (r12 and lr are no worse, but need not be saved.)
pub const LONG: u16 = 0x0f00;

/// The registers without [`LONG`].
pub const SHORT: RegisterSet = RegisterSet(ALL.0 & !LONG);

/// Machine registers that a function writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Core registers, as a bit set.
    pub core: u16,
    /// Float registers of the function's unit, as a bit set.
    pub float: u32,
}

impl Written {
    /// Notes one.
    pub fn add(&mut self, reg: Reg) {
        let number = reg.as_machine().unwrap_or_default();
        if reg.is_float() {
            self.float |= 1 << number;
        } else {
            self.core |= 1 << number;
        }
    }

    /// Notes what an instruction destroys.
    pub fn clobbered(&mut self, inst: &MInst) {
        if *inst != MInst::Door {
            self.core |= inst.clobbers();
        }
    }
}

/// Allocates registers and rewrites the function to machine registers;
/// returns those that it writes.
///
/// # Errors
/// If the set is too small for an instruction.
pub fn allocate(function: &mut MFunction, set: RegisterSet) -> Result<Written, CompileError> {
    let set = if function.has_frame_pointer() { set.without_frame_pointer() } else { set };
    let adapter = Adapter::new(function);
    let env = machine_env(set, function.calls, function.float_unit);
    let algorithm = adapter.algorithm();
    // Validation walks up the dominator tree at each use.
    let validate_ssa = cfg!(debug_assertions) && matches!(algorithm, Algorithm::Ion);
    let options = RegallocOptions { verbose_log: false, validate_ssa, algorithm };
    let output = regalloc2::run(&adapter, &env, &options)
        .map_err(|e| CompileError::Allocation(format!("{e:?}")))?;
    #[cfg(debug_assertions)]
    if adapter.is_checkable() {
        let mut checker = regalloc2::checker::Checker::new(&adapter, &env);
        checker.prepare(&output);
        checker.run().map_err(|e| CompileError::Allocation(format!("checker: {e:?}")))?;
    }
    let align = if function.float_unit == FloatUnit::Double { 8 } else { 4 };
    let spills = function.new_slot(4 * output.num_spillslots as u32, align);
    rewrite(function, &adapter, &output, spills)
}

/// Instructions and block parameters up to which a function is allocated well.
const LARGE: usize = 20_000;
/// Blocks up to which a function is allocated well.
const LARGE_BLOCKS: usize = 4_000;
/// The sum of the lengths of live ranges up to which a function is allocated
/// well.
const LARGE_LENGTHS: u64 = 5_000_000;
/// Instructions and block parameters, which become moves, up to which an allocation is
/// checked in debug builds.
#[cfg(debug_assertions)]
const CHECKED: usize = 5_000;

fn preg(number: u8) -> PReg {
    PReg::new(usize::from(number), RegClass::Int)
}

fn preg_set(bits: u16) -> PRegSet {
    let mut set = PRegSet::empty();
    for number in (0..16).filter(|n| bits & 1 << n != 0) {
        set.add(preg(number));
    }
    set
}

fn float_set(numbers: impl Iterator<Item = usize>) -> PRegSet {
    let mut set = PRegSet::empty();
    numbers.for_each(|n| set.add(PReg::new(n, RegClass::Float)));
    set
}

fn machine_env(set: RegisterSet, calls: bool, unit: FloatUnit) -> MachineEnv {
    let scratch = |n: &usize| unit.scratch() & 1 << n != 0;
    let floats = 0..usize::from(unit.registers());
    // lr is free only once it is saved, which a function with calls does.
    let bits = if calls { set.0 } else { set.0 & !(1 << 14) };
    let low = bits & 0xff;
    MachineEnv {
        preferred_regs_by_class: [
            preg_set(low),
            float_set(floats.clone().filter(scratch)),
            PRegSet::empty(),
        ],
        non_preferred_regs_by_class: [
            preg_set(bits & !0xff),
            float_set(floats.filter(|n| !scratch(n))),
            PRegSet::empty(),
        ],
        scratch_by_class: [None, None, None],
        fixed_stack_slots: vec![],
    }
}

struct AdapterInst {
    operands: Vec<Operand>,
    clobbers: PRegSet,
    /// Arguments of the branch to each successor.
    branch: Option<Vec<Vec<VReg>>>,
    ret: bool,
}

struct AdapterBlock {
    range: InstRange,
    succs: Vec<Block>,
    preds: Vec<Block>,
    params: Vec<VReg>,
}

/// A machine function as regalloc2 sees it.
struct Adapter {
    insts: Vec<AdapterInst>,
    blocks: Vec<AdapterBlock>,
    virtuals: usize,
    unit: FloatUnit,
}

fn vreg(reg: Reg) -> VReg {
    let class = if reg.is_float() { RegClass::Float } else { RegClass::Int };
    VReg::new(reg.as_virtual().unwrap_or_default() as usize, class)
}

fn machine(preg: PReg) -> Reg {
    match preg.class() {
        RegClass::Int => Reg::machine(preg.hw_enc() as u8),
        RegClass::Float | RegClass::Vector => Reg::float(preg.hw_enc() as u8),
    }
}

impl Adapter {
    fn new(function: &mut MFunction) -> Adapter {
        let mut insts = Vec::new();
        let mut blocks = Vec::new();
        for block in &mut function.blocks {
            let start = insts.len();
            let mut succs = Vec::new();
            for located in &mut block.insts {
                if located.inst.is_terminator() {
                    succs = located
                        .inst
                        .targets()
                        .iter()
                        .map(|t| Block::new(t.block as usize))
                        .collect();
                    if matches!(located.inst, MInst::Switch { .. }) {
                        // The default may also be a case's destination.
                        let mut seen = std::collections::BTreeSet::new();
                        succs.retain(|b: &Block| seen.insert(b.index()));
                    }
                }
                insts.push(adapt(&mut located.inst, succs.len(), function.float_unit));
            }
            blocks.push(AdapterBlock {
                range: InstRange::new(Inst::new(start), Inst::new(insts.len())),
                succs,
                preds: vec![],
                params: block.params.iter().map(|&r| vreg(r)).collect(),
            });
        }
        for index in 0..blocks.len() {
            for succ in blocks[index].succs.clone() {
                blocks[succ.index()].preds.push(Block::new(index));
            }
        }
        let virtuals = function.virtuals as usize;
        Adapter { insts, blocks, virtuals, unit: function.float_unit }
    }

    /// The algorithm. Ion's time grows with the square of the number of blocks
    /// that a value lives across and of the values that live at a time; large
    /// functions get the linear one, and worse code.
    fn algorithm(&self) -> Algorithm {
        let parameters: usize = self.blocks.iter().map(|block| block.params.len()).sum();
        let large = self.insts.len() + parameters > LARGE
            || self.blocks.len() > LARGE_BLOCKS
            || self.live_lengths() > LARGE_LENGTHS;
        if large { Algorithm::Fastalloc } else { Algorithm::Ion }
    }

    /// The sum of the instructions between the first and the last mention of
    /// each value.
    fn live_lengths(&self) -> u64 {
        let mut last = vec![0u32; self.virtuals];
        let mut sum = 0;
        let mut mention = |value: VReg, at: usize| {
            let (at, last) = (at as u32 + 1, &mut last[value.vreg()]);
            // A mention extends the length from the one before it.
            sum += if *last == 0 { 0 } else { u64::from(at.saturating_sub(*last)) };
            *last = (*last).max(at);
        };
        for block in &self.blocks {
            for &value in &block.params {
                mention(value, block.range.first().index());
            }
            for inst in block.range.iter() {
                let AdapterInst { operands, branch, .. } = &self.insts[inst.index()];
                operands.iter().for_each(|operand| mention(operand.vreg(), inst.index()));
                branch.iter().flatten().flatten().for_each(|&value| mention(value, inst.index()));
            }
        }
        sum
    }

    /// Whether each block stands behind one of its predecessors. The checker
    /// takes a block that it reaches before all of them for one without
    /// values, and then misses them behind it. Its state is a table of values
    /// for each block, searched at each spill.
    #[cfg(debug_assertions)]
    fn is_checkable(&self) -> bool {
        let parameters: usize = self.blocks.iter().map(|block| block.params.len()).sum();
        if self.insts.len() + parameters > CHECKED
            || self.blocks.len().saturating_mul(self.virtuals) > 1 << 20
        {
            return false;
        }
        let mut blocks = self.blocks.iter().enumerate().skip(1);
        blocks.all(|(i, block)| block.preds.iter().any(|pred| pred.index() < i))
    }
}

fn adapt(inst: &mut MInst, successors: usize, unit: FloatUnit) -> AdapterInst {
    let mut operands = Vec::new();
    inst.visit_operands(&mut |reg, kind, constraint| {
        let constraint = match constraint {
            Constraint::Any => OperandConstraint::Reg,
            Constraint::Fixed(number) => {
                let class = vreg(*reg).class();
                OperandConstraint::FixedReg(PReg::new(usize::from(number), class))
            }
            Constraint::Reuse(index) => OperandConstraint::Reuse(index),
        };
        let (kind, pos) = match kind {
            OperandKind::Use => (RaKind::Use, OperandPos::Early),
            OperandKind::Def => (RaKind::Def, OperandPos::Late),
            OperandKind::EarlyDef => (RaKind::Def, OperandPos::Early),
        };
        operands.push(Operand::new(vreg(*reg), constraint, kind, pos));
    });
    let branch = match inst {
        MInst::Jump(target) => Some(vec![target.args.iter().map(|&r| vreg(r)).collect()]),
        MInst::CondJump { .. } | MInst::Switch { .. } => Some(vec![vec![]; successors]),
        _ => None,
    };
    let ret = matches!(inst, MInst::Ret(_) | MInst::TailCall { .. } | MInst::Trap(_));
    let mut clobbers = preg_set(inst.clobbers());
    if let Some(results) = inst.clobbers_floats() {
        let clobbered = unit.scratch() & !results;
        clobbers.union_from(float_set((0..32).filter(|n| clobbered & 1 << n != 0)));
    }
    AdapterInst { operands, clobbers, branch, ret }
}

impl regalloc2::Function for Adapter {
    fn num_insts(&self) -> usize {
        self.insts.len()
    }
    fn num_blocks(&self) -> usize {
        self.blocks.len()
    }
    fn entry_block(&self) -> Block {
        Block::new(0)
    }
    fn block_insns(&self, block: Block) -> InstRange {
        self.blocks[block.index()].range
    }
    fn block_succs(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].succs
    }
    fn block_preds(&self, block: Block) -> &[Block] {
        &self.blocks[block.index()].preds
    }
    fn block_params(&self, block: Block) -> &[VReg] {
        &self.blocks[block.index()].params
    }
    fn is_ret(&self, inst: Inst) -> bool {
        self.insts[inst.index()].ret
    }
    fn is_branch(&self, inst: Inst) -> bool {
        self.insts[inst.index()].branch.is_some()
    }
    fn branch_blockparams(&self, _: Block, inst: Inst, succ: usize) -> &[VReg] {
        self.insts[inst.index()].branch.as_ref().map_or(&[], |b| &b[succ])
    }
    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        &self.insts[inst.index()].operands
    }
    fn inst_clobbers(&self, inst: Inst) -> PRegSet {
        self.insts[inst.index()].clobbers
    }
    fn num_vregs(&self) -> usize {
        self.virtuals
    }
    fn spillslot_size(&self, class: RegClass) -> usize {
        if class == RegClass::Float && self.unit == FloatUnit::Double { 2 } else { 1 }
    }
}

/// Replaces virtual registers and inserts moves and spills.
fn rewrite(
    function: &mut MFunction,
    adapter: &Adapter,
    output: &regalloc2::Output,
    spills: FrameSlot,
) -> Result<Written, CompileError> {
    let mut written = Written::default();
    let mut index = 0;
    for number in 0..function.blocks.len() {
        let block = &mut function.blocks[number];
        block.params.clear();
        let mut old = std::mem::take(&mut block.insts).into_iter();
        let mut new = Vec::new();
        let mut loc = SourceLoc::default();
        for item in output.block_insts_and_edits(adapter, Block::new(number)) {
            match item {
                InstOrEdit::Inst(inst) => {
                    let Some(mut located) = old.next() else { break };
                    debug_assert_eq!(inst.index(), index);
                    index += 1;
                    loc = located.loc;
                    assign(&mut located.inst, output.inst_allocs(inst), &mut written);
                    if !matches!(located.inst, MInst::Mov { rd, rm } if rd == rm) {
                        new.push(located);
                    }
                }
                InstOrEdit::Edit(Edit::Move { from, to }) => {
                    let inst = move_inst(*from, *to, spills, adapter.unit)?;
                    match to.as_reg() {
                        Some(reg) => written.add(machine(reg)),
                        None => function.spills += 1,
                    }
                    function.spills += u32::from(from.is_stack());
                    new.push(Located::new(inst, loc));
                }
            }
        }
        block.insts = new;
    }
    Ok(written)
}

/// Puts machine registers in place and notes those written, clobbers included.
fn assign(inst: &mut MInst, allocations: &[Allocation], written: &mut Written) {
    let mut next = allocations.iter();
    written.clobbered(inst);
    inst.visit_operands(&mut |reg, kind, _| {
        if let Some(preg) = next.next().and_then(|a| a.as_reg()) {
            *reg = machine(preg);
            if kind != OperandKind::Use {
                written.add(*reg);
            }
        }
    });
    for target in inst.targets_mut() {
        target.args.clear();
    }
}

fn move_inst(
    from: Allocation,
    to: Allocation,
    spills: FrameSlot,
    unit: FloatUnit,
) -> Result<MInst, CompileError> {
    let double = unit == FloatUnit::Double;
    let reg = |a: Allocation| a.as_reg().map(machine);
    let slot = |a: Allocation| {
        let index = a.as_stack().map_or(0, |s| s.index() as i32);
        Mode::Slot(spills, 4 * index)
    };
    Ok(match (reg(from), reg(to)) {
        (Some(fm), Some(fd)) if fd.is_float() => {
            MInst::Float(FInst::Un { op: FUnOp::Mov, double: false, fd, fm })
        }
        (Some(fm), None) if fm.is_float() => {
            MInst::Float(FInst::Store { double, fm, mode: slot(to) })
        }
        (None, Some(fd)) if fd.is_float() => {
            MInst::Float(FInst::Load { double, fd, mode: slot(from) })
        }
        (Some(rm), Some(rd)) => MInst::Mov { rd, rm },
        (Some(rt), None) => MInst::Store { width: Width::Word, rt, mode: slot(to) },
        (None, Some(rd)) => MInst::Load { width: Width::Word, rd, mode: slot(from) },
        // regalloc2 resolves moves between stack slots through a register.
        (None, None) => {
            return Err(CompileError::Allocation("a move between stack slots".to_string()));
        }
    })
}
