//! Linking of instances: what an import is resolved to, and whether it fits
//! (core specification 4.5.1 and 3.4.10, import matching).
//!
//! This is the harness's part: the compiler leaves imports to the linker,
//! which matches names and knows no types.

use std::rc::Rc;

use synth_testkit::ModuleId;
use synth_translate::signature_symbol;
use synth_wasm::{
    ExternKind, Heap, Import, ImportType, MemoryType, Module, TableType, TypedRef, ValType,
};

/// A loaded instance.
pub struct Instance {
    /// Its module.
    pub module: Rc<Module>,
    /// Its program in the emulator.
    pub loaded: ModuleId,
    /// The symbols of its exports, in their order.
    pub symbols: Vec<Option<String>>,
    /// What its imports are, in their order.
    pub imports: Vec<Entity>,
    /// Functions that trap since they are refused: symbol and why.
    pub refused: Vec<(String, String)>,
    /// Whether a skipped call may have left it in another state.
    pub tainted: bool,
    /// Why nothing can be done with it, if its start-up code did not end.
    pub unusable: Option<String>,
}

/// An export of the instance that defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The instance's number.
    pub instance: usize,
    /// The export's number there.
    pub export: usize,
}

/// The state of a numbered instance.
pub enum Slot {
    /// Loaded.
    Live(Box<Instance>),
    /// Not there; why.
    Absent(String),
}

impl Slot {
    /// The instance, or why there is none to use.
    pub fn usable(&self) -> Result<&Instance, &str> {
        match self {
            Slot::Live(instance) => match &instance.unusable {
                None => Ok(instance),
                Some(why) => Err(why),
            },
            Slot::Absent(why) => Err(why),
        }
    }
}

/// Why a module can't be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// As the specification says, with its message.
    Refused(&'static str, String),
    /// It needs an instance that is not there.
    Absent(String),
}

const UNKNOWN: &str = "unknown import";
const INCOMPATIBLE: &str = "incompatible import type";

/// The type of an entity, in terms of its own module.
fn type_of(module: &Module, kind: ExternKind, index: u32) -> Option<ImportType> {
    let i = index as usize;
    Some(match kind {
        ExternKind::Function => ImportType::Function(module.functions.get(i)?.ty),
        ExternKind::Table => ImportType::Table(module.tables.get(i)?.ty),
        ExternKind::Memory => ImportType::Memory(module.memories.get(i)?.ty),
        ExternKind::Global => ImportType::Global(module.globals.get(i)?.ty),
        ExternKind::Tag => return None,
    })
}

/// Finds the export of an instance, and its definition if it is an import
/// there.
pub fn find(slots: &[Slot], instance: usize, name: &str) -> Result<Entity, LinkError> {
    let found = usable(slots, instance)?;
    let Some(export) = found.module.exports.iter().position(|e| e.name == name) else {
        return Err(LinkError::Refused(UNKNOWN, format!("no export '{name}'")));
    };
    let there = &found.module.exports[export];
    let import = found.module.import(there.kind, there.index);
    let number = import.and_then(|i| found.module.imports.iter().position(|o| o == i));
    match number.and_then(|number| found.imports.get(number)) {
        Some(&entity) => Ok(entity),
        None => Ok(Entity { instance, export }),
    }
}

fn usable(slots: &[Slot], instance: usize) -> Result<&Instance, LinkError> {
    let slot = slots.get(instance).map_or(Err("no such instance"), Slot::usable);
    slot.map_err(|why| LinkError::Absent(why.to_string()))
}

/// The instance and export of an entity.
pub fn definition(slots: &[Slot], entity: Entity) -> Option<(&Instance, &synth_wasm::Export)> {
    match slots.get(entity.instance)? {
        Slot::Live(instance) => Some((instance, instance.module.exports.get(entity.export)?)),
        Slot::Absent(_) => None,
    }
}

