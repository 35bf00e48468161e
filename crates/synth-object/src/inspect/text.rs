//! The report as text, one line for each thing, in columns.

use std::fmt;

use super::{RelocationReport, Report, SectionReport, SymbolReport};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.relocatable {
            true => writeln!(f, "relocatable object for ARM")?,
            false => writeln!(f, "linked program for ARM, entry {:#010x}", self.entry)?,
        }
        self.print_contract(f)?;
        if !self.attributes.is_empty() {
            writeln!(f, "\nbuild attributes")?;
        }
        for (name, value) in &self.attributes {
            writeln!(f, "  {name:<22} {value}")?;
        }
        writeln!(f, "\nsections\n   address     size align type         flags name")?;
        self.sections.iter().try_for_each(|s| write!(f, "{s}"))?;
        writeln!(f, "\nsymbols\n     value     size type   binding name")?;
        let defined = self.symbols.iter().filter(|s| !s.undefined);
        defined.clone().try_for_each(|s| write!(f, "{s}"))?;
        let undefined = self.undefined();
        if !undefined.is_empty() {
            writeln!(f, "\nundefined symbols")?;
        }
        undefined.iter().try_for_each(|name| writeln!(f, "  {name}"))?;
        if !self.stack.is_empty() {
            writeln!(f, "\nstack use, without callees")?;
        }
        self.stack.iter().try_for_each(|(name, bytes)| writeln!(f, "  {bytes:8} {name}"))?;
        if !self.relocations.is_empty() {
            writeln!(f, "\nrelocations")?;
        }
        self.relocations.iter().try_for_each(|r| write!(f, "{r}"))?;
        if !(self.traps.is_empty() && self.object_traps.is_empty()) {
            writeln!(f, "\ntraps")?;
        }
        self.object_traps
            .iter()
            .try_for_each(|(section, t)| writeln!(f, "  {section}+{:#x} {t}", t.address))?;
        self.traps.iter().try_for_each(|t| writeln!(f, "  {:#010x} {t}", t.address))
    }
}

/// The lines of a contract by their first word, and the titles over them.
const CONTRACT: &[(&str, &str)] = &[
    ("export", "exports"),
    ("import", "imports, for the host to define"),
    ("helper", "helpers, for a library to define"),
];

impl Report {
    /// The contract. In a linked program those of several objects stand
    /// together.
    fn print_contract(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = ["contract", "model", "float-abi"];
        if !self.contract.is_empty() {
            writeln!(f, "\ncontract")?;
        }
        for (word, value) in self.contract.iter().filter(|(word, _)| words.contains(&&word[..])) {
            let word = if word == "contract" { "version" } else { word };
            writeln!(f, "  {word:<10} {value}")?;
        }
        for (word, title) in CONTRACT {
            let mut lines = self.contract.iter().filter(|(w, _)| w == word).peekable();
            if lines.peek().is_some() {
                writeln!(f, "\n{title}")?;
            }
            for (_, line) in lines {
                // The name stands before its declaration.
                let line = line.split_once(' ').map_or(&line[..], |(_, declaration)| declaration);
                writeln!(f, "  {line}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for SectionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SectionReport { name, kind, flags, address, size, align } = self;
        writeln!(f, "{address:#010x} {size:8} {align:5} {kind:<12} {flags:<5} {name}")
    }
}

impl fmt::Display for SymbolReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SymbolReport { name, value, size, kind, binding, section, .. } = self;
        let section = section.as_deref().unwrap_or("absolute");
        writeln!(f, "{value:#010x} {size:8} {kind:<6} {binding:<7} {name} ({section})")
    }
}

impl fmt::Display for RelocationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RelocationReport { section, offset, kind, symbol, addend } = self;
        write!(f, "  {section}+{offset:#x}: {kind} {symbol}")?;
        match addend {
            0 => writeln!(f),
            addend => writeln!(f, " {addend:+}"),
        }
    }
}
