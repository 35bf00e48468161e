//! From allocated machine instructions to encodable ones: the shortest form
//! that the registers and the flags allow.
//!
//! A 16-bit form that writes the flags is taken only where they are dead
//! (see [`flags::dead`]). Branches, literals and tables stay symbolic: their
//! form depends on distances, which [`crate::layout`] settles.

pub(crate) mod alu;
mod arms;
mod atomic;
pub(crate) mod control;
mod cost;
mod dsp;
pub(crate) mod flags;
mod float;
mod form;
mod it;
mod limit;
pub(crate) mod memory;
mod order;
mod pointer;
mod stack;
mod tail;

pub use limit::{RESERVE, SMALL as SMALL_FRAME};
use std::collections::BTreeMap;

use synth_ir::{SourceLoc, SymbolId, TrapCode};

use crate::code::RelocKind;
use crate::compile::{CompileError, Options, Prefer};
use crate::frame::Frame;
use crate::inst::{Cond, DReg, Gpr, Inst, Low, SReg};
use crate::mach::{Cc, MFunction, MInst, Mode, ONCE};
use crate::wrap::Wrap;

/// A place that branches can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// A word of a literal pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Literal {
    /// A constant.
    Word(u32),
    /// A symbol's address plus a constant.
    Symbol(SymbolId, i32),
    /// A constant of two words.
    Double(u64),
}

impl Literal {
    /// Bytes in the pool.
    pub fn size(&self) -> u32 {
        match self {
            Literal::Word(_) | Literal::Symbol(..) => 4,
            Literal::Double(_) => 8,
        }
    }
}

/// A float register that a literal is loaded into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatDest {
    /// One word.
    Single(SReg),
    /// Two words.
    Double(DReg),
}

/// A piece of code whose size may depend on distances.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The place of a label.
    Label(Label),
    /// A NOP if the instruction behind it would otherwise have a word's boundary in its
    /// middle.
    Align,
    /// An instruction of known form.
    Inst(Inst),
    /// An instruction of known form that refers to a symbol.
    Reloc(Inst, RelocKind, SymbolId, i32),
    /// A branch; if `cond` is none, always taken.
    Branch {
        /// When it is taken.
        cond: Option<Cond>,
        /// Where to.
        target: Label,
    },
    /// CBZ or CBNZ, or else a comparison with zero and a branch.
    ZeroBranch {
        /// The register compared.
        rn: Low,
        /// Whether it is taken when the register is not zero.
        nonzero: bool,
        /// Where to.
        target: Label,
    },
    /// Loads a word from the literal pool.
    Literal {
        /// The register.
        rt: Gpr,
        /// The word.
        literal: Literal,
    },
    /// Loads a float from the literal pool, which must be near.
    FloatLiteral {
        /// The register.
        fd: FloatDest,
        /// One word or two.
        literal: Literal,
    },
    /// A jump through a table of distances: TBB or TBH.
    Table {
        /// The index, below the number of targets.
        index: Gpr,
        /// The targets.
        targets: Vec<Label>,
    },
    /// A jump through a table of word distances, for those beyond TBH.
    FarTable {
        /// The index, below the number of targets.
        index: Gpr,
        /// Two temporary registers.
        temps: (Gpr, Gpr),
        /// The targets.
        targets: Vec<Label>,
    },
    /// A trap instruction, for each of several places in the source.
    Trap {
        /// Why.
        code: TrapCode,
        /// Where.
        locs: Vec<SourceLoc>,
    },
    /// A literal pool, aligned to a word. Placed by layout.
    Pool(Vec<Literal>),
}

/// The pieces of a function, in order, with their source locations.
pub type Items = Vec<(Item, SourceLoc)>;

/// Chooses forms for the whole function.
///
/// # Errors
/// If an instruction has no encoding: a defect of selection.
pub fn emit(
    function: &MFunction,
    frame: &Frame,
    wrap: Option<&Wrap>,
    options: &Options,
) -> Result<Emitted, CompileError> {
    let mut emitter = Emitter::new(function, frame, wrap, options);
    emitter.run()?;
    it::merge(&mut emitter.items);
    Ok(Emitted { items: emitter.items, cycles: emitter.cycles })
}

/// What became of a function.
pub struct Emitted {
    /// Its code.
    pub items: Items,
    /// Estimated cycles, weighted by how often blocks are executed, in units of
    /// 1 / [`ONCE`].
    pub cycles: u64,
}

