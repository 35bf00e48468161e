//! Declared functions and variables with the types that they mention: what a
//! contract file declares, and what debug information tells.

use std::collections::BTreeMap;

use crate::types::{Field, Param, Prototype, Record, Type, TypeId, Types};

/// Functions and variables by the linker's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declarations {
    /// The types that they mention.
    pub types: Types,
    /// The functions.
    pub functions: BTreeMap<String, Prototype>,
    /// The variables.
    pub variables: BTreeMap<String, TypeId>,
}

impl Declarations {
    /// Adds the declarations of `other`; what is declared in both is as
    /// `other` says.
    pub fn merge(&mut self, other: &Declarations) {
        let base = self.types.ids().count() as u32;
        for id in other.types.ids() {
            self.types.push_moved(other.types.get(id), base);
        }
        for (name, prototype) in &other.functions {
            self.functions.insert(name.clone(), move_prototype(prototype, base));
        }
        for (name, ty) in &other.variables {
            self.variables.insert(name.clone(), TypeId(ty.0 + base));
        }
    }
}

impl Types {
    /// Adds a type whose types count from `base`.
    fn push_moved(&mut self, ty: &Type, base: u32) {
        let moved = |id: &TypeId| TypeId(id.0 + base);
        let field = |f: &Field| Field { ty: moved(&f.ty), ..f.clone() };
        self.push(match ty {
            Type::Pointer(to) => Type::Pointer(moved(to)),
            Type::Array { element, count } => {
                Type::Array { element: moved(element), count: *count }
            }
            Type::Record(record) => {
                let fields = record.fields.as_ref().map(|list| list.iter().map(field).collect());
                Type::Record(Record { fields, ..record.clone() })
            }
            Type::Typedef { name, target } => {
                Type::Typedef { name: name.clone(), target: moved(target) }
            }
            Type::Qualified { qualifier, target } => {
                Type::Qualified { qualifier: *qualifier, target: moved(target) }
            }
            Type::Function(prototype) => Type::Function(Box::new(move_prototype(prototype, base))),
            Type::Void | Type::Scalar(_) | Type::Enum(_) | Type::Other { .. } => ty.clone(),
        });
    }
}

fn move_prototype(prototype: &Prototype, base: u32) -> Prototype {
    let params = prototype.params.iter();
    let params = params.map(|p| Param { name: p.name.clone(), ty: TypeId(p.ty.0 + base) });
    Prototype {
        name: prototype.name.clone(),
        params: params.collect(),
        result: TypeId(prototype.result.0 + base),
        variadic: prototype.variadic,
    }
}
