//! Prints programs and functions in the canonical text form.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter, Write};

use cranelift_entity::SecondaryMap;

use crate::function::{BlockCall, Function, Inst, InstData, Region, SourceLoc, Value};
use crate::program::{Data, DataKind, Definition, Linkage, Program, Source, Symbol, SymbolId};
use crate::types::{Signature, Type};

/// The names by which the text form refers to the symbols of a program.
#[derive(Clone, Debug, Default)]
pub struct SymbolNames(SecondaryMap<SymbolId, String>);

impl SymbolNames {
    /// The names of a program's symbols.
    pub fn new(program: &Program) -> Self {
        let mut count: HashMap<&str, u32> = HashMap::new();
        for symbol in program.symbols.values() {
            *count.entry(&symbol.name).or_default() += 1;
        }
        let mut names = SecondaryMap::new();
        for (id, symbol) in &program.symbols {
            let mut name = format!("@{}", quoted_unless_plain(&symbol.name));
            if count[symbol.name.as_str()] > 1 {
                let _ = write!(name, "#{}", id.as_u32());
            }
            names[id] = name;
        }
        SymbolNames(names)
    }

    /// The text of a function of the program.
    pub fn function<'a>(&'a self, id: SymbolId, func: &'a Function) -> FunctionText<'a> {
        FunctionText { func, prefix: "", id: Some(id), names: Some(self) }
    }

    fn get(&self, id: SymbolId) -> &str {
        &self.0[id]
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.$".contains(&b))
}

fn quoted_unless_plain(name: &str) -> String {
    if is_plain(name) { name.to_string() } else { quoted(name) }
}

/// A string literal of the text form.
fn quoted(name: &str) -> String {
    let mut out = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ => out.extend(c.escape_unicode()),
        }
    }
    out.push('"');
    out
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Region::Memory(n) => return write!(f, "memory{n}"),
            Region::Native => "native",
            Region::Stack => "stack",
            Region::Global => "global",
            Region::Table => "table",
            Region::Instance => "instance",
            Region::Const => "const",
        })
    }
}

impl Display for Linkage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Linkage::Local => "local",
            Linkage::Global => "global",
            Linkage::Weak => "weak",
            Linkage::Comdat => "comdat",
        })
    }
}

impl Display for DataKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DataKind::Const => "const",
            DataKind::Variable => "data",
            DataKind::NoInit => "noinit",
            DataKind::InitArray => "init_array",
            DataKind::FiniArray => "fini_array",
        })
    }
}

/// A list with commas.
fn list<T>(
    f: &mut Formatter<'_>,
    items: impl IntoIterator<Item = T>,
    mut print: impl FnMut(&mut Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        print(f, item)?;
    }
    Ok(())
}

fn values(f: &mut Formatter<'_>, values: &[Value]) -> fmt::Result {
    list(f, values, |f, v| write!(f, "{v}"))
}

/// ` + 4`, ` - 4`, or nothing.
struct Plus(i64);

impl Display for Plus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            n if n < 0 => write!(f, " - {}", n.unsigned_abs()),
            n => write!(f, " + {n}"),
        }
    }
}

impl Display for BlockCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.block)?;
        if !self.args.is_empty() {
            f.write_str("(")?;
            values(f, &self.args)?;
            f.write_str(")")?;
        }
        Ok(())
    }
}

/// Prints a function; made by [`SymbolNames::function`].
pub struct FunctionText<'a> {
    func: &'a Function,
    /// What stands before `func`.
    prefix: &'a str,
    id: Option<SymbolId>,
    names: Option<&'a SymbolNames>,
}

impl Display for Function {
    /// Prints a function on its own; symbols are numbers, as in `@#3`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        FunctionText { func: self, prefix: "", id: None, names: None }.fmt(f)
    }
}

impl Display for FunctionText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}func ", self.prefix)?;
        if let Some(id) = self.id {
            self.symbol(f, id)?;
        }
        writeln!(f, "{} {{", self.func.signature)?;
        for (slot, data) in &self.func.slots {
            writeln!(f, "  {slot}: size {}, align {}", data.size, data.align)?;
        }
        for &block in &self.func.layout {
            write!(f, "{block}")?;
            let params = &self.func.blocks[block].params;
            if !params.is_empty() {
                f.write_str("(")?;
                list(f, params, |f, &v| write!(f, "{v}: {}", self.func.values[v].ty))?;
                f.write_str(")")?;
            }
            f.write_str(":\n")?;
            for &inst in &self.func.blocks[block].insts {
                self.inst(f, inst)?;
            }
        }
        f.write_str("}\n")
    }
}

