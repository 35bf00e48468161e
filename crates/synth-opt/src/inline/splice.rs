//! The copying part of inlining.
//!
//! The block of the call is split: what stands before the call jumps to a
//! copy of the callee's entry with the arguments; a return jumps to the rest
//! of the block, whose parameters are the results. Behind a tail call nothing
//! is left: returns stay.

use rustc_hash::FxHashMap;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    Block, BlockCall, Function, Inst, InstData, Program, Sig, Slot, Source, SourceLoc, SymbolId,
    Type, Value, ValueData, ValueDef,
};

use crate::edit::Replacements;

/// Copies callees into one function.
pub(super) struct Splicer<'a> {
    func: &'a mut Function,
    program: &'a mut Program,
    /// What the results of calls are now.
    results: Replacements,
    layout: Vec<Block>,
}

impl<'a> Splicer<'a> {
    pub(super) fn new(func: &'a mut Function, program: &'a mut Program) -> Self {
        Splicer { func, program, results: Replacements::default(), layout: vec![] }
    }

    /// Replaces calls, which are given in the order of the layout.
    pub(super) fn run(mut self, calls: &[Inst]) {
        let mut next = calls.iter().copied().peekable();
        for block in std::mem::take(&mut self.func.layout) {
            self.layout.push(block);
            let is_next = |inst: &Inst| next.peek() == Some(inst);
            if !self.func.blocks[block].insts.iter().any(is_next) {
                continue;
            }
            let insts = std::mem::take(&mut self.func.blocks[block].insts);
            let mut current = block;
            for inst in insts {
                match next.next_if_eq(&inst) {
                    Some(call) => current = self.splice(current, call),
                    None => self.func.blocks[current].insts.push(inst),
                }
            }
        }
        self.func.layout = self.layout;
        self.results.apply(self.func);
    }

    /// Ends a block in a jump to a copy of what the call calls. Returns the
    /// block where it continues.
    fn splice(&mut self, block: Block, call: Inst) -> Block {
        let (callee, args, tail) = match self.func.insts[call].clone() {
            InstData::Call { callee, args, .. } => (callee, args, false),
            InstData::TailCall { callee, args, .. } => (callee, args, true),
            _ => return block,
        };
        let Some(body) = self.program.function(callee) else { return block };
        let mut copy = Copy::new(self.func, body);
        let continuation = (!tail).then(|| new_block(self.func));
        if let Some(continuation) = continuation {
            for old in self.func.results[call].clone() {
                let ty = self.func.values[old].ty;
                let new = self.func.add_param(continuation, ty);
                self.results.replace(old, new);
            }
        }
        copy.instructions(self.func, body, continuation);
        let Copy { blocks, locs, .. } = copy;
        self.layout.extend(body.layout.iter().filter_map(|&old| blocks[old]));
        self.layout.extend(continuation);
        let at = self.func.locs[call];
        if let Some(entry) = blocks[body.entry()] {
            let jump = InstData::Jump(BlockCall::new(entry, args));
            self.func.append(block, jump, at);
        }
        self.place(callee, at, &locs);
        continuation.unwrap_or(block)
    }

    /// Gives copied instructions their locations.
    fn place(&mut self, callee: SymbolId, at: SourceLoc, locs: &[(Inst, SourceLoc)]) {
        let mut inlined: FxHashMap<SourceLoc, SourceLoc> = FxHashMap::default();
        for &(inst, old) in locs {
            self.func.locs[inst] = inlined_loc(self.program, &mut inlined, callee, at, old);
        }
    }
}

/// The location of what stood at `old` in a function that was inlined at `at`.
fn inlined_loc(
    program: &mut Program,
    inlined: &mut FxHashMap<SourceLoc, SourceLoc>,
    callee: SymbolId,
    at: SourceLoc,
    old: SourceLoc,
) -> SourceLoc {
    // The chain of calls from the instruction outwards.
    let mut chain = vec![];
    let mut next = old;
    let mut outer = loop {
        if let Some(&done) = inlined.get(&next) {
            break done;
        }
        if next == SourceLoc::default() {
            break at;
        }
        chain.push(next);
        next = program.sources[next.0 as usize].inlined_at;
    };
    for loc in chain.into_iter().rev() {
        let source = program.sources[loc.0 as usize];
        let function = source.function.or(Some(callee));
        outer = program.add_source(Source { function, inlined_at: outer, ..source });
        inlined.insert(loc, outer);
    }
    outer
}

