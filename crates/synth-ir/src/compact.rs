//! Removes what is dead from the tables of a function.

use cranelift_entity::{EntityRef, SecondaryMap};

use crate::cfg::Cfg;
use crate::function::{Block, Function, SourceLoc, ValueData, ValueDef};

impl Function {
    /// Removes the blocks that the entry does not reach. Says whether there
    /// were any.
    pub fn remove_unreachable(&mut self) -> bool {
        if self.layout.is_empty() {
            return false;
        }
        let cfg = Cfg::new(self);
        let before = self.layout.len();
        let (live, dead): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.layout).into_iter().partition(|&b| cfg.is_reachable(b));
        self.layout = live;
        for block in dead {
            self.blocks[block].insts.clear();
            self.blocks[block].params.clear();
        }
        self.layout.len() < before
    }

    /// Renumbers blocks, instructions and values in the order of the layout,
    /// and forgets what is dead.
    pub fn compact(&mut self) {
        let mut new = Function {
            signature: std::mem::take(&mut self.signature),
            slots: std::mem::take(&mut self.slots),
            sigs: std::mem::take(&mut self.sigs),
            ..Function::default()
        };
        let mut blocks = SecondaryMap::with_default(Block::new(0));
        let mut values = SecondaryMap::new();
        let define = |new: &mut Function, values: &mut SecondaryMap<_, _>, old, def| {
            let ty = self.values[old].ty;
            values[old] = Some(new.values.push(ValueData { ty, def }));
            new.values.keys().next_back()
        };
        for &old in &self.layout {
            let block = new.add_block();
            blocks[old] = block;
            for (i, &param) in self.blocks[old].params.iter().enumerate() {
                let def = ValueDef::Param(block, i as u32);
                let value = define(&mut new, &mut values, param, def);
                new.blocks[block].params.extend(value);
            }
            for &old_inst in &self.blocks[old].insts {
                let inst = new.insts.push(self.insts[old_inst].clone());
                new.blocks[block].insts.push(inst);
                if self.locs[old_inst] != SourceLoc::default() {
                    new.locs[inst] = self.locs[old_inst];
                }
                for (i, &result) in self.results[old_inst].iter().enumerate() {
                    let def = ValueDef::Result(inst, i as u32);
                    let value = define(&mut new, &mut values, result, def);
                    new.results[inst].extend(value);
                }
            }
        }
        for data in new.insts.values_mut() {
            data.map_args(|v| values[v].unwrap_or(v));
            data.successors_mut().into_iter().for_each(|call| call.block = blocks[call.block]);
        }
        *self = new;
    }
}
