//! Writes the Rust text of the instruction enum and its matches from [`Row`]s:
//! each function here makes one item of `$OUT_DIR/inst.rs`.

use crate::insts::{Field, Role, Row, Sets};
use std::fmt::{Result, Write};

/// The whole generated file.
pub fn emit(rows: &[Row]) -> std::result::Result<String, std::fmt::Error> {
    let mut o = String::new();
    emit_enum(&mut o, rows)?;
    writeln!(o, "impl Inst {{")?;
    emit_index(&mut o, rows)?;
    emit_bits(&mut o, rows)?;
    emit_registers(&mut o, rows, "defs", "writes", |r| r != Role::In, |row| &row.defs)?;
    emit_registers(&mut o, rows, "uses", "reads", |r| r != Role::Out, |row| &row.uses)?;
    for selector in &SELECTORS {
        emit_selector(&mut o, rows, selector)?;
    }
    emit_legal(&mut o, rows)?;
    emit_print(&mut o, rows)?;
    writeln!(o, "}}")?;
    emit_rows(&mut o, rows)?;
    emit_buckets(&mut o, rows, "NARROW", 2, 8)?;
    emit_buckets(&mut o, rows, "WIDE", 4, 21)?;
    for row in rows {
        emit_build(&mut o, row)?;
    }
    Ok(o)
}

fn emit_enum(o: &mut String, rows: &[Row]) -> Result {
    writeln!(o, "/// A machine instruction in one particular encoding, named after the mnemonic,")?;
    writeln!(o, "/// the kind of operands and the encoding's number in the ARM manual.")?;
    writeln!(o, "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\npub enum Inst {{")?;
    for row in rows {
        writeln!(o, "/// `{}`\n///\n/// Bits `{}`.", doc_text(&row.text), row.pattern)?;
        write!(o, "{}", row.name)?;
        if !row.fields.is_empty() {
            writeln!(o, " {{")?;
            for f in &row.fields {
                writeln!(o, "/// Bits `{}`.\n{}: {},", f.letter, f.name, f.ty)?;
            }
            write!(o, "}}")?;
        }
        writeln!(o, ",")?;
    }
    writeln!(o, "}}")
}

/// `add{q}{c} {rd}, {rn}{,shift}` as `adds rd, rn, shift`.
fn doc_text(text: &str) -> String {
    let text = text.replace("{q}", "s").replace("{c}", "").replace("{,", ", {");
    text.replace(['{', '}'], "").replace(".as_target", "").replace("block.", "")
}

fn pattern_of(row: &Row, wanted: impl Fn(&Field) -> bool) -> String {
    if row.fields.is_empty() {
        return format!("Self::{}", row.name);
    }
    let names: Vec<_> = row.fields.iter().filter(|f| wanted(f)).map(|f| f.name.as_str()).collect();
    let rest = if names.len() < row.fields.len() { ", .." } else { "" };
    if names.is_empty() {
        format!("Self::{} {{ .. }}", row.name)
    } else {
        format!("Self::{} {{ {}{rest} }}", row.name, names.join(", "))
    }
}

fn emit_index(o: &mut String, rows: &[Row]) -> Result {
    writeln!(
        o,
        "/// The index of this encoding in [`ROWS`].\npub fn index(&self) -> usize {{ match self {{"
    )?;
    for (i, row) in rows.iter().enumerate() {
        writeln!(o, "{} => {i},", pattern_of(row, |_| false))?;
    }
    writeln!(o, "}} }}")
}

/// Runs of neighbouring bits as (shift in the operand, shift in the instruction, width).
fn segments(at: &[u32]) -> Vec<(u32, u32, u32)> {
    let mut out: Vec<(u32, u32, u32)> = Vec::new();
    for (i, &bit) in at.iter().enumerate() {
        let from = at.len() as u32 - 1 - i as u32;
        match out.last_mut() {
            Some(last) if last.1 == bit + 1 => *last = (from, bit, last.2 + 1),
            _ => out.push((from, bit, 1)),
        }
    }
    out
}

fn emit_bits(o: &mut String, rows: &[Row]) -> Result {
    writeln!(
        o,
        "/// The bits of the encoding; for a 32-bit one the first halfword is the upper half."
    )?;
    writeln!(o, "pub fn bits(&self) -> u32 {{ match *self {{")?;
    for row in rows {
        let mut terms = Vec::new();
        if row.base != 0 || row.fields.is_empty() {
            terms.push(format!("{:#x}", row.base));
        }
        for f in &row.fields {
            for (from, to, width) in segments(&f.at).into_iter().chain(segments(&f.copy)) {
                terms.push(format!("move_bits({}.to_bits(), {from}, {to}, {width})", f.name));
            }
        }
        writeln!(o, "{} => {},", pattern_of(row, |_| true), terms.join(" | "))?;
    }
    writeln!(o, "}} }}")
}

