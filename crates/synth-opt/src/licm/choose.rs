//! Which of the instructions that could leave a loop do: those that pay, as far as the
//! loop has room for their values, and what they need.

use rustc_hash::FxHashMap;
use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Function, Inst, InstData, Value};

use super::Targets;
use crate::edit::count_uses;
use crate::pressure::is_constant;

/// Decides what moves. Says whether anything does.
///
/// In reverse, so that the users of an instruction have been decided: what a
/// moving instruction needs moves too; what others need moves if that pays
/// and the loop has room for another value.
pub(super) fn choose(
    func: &Function,
    cfg: &Cfg,
    targets: &mut Targets,
    room: impl Fn(Block) -> u32,
) -> bool {
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
