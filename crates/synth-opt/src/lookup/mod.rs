//! Switches that only choose among constants, as computations of these from the
//! index: a linear function, a field of a word, or an element of a table.
//!
//! Each case leads to the same place, by way of nothing but constants, and there
//! hands over constants, or values that are the same for all cases. If the default
//! leads there too, the constants are computed in front of it and the default's
//! chosen by a selection, unless a table is read: an index outside of it has no
//! element, so that a branch goes around the access.
//!
//! For size it is done where code and tables become shorter, for speed where the
//! switch would not become one or two comparisons.

mod form;
mod outcome;

use rustc_hash::FxHashMap;
use synth_ir::entity::EntityRef;
use synth_ir::{
    BinaryOp, Block, BlockCall, BlockData, Cond, Data, DataKind, Definition, Function, Inst,
    InstData, Linkage, Program, Region, SourceLoc, SymbolId, Target, Value,
};

use crate::simplify::known_zero;
use crate::{Change, Context, switches};
use form::Form;
use outcome::{Arg, Given, Join, Outcome, meet};

/// Cases of a switch that is looked at.
const CASES: std::ops::RangeInclusive<usize> = 3..=1024;
/// Constants that each case hands over.
const CONSTANTS: usize = 4;

/// Runs the pass.
pub fn run(program: &mut Program, cx: &Context<'_>) -> Change {
    let mut tables = Tables { first: program.symbols.len(), ..Tables::default() };
    let mut changed = false;
    for (_, func) in program.functions_mut() {
        let mut any = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            if let Some(choice) = Choice::find(func, block, cx) {
                choice.replace(func, block, cx.target, &mut tables);
                any = true;
            }
        }
        if any {
            func.remove_unreachable();
        }
        changed |= any;
    }
    for (name, data) in (0..).zip(tables.data) {
        program.add(format!("switch.{name}"), Linkage::Local, Definition::Data(data));
    }
    Change { changed, ..Change::default() }
}

/// The tables of a program, equal ones shared.
#[derive(Default)]
struct Tables {
    /// Symbols of the program without them.
    first: usize,
    data: Vec<Data>,
    known: FxHashMap<(Vec<u8>, u32), SymbolId>,
}

impl Tables {
    fn symbol(&mut self, bytes: &[u8], align: u32) -> SymbolId {
        let next = SymbolId::new(self.first + self.data.len());
        *self.known.entry((bytes.to_vec(), align)).or_insert_with(|| {
            let size = bytes.len() as u32;
            let bytes = bytes.to_vec();
            self.data.push(Data { bytes, size, align, kind: DataKind::Const, ..Data::default() });
            next
        })
    }
}

/// A switch among constants.
struct Choice {
    index: Value,
    cases: usize,
    join: Join,
    given: Vec<Given>,
    default: BlockCall,
    /// What the default hands over there, if it leads there.
    others: Option<Vec<Arg>>,
    /// Whether no index leads to the default.
    is_total: bool,
}

impl Choice {
    /// The choice that a block ends with, if it is worth it.
    fn find(func: &Function, block: Block, cx: &Context<'_>) -> Option<Choice> {
        let InstData::Switch { index, targets, default } = &func.insts[func.terminator(block)?]
        else {
            return None;
        };
        if !CASES.contains(&targets.len()) {
            return None;
        }
        let outcomes: Vec<Outcome> = targets.iter().map(|call| Outcome::of(func, call)).collect();
        let other = Outcome::of(func, default);
        let join = outcomes[0].join;
        let mut cost = 0;
        let mut given = vec![];
        for at in 0..outcomes[0].args.len() {
            let (next, bytes) = meet(&outcomes, join, at, cx.target)?;
            cost += bytes;
            given.push(next);
        }
        let count = given.iter().filter(|given| matches!(given, Given::Form(_))).count();
        if !(1..=CONSTANTS).contains(&count) {
            return None;
        }
        let largest = !known_zero(func, *index);
        let choice = Choice {
            index: *index,
            cases: targets.len(),
            join,
            given,
            default: default.clone(),
            others: (other.join == join).then_some(other.args.clone()),
            is_total: (largest as usize) < targets.len(),
        };
        let old = switch_cost(func, targets, default, cx.target);
        choice.is_better(cost, old, cx).then_some(choice)
    }

    fn has_table(&self) -> bool {
        self.given.iter().any(|given| matches!(given, Given::Form(Form::Table { .. })))
    }

    /// Whether the choice is worth it, if its forms take `cost` bytes, and the
    /// switch and its cases `old`, with so many comparisons if with any.
    fn is_better(&self, cost: u32, (old, tests): (u32, Option<usize>), cx: &Context<'_>) -> bool {
        // A comparison and a selection for each, or a branch; a default that leads
        // elsewhere stays as it is.
        let bound = match &self.others {
            _ if self.is_total => 0,
            Some(_) if self.has_table() => 8,
            Some(args) => 2 + 4 * args.len() as u32,
            None => 4,
        };
        let new = cost + bound;
        match cx.options.level.prefers_size() {
            true => new < old,
            // A table may be as long as a jump table of words.
            false => tests.is_none_or(|tests| tests > 2) && new < old + 4 * self.cases as u32,
        }
    }

