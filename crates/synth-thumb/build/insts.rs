//! Reads the instruction tables (`src/inst/table/*.inst`; the format is
//! described in `src/inst/mod.rs`) into [`Row`]s and checks each of them: the
//! pattern has 16 or 32 positions, each letter has one field, each field stands
//! in the pattern and in the text. Rust types the generated code, so operand
//! widths are checked by constant assertions there.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

/// Words of effects that are features.
const FEATURES: [&str; 7] = ["v6m", "v7m", "dsp", "v8m", "fpv4_sp", "fpv5_sp", "fpv5"];

/// How an instruction touches the register in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Not a register.
    Operand,
    In,
    Out,
    InOut,
}

/// An operand of a row.
#[derive(Clone)]
pub struct Field {
    pub name: String,
    pub ty: String,
    pub role: Role,
    pub letter: char,
    /// Positions in the instruction, most significant first.
    pub at: Vec<u32>,
    /// Positions of the second copy (the letter in upper case).
    pub copy: Vec<u32>,
}

/// When a row writes the flags in its list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sets {
    Never,
    Always,
    /// Where the `s` operand is set.
    IfS,
    /// Outside IT blocks (16-bit data processing).
    OutsideIt,
}

/// One encoding.
pub struct Row {
    pub name: String,
    pub pattern: String,
    pub text: String,
    pub fields: Vec<Field>,
    pub mask: u32,
    pub base: u32,
    pub sets: Sets,
    pub written: String,
    pub read: String,
    pub defs: Vec<String>,
    pub uses: Vec<String>,
    pub timing: String,
    pub flow: String,
    pub in_it: String,
    pub feature: String,
    pub legal: Option<String>,
}

impl Row {
    /// The size in bytes.
    pub fn size(&self) -> u32 {
        self.pattern.len() as u32 / 8
    }
}

/// What a `let` line says of a letter.
#[derive(Clone)]
struct Declared {
    role: Role,
    name: String,
    ty: String,
    low_bit_first: bool,
}

/// What `let` and `default` lines have established in a section.
#[derive(Default)]
struct Section {
    fields: BTreeMap<char, Declared>,
    defaults: String,
}

/// Reads every table in `dir` and writes `$OUT_DIR/inst.rs`.
pub fn generate(dir: &str) -> Result<(), String> {
    println!("cargo::rerun-if-changed={dir}");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=build.rs");
    let io = |e: std::io::Error| format!("{dir}: {e}");
    let mut paths: Vec<_> = fs::read_dir(dir)
        .map_err(io)?
        .map(|f| f.map(|f| f.path()))
        .collect::<Result<_, _>>()
        .map_err(io)?;
    paths.retain(|p| p.extension().is_some_and(|e| e == "inst"));
    paths.sort();
    let mut rows = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(io)?;
        parse(&text, &mut rows).map_err(|e| format!("{}:{e}", path.display()))?;
    }
    let mut names = BTreeMap::new();
    for row in &rows {
        if names.insert(&row.name, ()).is_some() {
            return Err(format!("{dir}: two rows are called {}", row.name));
        }
    }
    let out = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    let code = crate::insts_emit::emit(&rows).map_err(|e| e.to_string())?;
    fs::write(Path::new(&out).join("inst.rs"), code).map_err(io)
}

fn parse(text: &str, rows: &mut Vec<Row>) -> Result<(), String> {
    let mut section = Section::default();
    for (number, line) in text.lines().enumerate() {
        let at = |e: String| format!("{}: {e}", number + 1);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        } else if line.starts_with('[') {
            section = Section::default();
        } else if let Some(rest) = line.strip_prefix("let ") {
            for part in rest.split(';') {
                let (letter, value) = parse_let(part).map_err(at)?;
                section.fields.insert(letter, value);
            }
        } else if let Some(rest) = line.strip_prefix("default ") {
            section.defaults = rest.to_string();
        } else {
            rows.push(parse_row(line, &section).map_err(at)?);
        }
    }
    Ok(())
}

/// `d=out rd Low`, `d=out sd SReg low_bit_first`
fn parse_let(part: &str) -> Result<(char, Declared), String> {
    let bad = || format!("expected `letter=role name Type`, found `{part}`");
    let (letter, rest) = part.trim().split_once('=').ok_or_else(bad)?;
    let words: Vec<_> = rest.split_whitespace().collect();
    let (&[role, name, ty], order) = words.split_first_chunk().ok_or_else(bad)?;
    let low_bit_first = match order {
        [] => false,
        ["low_bit_first"] => true,
        _ => return Err(bad()),
    };
    let role = match role {
        "op" => Role::Operand,
        "in" => Role::In,
        "out" => Role::Out,
        "io" => Role::InOut,
        _ => return Err(bad()),
    };
    let letter = letter.chars().next().filter(char::is_ascii_lowercase).ok_or_else(bad)?;
    let (name, ty) = (name.to_string(), ty.to_string());
    Ok((letter, Declared { role, name, ty, low_bit_first }))
}

