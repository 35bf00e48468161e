//! Pure operations moved towards their uses, before selection.
//!
//! Selection takes the operation that makes an operand into an instruction
//! only where both are in one block, and what only some paths need costs the
//! others time and a register. So an operation moves to the block of all its
//! uses, but into no loop, and only if that keeps no register occupied longer:
//! its operands have other uses.
//!
//! Halves of 64-bit operations stay together.

use std::collections::BTreeSet;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Function, Inst, InstData, Value, WideOp};

/// Instructions of a block into which operations are moved, at most.
const LONGEST: usize = 1000;
/// Operations that move together because each is needed by the next only.
const DEPTH: u32 = 3;

/// The function with operations nearer to their uses; `None` if none moves.
pub(crate) fn sunk(func: &Function) -> Option<Function> {
    if func.layout.len() < 2 {
        return None;
    }
    let cfg = Cfg::new(func);
    let dom = DomTree::new(func, &cfg);
    let loops = Loops::new(&cfg, &dom);
    let mut sinker = Sinker::new(func, &cfg);
    let mut moves = vec![];
    for &block in cfg.reverse_postorder().iter().rev() {
        for &inst in func.blocks[block].insts.iter().rev() {
            if let Some(to) = sinker.destination(inst, block, &loops) {
                sinker.block[inst] = Some(to);
                moves.push((inst, to));
            }
        }
    }
    if moves.is_empty() {
        return None;
    }
    let users = sinker.users;
    let mut out = func.clone();
    let moved: BTreeSet<Inst> = moves.iter().map(|&(inst, _)| inst).collect();
    for &block in &func.layout {
        out.blocks[block].insts.retain(|inst| !moved.contains(inst));
    }
    for (inst, to) in moves {
        let value = func.result(inst);
        let insts = &mut out.blocks[to].insts;
        // Before the first use, or the end of the block.
        let first = insts.iter().position(|user| users[value].contains(user));
        let at = first.unwrap_or(insts.len().saturating_sub(1));
        insts.insert(at, inst);
    }
    Some(out)
}

struct Sinker<'a> {
    func: &'a Function,
    /// Instructions that use each value, once for each use.
    users: SecondaryMap<Value, Vec<Inst>>,
    /// Where each instruction is by now.
    block: SecondaryMap<Inst, Option<Block>>,
    /// Operands of high halves, in order.
    halves: BTreeSet<[Value; 2]>,
}

impl<'a> Sinker<'a> {
    fn new(func: &'a Function, cfg: &Cfg) -> Self {
        let mut users: SecondaryMap<Value, Vec<Inst>> = SecondaryMap::new();
        let mut block_of = SecondaryMap::new();
        let mut halves = BTreeSet::new();
        for &block in cfg.reverse_postorder() {
            for &inst in &func.blocks[block].insts {
                block_of[inst] = Some(block);
                func.insts[inst].for_each_arg(|value| users[value].push(inst));
                match &func.insts[inst] {
                    InstData::Wide { op: WideOp::AddHi | WideOp::SubHi, args } => {
                        halves.insert(sorted([args[0], args[2]]));
                    }
                    InstData::Binary { op: BinaryOp::UmulHi | BinaryOp::SmulHi, args } => {
                        halves.insert(sorted(*args));
                    }
                    _ => {}
                }
            }
        }
        Sinker { func, users, block: block_of, halves }
    }

    /// The block that an instruction moves to.
    fn destination(&self, inst: Inst, from: Block, loops: &Loops) -> Option<Block> {
        if !self.may_move(inst) {
            return None;
        }
        let mut uses = self.users[self.func.result(inst)].iter();
        let to = self.block[*uses.next()?]?;
        if uses.any(|&user| self.block[user] != Some(to)) || !contains(loops, to, from) {
            return None;
        }
        (to != from && self.func.blocks[to].insts.len() <= LONGEST).then_some(to)
    }

    fn may_move(&self, inst: Inst) -> bool {
        match &self.func.insts[inst] {
            InstData::Binary { op: BinaryOp::UmulHi | BinaryOp::SmulHi, .. } => return false,
            InstData::Binary { args, .. } if self.halves.contains(&sorted(*args)) => return false,
            InstData::Binary { .. }
            | InstData::Unary { .. }
            | InstData::Compare { .. }
            | InstData::Select { .. } => {}
            _ => return false,
        }
        self.keeps_nothing(inst, DEPTH)
    }

    /// Whether an instruction's operands have other uses, or can move with it.
    fn keeps_nothing(&self, inst: Inst, depth: u32) -> bool {
        let mut keeps_nothing = true;
        self.func.insts[inst].for_each_arg(|value| {
            if self.users[value].len() == 1 {
                keeps_nothing &=
                    self.func.def_inst(value).is_some_and(|def| match &self.func.insts[def] {
                        InstData::Const(_) | InstData::SymbolAddr { .. } => true,
                        InstData::Binary { .. } | InstData::Unary { .. } => {
                            depth > 0 && self.keeps_nothing(def, depth - 1)
                        }
                        _ => false,
                    });
            }
        });
        keeps_nothing
    }
}

fn sorted([a, b]: [Value; 2]) -> [Value; 2] {
    if a <= b { [a, b] } else { [b, a] }
}

/// Whether the innermost loop around `inner`, if any, is one around `block` too.
fn contains(loops: &Loops, inner: Block, block: Block) -> bool {
    let Some(wanted) = loops.header(inner) else { return true };
    let mut header = loops.header(block);
    while header.is_some_and(|header| header != wanted) {
        header = header.and_then(|header| loops.outer(header));
    }
    header.is_some()
}