pub(crate) struct Emitter<'a> {
    function: &'a MFunction,
    frame: &'a Frame,
    /// Where the frame is, if not everywhere.
    wrap: Option<&'a Wrap>,
    /// Whether the current block has it.
    framed: bool,
    options: &'a Options,
    items: Items,
    /// Estimated cycles of the items, weighted.
    cycles: u64,
    /// How often the current block is executed, by its loops.
    weight: u64,
    loc: SourceLoc,
    /// Registers pushed besides the saved ones, in place of lowering sp.
    pushed_scratch: u16,
    traps: control::Traps,
    forward: control::Forward,
    /// The first epilogue that is longer than a jump to it.
    epilogue: Option<Label>,
    /// The blocks in the order in which they are placed, and the current one.
    order: Vec<u32>,
    at: usize,
    /// Blocks whose code is there already.
    placed: Vec<bool>,
    /// Number of branches to each block.
    references: Vec<u32>,
    /// How often each constant that may be a literal is loaded.
    loads: BTreeMap<Literal, u32>,
}

/// How often each constant that may be a literal is loaded.
fn loads(function: &MFunction) -> BTreeMap<Literal, u32> {
    let mut loads = BTreeMap::new();
    for located in function.blocks.iter().flat_map(|block| &block.insts) {
        let literal = match located.inst {
            MInst::Const { value, .. } => Literal::Word(value),
            MInst::SymbolAddr { symbol, addend, .. } => Literal::Symbol(symbol, addend),
            _ => continue,
        };
        *loads.entry(literal).or_default() += 1;
    }
    loads
}

impl<'a> Emitter<'a> {
    fn new(
        function: &'a MFunction,
        frame: &'a Frame,
        wrap: Option<&'a Wrap>,
        options: &'a Options,
    ) -> Self {
        let next_label = function.blocks.len() as u32;
        let pushed_scratch = stack::scratch_to_push(function, frame);
        let traps = control::Traps::new(next_label);
        let forward = control::Forward::new(function);
        let mut order = forward.block_order(function);
        if options.prefer == Prefer::Speed {
            order::run(function, &forward, &mut order);
            order::place_arms(function, &forward, &mut order);
            order::place_cold(function, &forward, &mut order);
        }
        if let Some(wrap) = wrap {
            order::place_frame(function, &forward, wrap, &mut order);
        }
        Emitter {
            placed: vec![false; function.blocks.len()],
            references: forward.references(function, &order),
            order,
            at: 0,
            function,
            frame,
            wrap,
            framed: wrap.is_none(),
            options,
            items: vec![],
            cycles: 0,
            weight: ONCE,
            loc: SourceLoc::default(),
            pushed_scratch,
            epilogue: None,
            traps,
            forward,
            loads: loads(function),
        }
    }

    fn run(&mut self) -> Result<(), CompileError> {
        if self.wrap.is_none() {
            self.prologue()?;
        }
        for at in 0..self.order.len() {
            let block = self.order[at];
            if std::mem::replace(&mut self.placed[block as usize], true) {
                continue;
            }
            self.at = at;
            self.item(Item::Label(Label(block)));
            self.weight = self.function.blocks[block as usize].frequency;
            self.enter(block)?;
            self.emit_block(block)?;
        }
        self.weight = 0;
        self.emit_traps();
        Ok(())
    }

    /// Makes the frame if the block is the one that does.
    fn enter(&mut self, block: u32) -> Result<(), CompileError> {
        let Some(wrap) = self.wrap else { return Ok(()) };
        self.framed = wrap.framed[block as usize];
        if block != wrap.door {
            return Ok(());
        }
        self.loc = SourceLoc::default();
        self.half(Emitter::prologue)
    }

    /// Code that is not executed on every way through the function: its cycles
    /// count half.
    fn half(
        &mut self,
        emit: impl FnOnce(&mut Self) -> Result<(), CompileError>,
    ) -> Result<(), CompileError> {
        let before = self.cycles;
        emit(self)?;
        self.cycles -= (self.cycles - before) / 2;
        Ok(())
    }

    /// The block that will be placed behind the current one.
    fn next(&self) -> Option<u32> {
        let mut rest = self.order[self.at + 1..].iter().copied();
        rest.find(|&block| !self.placed[block as usize])
    }

