//! How many values a loop keeps in registers, roughly: its parameters, and
//! what is computed outside and used inside. Constants and addresses of
//! symbols and slots do not count, as they can be made where they are used;
//! nor does what only lives through the loop, which can wait in memory.

use rustc_hash::FxHashSet;
use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Function, Inst, InstData, Value, ValueDef};

/// Loops around a use that are looked at.
const LEVELS: usize = 8;

/// The number of values of each loop, by its header.
pub(crate) struct Pressure(SecondaryMap<Block, u32>);

impl Pressure {
    pub(crate) fn new(func: &Function, cfg: &Cfg, dom: &DomTree, loops: &Loops) -> Self {
        let mut values: SecondaryMap<Block, u32> = SecondaryMap::new();
        let mut seen: FxHashSet<(Block, Value)> = FxHashSet::default();
        let mut home: SecondaryMap<Inst, Option<Block>> = SecondaryMap::new();
        home.resize(func.insts.len());
        for header in loops.headers() {
            values[header] = func.blocks[header].params.len() as u32;
        }
        for &block in cfg.reverse_postorder() {
            for &inst in &func.blocks[block].insts {
                home[inst] = Some(block);
                let Some(innermost) = loops.header(block) else { continue };
                func.insts[inst].for_each_arg(|value| {
                    if is_constant(func, value) {
                        return;
                    }
                    let home = match func.values[value].def {
                        ValueDef::Param(home, _) => home,
                        ValueDef::Result(inst, _) => home[inst].unwrap_or(block),
                    };
                    let mut around = Some(innermost);
                    for _ in 0..LEVELS {
                        let Some(header) = around.filter(|&h| !dom.dominates(h, home)) else {
                            break;
                        };
                        values[header] += u32::from(seen.insert((header, value)));
                        around = loops.outer(header);
                    }
                });
            }
        }
        // A loop needs what the loops in it need.
        for header in loops.headers() {
            if let Some(outer) = loops.outer(header) {
                values[outer] = values[outer].max(values[header]);
            }
        }
        Pressure(values)
    }

    /// The values of a loop or of one in it.
    pub(crate) fn of(&self, header: Block) -> u32 {
        self.0[header]
    }
}

/// Whether a value is a constant or an address that one instruction makes.
pub(crate) fn is_constant(func: &Function, value: Value) -> bool {
    use InstData::{Const, SlotAddr, SymbolAddr};
    let data = func.def_inst(value).map(|inst| &func.insts[inst]);
    matches!(data, Some(Const(_) | SymbolAddr { .. } | SlotAddr { .. }))
}
