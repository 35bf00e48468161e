//! Shrink-wrapping: the frame is made not at the entry but where it is needed
//! first, so that a function which tests something and returns early pushes
//! nothing on that way.
//!
//! One block makes the frame, the door. It dominates all that needs one, and
//! nothing returns from behind it to before it; so at each place there either
//! is a frame or is not. A return that both ways share is made twice.
//!
//! Allocation alone would move arguments that live across calls to registers
//! that must be saved, at the entry: [`mod@split`] gives the values behind the door
//! registers of their own.

mod split;

use crate::compile::Options;
use crate::frame::Frame;
use crate::liveness::Liveness;
use crate::mach::dominators::Graph;
use crate::mach::{EdgeTarget, FloatUnit, IP, LR, Located, MBlock, MFunction, MInst, Mode, Reg};
pub(crate) use split::{join, split};

/// Blocks that are tried as doors.
const DOORS: usize = 8;

/// Instructions of a return that is made twice, at most.
const LONGEST: usize = 3;

/// Where a function has its frame.
pub struct Wrap {
    /// The block that makes it.
    pub door: u32,
    /// The blocks behind it, itself included.
    pub framed: Vec<bool>,
}

/// The function with its frame made late, if that is possible and there is a
/// way around it. Registers are machine registers.
pub fn wrap(function: &MFunction, frame: &Frame, options: &Options) -> Option<(MFunction, Wrap)> {
    let is_simple = frame.total() > 0
        && !frame.has_pointer()
        && frame.home.is_none()
        && frame.tail_area.is_none();
    // The check of the stack needs a register that is saved.
    let limited = options.stack_limit.is_some();
    if !is_simple || limited && frame.saved & 0xf0 == 0 || function.blocks.len() < 3 {
        return None;
    }
    let unit = function.float_unit;
    let needs_frame = |l: &mut Located| needs_frame(&mut l.inst, frame, unit);
    // In most functions that have a frame the entry needs it.
    if function.blocks[0].clone().insts.iter_mut().any(needs_frame) {
        return None;
    }
    let mut function = function.clone();
    let needs: Vec<bool> =
        function.blocks.iter_mut().map(|block| block.insts.iter_mut().any(needs_frame)).collect();
    let graph = Graph::new(&function);
    let door = door(&function, &graph, &needs)?;
    // What makes the frame may use r12, as at the entry.
    if (limited || frame.size > 4095)
        && Liveness::of_machine(&mut function).is_live_in(door.block, IP)
    {
        return None;
    }
    Some(door.open(function, &graph))
}

/// A block that may make the frame.
struct Door {
    block: u32,
    behind: Vec<bool>,
    /// Returns that are reached around it too.
    shared: Vec<u32>,
}

/// The last block that can be the door of all those that need a frame.
fn door(function: &MFunction, graph: &Graph, needs: &[bool]) -> Option<Door> {
    let users = (0..needs.len() as u32).filter(|&b| needs[b as usize] && graph.is_reached(b));
    let mut block = graph.common_of(users)?;
    for _ in 0..DOORS {
        if block == 0 {
            return None;
        }
        if let Some(door) = Door::new(function, graph, block, needs) {
            return Some(door);
        }
        block = graph.dominator(block);
    }
    None
}

impl Door {
    /// A block as the door, if what is behind it is not reached around it but
    /// for short returns, and there is a way around it to the end.
    fn new(function: &MFunction, graph: &Graph, block: u32, needs: &[bool]) -> Option<Door> {
        let insts = |block: u32| &function.blocks[block as usize].insts;
        // Jumps go past a block that only jumps on.
        if matches!(insts(block).as_slice(), [Located { inst: MInst::Jump(_), .. }]) {
            return None;
        }
        let behind = graph.reach(block);
        if graph.predecessors(block).iter().any(|&from| behind[from as usize]) {
            return None;
        }
        let mut shared = vec![];
        let mut is_avoided = false;
        for other in (0..behind.len() as u32).filter(|&b| b != block && graph.is_reached(b)) {
            let last = insts(other).last().map(|last| &last.inst);
            if !behind[other as usize] {
                is_avoided |= matches!(last, Some(MInst::Ret(_) | MInst::TailCall { .. }));
            } else if graph.predecessors(other).iter().any(|&from| !behind[from as usize]) {
                let is_return = matches!(last, Some(MInst::Ret(_)));
                let is_short = insts(other).len() <= LONGEST;
                if !is_return || !is_short || needs[other as usize] || is_native(insts(other)) {
                    return None;
                }
                shared.push(other);
            }
        }
        (is_avoided || !shared.is_empty()).then_some(Door { block, behind, shared })
    }

