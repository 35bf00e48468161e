//! Declarations in C: a type around a name.

use std::fmt::Write;

use super::order::{is_standard, tag};
use super::{identifier, is_identifier};
use crate::interface::{Entry, Item};
use crate::types::{MAX_DEPTH, Prototype, Qualifier, Record, Type, TypeId, Types};

/// Words that can't name a parameter in C or C++.
const KEYWORDS: &[&str] = &[
    "and",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "not",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
    "xor",
];

/// The declaration of an entry, without the final semicolon.
pub(crate) fn declaration(types: &Types, entry: &Entry) -> String {
    let name = &entry.symbol;
    match &entry.item {
        Item::Function(prototype) => function(types, prototype, name, 0),
        Item::Variable(Some(ty)) => format!("extern {}", declare(types, *ty, name)),
        Item::Variable(None) => format!("extern data {name}"),
    }
}

/// A type with a name, as in a declaration.
pub(super) fn declare(types: &Types, id: TypeId, name: &str) -> String {
    around(types, id, name.to_string(), 0)
}

/// Writes the type around what is declared so far.
fn around(types: &Types, id: TypeId, inner: String, depth: u32) -> String {
    if depth > MAX_DEPTH {
        return join("void", &inner);
    }
    let depth = depth + 1;
    match types.get(id) {
        Type::Pointer(to) => {
            let inner = match types.get(*to) {
                Type::Array { .. } | Type::Function(_) => format!("(*{inner})"),
                _ => format!("*{inner}"),
            };
            around(types, *to, inner, depth)
        }
        Type::Qualified { qualifier, target } => {
            qualified(types, *qualifier, *target, inner, depth)
        }
        Type::Array { element, count } => {
            let count = count.map_or(String::new(), |count| count.to_string());
            around(types, *element, format!("{inner}[{count}]"), depth)
        }
        Type::Function(prototype) => function(types, prototype, &inner, depth),
        Type::Void => join("void", &inner),
        Type::Scalar(scalar) => join(scalar.c_name(), &inner),
        Type::Typedef { name, target } => match is_standard(name) || is_identifier(name) {
            true => join(if name == "__builtin_va_list" { "va_list" } else { name }, &inner),
            false => around(types, *target, inner, depth),
        },
        Type::Record(record) => match tag(types.get(id)) {
            Some((keyword, tag)) => join(&format!("{keyword} {tag}"), &inner),
            None => join(&body(types, record, None, depth), &inner),
        },
        Type::Enum(e) => match tag(types.get(id)) {
            Some((keyword, tag)) => join(&format!("{keyword} {tag}"), &inner),
            None if e.constants.is_empty() => join(e.repr.c_name(), &inner),
            None => join(&enumeration(e, None), &inner),
        },
        // What C can't write is only pointed to.
        Type::Other { .. } => join("void", &inner),
    }
}

fn qualified(
    types: &Types,
    qualifier: Qualifier,
    target: TypeId,
    inner: String,
    depth: u32,
) -> String {
    let word = match qualifier {
        Qualifier::Const => "const",
        Qualifier::Volatile => "volatile",
        Qualifier::Other => return around(types, target, inner, depth),
    };
    match types.get(target) {
        // A qualified pointer: the word stands behind the star.
        Type::Pointer(_) => around(types, target, join(word, &inner), depth),
        _ => format!("{word} {}", around(types, target, inner, depth)),
    }
}

fn join(ty: &str, inner: &str) -> String {
    match inner {
        "" => ty.to_string(),
        // The star belongs to the name, a word behind it does not.
        _ => format!("{ty} {inner}"),
    }
}

fn function(types: &Types, prototype: &Prototype, inner: &str, depth: u32) -> String {
    let mut params: Vec<String> = prototype
        .params
        .iter()
        .map(|param| {
            let name = param.name.as_deref().unwrap_or_default();
            let name = if is_identifier(name) && !KEYWORDS.contains(&name) { name } else { "" };
            around(types, param.ty, name.to_string(), depth + 1)
        })
        .collect();
    if prototype.variadic {
        params.push("...".to_string());
    }
    if params.is_empty() {
        params.push("void".to_string());
    }
    around(types, prototype.result, format!("{inner}({})", params.join(", ")), depth + 1)
}

/// A record's definition, without the final semicolon.
pub(super) fn body(types: &Types, record: &Record, tag: Option<&str>, depth: u32) -> String {
    let mut out = record.kind.keyword().to_string();
    if let Some(pack) = record.pack {
        // `aligned` raises what `packed` has lowered.
        let raised = if pack > 1 { format!(", aligned({pack})") } else { String::new() };
        let _ = write!(out, " __attribute__((packed{raised}))");
    } else if record.align > record.natural_align {
        let _ = write!(out, " __attribute__((aligned({})))", record.align);
    }
    if let Some(tag) = tag {
        let _ = write!(out, " {tag}");
    }
    out.push_str(" {\n");
    for field in record.members() {
        let name = field.name.as_deref().map(identifier).unwrap_or_default();
        let text = around(types, field.ty, name, depth + 1).replace('\n', "\n    ");
        let _ = write!(out, "    {text}");
        if let Some(bits) = field.bits {
            let _ = write!(out, " : {}", bits.width);
        }
        if let Some(align) = field.align {
            let _ = write!(out, " __attribute__((aligned({align})))");
        }
        out.push_str(";\n");
    }
    out.push('}');
    out
}

/// An enumeration's definition, without the final semicolon.
pub(super) fn enumeration(e: &crate::types::Enum, tag: Option<&str>) -> String {
    let name = tag.map_or(String::new(), |tag| format!(" {tag}"));
    let constants = e.constants.iter();
    let constants = constants.map(|(name, value)| format!("    {} = {value}", identifier(name)));
    let packed = if e.repr.size() < 4 { " __attribute__((packed))" } else { "" };
    format!("enum{packed}{name} {{\n{}\n}}", constants.collect::<Vec<_>>().join(",\n"))
}