fn emit_registers(
    o: &mut String,
    rows: &[Row],
    name: &str,
    verb: &str,
    wanted: impl Fn(Role) -> bool,
    implicit: impl Fn(&Row) -> &Vec<String>,
) -> Result {
    writeln!(
        o,
        "/// The registers that the instruction {verb}, implicit ones included (pc only as an operand)."
    )?;
    writeln!(o, "pub fn {name}(&self) -> RegSet {{ match *self {{")?;
    for row in rows {
        let is = |f: &Field| f.role != Role::Operand && wanted(f.role);
        write!(o, "{} => RegSet::EMPTY", pattern_of(row, is))?;
        for f in row.fields.iter().filter(|f| is(f)) {
            write!(o, ".union({}.regs())", f.name)?;
        }
        for reg in implicit(row) {
            write!(o, ".union(Reg::{reg}.regs())")?;
        }
        writeln!(o, ",")?;
    }
    writeln!(o, "}} }}")
}

/// A method of `Inst` that asks the operand of certain types for something, and
/// has an answer for the rows without.
struct Selector {
    doc: &'static str,
    name: &'static str,
    result: &'static str,
    types: &'static [&'static str],
    ask: &'static str,
    default: &'static str,
}

const SELECTORS: [Selector; 6] = [
    Selector {
        doc: "Whether its `s` operand is set.",
        name: "sets_flags",
        result: "bool",
        types: &["SetFlags"],
        ask: ".get()",
        default: "false",
    },
    Selector {
        doc: "The condition of a conditional branch.",
        name: "cond",
        result: "Option<Cond>",
        types: &["Cond"],
        ask: "",
        default: "None",
    },
    Selector {
        doc: "The constant shift of its second operand.",
        name: "shift",
        result: "Option<Shift>",
        types: &["Shift"],
        ask: "",
        default: "None",
    },
    Selector {
        doc: "Whether C comes from its constant shift or modified immediate, where it has one.",
        name: "shifter_carry",
        result: "Option<bool>",
        types: &["Shift", "ThumbImm"],
        ask: ".writes_carry()",
        default: "None",
    },
    Selector {
        doc: "The target of a branch or call, in bytes from its address plus 4.",
        name: "target",
        result: "Option<i32>",
        types: &["Off8", "Off11", "Off20", "Off24", "CbzOff"],
        ask: ".bytes()",
        default: "None",
    },
    Selector {
        doc: "The registers that a load or store multiple transfers.",
        name: "list",
        result: "Option<RegSet>",
        types: &["LowList", "PushList", "PopList", "StoreList", "LoadList", "SList", "DList"],
        ask: ".regs()",
        default: "None",
    },
];

fn emit_selector(o: &mut String, rows: &[Row], selector: &Selector) -> Result {
    let Selector { doc, name, result, types, ask, default } = selector;
    writeln!(o, "/// {doc}\npub fn {name}(&self) -> {result} {{ match *self {{")?;
    for row in rows {
        if let Some(f) = row.fields.iter().find(|f| types.contains(&&*f.ty)) {
            let pattern = pattern_of(row, |g| g.name == f.name);
            let (open, close) =
                if result.starts_with("Option") { ("Some(", ")") } else { ("", "") };
            writeln!(o, "{pattern} => {open}{}{ask}{close},", f.name)?;
        }
    }
    writeln!(o, "_ => {default} }} }}")
}

fn emit_legal(o: &mut String, rows: &[Row]) -> Result {
    writeln!(
        o,
        "/// Whether the operands may stand together; where not, the ARM manual calls the"
    )?;
    writeln!(
        o,
        "/// encoding UNPREDICTABLE (`umull r0, r0, r1, r2`) or the bits mean another row."
    )?;
    writeln!(o, "pub fn is_legal(&self) -> bool {{ match *self {{")?;
    for row in rows {
        if let Some(legal) = &row.legal {
            let used = |f: &Field| legal.split(|c: char| !c.is_alphanumeric()).any(|w| w == f.name);
            writeln!(o, "{} => {legal},", pattern_of(row, used))?;
        }
    }
    writeln!(o, "_ => true }} }}")
}