    /// Replaces the switch at the end of a block.
    fn replace(self, func: &mut Function, block: Block, target: &dyn Target, tables: &mut Tables) {
        let Some(switch) = func.blocks[block].insts.pop() else { return };
        let loc = func.locs[switch];
        let others = self.others.as_ref().filter(|_| !self.is_total && !self.has_table());
        let mut b = Emit { func, block, loc };
        if self.is_total || others.is_some() {
            let args = self.arguments(&mut b, target, tables, others);
            b.leave(self.join, args);
            return;
        }
        let inside = self.is_inside(&mut b);
        let lookup = b.func.blocks.push(BlockData::default());
        let then = BlockCall::new(lookup, []);
        b.push(InstData::Branch { cond: inside, then, other: self.default.clone(), hint: None });
        // Behind the branch.
        let place = b.func.layout.iter().position(|&at| at == block).map_or(0, |at| at + 1);
        b.func.layout.insert(place, lookup);
        b.block = lookup;
        let args = self.arguments(&mut b, target, tables, None);
        b.leave(self.join, args);
    }

    /// Whether the index is that of a case.
    fn is_inside(&self, b: &mut Emit<'_>) -> Value {
        let cases = b.constant(self.cases as i32);
        b.value(InstData::Compare { cond: Cond::ULt, args: [self.index, cases] })
    }

    /// What the place where all ways meet is given; `others` if the index is that
    /// of no case.
    fn arguments(
        &self,
        b: &mut Emit<'_>,
        target: &dyn Target,
        tables: &mut Tables,
        others: Option<&Vec<Arg>>,
    ) -> Vec<Value> {
        let inside = others.map(|_| self.is_inside(b));
        let mut args = vec![];
        for (at, given) in self.given.iter().enumerate() {
            let (case, arg) = match given {
                Given::Same(arg) => (b.arg(*arg), Some(*arg)),
                Given::Form(form) => (b.form(form, self.index, target, tables), None),
            };
            args.push(match (inside, others.map(|others| others[at])) {
                (Some(cond), Some(other)) if arg != Some(other) => {
                    let other = b.arg(other);
                    b.value(InstData::Select { cond, args: [case, other] })
                }
                _ => case,
            });
        }
        args
    }
}

/// Bytes of a switch and of the blocks that it alone leads to, as well as the
/// comparisons that it would become.
fn switch_cost(
    func: &Function,
    targets: &[BlockCall],
    default: &BlockCall,
    target: &dyn Target,
) -> (u32, Option<usize>) {
    let mut seen: Vec<&BlockCall> = vec![];
    let mut sum = 0;
    for call in targets.iter().chain([default]) {
        if seen.contains(&call) {
            continue;
        }
        // Moves for the constants, and a branch.
        let made = |value: &Value| func.as_const(*value).map_or(2, |c| target.constant_cost(c));
        sum += 2 + call.args.iter().map(made).sum::<u32>();
        let insts = &func.blocks[call.block].insts;
        if matches!(Outcome::of(func, call), Outcome { join, .. } if join != Join::Block(call.block))
        {
            let made = |&inst: &Inst| match func.insts[inst] {
                InstData::Const(c) => target.constant_cost(c),
                _ => 0,
            };
            sum += insts.iter().map(made).sum::<u32>();
        }
        seen.push(call);
    }
    let tests = switches::comparisons(targets, default);
    let table = 8 + 2 * (targets.len() as u32).div_ceil(2);
    (sum + tests.map_or(table, |tests| 4 * tests as u32), tests)
}

/// Where instructions are appended.
struct Emit<'f> {
    func: &'f mut Function,
    block: Block,
    loc: SourceLoc,
}

impl Emit<'_> {
    fn push(&mut self, data: InstData) -> Inst {
        self.func.append(self.block, data, self.loc)
    }

    fn value(&mut self, data: InstData) -> Value {
        let inst = self.push(data);
        self.func.result(inst)
    }

    fn constant(&mut self, constant: i32) -> Value {
        self.value(InstData::Const(constant))
    }

    fn arg(&mut self, arg: Arg) -> Value {
        match arg {
            Arg::Const(constant) => self.constant(constant),
            Arg::Value(value) => value,
        }
    }

    fn binary(&mut self, op: BinaryOp, x: Value, constant: i32) -> Value {
        let constant = self.constant(constant);
        self.value(InstData::Binary { op, args: [x, constant] })
    }

    fn leave(&mut self, join: Join, args: Vec<Value>) {
        self.push(match join {
            Join::Block(block) => InstData::Jump(BlockCall::new(block, args)),
            Join::Return => InstData::Return(args),
        });
    }

    /// The constant of the case with that index.
    fn form(
        &mut self,
        form: &Form,
        index: Value,
        target: &dyn Target,
        tables: &mut Tables,
    ) -> Value {
        match form {
            Form::Linear { factor, start } => {
                let product = self.binary(BinaryOp::Mul, index, *factor);
                self.binary(BinaryOp::Add, product, *start)
            }
            Form::Packed { word, log_width, start } => {
                let word = self.constant(*word);
                let count = self.binary(BinaryOp::Shl, index, *log_width as i32);
                let args = [word, count];
                let shifted = self.value(InstData::Binary { op: form::shift(target), args });
                let mask = (1u64 << (1 << log_width)) - 1;
                let field = self.binary(BinaryOp::And, shifted, mask as u32 as i32);
                self.binary(BinaryOp::Add, field, *start)
            }
            Form::Table { op, bytes } => {
                let op = *op;
                let symbol = tables.symbol(bytes, op.bytes());
                let table = self.value(InstData::SymbolAddr { symbol, addend: 0 });
                let log = op.bytes().trailing_zeros() as i32;
                let offset = self.binary(BinaryOp::Shl, index, log);
                let args = [table, offset];
                let addr = self.value(InstData::Binary { op: BinaryOp::Add, args });
                self.value(InstData::Load { op, addr, offset: 0, region: Region::Const })
            }
        }
    }
}
