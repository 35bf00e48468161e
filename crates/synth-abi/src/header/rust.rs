//! The Rust declarations.

use std::fmt::Write;

use super::identifier;
use super::order::{is_standard, order, tag};
use crate::interface::{CONTRACT_VERSION, Entry, Interface, Item};
use crate::types::{
    MAX_DEPTH, Prototype, Qualifier, Record, RecordKind, Scalar, Type, TypeId, Types,
};

pub(super) fn module(interface: &Interface) -> String {
    let order = order(interface);
    let mut out = format!(
        "// The interface of {}: contract {CONTRACT_VERSION}, {} model. Made by synth.\n",
        interface.name, interface.model
    );
    let mut writer = Writer { types: &interface.types, out: &mut out };
    for id in &order.definitions {
        writer.definition(*id);
    }
    for (keyword, name) in &order.forward {
        let known = order.definitions.iter().any(|id| {
            tag(interface.types.get(*id)).is_some_and(|(k, n)| k == *keyword && n == *name)
        });
        if !known {
            let name = type_name(name);
            let _ = writeln!(
                out,
                "\n#[repr(C)]\n#[derive(Clone, Copy)]\n#[allow(non_camel_case_types, dead_code)]\n\
                 pub struct {name} {{\n    _private: [u8; 0],\n}}"
            );
        }
    }
    for (title, entries) in [
        ("Defined by the object.", &interface.exports),
        ("To be defined by the host.", &interface.imports),
    ] {
        if !entries.is_empty() {
            let _ = writeln!(out, "\n// {title}\n#[allow(dead_code)]\nunsafe extern \"C\" {{");
            for entry in entries {
                extern_item(&mut out, &interface.types, entry);
            }
            out.push_str("}\n");
        }
    }
    out
}

fn extern_item(out: &mut String, types: &Types, entry: &Entry) {
    let by_value = |id: &TypeId| !matches!(types.resolve(*id), Type::Other { .. });
    let name = rust_name(&entry.symbol);
    if name != entry.symbol {
        let _ = writeln!(out, "    #[link_name = \"{}\"]", entry.symbol.escape_default());
    }
    match &entry.item {
        Item::Function(prototype)
            if prototype.params.iter().map(|p| &p.ty).chain([&prototype.result]).all(by_value) =>
        {
            let _ = writeln!(out, "    pub fn {name}{};", signature(types, prototype, true, 0));
        }
        Item::Variable(Some(ty)) if by_value(ty) => {
            let _ = writeln!(out, "    pub static mut {name}: {};", name_of(types, *ty, 0));
        }
        _ => {
            let _ = writeln!(out, "    // {name}: of a type that is not known here");
        }
    }
}

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "dyn", "else", "enum", "extern", "false",
    "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "static", "struct", "trait", "true", "type", "unsafe", "use", "where",
    "while", "box", "final", "macro", "override", "priv", "try", "typeof", "unsized", "virtual",
    "yield", "abstract", "become", "do",
];

fn rust_name(name: &str) -> String {
    match name {
        "self" | "Self" | "super" | "crate" | "_" => format!("{name}_"),
        _ if KEYWORDS.contains(&name) => format!("r#{name}"),
        _ => identifier(name),
    }
}

/// Names of types that generated declarations use themselves.
const OWN_TYPES: &[&str] = &[
    "Option", "bool", "core", "f32", "f64", "i16", "i32", "i64", "i8", "isize", "u16", "u32",
    "u64", "u8", "usize",
];

/// The name of a type, which must not hide one that other declarations use: `u8`
/// is a usual typedef in C.
fn type_name(name: &str) -> String {
    match OWN_TYPES.contains(&name) {
        true => format!("{name}_"),
        false => rust_name(name),
    }
}

struct Writer<'w> {
    types: &'w Types,
    out: &'w mut String,
}

