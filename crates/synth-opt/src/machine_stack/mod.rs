//! Turns shadow-stack code into machine frames.
//!
//! clang and rustc keep locals whose address is taken in linear memory under
//! the global `__stack_pointer` (tool conventions, "The linear stack"). In the
//! native model the translation leaves its accesses as loads and stores of
//! [`Region::Global`](synth_ir::Region::Global) at the undefined data symbol
//! of that name. After this pass none is left.
//!
//! - A function that moves the pointer by constants has a frame of fixed size:
//!   one slot (`fixed`). Memory below a pointer that is never moved (the red
//!   zone of leaf functions) is such a frame too, since an exception may use
//!   what lies below the machine's stack pointer.
//! - A function that moves it by other amounts (`alloca`, variable-length
//!   arrays) computes the same addresses from the machine's stack pointer and
//!   sets it (`dynamic`).
//!
//! Invariant: what the function may address between the pointer at its entry
//! and the lowest value that it gives the pointer (or subtracts from it) is
//! its own until it returns. A function that does not return with the pointer
//! that it was entered with is refused, and so is one that sets it to a value
//! that does not come from it.

mod dynamic;
mod fixed;
mod places;
mod returned;

use rayon::prelude::*;
use synth_ir::{Definition, Function, Inst, Program, SourceLoc, SymbolId};

use crate::{Change, Context, PassError};
use places::{Base, Place, Places, State};

/// Name of the shadow stack's pointer.
pub const STACK_POINTER: &str = "__stack_pointer";

/// Runs on all functions that mention the pointer.
pub fn run(program: &mut Program, cx: &Context<'_>) -> Change {
    let undefined = |id: &SymbolId| matches!(program.symbols[*id].def, Definition::UndefinedData);
    let Some(pointer) = program.find(STACK_POINTER).filter(undefined) else {
        return Change::default();
    };
    let returned = returned::symbols(program);
    let functions: Vec<_> = program.functions_mut().collect();
    let results: Vec<_> = functions
        .into_par_iter()
        .filter_map(|(id, func)| {
            run_function(func, pointer, &returned, cx).transpose().map(|r| (id, r))
        })
        .collect();
    let mut change = Change { changed: !results.is_empty(), ..Change::default() };
    for (id, result) in results {
        if let Err(Refused { loc, reason }) = result {
            let source = program.sources.get(loc.0 as usize).copied().unwrap_or_default();
            let function = program.symbols[source.function.unwrap_or(id)].name.clone();
            change.refused.push(PassError { function, offset: source.offset, reason });
        }
    }
    let escaped = |def: &Definition| match def {
        Definition::Data(data) => data.relocs.iter().any(|reloc| reloc.symbol == pointer),
        Definition::Alias { target, .. } => *target == pointer,
        _ => false,
    };
    for symbol in program.symbols.values().filter(|s| escaped(&s.def)) {
        let reason = Reason::Address.text();
        change.refused.push(PassError { function: symbol.name.clone(), offset: 0, reason });
    }
    change
}

/// What can't become a machine frame.
struct Refused {
    loc: SourceLoc,
    reason: String,
}

/// Why something is refused.
#[derive(Clone, Copy)]
enum Reason {
    Address,
    Return,
    Raise,
    Foreign,
}

impl Reason {
    fn text(self) -> String {
        let what = match self {
            Reason::Address => "uses the address of __stack_pointer",
            Reason::Return => "returns with another __stack_pointer than it was entered with",
            Reason::Raise => "raises __stack_pointer above its value at the entry",
            Reason::Foreign => "sets __stack_pointer to a value that does not come from it",
        };
        format!(
            "it {what}, which the machine's stack can't follow: \
             leave the function out of the module, or compile with --model linear"
        )
    }
}

/// Whether it changed something; nothing if the function does not mention the
/// pointer.
fn run_function(
    func: &mut Function,
    pointer: SymbolId,
    returned: &[SymbolId],
    cx: &Context<'_>,
) -> Result<Option<()>, Refused> {
    if !places::mentions(func, pointer) {
        return Ok(None);
    }
    func.remove_unreachable();
    let refuse = |func: &Function, inst: Inst, reason: Reason| Refused {
        loc: func.locs[inst],
        reason: reason.text(),
    };
    if let Some(inst) = places::other_use(func, pointer) {
        return Err(refuse(func, inst, Reason::Address));
    }
    returned::run(func, returned);
    let places = Places::new(func, pointer);
    for &(inst, state) in &places.returns {
        if state != State::Place(Place::ENTRY) {
            return Err(refuse(func, inst, Reason::Return));
        }
    }
    for write in &places.writes {
        match write.state {
            State::Place(Place { base: Base::Entry, offset }) if offset > 0 => {
                return Err(refuse(func, write.inst, Reason::Raise));
            }
            State::Value(value) if !places.is_derived(value) => {
                return Err(refuse(func, write.inst, Reason::Foreign));
            }
            _ => {}
        }
    }
    if !fixed::run(func, &places, cx) {
        dynamic::run(func, &places, cx);
    }
    places::remove_addresses(func, pointer);
    Ok(Some(()))
}