/// A block that is not in the layout yet.
fn new_block(func: &mut Function) -> Block {
    let block = func.add_block();
    func.layout.pop();
    block
}

/// What stands for the parts of the callee in the caller.
struct Copy {
    blocks: SecondaryMap<Block, Option<Block>>,
    values: SecondaryMap<Value, Option<Value>>,
    slots: SecondaryMap<Slot, Option<Slot>>,
    sigs: SecondaryMap<Sig, Option<Sig>>,
    /// Copied instructions and their locations in the callee.
    locs: Vec<(Inst, SourceLoc)>,
}

impl Copy {
    /// Makes blocks and slots.
    fn new(func: &mut Function, body: &Function) -> Self {
        let mut copy = Copy {
            blocks: SecondaryMap::new(),
            values: SecondaryMap::new(),
            slots: SecondaryMap::new(),
            sigs: SecondaryMap::new(),
            locs: vec![],
        };
        copy.blocks.resize(body.blocks.len());
        copy.values.resize(body.values.len());
        for (slot, &data) in &body.slots {
            copy.slots[slot] = Some(func.slots.push(data));
        }
        for &old in &body.layout {
            let new = new_block(func);
            copy.blocks[old] = Some(new);
            for &param in &body.blocks[old].params {
                copy.values[param] = Some(func.add_param(new, body.values[param].ty));
            }
        }
        copy
    }

    /// Copies the instructions. A value may be used before its definition is
    /// copied, as blocks are in no particular order: so arguments come last.
    fn instructions(&mut self, func: &mut Function, body: &Function, continuation: Option<Block>) {
        let mut copies = vec![];
        for &old_block in &body.layout {
            let Some(block) = self.blocks[old_block] else { continue };
            for &old in &body.blocks[old_block].insts {
                let data = self.data(func, body, &body.insts[old], continuation);
                let new = func.push_inst(data);
                func.blocks[block].insts.push(new);
                for (i, &from) in body.results[old].iter().enumerate() {
                    let def = ValueDef::Result(new, i as u32);
                    let to = func.values.push(ValueData { ty: body.values[from].ty, def });
                    func.results[new].push(to);
                    self.values[from] = Some(to);
                }
                copies.push(new);
                self.locs.push((new, body.locs[old]));
                let is_tail = body.insts[old].is_terminator();
                if let (true, Some(sig), Some(block_after)) =
                    (is_tail, func.insts[new].call_sig(), continuation)
                {
                    // A tail call that became a call.
                    self.pass_on(func, block, new, sig, block_after);
                }
            }
        }
        for inst in copies {
            func.insts[inst].map_args(|v| self.values[v].unwrap_or(v));
        }
    }

    /// Passes the results of a call at the end of a block on.
    fn pass_on(&mut self, func: &mut Function, block: Block, call: Inst, sig: Sig, to: Block) {
        let types: Vec<Type> = func.sigs[sig].result_values().collect();
        for (i, ty) in types.into_iter().enumerate() {
            let def = ValueDef::Result(call, i as u32);
            let value = func.values.push(ValueData { ty, def });
            func.results[call].push(value);
        }
        let args = func.results[call].to_vec();
        let jump = func.push_inst(InstData::Jump(BlockCall::new(to, args)));
        func.blocks[block].insts.push(jump);
    }

    /// An instruction with the caller's blocks, slots and signatures, but the
    /// callee's values.
    fn data(
        &mut self,
        func: &mut Function,
        body: &Function,
        data: &InstData,
        continuation: Option<Block>,
    ) -> InstData {
        let mut data = match (data.clone(), continuation) {
            (InstData::Return(values), Some(to)) => {
                return InstData::Jump(BlockCall::new(to, values));
            }
            (InstData::TailCall { callee, sig, args }, Some(_)) => {
                InstData::Call { callee, sig, args }
            }
            (InstData::TailCallIndirect { target, sig, args }, Some(_)) => {
                InstData::CallIndirect { target, sig, args }
            }
            (data, _) => data,
        };
        if let InstData::SlotAddr { slot, .. } = &mut data {
            *slot = self.slots[*slot].unwrap_or(*slot);
        }
        if let Some(sig) = data.call_sig_mut() {
            let add = || func.add_sig(body.sigs[*sig].clone());
            *sig = *self.sigs[*sig].get_or_insert_with(add);
        }
        data.for_each_successor_mut(|call| {
            call.block = self.blocks[call.block].unwrap_or(call.block);
        });
        data
    }
}
