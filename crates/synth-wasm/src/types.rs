//! Types of values, functions, tables, memories and globals (core
//! specification 2.3).

use std::fmt;

/// The type of a wasm value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// 128-bit vector.
    V128,
    /// Nullable reference to any function.
    FuncRef,
    /// Nullable reference of the host.
    ExternRef,
    /// A reference to functions or of the host that is not nullable, or that
    /// is to functions of one type (function-references proposal).
    TypedRef(TypedRef),
    /// Any other reference: of the GC or the exceptions proposal.
    OtherRef,
}

/// What a [`ValType::TypedRef`] refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypedRef {
    /// What is referred to.
    pub heap: Heap,
    /// Whether it may be null.
    pub nullable: bool,
}

/// What a reference is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Heap {
    /// Any function.
    Func,
    /// An object of the host.
    Extern,
    /// A function of that type index.
    Type(u32),
}

impl ValType {
    /// Whether it is a reference.
    pub fn is_ref(self) -> bool {
        use ValType::*;
        matches!(self, FuncRef | ExternRef | TypedRef(_) | OtherRef)
    }
}

fn heap(ty: wasmparser::HeapType) -> Option<Heap> {
    use wasmparser::{AbstractHeapType, HeapType};
    match ty {
        HeapType::Abstract { shared: false, ty: AbstractHeapType::Func } => Some(Heap::Func),
        HeapType::Abstract { shared: false, ty: AbstractHeapType::Extern } => Some(Heap::Extern),
        HeapType::Concrete(index) => index.as_module_index().map(Heap::Type),
        _ => None,
    }
}

/// A type index is taken for one of functions: see
/// [`Module::val_type`](crate::Module::val_type).
impl From<wasmparser::RefType> for ValType {
    fn from(ty: wasmparser::RefType) -> Self {
        match ty {
            wasmparser::RefType::FUNCREF => ValType::FuncRef,
            wasmparser::RefType::EXTERNREF => ValType::ExternRef,
            _ => match heap(ty.heap_type()) {
                Some(heap) => ValType::TypedRef(TypedRef { heap, nullable: ty.is_nullable() }),
                None => ValType::OtherRef,
            },
        }
    }
}

impl From<wasmparser::ValType> for ValType {
    fn from(ty: wasmparser::ValType) -> Self {
        match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::V128 => ValType::V128,
            wasmparser::ValType::Ref(ty) => ty.into(),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::FuncRef => "funcref",
            ValType::ExternRef => "externref",
            ValType::TypedRef(ty) => {
                f.write_str(if ty.nullable { "(ref null " } else { "(ref " })?;
                return match ty.heap {
                    Heap::Func => f.write_str("func)"),
                    Heap::Extern => f.write_str("extern)"),
                    Heap::Type(index) => write!(f, "{index})"),
                };
            }
            ValType::OtherRef => "ref",
        };
        f.write_str(name)
    }
}

/// Parameters and results of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncType {
    /// Parameters in order.
    pub params: Vec<ValType>,
    /// Results in order.
    pub results: Vec<ValType>,
}

impl From<&wasmparser::FuncType> for FuncType {
    fn from(ty: &wasmparser::FuncType) -> Self {
        FuncType {
            params: ty.params().iter().map(|&t| t.into()).collect(),
            results: ty.results().iter().map(|&t| t.into()).collect(),
        }
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[ValType]| {
            types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        write!(f, "({}) -> ({})", list(&self.params), list(&self.results))
    }
}

/// Limits of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryType {
    /// Initial size in pages.
    pub min: u64,
    /// Largest size in pages.
    pub max: Option<u64>,
    /// Base-2 logarithm of the page size; 16 unless the custom-page-sizes
    /// proposal is used.
    pub page_size_log2: u32,
    /// Whether addresses are 64-bit (memory64 proposal).
    pub is_64: bool,
    /// Whether it is shared between threads (threads proposal).
    pub shared: bool,
}

impl From<wasmparser::MemoryType> for MemoryType {
    fn from(ty: wasmparser::MemoryType) -> Self {
        MemoryType {
            min: ty.initial,
            max: ty.maximum,
            page_size_log2: ty.page_size_log2(),
            is_64: ty.memory64,
            shared: ty.shared,
        }
    }
}

/// Element type and limits of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableType {
    /// The type of its elements, a reference.
    pub element: ValType,
    /// Initial number of elements.
    pub min: u64,
    /// Largest number of elements.
    pub max: Option<u64>,
    /// Whether indices are 64-bit (memory64 proposal).
    pub is_64: bool,
}

impl From<wasmparser::TableType> for TableType {
    fn from(ty: wasmparser::TableType) -> Self {
        TableType {
            element: ty.element_type.into(),
            min: ty.initial,
            max: ty.maximum,
            is_64: ty.table64,
        }
    }
}

/// Type and mutability of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalType {
    /// The type of its value.
    pub ty: ValType,
    /// Whether it may be written.
    pub mutable: bool,
}

impl From<wasmparser::GlobalType> for GlobalType {
    fn from(ty: wasmparser::GlobalType) -> Self {
        GlobalType { ty: ty.content_type.into(), mutable: ty.mutable }
    }
}
