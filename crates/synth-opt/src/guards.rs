//! Guards: checks of one value with effects between become one check, at the
//! price of bytes.
//!
//! `p[0] = a; p[1] = b; …` checks `p` plus several constants, with a store
//! after each check. None of the later checks may move up, as the stores
//! before them stay done when it fails. But one comparison tells in the place
//! of the first check whether any of them will fail. If so, a copy of the
//! instructions goes on, checks and all, up to the one that fails: it never
//! comes to its end, which is a trap. Else they go on without these checks.

use std::collections::BTreeMap;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, BlockCall, Function, Hint, Inst, InstData, TrapCode, Value};

use crate::checks::{Fact, exact, join};
use crate::{Context, Pass};

/// The pass.
pub struct Guards;

/// Checks that one is worth a copy for, in a loop and elsewhere.
const CHECKS: [usize; 2] = [2, 3];
/// Instructions that are copied for one guard.
const LENGTH: usize = 64;
/// How often a function may be looked at.
const FUEL: usize = 32;

impl Pass for Guards {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let cfg = Cfg::new(func);
        let loops = Loops::new(&cfg, &DomTree::new(func, &cfg));
        // What is copied and looked at again, in proportion to the function.
        let size: usize = func.layout.iter().map(|&b| func.blocks[b].insts.len()).sum();
        let (mut room, mut fuel) = (size, size.saturating_mul(FUEL));
        let (mut layout, mut slow) = (vec![], vec![]);
        for mut block in std::mem::take(&mut func.layout) {
            let enough = CHECKS[usize::from(loops.header(block).is_none())];
            layout.push(block);
            // The rest of a block that was divided is looked at in its turn.
            while fuel > 0
                && let Some(group) = find(func, block, enough, room)
            {
                fuel = fuel.saturating_sub(func.blocks[block].insts.len());
                room -= group.length();
                let (rest, trap) = divide(func, block, &group);
                layout.push(rest);
                slow.push(trap);
                block = rest;
            }
        }
        let changed = !slow.is_empty();
        layout.extend(slow);
        func.layout = layout;
        changed
    }
}

/// Checks that become one.
struct Group {
    /// Their places in the block.
    members: Vec<usize>,
    code: TrapCode,
    /// Holds exactly if all pass.
    fact: Fact,
}

impl Group {
    fn length(&self) -> usize {
        match self.members[..] {
            [first, .., last] => last - first + 1,
            _ => 1,
        }
    }
}

/// The first group of a block that pays.
fn find(func: &Function, block: Block, enough: usize, room: usize) -> Option<Group> {
    let mut groups: Vec<Group> = vec![];
    // The latest group of each value.
    let mut latest: BTreeMap<Value, usize> = BTreeMap::new();
    for (at, &inst) in func.blocks[block].insts.iter().enumerate() {
        let InstData::TrapIf { cond, code } = func.insts[inst] else { continue };
        let Some((value, limit)) = exact(func, cond) else { continue };
        let fact = Fact::new(func, value, limit);
        if let Some(&number) = latest.get(&fact.root) {
            let group = &mut groups[number];
            if let Some(joined) = join(group.fact, fact)
                && group.code == code
                && at - group.members[0] < LENGTH
            {
                group.fact = joined;
                group.members.push(at);
                continue;
            }
        }
        latest.insert(fact.root, groups.len());
        groups.push(Group { members: vec![at], code, fact });
    }
    groups.into_iter().find(|group| group.members.len() >= enough && group.length() <= room)
}

/// Divides a block at the first check of a group. Returns the rest of it, and
/// what is executed if one of the checks fails; neither is in the layout.
fn divide(func: &mut Function, block: Block, group: &Group) -> (Block, Block) {
    let first = group.members[0];
    let [rest, slow] = [(); 2].map(|()| func.add_block());
    func.layout.truncate(func.layout.len() - 2);
    let tail = func.blocks[block].insts.split_off(first);
    copy(func, slow, &tail[..group.length()], group.code);
    let loc = func.locs[tail[0]];
    let (mut members, mut at) = (group.members.iter().peekable(), first);
    for inst in tail {
        if members.next_if_eq(&&at).is_none() {
            func.blocks[rest].insts.push(inst);
        }
        at += 1;
    }
    let cond = group.fact.failure(|data| {
        let inst = func.append(block, data, loc);
        func.result(inst)
    });
    let (then, other) = (BlockCall::new(slow, []), BlockCall::new(rest, []));
    // A check of a program that works does not fail.
    func.append(block, InstData::Branch { cond, then, other, hint: Some(Hint::Unlikely) }, loc);
    (rest, slow)
}

/// Copies instructions into a block; the last of them, a check, always fails.
fn copy(func: &mut Function, block: Block, insts: &[Inst], code: TrapCode) {
    let mut values: SecondaryMap<Value, Option<Value>> = SecondaryMap::new();
    let Some((last, insts)) = insts.split_last() else { return };
    for &old in insts {
        let mut data = func.insts[old].clone();
        data.map_args(|value| values[value].unwrap_or(value));
        let new = func.append(block, data, func.locs[old]);
        for (from, &to) in func.results[old].clone().into_iter().zip(&func.results[new]) {
            values[from] = Some(to);
        }
    }
    func.append(block, InstData::Trap(code), func.locs[*last]);
}
