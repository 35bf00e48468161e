//! The C header.

use std::fmt::Write;

use super::declarator::{body, declaration, declare, enumeration};
use super::identifier;
use super::order::{order, tag};
use crate::interface::{CONTRACT_VERSION, Entry, Interface, Item, contract_symbol};
use crate::types::{Record, Type, TypeId, Types};

pub(super) fn header(interface: &Interface) -> String {
    let guard = format!("SYNTH_{}_H", identifier(&interface.name).to_uppercase());
    let order = order(interface);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "/* The interface of {}: contract {CONTRACT_VERSION}, {} model. Made by synth. */\n\
         #ifndef {guard}\n#define {guard}\n\n\
         #include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>",
        interface.name.replace("*/", "* /"),
        interface.model,
    );
    if order.va_list {
        out.push_str("#include <stdarg.h>\n");
    }
    out.push_str(
        "\n#ifdef __cplusplus\n#define SYNTH_ASSERT(what) static_assert(what, #what)\nextern \"C\" {\n\
         #elif __STDC_VERSION__ >= 201112L\n#define SYNTH_ASSERT(what) _Static_assert(what, #what)\n\
         #else\n#define SYNTH_ASSERT(what) SYNTH_ASSERT_IN(what, __LINE__)\n\
         #define SYNTH_ASSERT_IN(what, line) SYNTH_ASSERT_AT(what, line)\n\
         #define SYNTH_ASSERT_AT(what, line) extern char synth_assert_##line[(what) ? 1 : -1]\n\
         #endif\n",
    );
    if !order.definitions.is_empty() || !order.forward.is_empty() {
        types_part(&mut out, &interface.types, &order.forward, &order.definitions);
    }
    declarations(&mut out, &interface.types, "Defined by the object.", &interface.exports);
    if !interface.imports.is_empty() {
        out.push_str("\n#ifndef SYNTH_NO_IMPORTS\n");
        let title = "To be defined by the host.";
        declarations(&mut out, &interface.types, title, &interface.imports);
        out.push_str("#endif\n");
    }
    note(&mut out, interface);
    out.push_str(
        "\n#ifdef __cplusplus\n}\n#endif\n#undef SYNTH_ASSERT\n#undef SYNTH_ASSERT_IN\n\
         #undef SYNTH_ASSERT_AT\n#endif\n",
    );
    out
}

fn types_part(
    out: &mut String,
    types: &Types,
    forward: &std::collections::BTreeSet<(&'static str, String)>,
    definitions: &[TypeId],
) {
    out.push_str(
        "\n/* Define SYNTH_NO_TYPES where other headers define these types: then they are\n   \
         only checked. */\n#ifndef SYNTH_NO_TYPES\n",
    );
    for (keyword, tag) in forward {
        let _ = writeln!(out, "{keyword} {tag};");
    }
    for id in definitions {
        match types.get(*id) {
            Type::Record(record) => {
                let name = tag(types.get(*id)).map(|(_, tag)| tag);
                let _ = writeln!(out, "{};", body(types, record, name.as_deref(), 0));
            }
            Type::Enum(e) => {
                let name = tag(types.get(*id)).map(|(_, tag)| tag);
                let _ = writeln!(out, "{};", enumeration(e, name.as_deref()));
            }
            Type::Typedef { name, target } => {
                let _ = writeln!(out, "typedef {};", declare(types, *target, name));
            }
            _ => {}
        }
    }
    out.push_str("#endif\n\n");
    for id in definitions {
        let name = match types.get(*id) {
            Type::Typedef { name, target } if tag(types.get(*target)).is_none() => name.clone(),
            Type::Typedef { .. } => continue,
            ty => tag(ty).map_or(String::new(), |(keyword, tag)| format!("{keyword} {tag}")),
        };
        match types.resolve(*id) {
            Type::Record(record) => assert_record(out, record, &name),
            Type::Enum(e) => {
                let _ = writeln!(out, "SYNTH_ASSERT(sizeof({name}) == {});", e.repr.size());
            }
            _ => {}
        }
    }
}

fn assert_record(out: &mut String, record: &Record, name: &str) {
    // C++ gives an empty record one byte.
    if record.size > 0 {
        let _ = writeln!(out, "SYNTH_ASSERT(sizeof({name}) == {});", record.size);
    }
    for field in record.members().iter().filter(|f| f.bits.is_none()) {
        if let Some(member) = field.name.as_deref().map(identifier) {
            let _ = writeln!(out, "SYNTH_ASSERT(offsetof({name}, {member}) == {});", field.offset);
        }
    }
}

fn declarations(out: &mut String, types: &Types, title: &str, entries: &[Entry]) {
    let _ = writeln!(out, "\n/* {title} */");
    for entry in entries {
        let text = declaration(types, entry);
        match (&entry.item, entry.known) {
            // Its name may be declared elsewhere with the true types.
            (Item::Variable(None), _) => {
                let _ =
                    writeln!(out, "/* data {}, of a type that is not known here */", entry.symbol);
            }
            (_, true) if writable(types, entry) => {
                let _ = writeln!(out, "{text};");
            }
            (_, true) => {
                let _ = writeln!(out, "/* {text}; which C can't declare */");
            }
            (_, false) if title.starts_with("Defined") => {
                let _ = writeln!(out, "{text};");
            }
            (_, false) => {
                let _ = writeln!(out, "/* {text}; as the machine sees it */");
            }
        }
    }
}

/// Whether C can name all types that the entry has by value.
fn writable(types: &Types, entry: &Entry) -> bool {
    let by_value = |id: &TypeId| !matches!(types.resolve(*id), Type::Other { .. });
    super::is_identifier(&entry.symbol)
        && match &entry.item {
            Item::Function(prototype) => {
                prototype.params.iter().map(|p| &p.ty).chain([&prototype.result]).all(by_value)
            }
            Item::Variable(ty) => ty.as_ref().is_none_or(by_value),
        }
}

/// An allocated note that refers to the contract's symbol: linkers keep notes,
/// and with it the reference, whatever they collect.
fn note(out: &mut String, interface: &Interface) {
    let symbol = contract_symbol(&interface.model);
    let _ = write!(
        out,
        "\n/* An object of another contract does not define this symbol: the linker says so. */\n\
         #if defined(__arm__) && !defined(SYNTH_NO_NOTE)\n\
         __asm__(\n    \"    .pushsection .note.synth.contract, \\\"a\\\", %note\\n\"\n    \
         \"    .balign 4\\n\"\n    \"    .long 6, 4, {CONTRACT_VERSION}\\n\"\n    \
         \"    .asciz \\\"synth\\\"\\n\"\n    \"    .balign 4\\n\"\n    \
         \"    .long {symbol}\\n\"\n    \"    .popsection\\n\");\n#endif\n"
    );
}