impl FunctionText<'_> {
    /// The lines of the text, with the source locations of instructions, which
    /// the lines then do not name.
    pub fn lines(&self) -> Vec<(String, SourceLoc)> {
        let none = SourceLoc::default();
        let mut locs = vec![none; 1 + self.func.slots.len()];
        for &block in &self.func.layout {
            locs.push(none);
            locs.extend(self.func.blocks[block].insts.iter().map(|&inst| self.func.locs[inst]));
        }
        locs.push(none);
        let text = self.to_string();
        let lines = text.lines().zip(locs).map(|(line, loc)| {
            let line = line.strip_suffix(&format!(" !{}", loc.0)).unwrap_or(line);
            (line.to_string(), loc)
        });
        lines.collect()
    }

    fn symbol(&self, f: &mut Formatter<'_>, id: SymbolId) -> fmt::Result {
        match self.names {
            Some(names) => f.write_str(names.get(id)),
            None => write!(f, "@#{}", id.as_u32()),
        }
    }

    fn inst(&self, f: &mut Formatter<'_>, inst: Inst) -> fmt::Result {
        f.write_str("  ")?;
        let results = &self.func.results[inst];
        if !results.is_empty() {
            values(f, results)?;
            f.write_str(" = ")?;
        }
        self.data(f, &self.func.insts[inst])?;
        match self.func.locs[inst].0 {
            0 => writeln!(f),
            loc => writeln!(f, " !{loc}"),
        }
    }

    fn data(&self, f: &mut Formatter<'_>, data: &InstData) -> fmt::Result {
        use InstData::*;
        match data {
            Const(value) => write!(f, "const {value}"),
            F32Const(bits) => write!(f, "f32.const {bits:#010x}"),
            F64Const(bits) => write!(f, "f64.const {bits:#018x}"),
            SymbolAddr { symbol, addend } => {
                f.write_str("symbol_addr ")?;
                self.symbol(f, *symbol)?;
                write!(f, "{}", Plus((*addend).into()))
            }
            SlotAddr { slot, offset } => write!(f, "slot_addr {slot}{}", Plus((*offset).into())),
            Unary { op, arg } => write!(f, "{op} {arg}"),
            Binary { op, args: [a, b] } => write!(f, "{op} {a}, {b}"),
            Wide { op, args } => {
                write!(f, "{op} ")?;
                values(f, args)
            }
            Float { op, args } => {
                write!(f, "{op} ")?;
                values(f, args)
            }
            Compare { cond, args: [a, b] } => write!(f, "cmp.{cond} {a}, {b}"),
            Compare64 { cond, args } => {
                write!(f, "cmp64.{cond} ")?;
                values(f, args)
            }
            Select { cond, args: [a, b] } => {
                let suffix = match self.func.values[*a].ty {
                    Type::I32 => "",
                    Type::F32 => ".f32",
                    Type::F64 => ".f64",
                };
                write!(f, "select{suffix} {cond}, {a}, {b}")
            }
            Load { op, addr, offset, region } => {
                write!(f, "{op} {region}[{addr}{}]", Plus((*offset).into()))
            }
            Store { op, addr, value, offset, region } => {
                write!(f, "{op} {region}[{addr}{}], {value}", Plus((*offset).into()))
            }
            Atomic { op, width, addr, args, offset, region } => {
                write!(f, "atomic.{op}.{width} {region}[{addr}{}]", Plus((*offset).into()))?;
                args.iter().try_for_each(|arg| write!(f, ", {arg}"))
            }
            System { op, args } if args.is_empty() => write!(f, "{op}"),
            System { op, args } => {
                write!(f, "{op} ")?;
                values(f, args)
            }
            StackSave => f.write_str("stack_save"),
            StackRestore { addr } => write!(f, "stack_restore {addr}"),
            TrapIf { cond, code } => write!(f, "trap_if {cond}, {code}"),
            Call { callee, sig, args } => {
                f.write_str("call ")?;
                self.symbol(f, *callee)?;
                self.call(f, args, &self.func.sigs[*sig])
            }
            CallIndirect { target, sig, args } => {
                write!(f, "call_indirect {target}")?;
                self.call(f, args, &self.func.sigs[*sig])
            }
            TailCall { callee, sig, args } => {
                f.write_str("tail_call ")?;
                self.symbol(f, *callee)?;
                self.call(f, args, &self.func.sigs[*sig])
            }
            TailCallIndirect { target, sig, args } => {
                write!(f, "tail_call_indirect {target}")?;
                self.call(f, args, &self.func.sigs[*sig])
            }
            Jump(call) => write!(f, "jump {call}"),
            Branch { cond, then, other, hint } => {
                write!(f, "branch {cond}, {then}, {other}")?;
                hint.map_or(Ok(()), |hint| write!(f, ", {hint}"))
            }
            Switch { index, targets, default } => {
                write!(f, "switch {index}, [")?;
                list(f, targets, |f, call| write!(f, "{call}"))?;
                write!(f, "], {default}")
            }
            Return(args) if args.is_empty() => f.write_str("return"),
            Return(args) => {
                f.write_str("return ")?;
                values(f, args)
            }
            Trap(code) => write!(f, "trap {code}"),
        }
    }

    fn call(&self, f: &mut Formatter<'_>, args: &[Value], sig: &Signature) -> fmt::Result {
        f.write_str("(")?;
        values(f, args)?;
        write!(f, "): {sig}")
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = SymbolNames::new(self);
        for (i, source) in self.sources.iter().enumerate().skip(1) {
            print_source(f, i, source, &names)?;
        }
        for (i, (id, symbol)) in self.symbols.iter().enumerate() {
            if i > 0 || self.sources.len() > 1 {
                f.write_str("\n")?;
            }
            print_symbol(f, id, symbol, &names)?;
        }
        Ok(())
    }
}

