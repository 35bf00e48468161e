//! Which types a header must define, and in which order.
//!
//! The same record may be there several times: each compilation unit has its
//! own. Of those with one tag the first complete one counts.

use std::collections::{BTreeMap, BTreeSet};

use super::{identifier, is_identifier};
use crate::interface::{Interface, Item};
use crate::parse::STANDARD_TYPES;
use crate::types::{MAX_DEPTH, Type, TypeId, Types};

/// What a header must say of types, in order.
pub(super) struct Order {
    /// Tags that are declared before anything else: keyword and tag.
    pub forward: BTreeSet<(&'static str, String)>,
    /// Records, enumerations and typedefs to define.
    pub definitions: Vec<TypeId>,
    /// Whether `va_list` is used.
    pub va_list: bool,
}

/// Typedefs that standard headers have.
pub(super) fn is_standard(name: &str) -> bool {
    ["va_list", "__builtin_va_list", "bool", "wchar_t"].contains(&name)
        || STANDARD_TYPES.iter().any(|(standard, _)| *standard == name)
}

pub(super) fn order(interface: &Interface) -> Order {
    let types = &interface.types;
    let mut visitor = Visitor {
        types,
        complete: complete_tags(types),
        seen: BTreeSet::new(),
        names: BTreeSet::new(),
        later: vec![],
        out: Order { forward: BTreeSet::new(), definitions: vec![], va_list: false },
    };
    for entry in interface.exports.iter().chain(&interface.imports) {
        match &entry.item {
            Item::Function(prototype) => {
                for id in prototype.params.iter().map(|p| p.ty).chain([prototype.result]) {
                    visitor.visit(id, 0);
                }
            }
            Item::Variable(ty) => ty.iter().for_each(|id| visitor.visit(*id, 0)),
        }
    }
    // What is only pointed to comes last; it may point to more.
    while let Some(id) = visitor.later.pop() {
        visitor.visit(id, 0);
    }
    visitor.out
}

/// A record's or enumeration's keyword and tag.
pub(super) fn tag(ty: &Type) -> Option<(&'static str, String)> {
    match ty {
        Type::Record(record) => Some((record.kind.keyword(), identifier(record.name.as_ref()?))),
        Type::Enum(e) => Some(("enum", identifier(e.name.as_ref()?))),
        _ => None,
    }
}

fn complete_tags(types: &Types) -> BTreeMap<(&'static str, String), TypeId> {
    let mut complete = BTreeMap::new();
    for id in types.ids() {
        let ty = types.get(id);
        let is_complete = !matches!(ty, Type::Record(record) if record.fields.is_none());
        if let (Some(tag), true) = (tag(ty), is_complete) {
            complete.entry(tag).or_insert(id);
        }
    }
    complete
}

struct Visitor<'t> {
    types: &'t Types,
    complete: BTreeMap<(&'static str, String), TypeId>,
    seen: BTreeSet<TypeId>,
    /// Typedefs that are there.
    names: BTreeSet<String>,
    /// Types that are pointed to.
    later: Vec<TypeId>,
    out: Order,
}

impl Visitor<'_> {
    /// Adds what must be defined before a type can be used by value.
    fn visit(&mut self, id: TypeId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let depth = depth + 1;
        match self.types.get(id) {
            Type::Void | Type::Scalar(_) | Type::Other { .. } => {}
            Type::Pointer(to) => self.pointed(*to, depth),
            Type::Array { element, .. } => self.visit(*element, depth),
            Type::Qualified { target, .. } => self.visit(*target, depth),
            Type::Function(prototype) => {
                let params = prototype.params.iter().map(|p| p.ty);
                for id in params.chain([prototype.result]) {
                    self.pointed(id, depth);
                }
            }
            Type::Typedef { name, target } => self.typedef(id, name, *target, depth),
            ty @ (Type::Record(_) | Type::Enum(_)) => self.tagged(id, ty, depth),
        }
    }

    fn typedef(&mut self, id: TypeId, name: &str, target: TypeId, depth: u32) {
        if is_standard(name) {
            self.out.va_list |= name.ends_with("va_list");
            return;
        }
        if !is_identifier(name) {
            return self.visit(target, depth);
        }
        if self.names.insert(name.to_string()) {
            match tag(self.types.get(target)) {
                // A tag that is declared is enough.
                Some(_) if matches!(self.types.get(target), Type::Record(_)) => {
                    self.pointed(target, depth);
                }
                _ => self.visit_members(target, depth),
            }
            self.out.definitions.push(id);
        }
        // The typedef's own use may be by value.
        if tag(self.types.get(target)).is_some() {
            self.visit(target, depth);
        }
    }

    /// What a type without tag needs: it is written where it is used.
    fn visit_members(&mut self, id: TypeId, depth: u32) {
        match self.types.get(id) {
            Type::Record(record) => {
                record.members().iter().for_each(|field| self.visit(field.ty, depth));
            }
            _ => self.visit(id, depth),
        }
    }

    fn tagged(&mut self, id: TypeId, ty: &Type, depth: u32) {
        let Some(tag) = tag(ty) else { return self.visit_members(id, depth) };
        let id = self.complete.get(&tag).copied().unwrap_or(id);
        if tag.0 != "enum" {
            self.out.forward.insert(tag);
        }
        if !self.seen.insert(id) {
            return;
        }
        if let Type::Record(record) = self.types.get(id) {
            record.members().iter().for_each(|field| self.visit(field.ty, depth));
            if record.fields.is_none() {
                return;
            }
        }
        self.out.definitions.push(id);
    }

    /// A type that is only pointed to: its tag is enough for now.
    fn pointed(&mut self, id: TypeId, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        match self.types.get(id) {
            Type::Qualified { target, .. } => self.pointed(*target, depth + 1),
            ty @ Type::Record(record) if record.name.is_some() => {
                self.out.forward.extend(tag(ty));
                self.later.push(id);
            }
            _ => self.visit(id, depth),
        }
    }
}
