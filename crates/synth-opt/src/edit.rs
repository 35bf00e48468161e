//! Small edits that several passes share.

use smallvec::SmallVec;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Definition, Function, Inst, InstData, Linkage, Program, SymbolId, Value};

/// The symbol of a function that other objects define or see.
pub(crate) fn undefined_function(program: &mut Program, name: &str) -> SymbolId {
    let found = program
        .symbols
        .iter()
        .find(|(_, symbol)| symbol.linkage != Linkage::Local && symbol.name == name)
        .map(|(id, _)| id);
    found.unwrap_or_else(|| program.add(name, Linkage::Global, Definition::UndefinedFunction))
}

/// Symbols that more than calls of this program name: a function that is none of them is
/// called by what is seen alone.
pub(crate) fn find_named(program: &Program) -> SecondaryMap<SymbolId, bool> {
    let mut named: SecondaryMap<SymbolId, bool> = SecondaryMap::new();
    for (id, symbol) in program.symbols.iter() {
        named[id] |= symbol.retain || symbol.linkage != Linkage::Local;
        match &symbol.def {
            Definition::Alias { target, .. } => named[*target] = true,
            Definition::Data(data) => data.relocs.iter().for_each(|r| named[r.symbol] = true),
            Definition::Function(func) => {
                for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
                    if let InstData::SymbolAddr { symbol, .. } = func.insts[inst] {
                        named[symbol] = true;
                    }
                }
            }
            _ => {}
        }
    }
    named
}

/// Values that stand for others from now on.
#[derive(Default)]
pub(crate) struct Replacements {
    by: SecondaryMap<Value, Option<Value>>,
    any: bool,
}

impl Replacements {
    /// The value that stands for `value`.
    pub(crate) fn resolve(&mut self, value: Value) -> Value {
        let Some(mut last) = self.by[value] else { return value };
        while let Some(by) = self.by[last] {
            last = by;
        }
        // Shorten the chain for the next time.
        let mut at = value;
        while at != last {
            at = self.by[at].replace(last).unwrap_or(last);
        }
        last
    }

    /// Replaces a value, and those that it stands for.
    pub(crate) fn replace(&mut self, value: Value, by: Value) {
        let (value, by) = (self.resolve(value), self.resolve(by));
        if value != by {
            self.by[value] = Some(by);
            self.any = true;
        }
    }

    /// Whether the value itself is not to be used any more.
    pub(crate) fn is_replaced(&self, value: Value) -> bool {
        self.by[value].is_some()
    }

    /// Replaces in an instruction.
    pub(crate) fn apply_to(&mut self, data: &mut InstData) {
        if self.any {
            data.map_args(|v| self.resolve(v));
        }
    }

    /// Replaces in all instructions. Says whether there was anything to do.
    pub(crate) fn apply(mut self, func: &mut Function) -> bool {
        if self.any {
            for &block in &func.layout {
                for &inst in &func.blocks[block].insts {
                    func.insts[inst].map_args(|v| self.resolve(v));
                }
            }
        }
        self.any
    }

    /// The same after a walk over so many blocks in an order of dominance, on which each
    /// instruction was given what stands for its operands: nothing is left to do unless
    /// there are blocks that were not visited.
    pub(crate) fn apply_unvisited(self, func: &mut Function, visited: usize) -> bool {
        if visited < func.layout.len() { self.apply(func) } else { self.any }
    }
}

/// How often each value is used.
pub(crate) fn count_uses(func: &Function) -> SecondaryMap<Value, u32> {
    let mut uses = SecondaryMap::new();
    uses.resize(func.values.len());
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            func.insts[inst].for_each_arg(|value| uses[value] += 1);
        }
    }
    uses
}

/// The edges that lead to each block.
pub(crate) struct Edges {
    into: SecondaryMap<Block, SmallVec<[(Inst, u32); 2]>>,
    from: SecondaryMap<Inst, Option<Block>>,
}

impl Edges {
    pub(crate) fn new(func: &Function) -> Self {
        let none = func.blocks.values().map(|_| SmallVec::new());
        let mut into: SecondaryMap<Block, SmallVec<[(Inst, u32); 2]>> =
            none.collect::<Vec<_>>().into();
        let mut from = SecondaryMap::new();
        from.resize(func.insts.len());
        for &block in &func.layout {
            if let Some(inst) = func.terminator(block) {
                from[inst] = Some(block);
                let mut number = 0;
                func.insts[inst].for_each_successor(|call| {
                    into[call.block].push((inst, number));
                    number += 1;
                });
            }
        }
        Edges { into, from }
    }

    /// The edges into a block: the terminator and the number of its successor.
    pub(crate) fn to(&self, block: Block) -> &[(Inst, u32)] {
        &self.into[block]
    }

    /// The block that a terminator ends.
    pub(crate) fn from(&self, terminator: Inst) -> Option<Block> {
        self.from[terminator]
    }

    /// What the edges into a block pass to its parameter of that number.
    pub(crate) fn incoming<'a>(
        &'a self,
        func: &'a Function,
        block: Block,
        number: usize,
    ) -> impl Iterator<Item = Value> + 'a {
        let call = |&(inst, i): &(Inst, u32)| func.insts[inst].successor(i as usize);
        self.into[block].iter().filter_map(call).map(move |call| call.args[number])
    }
}

/// Removes the parameters of blocks for which `dead` holds, with their
/// arguments. The entry keeps its own. Says whether there were any.
pub(crate) fn remove_params(func: &mut Function, dead: impl Fn(Value) -> bool) -> bool {
    let mut keep: SecondaryMap<Block, Option<Vec<bool>>> = SecondaryMap::new();
    let mut any = false;
    for i in 1..func.layout.len() {
        let block = func.layout[i];
        let params = &func.blocks[block].params;
        if !params.iter().any(|&p| dead(p)) {
            continue;
        }
        let mask: Vec<bool> = params.iter().map(|&p| !dead(p)).collect();
        retain(&mut func.blocks[block].params, &mask);
        for (i, &param) in func.blocks[block].params.iter().enumerate() {
            func.values[param].def = synth_ir::ValueDef::Param(block, i as u32);
        }
        keep[block] = Some(mask);
        any = true;
    }
    if any {
        for block in func.layout.clone() {
            let Some(inst) = func.terminator(block) else { continue };
            for call in func.insts[inst].successors_mut() {
                if let Some(mask) = &keep[call.block] {
                    retain(&mut call.args, mask);
                }
            }
        }
    }
    any
}

fn retain(values: &mut Vec<Value>, keep: &[bool]) {
    let mut mask = keep.iter();
    values.retain(|_| mask.next().copied().unwrap_or(true));
}
