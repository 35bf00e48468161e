//! Tells references to functions from those to what else a type index may
//! stand for (GC proposal): the latter are [`ValType::OtherRef`] everywhere.

use crate::const_expr::{ConstExpr, ConstOp};
use crate::module::{ElementItem, ImportType, Module, SegmentKind};
use crate::types::{Heap, TypedRef, ValType};

impl Module {
    /// Corrects all types of the module, once it has been read.
    pub(crate) fn resolve_types(&mut self) {
        let functions: Vec<bool> = self.types.iter().map(Option::is_some).collect();
        let fix = |ty: &mut ValType| {
            if let ValType::TypedRef(TypedRef { heap: Heap::Type(index), .. }) = *ty
                && functions.get(index as usize) != Some(&true)
            {
                *ty = ValType::OtherRef;
            }
        };
        let fix_expr = |expr: &mut ConstExpr| {
            for op in &mut expr.ops {
                if let ConstOp::RefNull(ty) = op {
                    fix(ty);
                }
            }
        };
        for ty in self.types.iter_mut().flatten() {
            ty.params.iter_mut().chain(&mut ty.results).for_each(fix);
        }
        for import in &mut self.imports {
            match &mut import.ty {
                ImportType::Table(table) => fix(&mut table.element),
                ImportType::Global(global) => fix(&mut global.ty),
                _ => {}
            }
        }
        for table in &mut self.tables {
            fix(&mut table.ty.element);
            table.init.iter_mut().for_each(fix_expr);
        }
        for global in &mut self.globals {
            fix(&mut global.ty.ty);
            global.init.iter_mut().for_each(fix_expr);
        }
        for element in &mut self.elements {
            fix(&mut element.ty);
            if let SegmentKind::Active { offset, .. } = &mut element.kind {
                fix_expr(offset);
            }
            for item in &mut element.items {
                if let ElementItem::Expr(expr) = item {
                    fix_expr(expr);
                }
            }
        }
    }
}
