//! Copies and fills: what is known of a call of `__aeabi_memmove`,
//! `__aeabi_memcpy` or `__aeabi_memset` makes it cheaper.
//!
//! - Few bytes become loads and stores. Where the areas may overlap, all loads
//!   come first.
//! - Where the areas are known to be apart (`areas`), the copy need not care
//!   for their order: `__aeabi_memcpy`, which C libraries make fast.
//! - For speed, areas of unknown distance are compared when the program runs
//!   ([`choose_routine`]).
//!
//! In the native model (abi.md) a copy is no access of a known width, but it
//! may be one of a device, which only the host's routine is known to suit: it
//! is taken apart only where both areas are slots or data of the program, and
//! into accesses that are aligned.

mod areas;
mod expand;
mod overlaps;

use rayon::prelude::*;
use synth_ir::{
    AbiType, Definition, Function, Inst, InstData, Linkage, Program, Region, SymbolId, Value,
};

use crate::edit::undefined_function;
use crate::linear::Linear;
use crate::pipeline::Change;
use crate::{Context, Level};
use areas::Memory;
use expand::{Piece, Writer};

pub use overlaps::choose_routine;

/// The routines of the run-time ABI (RTABI32 section 4.3.4).
#[derive(Clone, Copy)]
struct Routines {
    copy: Option<SymbolId>,
    move_: Option<SymbolId>,
    fill: Option<SymbolId>,
}

impl Routines {
    /// Those that the program refers to. A function of its own by that name is
    /// what it is.
    fn find(program: &Program) -> Option<Routines> {
        let find = |name: &str| {
            let id = program.find(name)?;
            let symbol = &program.symbols[id];
            let undefined = matches!(symbol.def, Definition::UndefinedFunction);
            (undefined && symbol.linkage == Linkage::Global).then_some(id)
        };
        let routines = Routines {
            copy: find("__aeabi_memcpy"),
            move_: find("__aeabi_memmove"),
            fill: find("__aeabi_memset"),
        };
        let Routines { copy, move_, fill } = routines;
        copy.or(move_).or(fill).map(|_| routines)
    }

    /// What a call does, if it is one of a routine.
    fn task(&self, func: &Function, inst: Inst) -> Option<Task> {
        let InstData::Call { callee, sig, ref args } = func.insts[inst] else { return None };
        let signature = &func.sigs[sig];
        if !signature.results.is_empty() || signature.params != [AbiType::I32; 3] {
            return None;
        }
        let callee = Some(callee);
        match args[..] {
            [to, size, byte] if callee == self.fill => Some(Task::Fill { to, size, byte }),
            [to, from, size] if callee == self.copy || callee == self.move_ => {
                Some(Task::Copy { to, from, size, overlap: callee == self.move_ })
            }
            _ => None,
        }
    }
}

/// What a call of a routine does.
#[derive(Clone, Copy)]
enum Task {
    Copy { to: Value, from: Value, size: Value, overlap: bool },
    Fill { to: Value, size: Value, byte: Value },
}

/// What becomes of a call.
enum Verdict {
    Keep,
    /// Nothing is left of it, or what stands in its place has been written.
    Done,
    /// The areas are apart.
    Apart,
}

/// Bytes that are copied or filled in place of a call.
fn limit(level: Level) -> u32 {
    match level {
        Level::O0 => 0,
        Level::O2 => 32,
        Level::O1 | Level::Os => 16,
        Level::Oz => 8,
    }
}

/// Those of areas that may overlap, all of which are in registers at once.
const OVERLAPPING: u32 = 16;

/// Replaces the calls in all functions.
pub fn run(program: &mut Program, cx: &Context<'_>) -> Change {
    let Some(mut routines) = Routines::find(program) else { return Change::default() };
    if routines.move_.is_some() && routines.copy.is_none() {
        routines.copy = Some(undefined_function(program, "__aeabi_memcpy"));
    }
    let memory = Memory::new(program);
    let site = Site { routines, memory: &memory, limit: limit(cx.options.level) };
    let functions: Vec<_> = program.functions_mut().collect();
    let run = |(_, func): (SymbolId, &mut Function)| site.replace(func);
    let changed = functions.into_par_iter().map(run).reduce(|| false, |a, b| a | b);
    Change { changed, ..Change::default() }
}

/// What the calls of a function are judged by.
struct Site<'a> {
    routines: Routines,
    memory: &'a Memory,
    limit: u32,
}

impl Site<'_> {
    fn replace(&self, func: &mut Function) -> bool {
        let is_task = |func: &Function, inst| self.routines.task(func, inst).is_some();
        let mut changed = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            if !func.blocks[block].insts.iter().any(|&inst| is_task(func, inst)) {
                continue;
            }
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                let verdict = match self.routines.task(func, inst) {
                    Some(task) => self.judge(func, inst, task, &mut out),
                    None => Verdict::Keep,
                };
                changed |= !matches!(verdict, Verdict::Keep);
                if let (Verdict::Apart, Some(copy)) = (&verdict, self.routines.copy)
                    && let Some(callee) = func.insts[inst].callee_mut()
                {
                    *callee = copy;
                }
                if !matches!(verdict, Verdict::Done) {
                    out.push(inst);
                }
            }
            func.blocks[block].insts = out;
        }
        changed
    }

    fn judge(&self, func: &mut Function, inst: Inst, task: Task, out: &mut Vec<Inst>) -> Verdict {
        let loc = func.locs[inst];
        let (Task::Copy { size, .. } | Task::Fill { size, .. }) = task;
        let size = func.as_const(size).map(|size| size as u32);
        if size == Some(0) {
            return Verdict::Done;
        }
        match task {
            Task::Copy { to, from, overlap, .. } => {
                let areas = [to, from].map(|value| Linear::new(func, value));
                let apart = !overlap
                    || size.is_some_and(|n| self.memory.are_apart(func, &areas[0], &areas[1], n))
                    || self.memory.are_apart(func, &areas[0], &areas[1], u32::MAX);
                if let Some(size) = size
                    && let Some((regions, pieces)) = self.pieces(func, &areas, size)
                    && (apart || size <= OVERLAPPING)
                {
                    let (to, from) = ((to, regions[0]), (from, regions[1]));
                    Writer { func, out, loc }.copy(to, from, &pieces, apart);
                    return Verdict::Done;
                }
                if overlap && apart { Verdict::Apart } else { Verdict::Keep }
            }
            Task::Fill { to, byte, .. } => {
                let area = [Linear::new(func, to)];
                let Some(size) = size else { return Verdict::Keep };
                let Some((regions, pieces)) = self.pieces(func, &area, size) else {
                    return Verdict::Keep;
                };
                // A byte that is not known costs two instructions.
                if func.as_const(byte).is_none() && pieces.len() > 1 && size * 2 > self.limit {
                    return Verdict::Keep;
                }
                Writer { func, out, loc }.fill((to, regions[0]), byte, &pieces);
                Verdict::Done
            }
        }
    }

    /// How few bytes of areas are accessed, if they are few enough.
    fn pieces(
        &self,
        func: &Function,
        areas: &[Linear],
        size: u32,
    ) -> Option<(Vec<Region>, Vec<Piece>)> {
        if size > self.limit {
            return None;
        }
        let (mut regions, mut largest) = (vec![], 4);
        for area in areas {
            let (region, access) = self.memory.access(func, area)?;
            regions.push(region);
            largest = largest.min(access);
        }
        let native = regions.contains(&Region::Native);
        let pieces = expand::pieces(size, largest, !native);
        (pieces.len() as u32 <= self.limit / 4).then_some((regions, pieces))
    }
}
