//! A function of machine instructions: a control-flow graph whose critical
//! edges are split.

use super::{FloatUnit, Located, MInst, Mode, Reg, TailCallee, Width};
use crate::tail_call::TailArea;

/// An object of the frame: a slot of the program, or one that lowering or
/// allocation added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameSlot(pub u32);

/// A branch destination: a block and the values of its parameters. After
/// allocation there are no parameters left.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeTarget {
    /// Index of the block.
    pub block: u32,
    /// Values of its parameters.
    pub args: Vec<Reg>,
}

/// A basic block; the last instruction is its only terminator.
#[derive(Clone, Debug, Default)]
pub struct MBlock {
    /// Block parameters.
    pub params: Vec<Reg>,
    /// Instructions.
    pub insts: Vec<Located>,
    /// The innermost loop that it is in, an index into [`MFunction::loops`].
    pub inner: Option<u32>,
    /// Whether it stands for an edge: it has one predecessor, which has several
    /// successors.
    pub is_edge: bool,
    /// How often it is executed for each call of the function, by a guess, in units of
    /// 1 / [`ONCE`].
    pub frequency: u64,
    /// Whether the program hardly ever comes here, so that other code should not have
    /// to jump around it.
    pub is_cold: bool,
}

/// The frequency of what is executed once.
pub const ONCE: u64 = 64;

/// A natural loop.
#[derive(Clone, Copy, Debug)]
pub struct MLoop {
    /// The loop around it.
    pub parent: Option<u32>,
    /// Number of loops around it, itself included.
    pub depth: u32,
    /// A block outside, at whose end a value for the whole loop can be made:
    /// it dominates the loop.
    pub entry: u32,
}

/// A function in the order in which its blocks will be placed.
#[derive(Clone, Debug, Default)]
pub struct MFunction {
    /// Blocks; the first is the entry.
    pub blocks: Vec<MBlock>,
    /// Number of virtual registers.
    pub virtuals: u32,
    /// Size and alignment of frame slots, in bytes.
    pub slots: Vec<(u32, u32)>,
    /// Where r0-r3 are stored at the entry, right below the stack arguments, in
    /// a function that has its arguments in memory.
    pub home: Option<FrameSlot>,
    /// Bytes of stack arguments that its calls pass.
    pub outgoing: u32,
    /// Whether it calls anything, so that lr must be saved.
    pub calls: bool,
    /// The room that its tail calls need for stack arguments, if that is more
    /// than its own arguments take.
    pub tail_area: Option<TailArea>,
    /// Whether it moves the stack pointer as it runs.
    pub dynamic: bool,
    /// The size of its float registers.
    pub float_unit: FloatUnit,
    /// Whether it uses any of them.
    pub has_floats: bool,
    /// Its loops.
    pub loops: Vec<MLoop>,
    /// Moves between registers and the stack that allocation inserted.
    pub spills: u32,
}

impl MFunction {
    /// A new virtual core register.
    pub fn new_reg(&mut self) -> Reg {
        self.virtuals += 1;
        Reg::virt(self.virtuals - 1, false)
    }

    /// A new virtual float register.
    pub fn new_float(&mut self) -> Reg {
        self.virtuals += 1;
        self.has_floats = true;
        Reg::virt(self.virtuals - 1, true)
    }

    /// Calls `f` on all its registers: parameters, operands and arguments of
    /// branches.
    pub fn for_each_register(&mut self, mut f: impl FnMut(&mut Reg)) {
        for block in &mut self.blocks {
            block.params.iter_mut().for_each(&mut f);
            for located in &mut block.insts {
                located.inst.visit_operands(&mut |reg, _, _| f(reg));
            }
            if let Some(last) = block.insts.last_mut() {
                for target in last.inst.targets_mut() {
                    target.args.iter_mut().for_each(&mut f);
                }
            }
        }
    }

    /// Gives its virtual registers new numbers, without gaps and in the same order.
    pub fn renumber(&mut self) {
        let mut numbers = vec![None; self.virtuals as usize];
        self.for_each_register(|reg| {
            if let Some(number) = reg.as_virtual() {
                numbers[number as usize] = Some(0);
            }
        });
        let used = numbers.iter_mut().flatten();
        self.virtuals = (0..).zip(used).map(|(new, number)| *number = new).count() as u32;
        self.for_each_register(|reg| {
            if let Some(number) = reg.as_virtual().and_then(|old| numbers[old as usize]) {
                *reg = Reg::virt(number, reg.is_float());
            }
        });
    }

    /// The largest alignment of its slots, if it is more than the stack
    /// pointer's.
    pub fn realign(&self) -> Option<u32> {
        self.slots.iter().map(|&(_, align)| align).max().filter(|&align| align > 8)
    }

    /// Whether r7 is its frame pointer, which nothing else may use.
    pub fn has_frame_pointer(&self) -> bool {
        self.dynamic || self.realign().is_some()
    }

    /// A new frame slot.
    pub fn new_slot(&mut self, size: u32, align: u32) -> FrameSlot {
        self.slots.push((size, align));
        FrameSlot(self.slots.len() as u32 - 1)
    }

    /// The slot that holds r0-r3 as they are at the entry.
    pub fn home_slot(&mut self) -> FrameSlot {
        match self.home {
            Some(slot) => slot,
            None => {
                let slot = self.new_slot(crate::frame::HOME, 4);
                self.home = Some(slot);
                slot
            }
        }
    }

    /// Keeps r12 free of the addresses that tail calls jump to: they go through
    /// a slot.
    pub fn free_scratch(&mut self) {
        for index in 0..self.blocks.len() {
            let last = self.blocks[index].insts.last();
            let Some(MInst::TailCall { callee: TailCallee::Reg(rt, 12), uses }) =
                last.map(|l| &l.inst)
            else {
                continue;
            };
            let (rt, uses) = (*rt, uses.clone());
            let slot = self.new_slot(4, 4);
            let insts = &mut self.blocks[index].insts;
            let Some(last) = insts.pop() else { continue };
            let store = MInst::Store { width: Width::Word, rt, mode: Mode::Slot(slot, 0) };
            insts.push(Located::new(store, last.loc));
            let jump = MInst::TailCall { callee: TailCallee::Slot(slot), uses };
            insts.push(Located::new(jump, last.loc));
        }
    }

    /// Number of loops around a block.
    pub fn depth(&self, block: u32) -> u32 {
        let inner = self.blocks[block as usize].inner;
        inner.map_or(0, |number| self.loops[number as usize].depth)
    }

    /// Number of instructions.
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|b| b.insts.len()).sum()
    }

    /// Whether it has no instruction.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
