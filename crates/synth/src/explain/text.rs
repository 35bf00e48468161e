//! The explanation as text.

use std::fmt::{self, Formatter, Write};

use synth_thumb::timing::Core;

use super::diff::{Edit, diff};
use super::{Explanation, Function, Line, MachineLine, Place, Version};

/// The column at which the places of lines begin.
const PLACES: usize = 60;

impl Explanation {
    /// The name of a function in a line of text: what is no printable
    /// character is escaped.
    pub(super) fn name(&self, number: u32) -> String {
        printable(self.names.get(number as usize).map_or("?", |name| name))
    }

    /// What the estimates are worth.
    pub(super) fn model(&self) -> &'static str {
        match self.core {
            Core::M3 => "the published timing of Cortex-M3",
            Core::M4 => "the published timing of Cortex-M4",
        }
    }

    /// The functions, the largest first.
    pub(super) fn by_size(&self) -> Vec<&Function> {
        let mut functions: Vec<&Function> = self.functions.iter().collect();
        functions.sort_by_key(|f| std::cmp::Reverse(f.machine.sizes.total()));
        functions
    }

    /// Places as text, as seen in a function.
    pub(super) fn places(&self, places: &[Place], within: u32) -> String {
        let place = |place: &Place| match place.function == within {
            true => format!("{:#x}", place.offset),
            false => format!("{}+{:#x}", self.name(place.function), place.offset),
        };
        places.iter().map(place).collect::<Vec<_>>().join(" in ")
    }

    /// The operator at a place, as it is written.
    fn operator(&self, function: &Function, place: Place) -> Option<String> {
        let body = function.wasm.iter().find(|body| body.number == place.function)?;
        let line = body.lines.iter().find(|line| line.places.contains(&place))?;
        Some(printable(line.text.trim()))
    }

    /// The whole as text.
    pub fn to_text(&self) -> String {
        self.to_string()
    }
}

/// A name without control characters and others that do not print.
pub(super) fn printable(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '"' | '\'' | '\\' => out.push(c),
            _ => out.extend(c.escape_debug()),
        }
    }
    out
}

/// `1 call`, `2 calls`.
pub(super) fn count(number: impl Into<u64>, what: &str) -> String {
    let number = number.into();
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let inputs: Vec<String> = self.inputs.iter().map(|name| printable(name)).collect();
        let bytes: u64 = self.functions.iter().map(|f| u64::from(f.machine.sizes.total())).sum();
        writeln!(f, "{} for {}", inputs.join(", "), self.target)?;
        let functions = count(self.functions.len() as u64, "function");
        writeln!(f, "{functions}, {}; cycles by {}", count(bytes, "byte"), self.model())?;
        self.summary(f)?;
        self.functions.iter().try_for_each(|function| self.function(f, function))
    }
}

impl Explanation {
    fn summary(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let heads = ["bytes", "code", "literals", "tables", "cycles", "stack", "spills", "calls"];
        f.write_char('\n')?;
        heads.iter().try_for_each(|head| write!(f, "{head:>9}"))?;
        writeln!(f, "  function")?;
        for function in self.by_size() {
            let machine = &function.machine;
            let sizes = machine.sizes;
            let row = [
                sizes.total().into(),
                sizes.code.into(),
                sizes.literals.into(),
                sizes.tables.into(),
                machine.cycles,
                machine.stack.into(),
                machine.spills.into(),
                machine.calls.into(),
            ];
            row.iter().try_for_each(|number: &u64| write!(f, "{number:>9}"))?;
            writeln!(f, "  {}", printable(&function.name))?;
        }
        Ok(())
    }

    fn function(&self, f: &mut Formatter<'_>, function: &Function) -> fmt::Result {
        let machine = &function.machine;
        writeln!(
            f,
            "\n\n==== {}: {}, {}, {} of stack, {}, {}",
            printable(&function.name),
            count(machine.sizes.total(), "byte"),
            count(machine.cycles, "cycle"),
            count(machine.stack, "byte"),
            count(machine.spills, "spill"),
            count(machine.calls, "call"),
        )?;
        for body in &function.wasm {
            let own = body.number == function.number;
            let what = if own { "wasm" } else { "wasm, inlined:" };
            let name = if own { String::new() } else { format!(" {}", self.name(body.number)) };
            writeln!(f, "\n---- {what}{name} ({})", printable(&body.input))?;
            for line in &body.lines {
                let place = line.places.first().map(|p| format!("{:#x}", p.offset));
                writeln!(f, "{:>8}  {}", place.unwrap_or_default(), printable(&line.text))?;
            }
        }
        self.versions(f, function)?;
        self.code(f, function)
    }

