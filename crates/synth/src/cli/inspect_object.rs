//! `synth inspect` of wasm objects and archives: what a linker reads.

use std::fmt::Write;

use synth_wasm::{
    Binding, Module, Object, ObjectSymbol, RelocKind, Relocation, SymbolKind, read_archive,
};

use super::inspect::{count, list, plain};
use crate::Error;

/// Symbols, segments, initialisers, groups, features and relocations.
pub(super) fn describe(module: &Module) -> String {
    let object = match (&module.object, module.check_relocations()) {
        (_, Err(synth_wasm::Error::NoObject)) => return String::new(),
        (Some(object), Ok(_)) => object,
        (_, Err(error)) => return format!("linking\n  {error}\n"),
        (None, Ok(_)) => return String::new(),
    };
    let mut out = String::new();
    let kind = if object.relocatable { "relocatable object" } else { "finished module" };
    list(&mut out, "linking", std::iter::once(kind.to_string()));
    list(&mut out, "symbols", object.symbols.iter().map(|s| symbol_line(module, object, s)));
    list(&mut out, "segments", (0..).zip(&object.segments).map(|(i, _)| segment_line(module, i)));
    let initialisers = object
        .init_functions
        .iter()
        .map(|f| format!("{}, priority {}", symbol_name(object, f.symbol), f.priority));
    optional(&mut out, "initialisers", initialisers.collect());
    optional(&mut out, "groups", object.comdats.iter().map(|c| plain(&c.name)).collect());
    optional(&mut out, "features", object.features.iter().map(|f| plain(&f.to_string())).collect());
    optional(&mut out, "relocations", relocations(module, object));
    out
}

/// The members of an archive with what they define and need.
pub(super) fn describe_archive(bytes: &[u8]) -> Result<String, Error> {
    let mut out = String::new();
    for member in read_archive(bytes)? {
        let module = Module::parse(member.bytes)
            .map_err(|error| crate::inputs::in_file(member.name, error))?;
        let lines = match &module.object {
            Some(object) => object
                .symbols
                .iter()
                .filter(|s| s.binding != Binding::Local)
                .map(|s| symbol_line(&module, object, s))
                .collect(),
            None => vec!["no wasm object".to_string()],
        };
        list(&mut out, &plain(member.name), lines.into_iter());
    }
    Ok(out)
}

fn optional(out: &mut String, title: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        list(out, title, lines.into_iter());
    }
}

/// `weak undefined function f: (i32) -> ()`.
fn symbol_line(module: &Module, object: &Object, symbol: &ObjectSymbol) -> String {
    let mut line = String::new();
    line += match symbol.binding {
        Binding::Global => "global ",
        Binding::Weak => "weak ",
        Binding::Local => "local ",
    };
    for (is, word) in [
        (symbol.undefined, "undefined "),
        // clang hides everything that it defines.
        (!symbol.hidden && !symbol.undefined && symbol.binding != Binding::Local, "visible "),
        (symbol.exported, "exported "),
        (symbol.no_strip, "kept "),
        (symbol.tls, "thread-local "),
    ] {
        if is {
            line += word;
        }
    }
    let name = plain(&symbol.name);
    let _ = match symbol.kind {
        SymbolKind::Function(index) => match module.function_type(index) {
            Some(ty) => write!(line, "function {name}: {ty}"),
            None => write!(line, "function {name}"),
        },
        SymbolKind::Data { place: None } => write!(line, "data {name}"),
        SymbolKind::Data { place: Some(place) } => {
            let segment = segment_name(object, place.segment);
            let bytes = count(place.size, "byte");
            write!(line, "data {name}: {segment} + {}, {bytes}", place.offset)
        }
        SymbolKind::Absolute(value) => write!(line, "number {name}: {value:#x}"),
        SymbolKind::Global(index) => match module.globals.get(index as usize) {
            Some(global) => write!(line, "global {name}: {}", global.ty.ty),
            None => write!(line, "global {name}"),
        },
        SymbolKind::Table(_) => write!(line, "table {name}"),
        SymbolKind::Section(_) => write!(line, "section {name}"),
        SymbolKind::Tag(_) => write!(line, "tag {name}"),
    };
    line
}

fn symbol_name(object: &Object, index: u32) -> String {
    object.symbols.get(index as usize).map(|s| plain(&s.name)).unwrap_or_default()
}

fn segment_name(object: &Object, index: u32) -> String {
    match object.segments.get(index as usize) {
        Some(info) if !info.name.is_empty() => plain(&info.name),
        _ => format!("segment {index}"),
    }
}

fn segment_line(module: &Module, index: u32) -> String {
    let Some(object) = &module.object else { return String::new() };
    let info = object.segments.get(index as usize).cloned().unwrap_or_default();
    let bytes = module.data_bytes(index).map_or(0, <[u8]>::len);
    let mut line = format!(
        "{}: {}, alignment {}",
        segment_name(object, index),
        count(bytes as u64, "byte"),
        info.align
    );
    for (is, word) in
        [(info.strings, ", strings"), (info.tls, ", thread-local"), (info.retain, ", kept")]
    {
        if is {
            line += word;
        }
    }
    line
}

/// Where each relocation is, and what it asks for: in functions, segments and
/// debug information.
fn relocations(module: &Module, object: &Object) -> Vec<String> {
    let mut lines = Vec::new();
    let mut bodies = (0..).zip(&module.functions).filter_map(|(i, f)| Some((i, f.code.as_ref()?)));
    let mut body = bodies.next();
    for reloc in &object.code_relocs {
        // Both are in the order of the file.
        while body.is_some_and(|(_, code)| code.range.end <= reloc.offset as usize) {
            body = bodies.next();
        }
        let Some((index, code)) = body else { break };
        let name = plain(&module.function_name(index));
        lines.push(reloc_line(object, &name, reloc.offset as usize - code.range.start, reloc));
    }
    for (index, relocs) in (0..).zip(&object.data_relocs) {
        let name = segment_name(object, index);
        lines.extend(relocs.iter().map(|r| reloc_line(object, &name, r.offset as usize, r)));
    }
    for (custom, relocs) in &object.custom_relocs {
        let name = module.customs.get(*custom).map(|c| plain(&c.name)).unwrap_or_default();
        lines.push(format!("{name}: {}", count(relocs.len() as u64, "relocation")));
    }
    lines
}

fn reloc_line(object: &Object, place: &str, offset: usize, reloc: &Relocation) -> String {
    let target = match reloc.kind {
        RelocKind::TypeIndexLeb => format!("type {}", reloc.symbol),
        _ => symbol_name(object, reloc.symbol),
    };
    let addend = match reloc.addend {
        0 => String::new(),
        n if n < 0 => format!(" - {}", n.unsigned_abs()),
        n => format!(" + {n}"),
    };
    format!("{place} + {offset:#x}: {} {target}{addend}", reloc.kind)
}
