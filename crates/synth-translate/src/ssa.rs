//! SSA form built while the operators are read: pruned, and without
//! recursion.
//!
//! The algorithm is that of Braun et al., "Simple and Efficient Construction
//! of Static Single Assignment Form" (CC 2013): a variable that is read in a
//! block without a definition is looked up in its predecessors; where several
//! meet, a block parameter is made. Two changes:
//!
//! - Wasm is structured, so the operators between the start and the end of a
//!   construct are all that can change a variable on the way to its join (or
//!   around its loop). Where none of them assigns it, the lookup continues at
//!   the block that entered the construct ([`Skip`]).
//! - Parameters are kept in a table aside. [`Ssa::finish`] drops those that
//!   are trivial or unused and writes the rest into the function, once.
//!
//! Work is bounded: [`Ssa::over_budget`] tells when lookups and arguments
//! have outgrown the function's size, and the caller then keeps the
//! variables in memory.

use std::ops::Range;

use rustc_hash::FxHashMap;
use synth_ir::entity::SecondaryMap;
use synth_ir::entity::packed_option::PackedOption;
use synth_ir::{Block, Function, Inst, InstData, SourceLoc, Type, Value, ValueData, ValueDef};

use crate::locals::Assignments;

/// A variable: a local's word, numbered by the caller.
pub(crate) type Var = u32;

/// A block parameter in the making.
#[derive(Debug)]
struct Phi {
    block: Block,
    value: Value,
    /// The variable that it stands for; none for a label's value.
    var: Option<Var>,
    /// One for each predecessor edge, in order, once it is complete.
    args: Vec<Value>,
}

/// Number of a [`Phi`].
pub(crate) type PhiId = u32;

/// A branch: destination `slot` of a terminator.
#[derive(Clone, Copy, Debug)]
struct Edge {
    pred: Block,
    inst: Inst,
    slot: u32,
}

/// A join or loop header where only the operators of `range` can have
/// changed a variable since `dominator` ended.
#[derive(Clone, Debug)]
pub(crate) struct Skip {
    pub(crate) dominator: Block,
    pub(crate) range: Range<u32>,
}

#[derive(Clone, Debug, Default)]
struct BlockState {
    preds: Vec<Edge>,
    /// All predecessors are known.
    sealed: bool,
    skip: Option<Skip>,
    /// Parameters that wait for the block to be sealed.
    incomplete: Vec<PhiId>,
}

/// The state of the construction for one function.
pub(crate) struct Ssa {
    entry: Block,
    blocks: SecondaryMap<Block, BlockState>,
    defs: FxHashMap<(Block, Var), Value>,
    phis: Vec<Phi>,
    phi_of: SecondaryMap<Value, Option<PhiId>>,
    /// What a trivial parameter stands for.
    alias: SecondaryMap<Value, PackedOption<Value>>,
    /// Zeros of the three types, defined at the start of the entry block.
    zeros: [Option<Value>; 3],
    zero_insts: Vec<Inst>,
    assignments: Assignments,
    work: u64,
    budget: u64,
}

enum Step {
    Read(Block),
    Complete(PhiId),
}

impl Ssa {
    /// Starts at the entry block of a function.
    pub(crate) fn new(entry: Block, assignments: Assignments, budget: u64) -> Self {
        let mut blocks = SecondaryMap::new();
        blocks[entry] = BlockState { sealed: true, ..BlockState::default() };
        Ssa {
            entry,
            blocks,
            defs: FxHashMap::default(),
            phis: Vec::new(),
            phi_of: SecondaryMap::new(),
            alias: SecondaryMap::new(),
            zeros: [None; 3],
            zero_insts: Vec::new(),
            assignments,
            work: 0,
            budget,
        }
    }

    /// Whether more work was done than the function's size justifies.
    pub(crate) fn over_budget(&self) -> bool {
        self.work > self.budget
    }

    /// Counts work against the budget.
    pub(crate) fn spend(&mut self, work: usize) {
        self.work += work as u64;
    }

    /// Records a branch. `args` are the values of the destination's label
    /// parameters, in order.
    pub(crate) fn add_edge(&mut self, pred: Block, inst: Inst, slot: u32, to: Block) {
        self.blocks[to].preds.push(Edge { pred, inst, slot });
    }

    /// Makes a parameter for a label; its arguments are pushed branch by
    /// branch, in the order of the edges.
    pub(crate) fn label_phi(&mut self, func: &mut Function, block: Block, ty: Type) -> PhiId {
        self.new_phi(func, block, ty, None)
    }

