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

use rustc_hash::FxHashMap;
use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, BlockCall, Function, Inst, InstData, Region, SourceLoc, TrapCode, Value,
    ValueDef,
};

use crate::edit::{Replacements, count_uses};
use crate::gvn::key;
use crate::pressure::{Pressure, is_constant};
use crate::{Context, Level, Pass};

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

/// Decides what moves. Says whether anything does.
///
/// In reverse, so that the users of an instruction have been decided: what a
/// moving instruction needs moves too; what others need moves if that pays
/// and the loop has room for another value.
fn choose(func: &Function, cfg: &Cfg, targets: &mut Targets, room: impl Fn(Block) -> u32) -> bool {
    let used = count_uses(func);
    let twins = twins(func, cfg, targets);
    let mut wanted = Uses::new();
    wanted.resize(func.values.len());
    let mut kept: SecondaryMap<Block, u32> = SecondaryMap::new();
    let mut any = false;
    for &block in cfg.reverse_postorder().iter().rev() {
        for &inst in func.blocks[block].insts.iter().rev() {
            let data = &func.insts[inst];
            let mut uses = Use::default();
            for &result in &func.results[inst] {
                uses = wanted[result];
            }
            if let Some(header) = targets[inst] {
                let check = matches!(data, InstData::TrapIf { .. });
                // It takes the place of an operand that nothing else uses, but for others
                // like it, which move to the same place.
                let alike = twins[inst].max(1);
                let mut replaces = false;
                data.for_each_arg(|v| replaces |= used[v] == alike && !is_constant(func, v));
                let fits = replaces || kept[header] < room(header);
                let pays = uses.staying > 0 && pays(func, data, uses) && fits;
                if check || uses.moving || pays {
                    any = true;
                    kept[header] += u32::from(uses.staying > 0 && !replaces);
                    data.for_each_arg(|v| wanted[v].moving |= leaves(func, targets, v));
                    continue;
                }
                targets[inst] = None;
            }
            let folds = matches!(data, InstData::Binary { .. });
            data.for_each_arg(|v| {
                wanted[v].staying += 1;
                wanted[v].folded += u32::from(folds);
            });
        }
    }
    any
}

/// An operand: a value, or what is made where it is used.
#[derive(PartialEq, Eq, Hash)]
enum Operand {
    Value(Value),
    Made(InstData),
}

/// For each operation of a loop's arms how many there are like it, itself included, that
/// may move in front of the same loop, where one of them does for all.
fn twins(func: &Function, cfg: &Cfg, targets: &Targets) -> SecondaryMap<Inst, u32> {
    let operand = |value: Value| match func.def_inst(value) {
        Some(inst) if is_constant(func, value) => Operand::Made(func.insts[inst].clone()),
        _ => Operand::Value(value),
    };
    let mut numbers: FxHashMap<(Block, BinaryOp, [Operand; 2]), usize> = FxHashMap::default();
    let (mut counts, mut members) = (vec![], vec![]);
    for &block in cfg.reverse_postorder() {
        for &inst in &func.blocks[block].insts {
            let (Some(header), InstData::Binary { op, args }) = (targets[inst], &func.insts[inst])
            else {
                continue;
            };
            let number = *numbers.entry((header, *op, args.map(operand))).or_insert(counts.len());
            counts.resize(numbers.len(), 0);
            counts[number] += 1;
            members.push((inst, number));
        }
    }
    let mut twins = SecondaryMap::new();
    for (inst, number) in members {
        twins[inst] = counts[number];
    }
    twins
}

/// Who needs a value.
#[derive(Clone, Copy, Default)]
struct Use {
    /// Something that moves out of its loop.
    moving: bool,
    /// Number of uses by what stays.
    staying: u32,
    /// Those by operators that may shift their operand.
    folded: u32,
}

type Uses = SecondaryMap<Value, Use>;

fn leaves(func: &Function, targets: &Targets, value: Value) -> bool {
    func.def_inst(value).is_some_and(|inst| targets[inst].is_some())
}