fn emit_print(o: &mut String, rows: &[Row]) -> Result {
    writeln!(
        o,
        "fn print(&self, f: &mut fmt::Formatter<'_>, q: &str, c: &str) -> fmt::Result {{ let _ = (q, c); match *self {{"
    )?;
    for row in rows {
        let (mut format, mut arguments) = (String::new(), String::new());
        let mut rest = row.text.as_str();
        while let Some((literal, after)) = rest.split_once('{') {
            let (inner, after) = after.split_once('}').unwrap_or((after, ""));
            let (literal_end, argument) = match inner.strip_prefix(',') {
                Some(name) => ("{}", format!("Separated({name})")),
                None if inner.contains('.') => ("{}", format!("{inner}()")),
                None => ("{}", inner.to_string()),
            };
            format += literal;
            format += literal_end;
            write!(arguments, ", {argument}")?;
            rest = after;
        }
        format += rest;
        writeln!(o, "{} => write!(f, {format:?}{arguments}),", pattern_of(row, |_| true))?;
    }
    writeln!(o, "}} }}")
}

fn emit_rows(o: &mut String, rows: &[Row]) -> Result {
    writeln!(o, "/// Every encoding, in the order in which the decoder tries them.")?;
    writeln!(o, "pub static ROWS: [Row; {}] = [", rows.len())?;
    for row in rows {
        let sets = match row.sets {
            Sets::Never => "Never",
            Sets::Always => "Always",
            Sets::IfS => "IfS",
            Sets::OutsideIt => "OutsideIt",
        };
        let fields: Vec<_> = row.fields.iter().map(field_meta).collect();
        writeln!(
            o,
            "Row {{ name: {:?}, size: {}, mask: {:#x}, base: {:#x}, fields: &[{}], sets: Sets::{sets}, \
             written: Flags::of({:?}), read: Flags::of({:?}), timing: Timing::{}, flow: Flow::{}, in_it: InIt::{}, \
             feature: Feature::{}, build: build_{} }},",
            row.name,
            row.size(),
            row.mask,
            row.base,
            fields.join(", "),
            row.written,
            row.read.replace("cond", ""),
            row.timing,
            row.flow,
            row.in_it,
            row.feature,
            row.name.to_lowercase()
        )?;
    }
    writeln!(o, "];")
}

/// The rows of one size by eight bits of the instruction, so that the decoder
/// tries few.
fn emit_buckets(o: &mut String, rows: &[Row], name: &str, size: u32, lsb: u32) -> Result {
    writeln!(o, "/// Indices of {size}-byte rows by bits {} to {lsb}.", lsb + 7)?;
    writeln!(o, "static {name}: [&[u16]; 256] = [")?;
    for bucket in 0..256u32 {
        let fits = |row: &Row| (row.base ^ bucket << lsb) & row.mask & 0xff << lsb == 0;
        let indices = rows.iter().enumerate().filter(|(_, r)| r.size() == size && fits(r));
        let list: Vec<_> = indices.map(|(i, _)| i.to_string()).collect();
        writeln!(o, "&[{}],", list.join(", "))?;
    }
    writeln!(o, "];")
}

fn field_meta(f: &Field) -> String {
    let mask = |at: &[u32]| at.iter().fold(0u32, |m, b| m | 1 << b);
    format!(
        "FieldAt {{ name: {:?}, mask: {:#x}, copy: {:#x} }}",
        f.name,
        mask(&f.at),
        mask(&f.copy)
    )
}

/// The function that makes the instruction from bits which match the row's mask.
fn emit_build(o: &mut String, row: &Row) -> Result {
    let bits = if row.fields.is_empty() { "_bits" } else { "bits" };
    writeln!(o, "fn build_{}({bits}: u32) -> Option<Inst> {{", row.name.to_lowercase())?;
    for f in &row.fields {
        writeln!(
            o,
            "const {{ assert!(<{} as Operand>::BITS == {}, \"{}: width of {}\") }};",
            f.ty,
            f.at.len(),
            row.name,
            f.name
        )?;
        if !f.copy.is_empty() {
            writeln!(o, "if {} != {} {{ return None; }}", gather(&f.at), gather(&f.copy))?;
        }
        writeln!(o, "let {} = <{} as Operand>::from_bits({})?;", f.name, f.ty, gather(&f.at))?;
    }
    let inst = pattern_of(row, |_| true).replace("Self::", "Inst::");
    match &row.legal {
        Some(_) => writeln!(o, "Some({inst}).filter(Inst::is_legal)\n}}"),
        None => writeln!(o, "Some({inst})\n}}"),
    }
}

/// The operand's bits out of the instruction's.
fn gather(at: &[u32]) -> String {
    let parts = segments(at)
        .into_iter()
        .map(|(from, to, width)| format!("move_bits(bits, {to}, {from}, {width})"));
    parts.collect::<Vec<_>>().join(" | ")
}
