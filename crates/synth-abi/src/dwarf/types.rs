//! C declarations from debugging information entries.

use std::collections::BTreeMap;

use gimli::constants as c;

use super::entries::Entry;
use crate::declarations::Declarations;
use crate::layout::align_records;
use crate::parse::STANDARD_TYPES;
use crate::types::{
    Bits, Enum, Field, Param, Prototype, Qualifier, Record, RecordKind, Scalar, Type, TypeId,
};

/// The functions and variables that entries describe.
pub(super) fn declarations(entries: &[Entry<'_>]) -> Declarations {
    let mut out = Declarations::default();
    let void = out.types.add(Type::Void);
    let mut reader =
        TypeReader { entries, out, void, known: BTreeMap::new(), todo: vec![], aligned: vec![] };
    for (at, entry) in entries.iter().enumerate() {
        match entry.tag {
            c::DW_TAG_subprogram => reader.function(at, entry),
            c::DW_TAG_variable if entry.external => reader.variable(entry),
            _ => {}
        }
    }
    reader.finish()
}

/// Builds types from entries on demand. A type has its number before its
/// contents, so that types may refer to each other and nothing recurs.
struct TypeReader<'e, 'm> {
    entries: &'e [Entry<'m>],
    out: Declarations,
    void: TypeId,
    /// By offset of the entry.
    known: BTreeMap<usize, TypeId>,
    /// Types whose contents are still missing, with their entries.
    todo: Vec<(TypeId, usize)>,
    /// Alignments of whole records.
    aligned: Vec<(TypeId, u32)>,
}

impl<'e, 'm> TypeReader<'e, 'm> {
    fn finish(mut self) -> Declarations {
        while let Some((id, at)) = self.todo.pop() {
            let ty = self.contents(at);
            if let Some(align) = self.entries[at].alignment.and_then(|a| u32::try_from(a).ok()) {
                self.aligned.push((id, align));
            }
            self.out.types.set(id, ty);
        }
        align_records(&mut self.out.types, &self.aligned);
        self.out
    }

    fn function(&mut self, at: usize, entry: &'e Entry<'m>) {
        let Some(name) = entry.linkage_name.as_ref().or(entry.name.as_ref()) else { return };
        let foreign = match entry.rust {
            true => entry.linkage_name.as_ref().is_some_and(|l| Some(l) != entry.name.as_ref()),
            false => !entry.prototyped && entry.linkage_name.is_none(),
        };
        // A definition says more than a declaration.
        if foreign || (entry.declaration && self.out.functions.contains_key(name.as_ref())) {
            return;
        }
        let mut prototype = self.prototype(at);
        prototype.name = name.to_string();
        self.out.functions.insert(name.to_string(), prototype);
    }

    fn variable(&mut self, entry: &'e Entry<'m>) {
        let Some(name) = entry.linkage_name.as_ref().or(entry.name.as_ref()) else { return };
        let ty = self.type_at(entry.ty);
        self.out.variables.insert(name.to_string(), ty);
    }

    /// The parameters and the result of a function or of its type.
    fn prototype(&mut self, at: usize) -> Prototype {
        let (mut params, mut variadic) = (vec![], false);
        for child in self.children(at) {
            match child.tag {
                c::DW_TAG_formal_parameter => {
                    let name = child.name.as_ref().map(ToString::to_string);
                    params.push(Param { name, ty: self.type_at(child.ty) });
                }
                c::DW_TAG_unspecified_parameters => variadic = true,
                _ => {}
            }
        }
        let result = self.type_at(self.entries[at].ty);
        Prototype { name: String::new(), params, result, variadic }
    }

    /// The entries directly below one.
    fn children(&self, at: usize) -> impl Iterator<Item = &'e Entry<'m>> + use<'e, 'm> {
        let depth = self.entries[at].depth;
        let below = self.entries[at + 1..].iter().take_while(move |e| e.depth > depth);
        below.filter(move |e| e.depth == depth + 1)
    }

    /// The type that the entry at an offset describes; void without one.
    fn type_at(&mut self, offset: Option<usize>) -> TypeId {
        let Some(offset) = offset else { return self.void };
        if let Some(id) = self.known.get(&offset) {
            return *id;
        }
        let placeholder = Type::Other { name: "unknown type".to_string(), size: None };
        let id = self.out.types.push(placeholder);
        self.known.insert(offset, id);
        if let Ok(at) = self.entries.binary_search_by_key(&offset, |e| e.offset) {
            self.todo.push((id, at));
        }
        id
    }

    fn contents(&mut self, at: usize) -> Type {
        let entry = &self.entries[at];
        let name = || entry.name.as_ref().map(ToString::to_string);
        let qualified = |qualifier, target| Type::Qualified { qualifier, target };
        match entry.tag {
            _ if entry.special => self.other(entry),
            c::DW_TAG_base_type => self.base(entry),
            c::DW_TAG_pointer_type | c::DW_TAG_reference_type | c::DW_TAG_rvalue_reference_type => {
                Type::Pointer(self.type_at(entry.ty))
            }
            c::DW_TAG_const_type => qualified(Qualifier::Const, self.type_at(entry.ty)),
            c::DW_TAG_volatile_type => qualified(Qualifier::Volatile, self.type_at(entry.ty)),
            c::DW_TAG_restrict_type | c::DW_TAG_atomic_type => {
                qualified(Qualifier::Other, self.type_at(entry.ty))
            }
            c::DW_TAG_typedef => {
                let target = self.type_at(entry.ty);
                Type::Typedef { name: name().unwrap_or_default(), target }
            }
            c::DW_TAG_array_type => self.array(at),
            c::DW_TAG_structure_type | c::DW_TAG_class_type => self.record(at, RecordKind::Struct),
            c::DW_TAG_union_type => self.record(at, RecordKind::Union),
            c::DW_TAG_enumeration_type => self.enumeration(at),
            c::DW_TAG_subroutine_type => Type::Function(Box::new(self.prototype(at))),
            _ => self.other(entry),
        }
    }