    /// The first and the last version in full, what happened between as
    /// changes.
    fn versions(&self, f: &mut Formatter<'_>, function: &Function) -> fmt::Result {
        let versions = &function.versions;
        for (i, version) in versions.iter().enumerate() {
            let passes = version.passes.join(", ");
            let middle = i > 0 && i + 1 < versions.len();
            if i > 0 && versions.len() > 2 {
                writeln!(f, "\n---- changes by {}", version.passes[0])?;
                self.changes(f, function, &versions[i - 1], version)?;
            }
            if !middle {
                writeln!(f, "\n---- representation after {passes}")?;
                for line in &version.lines {
                    self.line(f, "", line, function)?;
                }
            }
        }
        Ok(())
    }

    fn line(
        &self,
        f: &mut Formatter<'_>,
        mark: &str,
        line: &Line,
        within: &Function,
    ) -> fmt::Result {
        let text = format!("{mark}{}", line.text);
        match &line.places[..] {
            [] => writeln!(f, "{text}"),
            places => writeln!(f, "{text:<PLACES$}  ; {}", self.places(places, within.number)),
        }
    }

    fn changes(
        &self,
        f: &mut Formatter<'_>,
        function: &Function,
        before: &Version,
        after: &Version,
    ) -> fmt::Result {
        let (mut from, mut to) = (0, 0);
        for edit in diff(&before.lines, &after.lines) {
            match edit {
                Edit::Keep(lines) => {
                    let plural = if lines == 1 { "" } else { "s" };
                    writeln!(f, "  … {lines} line{plural}")?;
                    from += lines;
                    to += lines;
                }
                Edit::Remove(lines) => {
                    let gone = &before.lines[from..from + lines];
                    gone.iter().try_for_each(|line| self.line(f, "-", line, function))?;
                    from += lines;
                }
                Edit::Add(lines) => {
                    let new = &after.lines[to..to + lines];
                    new.iter().try_for_each(|line| self.line(f, "+", line, function))?;
                    to += lines;
                }
            }
        }
        Ok(())
    }

    /// The code by block, and in a block by the operator that it comes from.
    fn code(&self, f: &mut Formatter<'_>, function: &Function) -> fmt::Result {
        writeln!(f, "\n---- machine code")?;
        let machine = &function.machine;
        let mut blocks = machine.blocks.iter().peekable();
        let mut places: &[Place] = &[];
        for line in &machine.lines {
            while let Some(block) = blocks.next_if(|block| block.offset <= line.offset) {
                writeln!(
                    f,
                    "block {:#x}: {}, {} × {} in {}",
                    block.offset,
                    count(block.bytes, "byte"),
                    count(block.cycles, "cycle"),
                    block.weight(),
                    count(block.depth, "loop"),
                )?;
                places = &[];
            }
            if line.places != places && !line.places.is_empty() {
                self.operator_line(f, function, &line.places)?;
            }
            places = &line.places;
            machine_line(f, line)?;
        }
        Ok(())
    }

    fn operator_line(
        &self,
        f: &mut Formatter<'_>,
        function: &Function,
        places: &[Place],
    ) -> fmt::Result {
        write!(f, "  ; {}", self.places(places, function.number))?;
        match self.operator(function, places[0]) {
            Some(operator) => writeln!(f, "  {operator}"),
            None => writeln!(f),
        }
    }
}

fn machine_line(f: &mut Formatter<'_>, line: &MachineLine) -> fmt::Result {
    let cycles = line.cycles.map_or_else(String::new, |cycles| cycles.to_string());
    write!(f, "{:>8x}:  {:<10} {cycles:>3}  {}", line.offset, line.encoding, line.text)?;
    match &line.note[..] {
        "" => writeln!(f),
        note => writeln!(f, "    ; {}", printable(note)),
    }
}
