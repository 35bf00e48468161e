//! Inlining: the body of a function in place of its call.
//!
//! A function that nothing but one call refers to goes there whole, and a
//! small one to each of its calls (`Budget` says what small is). Callees
//! come before their callers, so that what is inlined has its own callees in
//! it. Only a definition that this object decides on is inlined: no weak or
//! COMDAT one, and none that was placed in another section than its caller; a
//! function that calls itself, or allocates stack memory as it runs, is not.
//! Only small ones go where some turns of a loop alone come by: the values of that
//! loop would lose their registers to what has many of its own. Behind an unlikely
//! way (`metadata.code.branch_hint`) only what makes the program smaller is inlined.
//!
//! A tail call in what is inlined at another one stays; elsewhere it becomes a
//! call, since the frame of the caller is needed in any case.
//!
//! Source locations of inlined code name the call that it was inlined at.

mod splice;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Definition, Function, Hint, Inst, InstData, Linkage, Program, SymbolId};

use crate::Change;
use splice::Splicer;

/// Sizes are numbers of instructions that become code, roughly.
#[derive(Clone, Copy)]
struct Budget {
    /// Callees up to this size are inlined at each call.
    small: usize,
    /// What each argument of a call adds to it: a move that is saved.
    per_argument: usize,
    /// The only call of a function is replaced up to this size.
    single: usize,
    /// The only call of a function, where it is in some turns of a loop.
    nested: usize,
    /// What a caller may grow to; beyond, nothing is inlined into it.
    caller: usize,
}

/// A callee that is no larger than its calls.
const TINY: usize = 3;
/// Branches above a block that are asked whether they are likely.
const BRANCHES: usize = 16;

/// Inlines for cycles.
pub fn for_speed(program: &mut Program) -> Change {
    run(program, Budget { small: 24, per_argument: 1, single: 300, nested: 75, caller: 3000 })
}

/// Inlines where that makes the program smaller.
pub fn for_size(program: &mut Program) -> Change {
    run(program, Budget { small: TINY, per_argument: 1, single: 400, nested: 200, caller: 1000 })
}

fn run(program: &mut Program, budget: Budget) -> Change {
    let references = count_references(program);
    // Of what may be inlined.
    let mut sizes: SecondaryMap<SymbolId, Option<usize>> = SecondaryMap::new();
    let mut changed = false;
    for caller in callees_first(program) {
        changed |= inline_into(program, caller, &budget, &references, &sizes);
        let Some(func) = program.function(caller) else { continue };
        sizes[caller] = is_inlinable(program, caller, func).then(|| size(func));
    }
    Change { changed, ..Change::default() }
}

struct Flow {
    cfg: Cfg,
    dom: DomTree,
    loops: Loops,
}

impl Flow {
    fn new(func: &Function) -> Self {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let loops = Loops::new(&cfg, &dom);
        Flow { cfg, dom, loops }
    }

    /// Whether a block is in a loop, but not in each of its turns.
    fn is_rare(&self, block: Block) -> bool {
        let Some(header) = self.loops.header(block) else { return false };
        let mut back = self.cfg.predecessors(header).iter();
        back.any(|&from| self.dom.dominates(header, from) && !self.dom.dominates(block, from))
    }

    /// Whether the program says that it hardly ever comes to a block.
    fn is_unlikely(&self, func: &Function, block: Block) -> bool {
        let above = std::iter::successors(Some(block), |&at| self.dom.immediate_dominator(at));
        above.take(BRANCHES).any(|at| {
            let [from] = self.cfg.predecessors(at) else { return false };
            let last = func.terminator(*from).map(|inst| &func.insts[inst]);
            let Some(InstData::Branch { then, other, hint: Some(hint), .. }) = last else {
                return false;
            };
            let unlikely = if *hint == Hint::Likely { other } else { then };
            then.block != other.block && unlikely.block == at
        })
    }
}

fn for_each_inst(func: &Function, mut f: impl FnMut(&InstData)) {
    for &block in &func.layout {
        func.blocks[block].insts.iter().for_each(|&inst| f(&func.insts[inst]));
    }
}