    /// Makes the shared returns twice.
    fn open(self, mut function: MFunction, graph: &Graph) -> (MFunction, Wrap) {
        let Door { block: door, behind: mut framed, shared } = self;
        for block in shared {
            let new = function.blocks.len() as u32;
            let copy = copy(&mut function, block);
            function.blocks.push(copy);
            // The first one is reached through the door only.
            function.blocks[block as usize].is_cold |= function.blocks[door as usize].is_cold;
            framed.push(false);
            for &from in graph.predecessors(block).iter().filter(|&&from| !framed[from as usize]) {
                let last = function.blocks[from as usize].insts.last_mut();
                let targets = last.map(|last| last.inst.targets_mut()).unwrap_or_default();
                let to: Vec<&mut EdgeTarget> =
                    targets.into_iter().filter(|target| target.block == block).collect();
                to.into_iter().for_each(|target| target.block = new);
            }
        }
        (function, Wrap { door, framed })
    }
}

/// Whether one of them accesses native memory, which stands in one place.
fn is_native(insts: &[Located]) -> bool {
    insts.iter().any(|located| located.native)
}

/// A copy of a block, in which what it defines has new registers if those are
/// virtual.
fn copy(function: &mut MFunction, block: u32) -> MBlock {
    let MBlock { mut params, mut insts, frequency, is_cold, .. } =
        function.blocks[block as usize].clone();
    let mut renamed: Vec<(Reg, Reg)> = vec![];
    let mut define = |reg: &mut Reg, renamed: &mut Vec<(Reg, Reg)>| {
        if reg.as_virtual().is_some() {
            let new = if reg.is_float() { function.new_float() } else { function.new_reg() };
            renamed.push((*reg, new));
            *reg = new;
        }
    };
    params.iter_mut().for_each(|param| define(param, &mut renamed));
    for located in &mut insts {
        located.inst.visit_operands(&mut |reg, kind, _| {
            if kind != crate::mach::OperandKind::Use {
                define(reg, &mut renamed);
            } else if let Some(&(_, new)) = renamed.iter().find(|(old, _)| old == reg) {
                *reg = new;
            }
        });
    }
    MBlock { params, insts, inner: None, is_edge: false, frequency, is_cold }
}

/// Whether an instruction names something of the frame.
fn needs_frame(inst: &mut MInst, frame: &Frame, unit: FloatUnit) -> bool {
    if uses_stack(inst) || matches!(inst, MInst::Call { .. }) {
        return true;
    }
    let mut needs = false;
    inst.visit_operands(&mut |reg, _, _| {
        let number = reg.as_machine().unwrap_or_default();
        needs |= match reg.is_float() {
            true => frame.saved_doubles > 0 && unit.scratch() & 1 << number == 0,
            // lr is free once it is saved.
            false => frame.saved & 1 << number != 0 || *reg == LR,
        };
    });
    needs
}

/// Whether an instruction names a place in the frame or the stack pointer.
fn uses_stack(inst: &MInst) -> bool {
    use crate::mach::{FInst, TailCallee};
    match inst {
        MInst::SlotAddr { .. } | MInst::StackSave { .. } | MInst::StackRestore { .. } => true,
        MInst::TailCall { callee, .. } => matches!(callee, TailCallee::Slot(_)),
        MInst::Load { mode, .. }
        | MInst::Store { mode, .. }
        | MInst::LoadDouble { mode, .. }
        | MInst::StoreDouble { mode, .. }
        | MInst::LoadMultiple { mode, .. }
        | MInst::StoreMultiple { mode, .. }
        | MInst::Float(FInst::Load { mode, .. } | FInst::Store { mode, .. }) => {
            matches!(mode, Mode::Slot(..) | Mode::Incoming(_) | Mode::Outgoing(_))
        }
        _ => false,
    }
}
