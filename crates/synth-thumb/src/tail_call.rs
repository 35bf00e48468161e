//! Tail calls (AAPCS32 allows them as it says nothing of how a call is made):
//! which calls become jumps, and what a callee with more stack arguments needs.
//!
//! A function owns the stack words of its arguments, so a tail call puts the
//! callee's there, frees the frame and jumps. All functions keep the
//! convention of the platform: any function can be called so, one of another
//! object or behind a pointer too.
//!
//! A callee with more stack arguments than the function has itself finds room
//! in a *tail area*: the function, as it is entered, moves its stack arguments
//! down, keeps its return address above the room, and goes on with the address
//! of a piece of code as its return address that frees both
//! ([`tail_returns`]). A function that is entered with such a return address
//! has the area already. So a chain of tail calls makes one area for each size
//! at most, and takes constant stack.

use std::collections::BTreeSet;
use std::sync::Arc;

use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Function, Inst, InstData, Program, Signature, SymbolId, SystemOp, Value};

use crate::abi::{self, Results};
use crate::code::{Code, Span};
use crate::compile::{CompileError, Options};
use crate::inst::{IndexImm8, Inst as Machine, NotPc, Reg, SetFlags, ThumbImm};

/// The symbol of the code that frees tail areas. Objects share it (COMDAT): an
/// area that one has made serves the functions of the others.
pub const TAIL_RETURNS: &str = "__synth_tail_returns";

/// What code generation knows of the program's calls.
#[derive(Clone, Debug, Default)]
pub struct TailCalls {
    /// Whether calls right before a return become jumps where the callee needs
    /// no more stack words than the function has.
    pub siblings: bool,
    /// Functions that may be missing, whose address is then 0. A call of one
    /// that is missing does nothing, which a jump can't.
    pub weak: Arc<BTreeSet<SymbolId>>,
    /// The symbol of [`tail_returns`].
    pub returns: Option<SymbolId>,
}

/// Number of sizes of tail areas: 16 bytes, and each twice the one before.
pub(crate) const SIZES: u32 = 10;

/// Bytes above a tail area: the return address, and a word that aligns.
pub(crate) const ABOVE: u32 = 8;

/// Bytes of code that free an area of one size.
pub(crate) const RETURN: u32 = 8;

/// Room for the stack arguments of tail calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailArea {
    /// The number of its size.
    pub size: u32,
    /// Bytes of stack arguments that the function has itself.
    pub own: u32,
}

impl TailArea {
    /// An area for so many bytes, if any size is enough.
    pub(crate) fn new(bytes: u32, own: u32) -> Option<TailArea> {
        let size = (0..SIZES).find(|size| 16 << size >= bytes)?;
        Some(TailArea { size, own })
    }

    /// Its bytes.
    pub fn bytes(self) -> u32 {
        16 << self.size
    }
}

/// The code that frees tail areas, one piece for each size: what a function
/// returns to that was entered with an area.
///
/// # Errors
/// None: all of it has an encoding.
pub fn tail_returns() -> Result<Code, CompileError> {
    let mut code = Code { align: 4, spans: vec![(0, Span::Thumb)], ..Code::default() };
    for size in 0..SIZES {
        let sp = NotPc::new(Reg::SP).zip(ThumbImm::new(16 << size));
        let free = sp.map(|(rd, imm)| Machine::AddSpImmT3 { s: SetFlags(false), rd, imm });
        let above = NotPc::new(Reg::SP).zip(IndexImm8::new(ABOVE as i32));
        let leave = above.map(|(rn, offset)| Machine::LdrPost { rt: Reg::PC, rn, offset });
        for inst in [free, leave] {
            let missing = || CompileError::Encoding("the end of a tail area".to_string());
            inst.filter(Machine::is_legal).ok_or_else(missing)?.encode().write_to(&mut code.bytes);
        }
    }
    Ok(code)
}

/// Whether a program has a function that makes a tail area.
pub fn needs_tail_returns(program: &Program) -> bool {
    program.functions().any(|(_, func)| {
        let own = abi::assign(&func.signature).stack;
        let grows = |inst: &Inst| {
            let data = &func.insts[*inst];
            let sig = data.call_sig().filter(|_| data.is_terminator());
            sig.is_some_and(|sig| abi::assign(&func.sigs[sig]).stack > own)
        };
        func.layout.iter().any(|&block| func.blocks[block].insts.last().is_some_and(grows))
    })
}