/// Whether computing a value in each turn costs more than keeping it.
fn pays(func: &Function, data: &InstData, uses: Use) -> bool {
    match data {
        InstData::Const(_)
        | InstData::F32Const(_)
        | InstData::F64Const(_)
        | InstData::SymbolAddr { .. }
        | InstData::SlotAddr { .. }
        | InstData::Compare { .. }
        | InstData::Compare64 { .. } => false,
        // The operator that uses it shifts for nothing.
        InstData::Binary { op: BinaryOp::Shl | BinaryOp::ShrU | BinaryOp::ShrS, args: [_, n] } => {
            uses.folded < uses.staying || func.as_const(*n).is_none()
        }
        _ => true,
    }
}

/// Moves each instruction in front of its target.
fn hoist(func: &mut Function, cfg: &Cfg, dom: &DomTree, targets: &Targets) {
    let mut moved: SecondaryMap<Block, Vec<Inst>> = SecondaryMap::new();
    let mut headers = vec![];
    for &block in cfg.reverse_postorder() {
        let mut insts = std::mem::take(&mut func.blocks[block].insts);
        insts.retain(|&inst| {
            let Some(header) = targets[inst] else { return true };
            if moved[header].is_empty() {
                headers.push(header);
            }
            moved[header].push(inst);
            false
        });
        func.blocks[block].insts = insts;
    }
    let mut made: SecondaryMap<Block, Option<Block>> = SecondaryMap::new();
    let mut same = Replacements::default();
    for header in headers {
        let insts = distinct(func, std::mem::take(&mut moved[header]), &mut same);
        let preheader = match jumping_predecessor(func, cfg, dom, header) {
            Some(block) => block,
            None => {
                let new = add_preheader(func, cfg, dom, header);
                made[header] = Some(new);
                new
            }
        };
        let at = func.blocks[preheader].insts.len() - 1;
        func.blocks[preheader].insts.splice(at..at, insts);
    }
    // Each new block stands in front of its loop.
    let old = std::mem::take(&mut func.layout);
    func.layout = old.into_iter().flat_map(|b| made[b].into_iter().chain([b])).collect();
    same.apply(func);
}

/// Of equal instructions the first, whose result stands for theirs.
fn distinct(func: &mut Function, mut insts: Vec<Inst>, same: &mut Replacements) -> Vec<Inst> {
    let mut first: FxHashMap<InstData, Value> = FxHashMap::default();
    insts.retain(|&inst| {
        func.insts[inst].map_args(|value| same.resolve(value));
        if !func.insts[inst].is_pure() {
            return true;
        }
        let result = func.result(inst);
        let known = *first.entry(key(&func.insts[inst]).into_owned()).or_insert(result);
        same.replace(result, known);
        known == result
    });
    insts
}

fn entering(cfg: &Cfg, dom: &DomTree, header: Block) -> Vec<Block> {
    let outside = |from: &Block| !dom.dominates(header, *from);
    cfg.predecessors(header).iter().copied().filter(outside).collect()
}

/// The only block outside the loop that goes to its header, if it goes
/// nowhere else.
fn jumping_predecessor(func: &Function, cfg: &Cfg, dom: &DomTree, header: Block) -> Option<Block> {
    let [single] = entering(cfg, dom, header)[..] else { return None };
    let inst = func.terminator(single)?;
    matches!(func.insts[inst], InstData::Jump(_)).then_some(single)
}

/// A new block, not in the layout yet, to which all edges into a loop go, and
/// which jumps to its header.
fn add_preheader(func: &mut Function, cfg: &Cfg, dom: &DomTree, header: Block) -> Block {
    let new = func.add_block();
    func.layout.pop();
    let types: Vec<_> = func.blocks[header].params.iter().map(|&p| func.values[p].ty).collect();
    let params: Vec<Value> = types.into_iter().map(|ty| func.add_param(new, ty)).collect();
    for from in entering(cfg, dom, header) {
        let Some(inst) = func.terminator(from) else { continue };
        for call in func.insts[inst].successors_mut() {
            if call.block == header {
                call.block = new;
            }
        }
    }
    func.append(new, InstData::Jump(BlockCall::new(header, params)), SourceLoc::default());
    new
}