    /// The value of a parameter.
    pub(crate) fn phi_value(&self, phi: PhiId) -> Value {
        self.phis[phi as usize].value
    }

    /// Adds the argument of the latest edge to a label's parameter.
    pub(crate) fn push_arg(&mut self, phi: PhiId, arg: Value) {
        self.work += 1;
        self.phis[phi as usize].args.push(arg);
    }

    /// Tells that only these operators lie between the dominator and the block.
    pub(crate) fn set_skip(&mut self, block: Block, skip: Skip) {
        self.blocks[block].skip = Some(skip);
    }

    /// Sets a variable at the current end of a block.
    pub(crate) fn write(&mut self, var: Var, block: Block, value: Value) {
        self.defs.insert((block, var), value);
    }

    /// The value of a variable at the current end of a block.
    pub(crate) fn read(&mut self, func: &mut Function, var: Var, ty: Type, block: Block) -> Value {
        if let Some(&value) = self.defs.get(&(block, var)) {
            return self.resolve(value);
        }
        let mut values = Vec::new();
        self.run(func, var, ty, vec![Step::Read(block)], &mut values);
        match values.pop() {
            Some(value) => self.resolve(value),
            None => self.zero(func, ty),
        }
    }

    /// Tells that all predecessors of a block are known.
    pub(crate) fn seal(&mut self, func: &mut Function, block: Block) {
        let state = &mut self.blocks[block];
        state.sealed = true;
        for phi in std::mem::take(&mut state.incomplete) {
            let Phi { value, var: Some(var), .. } = self.phis[phi as usize] else { continue };
            let ty = func.values[value].ty;
            let mut steps = vec![Step::Complete(phi)];
            let preds = &self.blocks[block].preds;
            steps.extend(preds.iter().rev().map(|e| Step::Read(e.pred)));
            self.run(func, var, ty, steps, &mut Vec::new());
        }
    }

    /// Runs lookups; each leaves one value.
    fn run(
        &mut self,
        func: &mut Function,
        var: Var,
        ty: Type,
        mut steps: Vec<Step>,
        values: &mut Vec<Value>,
    ) {
        while let Some(step) = steps.pop() {
            match step {
                Step::Read(block) => {
                    if let Some(value) = self.look_up(func, var, ty, block, &mut steps) {
                        values.push(value);
                    }
                }
                Step::Complete(phi) => {
                    let block = self.phis[phi as usize].block;
                    let first = values.len() - self.blocks[block].preds.len();
                    self.phis[phi as usize].args = values.split_off(first);
                    self.replace_if_trivial(phi);
                    values.push(self.phis[phi as usize].value);
                }
            }
        }
    }

    /// Finds the value of a variable at the end of a block, or makes a
    /// parameter and schedules the lookups of its arguments.
    fn look_up(
        &mut self,
        func: &mut Function,
        var: Var,
        ty: Type,
        block: Block,
        steps: &mut Vec<Step>,
    ) -> Option<Value> {
        let mut path = Vec::new();
        let mut current = block;
        let mut pending = None;
        let value = loop {
            if let Some(&value) = self.defs.get(&(current, var)) {
                break self.resolve(value);
            }
            path.push(current);
            if current == self.entry {
                break self.zero(func, ty);
            }
            let state = &self.blocks[current];
            if let Some(skip) = &state.skip
                && !self.assignments.any(var, &skip.range)
            {
                current = skip.dominator;
                continue;
            }
            if state.sealed && state.preds.len() == 1 {
                current = state.preds[0].pred;
                continue;
            }
            if state.sealed && state.preds.is_empty() {
                break self.zero(func, ty);
            }
            let phi = self.new_phi(func, current, ty, Some(var));
            if self.blocks[current].sealed {
                pending = Some(phi);
            } else {
                self.blocks[current].incomplete.push(phi);
            }
            break self.phis[phi as usize].value;
        };
        self.work += path.len() as u64;
        for block in path {
            self.defs.insert((block, var), value);
        }
        let Some(phi) = pending else { return Some(value) };
        steps.push(Step::Complete(phi));
        let preds = &self.blocks[self.phis[phi as usize].block].preds;
        self.work += preds.len() as u64;
        steps.extend(preds.iter().rev().map(|e| Step::Read(e.pred)));
        None
    }

    fn new_phi(&mut self, func: &mut Function, block: Block, ty: Type, var: Option<Var>) -> PhiId {
        self.work += 1;
        let id = self.phis.len() as PhiId;
        // The number of the parameter is set when it is written.
        let value = func.values.push(ValueData { ty, def: ValueDef::Param(block, 0) });
        self.phis.push(Phi { block, value, var, args: Vec::new() });
        self.phi_of[value] = Some(id);
        id
    }

