//! Jump threading: an edge into a block that does nothing but decide where to go on,
//! by a value that the edge passes, goes there by itself.
//!
//! ```text
//! b1:  jump b3(1)                     b1:  jump b4
//! b2:  v2 = cmp.slt v0, v1            b2:  v2 = cmp.slt v0, v1
//!      jump b3(v2)               ->        branch v2, b4, b5
//! b3(v3): branch v3, b4, b5
//! ```
//!
//! That happens where the edge passes a constant, a value that its own branch has
//! tested, or a comparison that nothing else uses, which then need not become 0 or 1.
//! Conditions of several parts (`a && b`) come like this from many front ends.
//!
//! A block that closes or heads a loop is left alone: another way into its successors
//! could give the loop a second entry. For all other blocks a reducible graph stays
//! reducible: who reaches such a block reaches its successors through it, and is
//! within the same loops.

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, BlockCall, Cond, Function, Hint, Inst, InstData, Value, ValueDef};

use crate::edit::Edges;
use crate::{Context, Pass};

/// The pass. Edges that go back are made by the `late` one only: what transforms loops
/// wants them to have one.
pub struct JumpThreading {
    /// Whether loops are not transformed any more.
    pub late: bool,
}

impl Pass for JumpThreading {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let deciders: Vec<Block> =
            func.layout.iter().skip(1).copied().filter(|&b| test_of(func, b).is_some()).collect();
        if deciders.is_empty() {
            return false;
        }
        let threader = Threader {
            cfg: Cfg::new(func),
            edges: Edges::new(func),
            uses: Uses::new(func),
            late: self.late,
        };
        deciders.into_iter().fold(false, |any, block| threader.thread(func, block) | any)
    }
}

/// What a block decides by: a parameter of its own, or a comparison of it with a
/// constant.
#[derive(Clone, Copy)]
struct Test {
    param: usize,
    compare: Option<(Cond, i32)>,
    is_switch: bool,
}

impl Test {
    /// The number that is tested, if the parameter is this one.
    fn of(self, value: i32) -> i32 {
        match self.compare {
            Some((cond, other)) => cond.holds(value as u32, other as u32).into(),
            None => value,
        }
    }

    /// Whether the test of a truth value holds for the value 1 and not for 0, or the
    /// other way round.
    fn of_truth(self) -> Option<bool> {
        let (zero, one) = (self.of(0) != 0, self.of(1) != 0);
        (zero != one).then_some(one)
    }
}

/// What a block decides by, if it does nothing else.
fn test_of(func: &Function, block: Block) -> Option<Test> {
    let insts = &func.blocks[block].insts;
    let (&last, before) = insts.split_last()?;
    let (InstData::Branch { cond: by, .. } | InstData::Switch { index: by, .. }) = func.insts[last]
    else {
        return None;
    };
    let is_switch = matches!(func.insts[last], InstData::Switch { .. });
    let own = |value| func.blocks[block].params.iter().position(|&param| param == value);
    let constants = before.iter().filter(|&&inst| matches!(func.insts[inst], InstData::Const(_)));
    let others = before.len() - constants.count();
    if let Some(param) = own(by) {
        return (others == 0).then_some(Test { param, compare: None, is_switch });
    }
    let compare = func.def_inst(by).filter(|inst| others == 1 && before.contains(inst))?;
    let InstData::Compare { cond, args: [x, y] } = func.insts[compare] else { return None };
    Some(Test { param: own(x)?, compare: Some((cond, func.as_const(y)?)), is_switch })
}

/// How values are used.
struct Uses {
    count: SecondaryMap<Value, u32>,
    /// Whether a block uses a value that another one defines.
    outside: SecondaryMap<Value, bool>,
    home: SecondaryMap<Value, Option<Block>>,
}

impl Uses {
    fn new(func: &Function) -> Uses {
        let mut uses = Uses {
            count: SecondaryMap::new(),
            outside: SecondaryMap::new(),
            home: SecondaryMap::new(),
        };
        for &block in &func.layout {
            let data = &func.blocks[block];
            let results = data.insts.iter().flat_map(|&inst| &func.results[inst]);
            data.params.iter().chain(results).for_each(|&value| uses.home[value] = Some(block));
        }
        for &block in &func.layout {
            for &inst in &func.blocks[block].insts {
                func.insts[inst].for_each_arg(|value| {
                    uses.count[value] += 1;
                    uses.outside[value] |= uses.home[value] != Some(block);
                });
            }
        }
        uses
    }
}

struct Threader {
    cfg: Cfg,
    edges: Edges,
    uses: Uses,
    late: bool,
}