    fn other(&self, entry: &Entry<'_>) -> Type {
        let name = entry.name.as_ref().map_or("a type without name", |n| n.as_ref()).to_string();
        Type::Other { name, size: entry.byte_size.and_then(|s| u32::try_from(s).ok()) }
    }

    fn base(&mut self, entry: &Entry<'_>) -> Type {
        let name = entry.name.as_deref().unwrap_or_default();
        let size = entry.byte_size.unwrap_or(0);
        let encoding = entry.encoding.and_then(|e| u8::try_from(e).ok()).map(gimli::DwAte);
        if entry.rust && size == 0 {
            return Type::Void;
        }
        // C's own names first: `long` and `int` differ in a header.
        let named = Scalar::ALL.iter().find(|s| s.c_name() == name && u64::from(s.size()) == size);
        if let (Some(scalar), false) = (named, entry.rust) {
            return Type::Scalar(*scalar);
        }
        let signed = match encoding {
            Some(c::DW_ATE_boolean) if size == 1 => return Type::Scalar(Scalar::Bool),
            Some(c::DW_ATE_float) if size == 4 => return Type::Scalar(Scalar::Float),
            Some(c::DW_ATE_float) if size == 8 => return Type::Scalar(Scalar::Double),
            Some(c::DW_ATE_signed | c::DW_ATE_signed_char) => true,
            Some(c::DW_ATE_unsigned | c::DW_ATE_unsigned_char | c::DW_ATE_UTF) => false,
            _ => return self.other(entry),
        };
        let Some(scalar) = Scalar::integer(size, signed) else { return self.other(entry) };
        match STANDARD_TYPES.iter().find(|(_, s)| entry.rust && *s == scalar) {
            Some((name, _)) => {
                let target = self.out.types.scalar(scalar);
                Type::Typedef { name: name.to_string(), target }
            }
            None => Type::Scalar(scalar),
        }
    }

    fn array(&mut self, at: usize) -> Type {
        let counts: Vec<Option<u32>> = self
            .children(at)
            .filter(|e| e.tag == c::DW_TAG_subrange_type)
            .map(|e| {
                let upper = e.upper_bound.and_then(|u| u64::try_from(u.checked_add(1)?).ok());
                e.count.or(upper).and_then(|n| u32::try_from(n).ok())
            })
            .collect();
        let mut element = self.type_at(self.entries[at].ty);
        for count in counts.iter().skip(1).rev() {
            element = self.out.types.push(Type::Array { element, count: *count });
        }
        Type::Array { element, count: counts.first().copied().flatten() }
    }

    fn record(&mut self, at: usize, kind: RecordKind) -> Type {
        let entry = &self.entries[at];
        let mut record = Record::incomplete(kind, entry.name.as_ref().map(ToString::to_string));
        if entry.declaration {
            return Type::Record(record);
        }
        let mut fields = vec![];
        for child in self.children(at) {
            match child.tag {
                c::DW_TAG_member if !child.external => match self.field(child) {
                    Some(field) => fields.push(field),
                    None => return self.other(entry),
                },
                // C++ bases and Rust enumerations have no C type.
                c::DW_TAG_inheritance | c::DW_TAG_variant_part => return self.other(entry),
                _ => {}
            }
        }
        match entry.byte_size.and_then(|s| u32::try_from(s).ok()) {
            Some(size) => record.size = size,
            None => return self.other(entry),
        }
        record.fields = Some(fields);
        Type::Record(record)
    }

    fn field(&mut self, entry: &'e Entry<'m>) -> Option<Field> {
        let small = |n: u64| u32::try_from(n).ok();
        let ty = self.type_at(entry.ty);
        let bits = match entry.bit_size {
            None => None,
            Some(width) => Some(Bits { offset: small(entry.bit_offset?)?, width: small(width)? }),
        };
        let offset = match bits {
            // Which unit it is in follows from its type, which may not be known yet.
            Some(bits) => bits.offset / 8,
            None => small(entry.location.unwrap_or(0))?,
        };
        let name = entry.name.as_ref().map(ToString::to_string);
        let align = entry.alignment.and_then(small);
        Some(Field { name, ty, offset, align, bits })
    }

    fn enumeration(&mut self, at: usize) -> Type {
        let entry = &self.entries[at];
        let constants: Vec<(String, i64)> = self
            .children(at)
            .filter(|e| e.tag == c::DW_TAG_enumerator)
            .filter_map(|e| Some((e.name.as_ref()?.to_string(), e.value?)))
            .collect();
        let signed = constants.iter().any(|(_, value)| *value < 0);
        let name = entry.name.as_ref().map(ToString::to_string);
        match entry.byte_size.and_then(|size| Scalar::integer(size, signed)) {
            Some(repr) => Type::Enum(Enum { name, repr, constants }),
            None => self.other(entry),
        }
    }
}