/// How often each symbol is named by anything.
fn count_references(program: &Program) -> SecondaryMap<SymbolId, u32> {
    let mut count: SecondaryMap<SymbolId, u32> = SecondaryMap::new();
    for (id, symbol) in &program.symbols {
        // Others may name it, too.
        count[id] += u32::from(symbol.retain || symbol.linkage != Linkage::Local) * 2;
        match &symbol.def {
            Definition::Alias { target, .. } => count[*target] += 2,
            Definition::Data(data) => data.relocs.iter().for_each(|r| count[r.symbol] += 2),
            Definition::Function(func) => for_each_inst(func, |data| match data {
                InstData::SymbolAddr { symbol, .. } => count[*symbol] += 2,
                data => {
                    if let Some(callee) = data.callee() {
                        count[callee] += 1;
                    }
                }
            }),
            _ => {}
        }
    }
    count
}

/// The functions, each after those that it calls, but for recursion.
pub(crate) fn callees_first(program: &Program) -> Vec<SymbolId> {
    let callees = |id| {
        let mut callees = vec![];
        if let Some(func) = program.function(id) {
            for_each_inst(func, |data| callees.extend(data.callee()));
        }
        callees.reverse();
        callees
    };
    let mut seen: SecondaryMap<SymbolId, bool> = SecondaryMap::new();
    let mut order = vec![];
    for (root, _) in program.functions() {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut stack = vec![(root, callees(root))];
        while let Some((id, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(next) if !std::mem::replace(&mut seen[next], true) => {
                    stack.push((next, callees(next)));
                }
                Some(_) => {}
                None => {
                    order.push(*id);
                    stack.pop();
                }
            }
        }
    }
    order
}

fn is_inlinable(program: &Program, id: SymbolId, func: &Function) -> bool {
    let mut good = matches!(program.symbols[id].linkage, Linkage::Local | Linkage::Global);
    for_each_inst(func, |data| {
        good &= data.callee() != Some(id)
            && !matches!(data, InstData::StackSave | InstData::StackRestore { .. });
    });
    good
}

/// The instructions of a function that become code.
fn size(func: &Function) -> usize {
    let mut size = 0;
    for_each_inst(func, |data| {
        size += match data {
            InstData::Const(_) | InstData::Jump(_) | InstData::Return(_) => 0,
            // With the branch or check that follows it.
            InstData::Compare { .. } => 0,
            // Most checks fall away, the more the more is known of the arguments.
            InstData::TrapIf { .. } => 0,
            InstData::Compare64 { .. } => 1,
            InstData::Call { args, .. }
            | InstData::CallIndirect { args, .. }
            | InstData::TailCall { args, .. }
            | InstData::TailCallIndirect { args, .. } => 2 + args.len(),
            InstData::Switch { targets, .. } => 4 + targets.len(),
            _ => 1,
        };
    });
    size
}

fn inline_into(
    program: &mut Program,
    caller: SymbolId,
    budget: &Budget,
    references: &SecondaryMap<SymbolId, u32>,
    sizes: &SecondaryMap<SymbolId, Option<usize>>,
) -> bool {
    let Some(func) = program.function(caller) else { return false };
    let mut room = budget.caller.saturating_sub(size(func));
    let mut chosen: Vec<Inst> = vec![];
    let around = Flow::new(func);
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let data = &func.insts[inst];
            let (Some(callee), Some(sig)) = (data.callee(), data.call_sig()) else { continue };
            let mut args = 0;
            data.for_each_arg(|_| args += 1);
            let Some(size) = sizes[callee].filter(|_| callee != caller) else { continue };
            let small = if around.is_unlikely(func, block) { TINY } else { budget.small };
            let small = small + budget.per_argument * args;
            let limit = match (references[callee], around.is_rare(block)) {
                (1, false) => budget.single,
                (1, true) => budget.nested,
                _ => small,
            };
            let same_section = program.symbols[callee].section == program.symbols[caller].section;
            let same_signature =
                program.function(callee).is_some_and(|callee| callee.signature == func.sigs[sig]);
            if size <= limit && size <= room && same_section && same_signature {
                room -= size;
                chosen.push(inst);
            }
        }
    }
    if chosen.is_empty() {
        return false;
    }
    // The caller is taken out while others are copied into it.
    let placeholder = Definition::UndefinedFunction;
    let def = std::mem::replace(&mut program.symbols[caller].def, placeholder);
    let Definition::Function(mut func) = def else { return false };
    Splicer::new(&mut func, program).run(&chosen);
    program.symbols[caller].def = Definition::Function(func);
    true
}