fn print_source(
    f: &mut Formatter<'_>,
    number: usize,
    source: &Source,
    names: &SymbolNames,
) -> fmt::Result {
    write!(f, "loc {number} = ")?;
    match source.function {
        Some(id) => write!(f, "{}{}", names.get(id), Plus(source.offset.into()))?,
        None => write!(f, "{}", source.offset)?,
    }
    match source.inlined_at.0 {
        0 => writeln!(f),
        n => writeln!(f, " inlined {n}"),
    }
}

fn print_symbol(
    f: &mut Formatter<'_>,
    id: SymbolId,
    symbol: &Symbol,
    names: &SymbolNames,
) -> fmt::Result {
    let mut prefix = format!("{} ", symbol.linkage);
    if symbol.visibility == crate::Visibility::Hidden {
        prefix.push_str("hidden ");
    }
    if symbol.retain {
        prefix.push_str("retain ");
    }
    if let Some(section) = &symbol.section {
        let _ = write!(prefix, "section({}) ", quoted(section));
    }
    if let Some(align) = symbol.align {
        let _ = write!(prefix, "align {align} ");
    }
    let name = names.get(id);
    match &symbol.def {
        Definition::Function(func) => {
            FunctionText { func, prefix: &prefix, id: Some(id), names: Some(names) }.fmt(f)
        }
        Definition::UndefinedFunction => writeln!(f, "{prefix}undefined func {name}"),
        Definition::UndefinedData => writeln!(f, "{prefix}undefined data {name}"),
        Definition::Alias { target, offset } => {
            let place = Plus((*offset).into());
            writeln!(f, "{prefix}alias {name} = {}{place}", names.get(*target))
        }
        Definition::Absolute(value) => writeln!(f, "{prefix}absolute {name} = {value:#x}"),
        Definition::Data(data) => {
            write!(f, "{prefix}{} {name} size {} align {}", data.kind, data.size, data.align)?;
            print_contents(f, data, names)
        }
    }
}

fn print_contents(f: &mut Formatter<'_>, data: &Data, names: &SymbolNames) -> fmt::Result {
    /// Bytes a line.
    const LINE: usize = 32;
    if data.relocs.is_empty() && data.bytes.iter().all(|&b| b == 0) {
        return f.write_str("\n");
    }
    f.write_str(" {\n")?;
    for (i, line) in data.bytes.chunks(LINE).enumerate() {
        let used = line.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        if used > 0 {
            write!(f, "  bytes {} \"", i * LINE)?;
            line[..used].iter().try_for_each(|b| write!(f, "{b:02x}"))?;
            f.write_str("\"\n")?;
        }
    }
    for reloc in &data.relocs {
        let addend = Plus(reloc.addend.into());
        writeln!(f, "  ref {} {}{addend}", reloc.offset, names.get(reloc.symbol))?;
    }
    f.write_str("}\n")
}
