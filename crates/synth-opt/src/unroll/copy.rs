//! Copies of blocks of the same function.

use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Function, Inst, Value, ValueData, ValueDef};

/// What the parts of some blocks are in the copy.
pub(crate) struct Body {
    pub(crate) blocks: SecondaryMap<Block, Option<Block>>,
    pub(crate) insts: SecondaryMap<Inst, Option<Inst>>,
}

/// Copies blocks, which are not in the layout yet. Edges among them lead to
/// the copies, all others to where they led.
pub(crate) fn copy_blocks(func: &mut Function, blocks: &[Block]) -> Body {
    let mut body = Body { blocks: SecondaryMap::new(), insts: SecondaryMap::new() };
    let mut values: SecondaryMap<Value, Option<Value>> = SecondaryMap::new();
    for &old in blocks {
        let new = func.add_block();
        func.layout.pop();
        body.blocks[old] = Some(new);
        for param in func.blocks[old].params.clone() {
            values[param] = Some(func.add_param(new, func.values[param].ty));
        }
    }
    let mut copies = vec![];
    for &old_block in blocks {
        let Some(block) = body.blocks[old_block] else { continue };
        for old in func.blocks[old_block].insts.clone() {
            let mut data = func.insts[old].clone();
            for call in data.successors_mut() {
                call.block = body.blocks[call.block].unwrap_or(call.block);
            }
            let new = func.push_inst(data);
            func.blocks[block].insts.push(new);
            func.locs[new] = func.locs[old];
            for (i, from) in func.results[old].clone().into_iter().enumerate() {
                let def = ValueDef::Result(new, i as u32);
                let to = func.values.push(ValueData { ty: func.values[from].ty, def });
                func.results[new].push(to);
                values[from] = Some(to);
            }
            body.insts[old] = Some(new);
            copies.push(new);
        }
    }
    for inst in copies {
        func.insts[inst].map_args(|value| values[value].unwrap_or(value));
    }
    body
}
