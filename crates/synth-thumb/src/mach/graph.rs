//! The control-flow graph of a machine function.

use super::MFunction;
use crate::lists::Lists;

/// Where each block goes, once for each edge.
pub(crate) fn successors(function: &MFunction) -> Lists<u32> {
    let mut successors = Lists::new(function.blocks.len());
    for (number, block) in (0..).zip(&function.blocks) {
        let targets = block.insts.last().map(|last| last.inst.targets()).unwrap_or_default();
        successors.set(number, targets.into_iter().map(|target| target.block));
    }
    successors
}

/// The blocks that are reached, each behind its predecessors but for the edges that
/// close a loop.
pub(crate) fn reverse_postorder(successors: &Lists<u32>) -> Vec<u32> {
    let mut seen = vec![false; successors.nodes()];
    let mut order = vec![];
    // A block and how many of its successors have been visited.
    let mut path = vec![(0u32, 0usize)];
    seen[0] = true;
    while let Some((block, next)) = path.last_mut() {
        match successors.of(*block).get(*next) {
            Some(&target) => {
                *next += 1;
                if !std::mem::replace(&mut seen[target as usize], true) {
                    path.push((target, 0));
                }
            }
            None => {
                order.push(*block);
                path.pop();
            }
        }
    }
    order.reverse();
    order
}

/// The predecessor of each block that has one and is not the entry.
pub(crate) fn single_predecessors(function: &MFunction) -> Vec<Option<usize>> {
    let mut found: Vec<(u32, usize)> = vec![(0, 0); function.blocks.len()];
    for (index, block) in function.blocks.iter().enumerate() {
        let targets = block.insts.last().map(|last| last.inst.targets());
        for target in targets.unwrap_or_default() {
            let (count, _) = found[target.block as usize];
            found[target.block as usize] = (count + 1, index);
        }
    }
    let entry = |index: usize| index == 0;
    let single = |(index, (count, before))| (count == 1 && !entry(index)).then_some(before);
    found.into_iter().enumerate().map(single).collect()
}