fn parse_row(line: &str, section: &Section) -> Result<Row, String> {
    let columns: Vec<&str> = line.splitn(5, '|').map(str::trim).collect();
    let [name, pattern, text, effects, legal @ ..] = &columns[..] else {
        return Err(
            "a row has the columns name, pattern, text, effects and maybe a condition".into()
        );
    };
    let width = pattern.len() as u32;
    if width != 16 && width != 32 {
        return Err(format!("{name}: the pattern has {width} positions"));
    }
    let mut row = Row {
        name: name.to_string(),
        pattern: pattern.to_string(),
        text: text.to_string(),
        fields: Vec::new(),
        mask: 0,
        base: 0,
        sets: Sets::Never,
        written: String::new(),
        read: String::new(),
        defs: Vec::new(),
        uses: Vec::new(),
        timing: String::new(),
        flow: "Next".into(),
        in_it: "Allowed".into(),
        feature: String::new(),
        legal: legal.first().map(|s| s.to_string()),
    };
    parse_pattern(&mut row, section)?;
    order_fields(&mut row)?;
    for word in section.defaults.split_whitespace().chain(effects.split_whitespace()) {
        parse_effect(&mut row, word)?;
    }
    if row.timing.is_empty() || row.feature.is_empty() {
        return Err(format!("{name}: no timing class or no feature"));
    }
    Ok(row)
}

fn parse_pattern(row: &mut Row, section: &Section) -> Result<(), String> {
    for (i, letter) in row.pattern.chars().enumerate() {
        let bit = row.pattern.len() as u32 - 1 - i as u32;
        match letter {
            '0' | '1' => {
                row.mask |= 1 << bit;
                row.base |= u32::from(letter == '1') << bit;
            }
            _ => {
                let lower = letter.to_ascii_lowercase();
                let Declared { role, name, ty, .. } = section
                    .fields
                    .get(&lower)
                    .ok_or_else(|| format!("{}: no `let` for `{lower}`", row.name))?
                    .clone();
                let found = row.fields.iter().position(|f| f.letter == lower);
                let index = found.unwrap_or_else(|| {
                    let (at, copy) = (Vec::new(), Vec::new());
                    row.fields.push(Field { name, ty, role, letter: lower, at, copy });
                    row.fields.len() - 1
                });
                let field = &mut row.fields[index];
                if letter == lower { &mut field.at } else { &mut field.copy }.push(bit);
            }
        }
    }
    for field in &mut row.fields {
        if section.fields[&field.letter].low_bit_first {
            field.at.rotate_left(1);
        }
    }
    match row.fields.iter().find(|f| !f.copy.is_empty() && f.copy.len() != f.at.len()) {
        Some(f) => Err(format!("{}: the copies of `{}` differ in width", row.name, f.letter)),
        None => Ok(()),
    }
}

/// Orders the fields as the text names them and checks that it names them all.
fn order_fields(row: &mut Row) -> Result<(), String> {
    let mut placed = Vec::new();
    for name in placeholders(&row.text) {
        if let Some(i) = row.fields.iter().position(|f| f.name == name) {
            placed.push(row.fields.remove(i));
        } else if !["q", "c"].contains(&&*name) && !placed.iter().any(|f: &Field| f.name == name) {
            return Err(format!("{}: `{name}` is not in the pattern", row.name));
        }
    }
    if let Some(f) = row.fields.first() {
        return Err(format!("{}: `{}` is not in the text", row.name, f.name));
    }
    row.fields = placed;
    Ok(())
}

/// The names in `{name}`, `{,name}` and `{name.method}`.
fn placeholders(text: &str) -> Vec<String> {
    let inner = text.split('{').skip(1).filter_map(|s| s.split('}').next());
    inner.map(|s| s.trim_start_matches(',').split('.').next().unwrap_or(s).to_string()).collect()
}

fn parse_effect(row: &mut Row, word: &str) -> Result<(), String> {
    match word.split_once(':') {
        Some(("w", flags)) => (row.sets, row.written) = (Sets::Always, flags.into()),
        Some(("s", flags)) => (row.sets, row.written) = (Sets::IfS, flags.into()),
        Some(("q", flags)) => (row.sets, row.written) = (Sets::OutsideIt, flags.into()),
        Some(("r", flags)) => row.read = flags.into(),
        Some(("def", reg)) => row.defs.push(reg.to_uppercase()),
        Some(("use", reg)) => row.uses.push(reg.to_uppercase()),
        Some(("flow", kind)) => row.flow = camel(kind),
        Some(("it", kind)) => row.in_it = camel(kind),
        Some(_) => return Err(format!("{}: unknown effect `{word}`", row.name)),
        None if FEATURES.contains(&word) => row.feature = camel(word),
        None => row.timing = camel(word),
    }
    Ok(())
}

fn camel(word: &str) -> String {
    let parts = word.split('_').map(|p| p[..1].to_uppercase() + &p[1..]);
    parts.collect()
}