    fn zero(&mut self, func: &mut Function, ty: Type) -> Value {
        let (index, data) = match ty {
            Type::I32 => (0, InstData::Const(0)),
            Type::F32 => (1, InstData::F32Const(0)),
            Type::F64 => (2, InstData::F64Const(0)),
        };
        *self.zeros[index].get_or_insert_with(|| {
            let inst = func.make_inst(data, SourceLoc::default());
            self.zero_insts.push(inst);
            func.result(inst)
        })
    }

    /// What a value stands for, with the path to it shortened.
    pub(crate) fn resolve(&mut self, value: Value) -> Value {
        let mut root = value;
        while let Some(next) = self.alias[root].expand() {
            root = next;
        }
        let mut current = value;
        while let Some(next) = self.alias[current].expand() {
            self.alias[current] = root.into();
            current = next;
        }
        root
    }

    /// Replaces a parameter whose arguments are itself and one other value.
    fn replace_if_trivial(&mut self, phi: PhiId) -> bool {
        let phi = phi as usize;
        let value = self.phis[phi].value;
        let mut only = None;
        for i in 0..self.phis[phi].args.len() {
            let arg = self.resolve(self.phis[phi].args[i]);
            if arg == value || only == Some(arg) {
                continue;
            }
            if only.is_some() {
                return false;
            }
            only = Some(arg);
        }
        let Some(only) = only else { return false };
        self.alias[value] = only.into();
        true
    }

    /// Removes the parameters that became trivial, writes the others into the
    /// blocks and branches, and rewrites all uses.
    pub(crate) fn finish(mut self, func: &mut Function) {
        self.replace_trivial_phis();
        let live = self.live_phis(func);
        for (index, phi) in self.phis.iter().enumerate() {
            if !live[index] {
                continue;
            }
            let params = &mut func.blocks[phi.block].params;
            func.values[phi.value].def = ValueDef::Param(phi.block, params.len() as u32);
            params.push(phi.value);
            for (edge, &arg) in self.blocks[phi.block].preds.iter().zip(&phi.args) {
                edge_args(&mut func.insts[edge.inst], edge.slot).push(arg);
            }
        }
        let zeros = std::mem::take(&mut self.zero_insts);
        func.blocks[self.entry].insts.splice(0..0, zeros);
        for inst in func.insts.keys() {
            func.insts[inst].map_args(|v| self.resolve(v));
        }
    }

    fn replace_trivial_phis(&mut self) {
        // Which parameters use which, to look at them again.
        let mut users: Vec<Vec<PhiId>> = vec![Vec::new(); self.phis.len()];
        for (index, phi) in self.phis.iter().enumerate() {
            for &arg in &phi.args {
                if let Some(used) = self.phi_of[arg] {
                    users[used as usize].push(index as PhiId);
                }
            }
        }
        // A parameter is looked at a bounded number of times: one more that
        // stays is only a missed simplification.
        let mut looks = vec![0u8; self.phis.len()];
        let mut work: Vec<PhiId> = (0..self.phis.len() as PhiId).rev().collect();
        while let Some(phi) = work.pop() {
            let value = self.phis[phi as usize].value;
            if self.alias[value].is_some() || looks[phi as usize] == 8 {
                continue;
            }
            looks[phi as usize] += 1;
            if self.replace_if_trivial(phi) {
                work.extend(std::mem::take(&mut users[phi as usize]));
            }
        }
    }

    /// Which parameters an instruction uses, directly or through others.
    fn live_phis(&mut self, func: &Function) -> Vec<bool> {
        let mut live = vec![false; self.phis.len()];
        let mut work = Vec::new();
        for data in func.insts.values() {
            data.for_each_arg(|arg| work.push(arg));
            while let Some(value) = work.pop() {
                let value = self.resolve(value);
                let Some(phi) = self.phi_of[value] else { continue };
                if !std::mem::replace(&mut live[phi as usize], true) {
                    work.extend_from_slice(&self.phis[phi as usize].args);
                }
            }
        }
        live
    }
}

/// The arguments of one destination of a terminator.
fn edge_args(data: &mut InstData, slot: u32) -> &mut Vec<Value> {
    match data {
        InstData::Branch { then, other, .. } => match slot {
            0 => &mut then.args,
            _ => &mut other.args,
        },
        InstData::Switch { targets, default, .. } => match targets.get_mut(slot as usize) {
            Some(target) => &mut target.args,
            None => &mut default.args,
        },
        InstData::Jump(call) => &mut call.args,
        _ => unreachable!("an edge starts at a branch"),
    }
}