    fn emit_block(&mut self, block: u32) -> Result<(), CompileError> {
        let insts = &self.function.blocks[block as usize].insts;
        let dead = flags::dead(insts);
        let mut i = 0;
        while i < insts.len() {
            self.loc = insts[i].loc;
            if let Some(setter) = flags::setter(&insts[i..]) {
                // The comparison that follows would make the same flags.
                let chosen = alu::choose(&setter, true);
                self.push(chosen, &setter)?;
                i += 2;
                continue;
            }
            let copies = flags::copies_behind(&insts[i..]);
            if copies > 0
                && dead.get(i + copies + 1) == Some(&true)
                && self.emit_zero_branch_behind(&insts[i..i + copies + 2])?
            {
                i += copies + 2;
                continue;
            }
            if let Some(second) = insts.get(i + 1)
                && dead[i + 1]
                && self.emit_differs(&insts[i].inst, &second.inst)?
            {
                i += 2;
                continue;
            }
            if let Some(second) = insts.get(i + 1)
                && dead[i + 1]
                && self.emit_zero_branch(&insts[i].inst, &second.inst, second.loc)?
            {
                i += 2;
                continue;
            }
            self.emit_inst(&insts[i].inst, dead[i], block)?;
            i += 1;
        }
        Ok(())
    }

    fn emit_inst(&mut self, inst: &MInst, dead: bool, block: u32) -> Result<(), CompileError> {
        match inst {
            MInst::Args(_) => Ok(()),
            MInst::Const { rd, value } => self.emit_const(*rd, *value, dead),
            MInst::SymbolAddr { rd, symbol, addend } => {
                self.emit_symbol_addr(*rd, *symbol, *addend)
            }
            MInst::SlotAddr { rd, slot, offset } => {
                let place = self.frame.location(Mode::Slot(*slot, *offset));
                let missing = || CompileError::Encoding(inst.to_string());
                self.emit_location(*rd, place.ok_or_else(missing)?)
            }
            MInst::StackSave { rd } => self.emit_sp_plus(*rd, self.function.outgoing.into()),
            MInst::StackRestore { rm } => self.emit_stack_restore(*rm),
            MInst::Load { .. } | MInst::Store { .. } => self.emit_access(inst),
            MInst::LoadDouble { rd: a, rd2: b, mode }
            | MInst::StoreDouble { rt: a, rt2: b, mode } => {
                let is_load = matches!(inst, MInst::LoadDouble { .. });
                let mode = self.resolved(inst, *mode)?;
                self.push(memory::double(is_load, *a, *b, mode), inst)
            }
            MInst::LoadMultiple { list, mode } | MInst::StoreMultiple { list, mode } => {
                let is_load = matches!(inst, MInst::LoadMultiple { .. });
                let mode = self.resolved(inst, *mode)?;
                self.push(memory::multiple(is_load, list, mode), inst)
            }
            MInst::CondCmp { .. }
            | MInst::SetCond { .. }
            | MInst::Select { .. }
            | MInst::CondAlu { .. } => self.emit_conditional(inst, dead),
            MInst::Float(float) => self.emit_float(float),
            MInst::LoadAcquire { .. }
            | MInst::StoreRelease { .. }
            | MInst::ReadModifyWrite { .. }
            | MInst::CompareExchange { .. }
            | MInst::Barrier
            | MInst::MaskInterrupts { .. }
            | MInst::RestoreInterrupts { .. } => self.emit_atomic(inst),
            MInst::Call { .. } => self.emit_call(inst),
            MInst::TrapIf { cond, code } => {
                let target = self.trap_label(*code);
                self.item(Item::Branch { cond: Some(condition(*cond)), target });
                Ok(())
            }
            MInst::Trap(_)
            | MInst::Jump(_)
            | MInst::CondJump { .. }
            | MInst::Switch { .. }
            | MInst::Ret(_)
            | MInst::TailCall { .. } => self.emit_terminator(inst, block),
            _ => {
                let chosen = alu::choose(inst, dead);
                self.push(chosen, inst)
            }
        }
    }

    fn item(&mut self, item: Item) {
        self.cycles = self.cycles.saturating_add(self.weight * cost::cycles(&item));
        self.items.push((item, self.loc));
    }

    fn push(&mut self, chosen: Option<Inst>, from: &MInst) -> Result<(), CompileError> {
        match chosen {
            Some(inst) if inst.is_legal() => {
                self.item(Item::Inst(inst));
                Ok(())
            }
            _ => Err(CompileError::Encoding(from.to_string())),
        }
    }

    fn prefers_size(&self) -> bool {
        self.options.prefer == Prefer::Size
    }
}

/// The condition as the encoder names it.
pub(crate) fn condition(cc: Cc) -> Cond {
    match cc {
        Cc::Eq => Cond::Eq,
        Cc::Ne => Cond::Ne,
        Cc::Hs => Cond::Hs,
        Cc::Lo => Cond::Lo,
        Cc::Mi => Cond::Mi,
        Cc::Pl => Cond::Pl,
        Cc::Hi => Cond::Hi,
        Cc::Ls => Cond::Ls,
        Cc::Ge => Cond::Ge,
        Cc::Lt => Cond::Lt,
        Cc::Gt => Cond::Gt,
        Cc::Le => Cond::Le,
    }
}
