//! Code without data in it, for memory that can only be executed: a switch
//! becomes a tree of comparisons. (Constants and addresses are made by MOVW
//! and MOVT where they are emitted.)

use synth_ir::{Block, BlockCall, BlockData, Cond, Function, Inst, InstData, SourceLoc, Value};

/// The function with branches in place of switches; `None` if it has none.
pub(crate) fn without_switches(func: &Function) -> Option<Function> {
    let last = |block: &Block| func.blocks[*block].insts.last().copied();
    let is_switch = |inst: &Inst| matches!(func.insts[*inst], InstData::Switch { .. });
    func.layout.iter().filter_map(last).find(is_switch)?;
    let mut out = func.clone();
    out.layout.clear();
    for &block in &func.layout {
        out.layout.push(block);
        let Some(inst) = last(&block) else { continue };
        let InstData::Switch { index, targets, default } = &func.insts[inst] else { continue };
        out.blocks[block].insts.pop();
        let mut runs: Vec<(u32, &BlockCall)> = vec![];
        for (start, target) in (0..).zip(targets.iter().chain([default])) {
            if runs.last().is_none_or(|(_, before)| *before != target) {
                runs.push((start, target));
            }
        }
        Tree { func: &mut out, index: *index, loc: func.locs[inst] }.emit(block, &runs);
    }
    Some(out)
}

struct Tree<'f> {
    func: &'f mut Function,
    index: Value,
    loc: SourceLoc,
}

impl Tree<'_> {
    /// Ends a block by going to the run that the index is in. The first run
    /// starts at or below it. Depth is the logarithm of the number of runs.
    fn emit(&mut self, block: Block, runs: &[(u32, &BlockCall)]) {
        let (left, right) = runs.split_at(runs.len() / 2);
        let Some(&(start, _)) = right.first().filter(|_| !left.is_empty()) else {
            if let Some((_, call)) = runs.first() {
                self.func.append(block, InstData::Jump((*call).clone()), self.loc);
            }
            return;
        };
        let bound = self.func.append(block, InstData::Const(start as i32), self.loc);
        let args = [self.index, self.func.result(bound)];
        let compare = InstData::Compare { cond: Cond::ULt, args };
        let compare = self.func.append(block, compare, self.loc);
        let cond = self.func.result(compare);
        let mut side = |runs: &[(u32, &BlockCall)]| match runs {
            [(_, call)] => (*call).clone(),
            _ => {
                let block = self.func.blocks.push(BlockData::default());
                self.func.layout.push(block);
                self.emit(block, runs);
                BlockCall::new(block, [])
            }
        };
        let (then, other) = (side(left), side(right));
        self.func.append(block, InstData::Branch { cond, then, other, hint: None }, self.loc);
    }
}