impl Writer<'_> {
    fn definition(&mut self, id: TypeId) {
        let types = self.types;
        match types.get(id) {
            ty @ Type::Record(record) => {
                let name = tag(ty).map_or(String::new(), |(_, tag)| type_name(&tag));
                self.record(&name, record);
            }
            ty @ Type::Enum(e) => {
                let name = tag(ty).map_or(String::new(), |(_, tag)| type_name(&tag));
                self.enumeration(&name, e);
            }
            Type::Typedef { name, target } => {
                let name = type_name(name);
                match types.get(*target) {
                    Type::Record(record) if record.name.is_none() => self.record(&name, record),
                    Type::Enum(e) if e.name.is_none() => self.enumeration(&name, e),
                    ty if tag(ty).is_some_and(|(_, tag)| type_name(&tag) == name) => {}
                    _ => {
                        let target = name_of(types, *target, 0);
                        let _ = writeln!(
                            self.out,
                            "\n#[allow(non_camel_case_types, dead_code)]\npub type {name} = {target};"
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn enumeration(&mut self, name: &str, e: &crate::types::Enum) {
        let repr = e.repr.rust_name();
        let allow = "#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]";
        let _ = writeln!(self.out, "\n{allow}\npub type {name} = {repr};");
        for (constant, value) in &e.constants {
            let constant = rust_name(constant);
            let _ = writeln!(self.out, "{allow}\npub const {constant}: {name} = {value};");
        }
    }

    fn record(&mut self, name: &str, record: &Record) {
        let keyword = match record.kind {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        };
        let raised = record.align > record.natural_align;
        let plain = |field: &crate::types::Field| {
            field.bits.is_none()
                && field.align.is_none()
                && field.name.is_some()
                && nameable(self.types, field.ty, 0)
        };
        let open = record.members().iter().all(plain) && !(raised && record.pack.is_some());
        let mut repr = String::from("C");
        if let (Some(pack), true) = (record.pack, open) {
            let _ = write!(repr, ", packed({pack})");
        } else if raised || !open {
            let _ = write!(repr, ", align({})", record.align);
        }
        let _ = writeln!(
            self.out,
            "\n#[repr({repr})]\n#[derive(Clone, Copy)]\n#[allow(non_camel_case_types, dead_code)]"
        );
        // Rust has neither bitfields nor members without a name.
        if !open {
            let size = record.size;
            let _ = writeln!(self.out, "pub struct {name} {{\n    pub bytes: [u8; {size}],\n}}");
        } else {
            let _ = writeln!(self.out, "pub {keyword} {name} {{");
            for field in record.members() {
                let member = rust_name(field.name.as_deref().unwrap_or_default());
                let _ =
                    writeln!(self.out, "    pub {member}: {},", name_of(self.types, field.ty, 0));
            }
            self.out.push_str("}\n");
        }
        let _ = writeln!(self.out, "const _: () = {{");
        let _ =
            writeln!(self.out, "    assert!(core::mem::size_of::<{name}>() == {});", record.size);
        for field in record.members().iter().filter(|_| open) {
            let member = rust_name(field.name.as_deref().unwrap_or_default());
            let _ = writeln!(
                self.out,
                "    assert!(core::mem::offset_of!({name}, {member}) == {});",
                field.offset
            );
        }
        self.out.push_str("};\n");
    }
}

/// Whether Rust has a name for the type.
fn nameable(types: &Types, id: TypeId, depth: u32) -> bool {
    match types.get(id) {
        _ if depth > MAX_DEPTH => false,
        Type::Record(record) => record.name.is_some(),
        Type::Other { .. } => false,
        Type::Array { element, .. } => nameable(types, *element, depth + 1),
        Type::Qualified { target, .. } => nameable(types, *target, depth + 1),
        _ => true,
    }
}

fn name_of(types: &Types, id: TypeId, depth: u32) -> String {
    if depth > MAX_DEPTH {
        return "core::ffi::c_void".to_string();
    }
    let depth = depth + 1;
    match types.get(id) {
        Type::Void | Type::Other { .. } => "core::ffi::c_void".to_string(),
        Type::Scalar(scalar) => scalar.rust_name().to_string(),
        Type::Pointer(to) => match types.resolve(*to) {
            Type::Function(prototype) => {
                format!(
                    "Option<unsafe extern \"C\" fn{}>",
                    signature(types, prototype, false, depth)
                )
            }
            _ => {
                let mutability = if is_const(types, *to) { "const" } else { "mut" };
                format!("*{mutability} {}", name_of(types, *to, depth))
            }
        },
        Type::Array { element, count } => {
            format!("[{}; {}]", name_of(types, *element, depth), count.unwrap_or(0))
        }
        Type::Typedef { name, target } => match standard(name) {
            Some(rust) => rust.to_string(),
            None if is_standard(name) || !super::is_identifier(name) => {
                name_of(types, *target, depth)
            }
            None => type_name(name),
        },
        Type::Qualified { target, .. } => name_of(types, *target, depth),
        ty @ Type::Record(_) => match tag(ty) {
            Some((_, tag)) => type_name(&tag),
            None => "core::ffi::c_void".to_string(),
        },
        ty @ Type::Enum(e) => match tag(ty) {
            Some((_, tag)) => type_name(&tag),
            None => e.repr.rust_name().to_string(),
        },
        Type::Function(_) => "core::ffi::c_void".to_string(),
    }
}

/// Typedefs of C that are primitive in Rust.
fn standard(name: &str) -> Option<&'static str> {
    Some(match name {
        "size_t" | "uintptr_t" => "usize",
        "ssize_t" | "intptr_t" | "ptrdiff_t" => "isize",
        _ => {
            let (_, scalar) = crate::parse::STANDARD_TYPES.iter().find(|(n, _)| *n == name)?;
            Scalar::rust_name(*scalar)
        }
    })
}

fn is_const(types: &Types, mut id: TypeId) -> bool {
    for _ in 0..MAX_DEPTH {
        match types.get(id) {
            Type::Qualified { qualifier: Qualifier::Const, .. } => return true,
            Type::Qualified { target, .. } | Type::Typedef { target, .. } => id = *target,
            _ => return false,
        }
    }
    false
}

fn signature(types: &Types, prototype: &Prototype, named: bool, depth: u32) -> String {
    let params = prototype.params.iter().enumerate().map(|(i, param)| {
        let ty = name_of(types, param.ty, depth);
        match (named, &param.name) {
            (true, Some(name)) => format!("{}: {ty}", rust_name(name)),
            (true, None) => format!("p{i}: {ty}"),
            (false, _) => ty,
        }
    });
    let mut params: Vec<String> = params.collect();
    if prototype.variadic {
        params.push("...".to_string());
    }
    let result = match types.resolve(prototype.result) {
        Type::Void => String::new(),
        _ => format!(" -> {}", name_of(types, prototype.result, depth)),
    };
    format!("({}){result}", params.join(", "))
}