/// Checks that an entity may be imported. `size` is the current size of a
/// memory or table, if it is not that of its type.
pub fn check(
    slots: &[Slot],
    module: &Module,
    import: &Import,
    entity: Entity,
    size: Option<u64>,
) -> Result<(), LinkError> {
    let Some((instance, export)) = definition(slots, entity) else {
        return Err(LinkError::Absent("no such instance".to_string()));
    };
    let Some(actual) = type_of(&instance.module, export.kind, export.index) else {
        return Err(LinkError::Absent("exception tags".to_string()));
    };
    if has_other_reference(module, &import.ty) || has_other_reference(&instance.module, &actual) {
        return Err(LinkError::Absent("references of the gc proposal".to_string()));
    }
    let modules = (module, &*instance.module);
    let fits = match (import.ty, actual) {
        (ImportType::Function(wanted), ImportType::Function(actual)) => {
            signature_symbol(module, wanted) == signature_symbol(&instance.module, actual)
        }
        (ImportType::Global(wanted), ImportType::Global(actual)) => {
            wanted.mutable == actual.mutable
                && match wanted.mutable {
                    true => same_type(modules, wanted.ty, actual.ty),
                    false => value_fits(modules, wanted.ty, actual.ty),
                }
        }
        (ImportType::Memory(wanted), ImportType::Memory(actual)) => {
            memory_fits(wanted, actual, size.unwrap_or(actual.min))
        }
        (ImportType::Table(wanted), ImportType::Table(actual)) => {
            same_type(modules, wanted.element, actual.element)
                && table_fits(wanted, actual, size.unwrap_or(actual.min))
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let what = format!("{}.{}: {:?} for {:?}", import.module, import.name, actual, import.ty);
    Err(LinkError::Refused(INCOMPATIBLE, what))
}

/// Whether a type holds a reference of which the reader keeps no more than
/// that it is one.
fn has_other_reference(module: &Module, ty: &ImportType) -> bool {
    let typed = |ty: &ValType| *ty == ValType::OtherRef;
    match ty {
        ImportType::Function(index) => {
            let ty = module.func_type(*index);
            ty.is_some_and(|ty| ty.params.iter().chain(&ty.results).any(typed))
        }
        ImportType::Table(ty) => typed(&ty.element),
        ImportType::Global(ty) => typed(&ty.ty),
        ImportType::Memory(_) | ImportType::Tag(_) => false,
    }
}

/// Whether a value of `actual`, a type of the second module, is one of
/// `wanted`, a type of the first (core specification 3.3.3 and 3.3.4).
fn value_fits(modules: (&Module, &Module), wanted: ValType, actual: ValType) -> bool {
    let (Some(w), Some(a)) = (reference(wanted), reference(actual)) else {
        return wanted == actual;
    };
    let heap = match (w.heap, a.heap) {
        (Heap::Type(w), Heap::Type(a)) => {
            signature_symbol(modules.0, w) == signature_symbol(modules.1, a)
        }
        (Heap::Func, Heap::Type(_)) => true,
        (w, a) => w == a,
    };
    heap && (w.nullable || !a.nullable)
}

fn same_type(modules: (&Module, &Module), wanted: ValType, actual: ValType) -> bool {
    value_fits(modules, wanted, actual) && value_fits((modules.1, modules.0), actual, wanted)
}

fn reference(ty: ValType) -> Option<TypedRef> {
    match ty {
        ValType::FuncRef => Some(TypedRef { heap: Heap::Func, nullable: true }),
        ValType::ExternRef => Some(TypedRef { heap: Heap::Extern, nullable: true }),
        ValType::TypedRef(ty) => Some(ty),
        _ => None,
    }
}

fn limits_fit(wanted: (u64, Option<u64>), actual: (u64, Option<u64>)) -> bool {
    let below_max = match (wanted.1, actual.1) {
        (None, _) => true,
        (Some(wanted), Some(actual)) => actual <= wanted,
        (Some(_), None) => false,
    };
    wanted.0 <= actual.0 && below_max
}

fn memory_fits(wanted: MemoryType, actual: MemoryType, pages: u64) -> bool {
    let same = wanted.is_64 == actual.is_64
        && wanted.shared == actual.shared
        && wanted.page_size_log2 == actual.page_size_log2;
    same && limits_fit((wanted.min, wanted.max), (pages, actual.max))
}

fn table_fits(wanted: TableType, actual: TableType, entries: u64) -> bool {
    wanted.is_64 == actual.is_64 && limits_fit((wanted.min, wanted.max), (entries, actual.max))
}

/// An import of a name that no instance is registered under.
pub fn unknown(import: &Import) -> LinkError {
    LinkError::Refused(UNKNOWN, format!("{}.{}", import.module, import.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_match_as_the_specification_says() {
        assert!(limits_fit((1, None), (1, Some(2))));
        assert!(limits_fit((1, Some(3)), (2, Some(3))));
        assert!(!limits_fit((2, None), (1, None)));
        assert!(!limits_fit((1, Some(2)), (1, None)));
        assert!(!limits_fit((1, Some(2)), (1, Some(3))));
    }
}
