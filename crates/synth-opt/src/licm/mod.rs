//! Loop-invariant motion: what computes the same in every turn of a loop moves
//! in front of it.
//!
//! Pure instructions move from anywhere in the loop; those that need a guard
//! ([`synth_ir::BinaryOp::needs_guard`]) stay. Loads and checks move only from
//! the start of the header, which is executed whenever the loop is entered,
//! and only from above everything there that has an effect or is a check of
//! another kind and stays: so none is executed that was not, and no load moves
//! above a check. A load stays if anything in the loop may write what it
//! reads. Native memory is never touched. Constants, addresses of symbols and
//! comparisons stay by themselves: they are made where they are used.
//!
//! Values live around a loop occupy registers, so each loop gets as many of
//! them as its own values leave (`Pressure`).

mod choose;
mod hoist;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Function, Inst, InstData, Region, TrapCode, Value, ValueDef};

use crate::pressure::Pressure;
use crate::{Context, Level, Pass};
use choose::choose;
use hoist::hoist;

/// The pass.
pub struct Licm;

/// Values that may be kept around one loop for its sake.
const LIMIT: u32 = 6;

/// Values that a loop should have in all: what registers hold beside those
/// that are computed and used at once, for speed or for size, where only
/// eight registers have short instructions.
fn capacity(level: Level) -> u32 {
    if level == Level::O2 { 10 } else { 4 }
}
/// Loops that an instruction may leave at once.
const LEVELS: usize = 4;

impl Pass for Licm {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let loops = Loops::new(&cfg, &dom);
        if loops.headers().next().is_none() {
            return false;
        }
        let mut targets = find_targets(func, &cfg, &dom, &loops);
        let pressure = Pressure::new(func, &cfg, &dom, &loops);
        let capacity = capacity(cx.options.level);
        let room = |header| capacity.saturating_sub(pressure.of(header)).min(LIMIT);
        if !choose(func, &cfg, &mut targets, room) {
            return false;
        }
        hoist(func, &cfg, &dom, &targets);
        true
    }
}

/// For each instruction the header of the outermost loop that it may leave.
type Targets = SecondaryMap<Inst, Option<Block>>;

/// What the instructions of a loop do to memory.
#[derive(Clone, Default)]
struct Effects {
    written: Vec<Region>,
    calls: bool,
}

impl Effects {
    fn add(&mut self, other: &Effects) {
        self.calls |= other.calls;
        for &region in &other.written {
            if !self.written.contains(&region) {
                self.written.push(region);
            }
        }
    }

    fn may_write(&self, region: Region) -> bool {
        region != Region::Const
            && (self.calls || self.written.iter().any(|written| written.may_alias(region)))
    }
}

/// The effects of each loop, by its header.
fn loop_effects(func: &Function, cfg: &Cfg, loops: &Loops) -> SecondaryMap<Block, Effects> {
    let mut effects: SecondaryMap<Block, Effects> = SecondaryMap::new();
    for &block in cfg.reverse_postorder() {
        let Some(header) = loops.header(block) else { continue };
        for &inst in &func.blocks[block].insts {
            match func.insts[inst] {
                InstData::Store { region, .. } => {
                    effects[header].add(&Effects { written: vec![region], calls: false });
                }
                InstData::TrapIf { .. } => {}
                // A call, or what orders accesses.
                ref data if data.has_side_effect() && !data.is_terminator() => {
                    effects[header].calls = true;
                }
                _ => {}
            }
        }
    }
    for header in loops.headers() {
        if let Some(outer) = loops.outer(header) {
            let inner = effects[header].clone();
            effects[outer].add(&inner);
        }
    }
    effects
}

/// How far each instruction could move if that cost nothing.
fn find_targets(func: &Function, cfg: &Cfg, dom: &DomTree, loops: &Loops) -> Targets {
    let mut home: SecondaryMap<Inst, Option<Block>> = SecondaryMap::new();
    home.resize(func.insts.len());
    let effects = loop_effects(func, cfg, loops);
    let mut targets = Targets::new();
    targets.resize(func.insts.len());
    for &block in cfg.reverse_postorder() {
        func.blocks[block].insts.iter().for_each(|&inst| home[inst] = Some(block));
        let Some(header) = loops.header(block) else { continue };
        let mut start = (block == header).then(Start::default);
        for &inst in &func.blocks[block].insts {
            let data = &func.insts[inst];
            let movable = match data {
                InstData::Binary { op, .. } => !op.needs_guard(),
                InstData::Load { region, .. } => {
                    let loads = start.as_ref().is_some_and(|start| start.trap.is_none());
                    loads && *region != Region::Native && !effects[header].may_write(*region)
                }
                InstData::TrapIf { code, .. } => {
                    start.as_ref().is_some_and(|start| start.trap.is_none_or(|t| t == *code))
                }
                data => data.is_pure(),
            };
            // Only what is pure leaves more than its own loop.
            let levels = if data.is_pure() { LEVELS } else { 1 };
            if movable {
                let inside = |v, header| match func.values[v].def {
                    ValueDef::Param(block, _) => dom.dominates(header, block),
                    // Where it stands, or the loop in front of which it will.
                    ValueDef::Result(inst, _) => match (targets[inst], home[inst]) {
                        (Some(inner), _) => inner != header && dom.dominates(header, inner),
                        (None, block) => block.is_none_or(|b| dom.dominates(header, b)),
                    },
                };
                targets[inst] = outermost(data, header, loops, levels, inside);
            }
            let stays = targets[inst].is_none();
            match *data {
                InstData::TrapIf { code, .. } if stays => {
                    start = start.take_if(|start| start.trap.is_none_or(|t| t == code));
                    if let Some(start) = &mut start {
                        start.trap = Some(code);
                    }
                }
                ref data if data.has_side_effect() && stays => start = None,
                // It may be a device.
                InstData::Load { region: Region::Native, .. } => start = None,
                _ => {}
            }
        }
    }
    targets
}

/// The part of a header up to the first effect.
#[derive(Default)]
struct Start {
    /// The kind of the checks so far that stay.
    trap: Option<TrapCode>,
}

/// The outermost of the loops around `header`, itself included, in which no
/// argument is computed.
fn outermost(
    data: &InstData,
    header: Block,
    loops: &Loops,
    levels: usize,
    inside: impl Fn(Value, Block) -> bool,
) -> Option<Block> {
    let mut found = None;
    let mut next = Some(header);
    for _ in 0..levels {
        let Some(header) = next else { break };
        let mut invariant = true;
        data.for_each_arg(|v| invariant &= !inside(v, header));
        if !invariant {
            break;
        }
        found = Some(header);
        next = loops.outer(header);
    }
    found
}