/// The function with calls and returns in place of the tail calls that can't be
/// jumps; `None` if it has none.
pub(crate) fn without_impossible(func: &Function, options: &Options) -> Option<Function> {
    // Its arguments in memory stay where they are.
    let pinned = uses_arguments_in_memory(func);
    let is_impossible = |data: &InstData| match data {
        InstData::TailCall { callee, .. } => pinned || options.tails.weak.contains(callee),
        InstData::TailCallIndirect { .. } => pinned,
        _ => false,
    };
    let last = |block: &Block| func.blocks[*block].insts.last().copied();
    let impossible: Vec<(Block, Inst)> = func
        .layout
        .iter()
        .filter_map(|block| Some((*block, last(block)?)))
        .filter(|(_, inst)| is_impossible(&func.insts[*inst]))
        .collect();
    let mut out = (!impossible.is_empty()).then(|| func.clone())?;
    for (block, inst) in impossible {
        let loc = out.locs[inst];
        let call = match out.insts[inst].clone() {
            InstData::TailCall { callee, sig, args } => InstData::Call { callee, sig, args },
            InstData::TailCallIndirect { target, sig, args } => {
                InstData::CallIndirect { target, sig, args }
            }
            data => data,
        };
        out.blocks[block].insts.pop();
        let call = out.append(block, call, loc);
        let results = out.results[call].to_vec();
        out.append(block, InstData::Return(results), loc);
    }
    Some(out)
}

/// The function with tail calls in place of calls whose results it returns at
/// once; `None` if there are none that may be jumps.
pub(crate) fn with_siblings(func: &Function, options: &Options) -> Option<Function> {
    if !options.tails.siblings || frame_escapes(func) {
        return None;
    }
    let own = abi::assign(&func.signature);
    let fits = |signature: &Signature| {
        let callee = abi::assign(signature);
        // More results in registers do no harm.
        let same = match (&callee.results, &own.results) {
            (Results::Regs(callee), Results::Regs(own)) => callee.starts_with(own),
            (callee, own) => callee == own,
        };
        same && callee.stack <= own.stack
    };
    let mut found: Vec<(Block, Inst)> = vec![];
    for &block in &func.layout {
        let Some((call, results)) = returned_call(func, block) else { continue };
        let data = &func.insts[call];
        let weak = data.callee().is_some_and(|callee| options.tails.weak.contains(&callee));
        let fits = data.call_sig().is_some_and(|sig| fits(&func.sigs[sig]));
        if fits && !weak && func.results[call].starts_with(&results) {
            found.push((block, call));
        }
    }
    let mut out = (!found.is_empty()).then(|| func.clone())?;
    for (block, call) in found {
        let loc = out.locs[call];
        let data = match out.insts[call].clone() {
            InstData::Call { callee, sig, args } => InstData::TailCall { callee, sig, args },
            InstData::CallIndirect { target, sig, args } => {
                InstData::TailCallIndirect { target, sig, args }
            }
            data => data,
        };
        let insts = &mut out.blocks[block].insts;
        insts.truncate(insts.len() - 2);
        out.append(block, data, loc);
    }
    remove_unreachable(&mut out);
    Some(out)
}

/// The call at the end of a block and the values that the function returns
/// behind it, at once or in a block of its own.
fn returned_call(func: &Function, block: Block) -> Option<(Inst, Vec<Value>)> {
    let [.., call, last] = func.blocks[block].insts[..] else { return None };
    matches!(func.insts[call], InstData::Call { .. } | InstData::CallIndirect { .. })
        .then_some(())?;
    match &func.insts[last] {
        InstData::Return(values) => Some((call, values.clone())),
        InstData::Jump(to) => {
            let [only] = func.blocks[to.block].insts[..] else { return None };
            let InstData::Return(values) = &func.insts[only] else { return None };
            let params = &func.blocks[to.block].params;
            let passed = |value: &Value| match params.iter().position(|param| param == value) {
                Some(number) => to.args[number],
                None => *value,
            };
            Some((call, values.iter().map(passed).collect()))
        }
        _ => None,
    }
}

fn remove_unreachable(func: &mut Function) {
    let mut reached: SecondaryMap<Block, bool> = SecondaryMap::new();
    let mut work = vec![func.entry()];
    while let Some(block) = work.pop() {
        if !std::mem::replace(&mut reached[block], true) {
            work.extend(func.successors(block));
        }
    }
    func.layout.retain(|&block| reached[block]);
}

fn insts(func: &Function) -> impl Iterator<Item = &InstData> {
    let blocks = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    blocks.map(|&inst| &func.insts[inst])
}

fn uses_arguments_in_memory(func: &Function) -> bool {
    insts(func).any(|data| matches!(data, InstData::System { op: SystemOp::SpillArguments, .. }))
}

/// Whether the address of something in the frame may be known to a callee.
fn frame_escapes(func: &Function) -> bool {
    let is_slot = |value: Value| {
        func.def_inst(value).is_some_and(|def| matches!(func.insts[def], InstData::SlotAddr { .. }))
    };
    insts(func).any(|data| match data {
        InstData::StackSave | InstData::StackRestore { .. } => true,
        InstData::System { op, .. } => *op == SystemOp::SpillArguments,
        InstData::Load { .. } => false,
        InstData::Store { value, .. } => is_slot(*value),
        data => {
            let mut escapes = false;
            data.for_each_arg(|value| escapes |= is_slot(value));
            escapes
        }
    })
}