impl Threader {
    /// Leads the edges into a block to where it would go. Says whether there were any.
    fn thread(&self, func: &mut Function, block: Block) -> bool {
        let Some(test) = test_of(func, block) else { return false };
        let results = func.blocks[block].insts.iter().flat_map(|&inst| &func.results[inst]);
        let mut own = func.blocks[block].params.iter().chain(results);
        if self.is_header(block) || own.any(|&value| self.uses.outside[value]) {
            return false;
        }
        let edges = self.edges.to(block).to_vec();
        edges.into_iter().fold(false, |any, edge| self.thread_edge(func, block, test, edge) | any)
    }

    fn is_header(&self, block: Block) -> bool {
        let at = self.cfg.position(block);
        self.cfg.predecessors(block).iter().any(|&from| self.cfg.position(from) >= at)
    }

    fn thread_edge(
        &self,
        func: &mut Function,
        block: Block,
        test: Test,
        (inst, number): (Inst, u32),
    ) -> bool {
        // It may lead elsewhere by now.
        let Some(call) = func.insts[inst].successor(number as usize) else { return false };
        let Some(from) = self.edges.from(inst).filter(|_| call.block == block) else {
            return false;
        };
        let (call, passed) = (call.clone(), call.args[test.param]);
        if let Some(value) = known(func, inst, number, passed, test) {
            let Some(to) = self.lead(func, block, &call, test.of(value), from) else {
                return false;
            };
            if let Some(edge) = func.insts[inst].successors_mut().get_mut(number as usize) {
                **edge = to;
            }
            return true;
        }
        let branches = |block| func.terminator(block).map(|last| &func.insts[last]);
        if !matches!(func.insts[inst], InstData::Jump(_))
            || !matches!(branches(block), Some(InstData::Branch { .. }))
            || !is_comparison(func, passed)
            || self.uses.count[passed] != 1
        {
            return false;
        }
        let Some(holds) = test.of_truth() else { return false };
        let way = |value: bool| self.lead(func, block, &call, value.into(), from);
        let (Some(then), Some(other)) = (way(holds), way(!holds)) else { return false };
        let hint = match func.insts[func.terminator(block).unwrap_or(inst)] {
            InstData::Branch { hint, .. } if !holds => hint.map(Hint::opposite),
            InstData::Branch { hint, .. } => hint,
            _ => None,
        };
        func.insts[inst] = InstData::Branch { cond: passed, then, other, hint };
        true
    }

    /// Where a block goes for a tested value, in terms of what an edge passes.
    fn lead(
        &self,
        func: &Function,
        block: Block,
        call: &BlockCall,
        value: i32,
        from: Block,
    ) -> Option<BlockCall> {
        let taken = match &func.insts[func.terminator(block)?] {
            InstData::Branch { then, other, .. } => {
                if value != 0 {
                    then
                } else {
                    other
                }
            }
            InstData::Switch { targets, default, .. } => {
                targets.get(value as u32 as usize).unwrap_or(default)
            }
            _ => return None,
        };
        if !self.late && self.cfg.position(taken.block) <= self.cfg.position(from) {
            return None;
        }
        let arg = |&arg: &Value| match func.values[arg].def {
            ValueDef::Param(of, number) if of == block => Some(call.args[number as usize]),
            // What the block makes itself is not there.
            _ => (self.uses.home[arg] != Some(block)).then_some(arg),
        };
        let args = taken.args.iter().map(arg).collect::<Option<Vec<Value>>>()?;
        Some(BlockCall { block: taken.block, args })
    }
}

/// What a value is that an edge passes, as far as the test asks: a constant, or what
/// the branch of the edge has found out.
fn known(func: &Function, inst: Inst, number: u32, passed: Value, test: Test) -> Option<i32> {
    let is_found = matches!(func.insts[inst], InstData::Branch { cond, .. } if cond == passed);
    // All but 0 are the same to these.
    let only_zero = matches!(test.compare, None | Some((Cond::Eq | Cond::Ne, 0)));
    match func.as_const(passed) {
        Some(constant) => Some(constant),
        // The first way is taken if it is not zero.
        None if is_found && number == 1 => Some(0),
        None if is_found && (only_zero && !test.is_switch || is_comparison(func, passed)) => {
            Some(1)
        }
        None => None,
    }
}

/// Whether a value is 0 or 1.
fn is_comparison(func: &Function, value: Value) -> bool {
    func.def_inst(value).is_some_and(|inst| {
        matches!(func.insts[inst], InstData::Compare { .. } | InstData::Compare64 { .. })
    })
}
