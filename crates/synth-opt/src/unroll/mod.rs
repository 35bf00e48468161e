//! Loop unrolling, for speed: a loop whose number of turns is known becomes
//! that many copies of its body, or a loop of several copies with one test.
//!
//! Only innermost loops with one way out are unrolled. That edge is given a
//! block of its own first, whose parameters are all that is used of the loop
//! behind it: so a copy needs nothing but new names. The number of times that
//! the test of the exit is executed (`turns`) is a multiple of the number of
//! copies, so that only the last of them needs the test.
//!
//! The copies come before value numbering, the checks and the addresses are
//! looked at: what copies have in common is found there.

pub(crate) mod copy;
mod turns;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, BlockCall, Function, Inst, InstData, SourceLoc, Value, ValueDef};

use crate::edit::{Edges, Replacements};
use crate::pressure::is_constant;
use crate::{Context, Pass};
use copy::copy_blocks;
use turns::turns;

/// The pass.
pub struct Unroll;

/// Instructions that the copies of a loop may have together, if no loop is
/// left, or if one is.
const FULL: usize = 320;
const PARTIAL: usize = 160;
/// Copies of one loop.
const COPIES: u64 = 8;
/// Instructions that all copies may add to a function.
const GROWTH: usize = 1500;
/// Loops around unrolled loops may be unrolled in turn.
const ROUNDS: usize = 2;

impl Pass for Unroll {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let mut room = GROWTH;
        let mut changed = false;
        for _ in 0..ROUNDS {
            let found = find(func, &mut room);
            let full = found.iter().any(|plan| plan.is_full());
            for plan in &found {
                unroll(func, plan);
                changed = true;
            }
            if !full {
                break;
            }
        }
        changed
    }
}

/// A loop with one exit.
struct Shape {
    /// Its blocks in reverse postorder, the header first.
    blocks: Vec<Block>,
    /// The branch that leaves it, and the number of that successor.
    exit: (Inst, u32),
}

/// What becomes of a loop.
struct Plan {
    shape: Shape,
    /// How often the test of the exit is executed.
    turns: u64,
    copies: u64,
}

impl Plan {
    fn is_full(&self) -> bool {
        self.turns == self.copies
    }
}

/// The loops to unroll.
fn find(func: &Function, room: &mut usize) -> Vec<Plan> {
    let cfg = Cfg::new(func);
    let dom = DomTree::new(func, &cfg);
    let loops = Loops::new(&cfg, &dom);
    let edges = Edges::new(func);
    let mut has_inner: SecondaryMap<Block, bool> = SecondaryMap::new();
    for header in loops.headers() {
        if let Some(outer) = loops.outer(header) {
            has_inner[outer] = true;
        }
    }
    let mut blocks: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
    for &block in cfg.reverse_postorder() {
        if let Some(header) = loops.header(block).filter(|&header| !has_inner[header]) {
            blocks[header].push(block);
        }
    }
    let mut found = vec![];
    for header in loops.headers().filter(|&header| !has_inner[header]) {
        let blocks = std::mem::take(&mut blocks[header]);
        let Some(size) = size(func, &blocks) else { continue };
        let Some(exit) = only_exit(func, &loops, &blocks) else { continue };
        let shape = Shape { blocks, exit };
        let Some(turns) = turns(func, &dom, &edges, &shape) else { continue };
        let Some(copies) = choose(turns, size) else { continue };
        let more = size * (copies as usize - 1);
        if more <= *room {
            *room -= more;
            found.push(Plan { shape, turns, copies });
        }
    }
    found
}

/// The instructions of blocks that become code, unless there is a call, beside
/// which the cost of a loop is small.
fn size(func: &Function, blocks: &[Block]) -> Option<usize> {
    let mut size = 0;
    for &block in blocks {
        for &inst in &func.blocks[block].insts {
            size += match func.insts[inst] {
                InstData::Const(_) | InstData::Jump(_) | InstData::Compare { .. } => 0,
                // Most checks of counters fall away.
                InstData::TrapIf { .. } => 0,
                InstData::Call { .. }
                | InstData::CallIndirect { .. }
                | InstData::Switch { .. }
                | InstData::Atomic { .. }
                | InstData::System { .. } => return None,
                _ => 1,
            };
        }
    }
    Some(size)
}

/// The branch out of a loop, if there is one only and nothing returns.
fn only_exit(func: &Function, loops: &Loops, blocks: &[Block]) -> Option<(Inst, u32)> {
    let header = blocks[0];
    let mut exit = None;
    for &block in blocks {
        let inst = func.terminator(block)?;
        for (i, call) in func.insts[inst].successors().into_iter().enumerate() {
            if loops.header(call.block) != Some(header) && exit.replace((inst, i as u32)).is_some()
            {
                return None;
            }
        }
        if matches!(func.insts[inst], InstData::Return(_)) {
            return None;
        }
    }
    exit
}

