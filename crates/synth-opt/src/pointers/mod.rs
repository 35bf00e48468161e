//! Loop variables that are offsets in a symbol become pointers into it.
//!
//! `[symbol + i]` takes the symbol's address in a register, or an addition, in each
//! turn; with `p = symbol + i` in place of i, it is `[p]`. A variable and what it
//! becomes by adding constants, round the loop and through branches in it, form a web
//! (`web`). All of it is moved by the symbol's address: the values that enter the
//! loop and the ones that it is compared with are moved in front of it, the sums with
//! the symbol lose it, and whatever else needs the offset gets it by a subtraction.
//! Sums wrap at 2^32, so this is exact, for equality too; no access changes its
//! address.
//!
//! It is done where no more comes than goes.

mod web;

use std::collections::BTreeMap;

use smallvec::SmallVec;
use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Function, Inst, InstData, SourceLoc, Type, Value};

use crate::edit::{Edges, Replacements};
use crate::{Context, Pass};
use web::Web;

/// The pass.
pub struct Pointers;

impl Pass for Pointers {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let loops = Loops::new(&cfg, &dom);
        let mut headers: Vec<Block> = loops.headers().collect();
        if headers.is_empty() {
            return false;
        }
        // Inner ones first: what enters them is a sum with the symbol then.
        headers.sort_by_key(|&header| std::cmp::Reverse(loops.depth(header)));
        let mut places = Places::new(func, dom, loops, cx.options.level.prefers_size());
        let mut edit = Edit::default();
        let mut taken: SecondaryMap<Value, bool> = SecondaryMap::new();
        let mut changed = false;
        for header in headers {
            for param in func.blocks[header].params.clone() {
                if taken[param] || func.values[param].ty != Type::I32 {
                    continue;
                }
                let Some(web) = Web::new(func, &places, &taken, header, param) else { continue };
                web.members.iter().for_each(|&member| taken[member] = true);
                edit.apply(func, &mut places, &web);
                changed = true;
            }
        }
        edit.finish(func);
        changed
    }
}

/// Where instructions stand, and who uses what.
struct Places {
    dom: DomTree,
    loops: Loops,
    edges: Edges,
    home: SecondaryMap<Inst, Option<Block>>,
    users: SecondaryMap<Value, SmallVec<[Inst; 4]>>,
    for_size: bool,
}

impl Places {
    fn new(func: &Function, dom: DomTree, loops: Loops, for_size: bool) -> Self {
        let mut home = SecondaryMap::new();
        home.resize(func.insts.len());
        let users = func.values.values().map(|_| SmallVec::new()).collect::<Vec<_>>().into();
        let mut places = Places { dom, loops, edges: Edges::new(func), home, users, for_size };
        for &block in &func.layout {
            func.blocks[block].insts.iter().for_each(|&inst| places.add(func, inst, block));
        }
        places
    }

    fn add(&mut self, func: &Function, inst: Inst, block: Block) {
        self.home[inst] = Some(block);
        func.insts[inst].for_each_arg(|arg| {
            if self.users[arg].last() != Some(&inst) {
                self.users[arg].push(inst);
            }
        });
    }

    /// Whether a sum takes no time: the access that uses it adds it up.
    fn is_folded(&self, func: &Function, inst: Inst) -> bool {
        !self.for_size
            && match self.users[func.result(inst)][..] {
                [user] => matches!(
                    func.insts[user],
                    InstData::Load { offset: 0, .. } | InstData::Store { offset: 0, .. }
                ),
                _ => false,
            }
    }

    /// What something costs where an instruction stands, if it costs 1 outside loops.
    fn weight(&self, inst: Inst) -> u64 {
        match self.home[inst] {
            Some(block) if !self.for_size => 8u64.pow(self.loops.depth(block).min(4)),
            _ => 1,
        }
    }
}

/// Changes to a function that are made together at the end.
#[derive(Default)]
struct Edit {
    /// What goes in front of instructions.
    before: BTreeMap<Inst, Vec<Inst>>,
    same: Replacements,
}

impl Edit {
    /// Moves a web by the address of its symbol.
    fn apply(&mut self, func: &mut Function, places: &mut Places, web: &Web) {
        for &(inst, ref sum) in &web.sums {
            let result = func.result(inst);
            match sum.addend.wrapping_sub(web.addend) {
                0 => self.same.replace(result, sum.member),
                rest => {
                    let rest = self.insert(func, places, inst, InstData::Const(rest));
                    let args = [sum.member, rest];
                    func.insts[inst] = InstData::Binary { op: BinaryOp::Add, args };
                }
            }
        }
        for &(terminator, successor, number) in &web.entries {
            let call = func.insts[terminator].successor(successor as usize);
            let Some(value) = call.map(|call| call.args[number]) else { continue };
            let moved = self.moved(func, places, web, terminator, value);
            if let Some(call) = func.insts[terminator].successors_mut().get_mut(successor as usize)
            {
                call.args[number] = moved;
            }
            places.users[moved].push(terminator);
        }
        for &(inst, other) in &web.comparisons {
            let moved = self.moved(func, places, web, inst, other);
            func.insts[inst].map_args(|arg| if arg == other { moved } else { arg });
            places.users[moved].push(inst);
        }
        for &(inst, member) in &web.others {
            let base = self.insert(func, places, inst, web.base());
            let data = InstData::Binary { op: BinaryOp::Sub, args: [member, base] };
            let offset = self.insert(func, places, inst, data);
            web.replace_other(func, inst, member, offset);
        }
    }

    /// A value moved by the symbol's address, for an instruction.
    fn moved(
        &mut self,
        func: &mut Function,
        places: &mut Places,
        web: &Web,
        inst: Inst,
        value: Value,
    ) -> Value {
        if let Some(constant) = func.as_const(value) {
            let addend = web.addend.wrapping_add(constant);
            let address = InstData::SymbolAddr { symbol: web.symbol, addend };
            return self.insert(func, places, inst, address);
        }
        let base = self.insert(func, places, inst, web.base());
        let data = InstData::Binary { op: BinaryOp::Add, args: [value, base] };
        self.insert(func, places, inst, data)
    }

    fn insert(
        &mut self,
        func: &mut Function,
        places: &mut Places,
        before: Inst,
        data: InstData,
    ) -> Value {
        let loc: SourceLoc = func.locs[before];
        let inst = func.make_inst(data, loc);
        if let Some(block) = places.home[before] {
            places.add(func, inst, block);
        }
        self.before.entry(before).or_default().push(inst);
        func.result(inst)
    }

    fn finish(mut self, func: &mut Function) {
        if self.before.is_empty() {
            return;
        }
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                self.place(inst, &mut out);
            }
            func.blocks[block].insts = out;
        }
        self.same.apply(func);
    }

    /// An instruction behind what goes in front of it.
    fn place(&mut self, inst: Inst, out: &mut Vec<Inst>) {
        for before in self.before.remove(&inst).unwrap_or_default() {
            self.place(before, out);
        }
        out.push(inst);
    }
}
