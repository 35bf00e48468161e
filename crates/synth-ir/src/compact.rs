//! Removes what is dead from the tables of a function.

use cranelift_entity::{EntityRef, SecondaryMap};

use crate::cfg::reachable;
use crate::function::{Block, Function, InstData, Value, ValueData, ValueDef};

impl Function {
    /// Removes the blocks that the entry does not reach. Says whether there
    /// were any.
    pub fn remove_unreachable(&mut self) -> bool {
        if self.layout.is_empty() {
            return false;
        }
        let (reachable, is_reachable) = reachable(self);
        if reachable.len() == self.layout.len() {
            return false;
        }
        let blocks = &mut self.blocks;
        self.layout.retain(|&block| {
            if !is_reachable[block] {
                blocks[block].insts.clear();
                blocks[block].params.clear();
            }
            is_reachable[block]
        });
        true
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
        blocks.resize(self.blocks.len());
        let mut values = SecondaryMap::new();
        values.resize(self.values.len());
        let mut define = |new: &mut Function, old: &mut Value, def| {
            let value = new.values.push(ValueData { ty: self.values[*old].ty, def });
            values[*old] = Some(value);
            *old = value;
        };
        for &old in &self.layout {
            let block = new.add_block();
            blocks[old] = block;
            let mut data = std::mem::take(&mut self.blocks[old]);
            for (i, param) in data.params.iter_mut().enumerate() {
                define(&mut new, param, ValueDef::Param(block, i as u32));
            }
            for place in &mut data.insts {
                let old = *place;
                // The old function is not looked at again.
                let data = std::mem::replace(&mut self.insts[old], InstData::StackSave);
                let inst = new.push_inst(data);
                let mut results = std::mem::take(&mut self.results[old]);
                for (i, result) in results.iter_mut().enumerate() {
                    define(&mut new, result, ValueDef::Result(inst, i as u32));
                }
                new.results[inst] = results;
                new.locs[inst] = self.locs[old];
                *place = inst;
            }
            new.blocks[block] = data;
        }
        for data in new.insts.values_mut() {
            data.map_args(|v| values[v].unwrap_or(v));
            data.for_each_successor_mut(|call| call.block = blocks[call.block]);
        }
        *self = new;
    }
}