/// How many copies to make of a body of that size.
fn choose(turns: u64, size: usize) -> Option<u64> {
    let size = size.max(1) as u64;
    if turns * size <= FULL as u64 {
        return Some(turns).filter(|&turns| turns > 1);
    }
    let fits = |&copies: &u64| turns.is_multiple_of(copies) && copies * size <= PARTIAL as u64;
    (2..=COPIES).rev().find(fits)
}

fn unroll(func: &mut Function, plan: &Plan) {
    let Plan { shape, copies, .. } = plan;
    let Shape { blocks, exit: (test, leaving) } = shape;
    close(func, shape);
    let header = blocks[0];
    let mut bodies = vec![];
    for _ in 1..*copies {
        bodies.push(copy_blocks(func, blocks));
    }
    let mut tests = vec![*test];
    for body in &bodies {
        tests.push(body.insts[*test].unwrap_or(*test));
    }
    // Each copy goes on with the next one, the last one with the first.
    for (i, body) in bodies.iter().enumerate() {
        let next = bodies.get(i + 1).map_or(Some(header), |next| next.blocks[header]);
        let copied: Vec<Block> = blocks.iter().filter_map(|&b| body.blocks[b]).collect();
        redirect(func, &copied, body.blocks[header], next);
    }
    redirect(func, blocks, Some(header), bodies.first().and_then(|body| body.blocks[header]));
    for (i, &test) in tests.iter().enumerate() {
        let last = i + 1 == tests.len();
        let taken = if last { *leaving } else { 1 - *leaving };
        if (!last || plan.is_full())
            && let Some(call) = func.insts[test].successor(taken as usize)
        {
            func.insts[test] = InstData::Jump(call.clone());
        }
    }
    let after = blocks.last().copied();
    let new = bodies.iter().flat_map(|body| blocks.iter().filter_map(|&b| body.blocks[b]));
    let new: Vec<Block> = new.collect();
    let at =
        func.layout.iter().position(|&b| Some(b) == after).map_or(func.layout.len(), |i| i + 1);
    func.layout.splice(at..at, new);
    func.remove_unreachable();
}

/// Sends the edges of some blocks to `from` on to `to`.
fn redirect(func: &mut Function, blocks: &[Block], from: Option<Block>, to: Option<Block>) {
    let (Some(from), Some(to)) = (from, to) else { return };
    for &block in blocks {
        let Some(inst) = func.terminator(block) else { continue };
        for call in func.insts[inst].successors_mut() {
            if call.block == from {
                call.block = to;
            }
        }
    }
}

/// Puts a block onto the edge out of a loop, with parameters for all values of
/// the loop that are used outside.
fn close(func: &mut Function, shape: &Shape) {
    let Shape { blocks, exit: (test, leaving) } = shape;
    let mut inside: SecondaryMap<Block, bool> = SecondaryMap::new();
    let mut made: SecondaryMap<Inst, bool> = SecondaryMap::new();
    for &block in blocks {
        inside[block] = true;
        func.blocks[block].insts.iter().for_each(|&inst| made[inst] = true);
    }
    let mut seen: SecondaryMap<Value, bool> = SecondaryMap::new();
    let mut outward: Vec<Value> = vec![];
    for &block in func.layout.iter().filter(|&&block| !inside[block]) {
        for &inst in &func.blocks[block].insts {
            func.insts[inst].for_each_arg(|value| {
                let own = match func.values[value].def {
                    ValueDef::Param(block, _) => inside[block],
                    ValueDef::Result(inst, _) => made[inst],
                };
                // A constant of the first copy is there in any case.
                let own = own && !is_constant(func, value);
                if own && !std::mem::replace(&mut seen[value], true) {
                    outward.push(value);
                }
            });
        }
    }
    let Some(call) = func.insts[*test].successor(*leaving as usize).cloned() else { return };
    let exit = func.add_block();
    let mut same = Replacements::default();
    let mut args = call.args.clone();
    let mut params = vec![];
    for &arg in &call.args {
        params.push(func.add_param(exit, func.values[arg].ty));
    }
    for value in outward {
        let param = func.add_param(exit, func.values[value].ty);
        same.replace(value, param);
        args.push(value);
    }
    // Only uses outside change.
    for block in func.layout.clone() {
        if inside[block] {
            continue;
        }
        for i in 0..func.blocks[block].insts.len() {
            let inst = func.blocks[block].insts[i];
            func.insts[inst].map_args(|value| same.resolve(value));
        }
    }
    func.append(exit, InstData::Jump(BlockCall::new(call.block, params)), SourceLoc::default());
    if let Some(call) = func.insts[*test].successors_mut().into_iter().nth(*leaving as usize) {
        *call = BlockCall::new(exit, args);
    }
}
