//! Reads a contract from TOML. The parsed table keeps where each key and value
//! stands, so that every error can name its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Source, suggestion};
use super::{Contract, ContractError, DataRules, FunctionRules, PointerSide, SectionRules};
use crate::parse::{Scope, parse_in};

type Result<T> = std::result::Result<T, ContractError>;
type Value<'v> = Spanned<DeValue<'v>>;

/// Keys of the file, and of the tables by name.
const TOP: &[&str] =
    &["declarations", "value_callbacks", "rename", "variadic", "function", "data", "section"];
/// Those of them that are tables.
const TABLES: usize = 2;
const FUNCTION: &[&str] = &["symbol", "prototype", "section", "align", "pointer"];
const DATA: &[&str] = &["symbol", "section", "align", "readonly", "volatile"];
const SECTION: &[&str] = &["readonly", "volatile"];

pub(super) fn contract(file: &str, text: &str) -> Result<Contract> {
    let source = Source { file, text };
    let table = DeTable::parse(text).map_err(|e| {
        source.error(e.span().map_or(0, |span| span.start), e.message().to_string())
    })?;
    let breaks = text.match_indices('\n').map(|(at, _)| at).collect();
    let out = Contract { file: file.to_string(), ..Contract::default() };
    let mut reader = Reader { source, breaks, scope: Scope::default(), out };
    reader.read(table.get_ref())?;
    Ok(reader.out)
}

struct Reader<'t> {
    source: Source<'t>,
    /// Where its lines end.
    breaks: Vec<usize>,
    scope: Scope,
    out: Contract,
}

/// Key and value, each with its place, in the order of the file.
type Entries<'v> = Vec<(&'v str, Range<usize>, &'v Value<'v>)>;

impl Reader<'_> {
    fn read(&mut self, table: &DeTable<'_>) -> Result<()> {
        self.check_keys(table, TOP)?;
        // Types first: prototypes of functions may use them.
        if let Some(value) = table.get("declarations") {
            let text = self.string(value)?;
            self.declarations(text, value.span())?;
        }
        self.out.value_callbacks = self.optional(table, "value_callbacks", Self::boolean)?;
        for (key, table) in self.tables(table)? {
            match key {
                "rename" => self.renames(table, false)?,
                "variadic" => self.renames(table, true)?,
                "function" => self.functions(table)?,
                "data" => self.data(table)?,
                _ => self.sections(table)?,
            }
        }
        Ok(())
    }

    /// The line of a byte offset, from 1.
    fn line(&self, offset: usize) -> usize {
        self.breaks.partition_point(|at| *at < offset) + 1
    }

    /// The tables of the file, in a fixed order.
    fn tables<'v>(&self, table: &'v DeTable<'v>) -> Result<Vec<(&'static str, &'v DeTable<'v>)>> {
        let mut tables = vec![];
        for key in TOP.iter().skip(TABLES) {
            if let Some(value) = table.get(*key) {
                tables.push((*key, self.table(value)?));
            }
        }
        Ok(tables)
    }

    fn check_keys(&self, table: &DeTable<'_>, known: &[&str]) -> Result<()> {
        for (key, span, _) in entries(table) {
            if !known.contains(&key) {
                let message = format!("unknown key '{key}'{}", suggestion(key, known));
                return Err(self.source.error(span.start, message));
            }
        }
        Ok(())
    }

    fn declarations(&mut self, text: &str, span: Range<usize>) -> Result<()> {
        let parsed = parse_in(text, &mut self.out.declarations, &mut self.scope);
        parsed.map_err(|error| {
            self.source.error(self.source.inside(span, error.offset), error.message)
        })
    }

    fn renames(&mut self, table: &DeTable<'_>, variadic: bool) -> Result<()> {
        for (name, span, value) in entries(table) {
            let symbol = self.symbol(value)?;
            if variadic {
                self.out.variadic.insert(name.to_string(), symbol);
            } else {
                self.rename(name, symbol, span)?;
            }
        }
        Ok(())
    }

    fn rename(&mut self, name: &str, symbol: String, span: Range<usize>) -> Result<()> {
        let before = self.out.renames.insert(name.to_string(), symbol);
        if before.is_some() || self.out.variadic.contains_key(name) {
            let message = format!("'{name}' has got a symbol already");
            return Err(self.source.error(span.start, message));
        }
        Ok(())
    }

    fn functions(&mut self, table: &DeTable<'_>) -> Result<()> {
        for (name, span, value) in entries(table) {
            let (table, line) = (self.table(value)?, self.line(span.start));
            self.check_keys(table, FUNCTION)?;
            if let Some(value) = table.get("symbol") {
                let symbol = self.symbol(value)?;
                self.rename(name, symbol, span)?;
            }
            if let Some(value) = table.get("prototype") {
                self.prototype(name, value)?;
            }
            let rules = FunctionRules {
                section: self.optional(table, "section", Self::section_name)?,
                align: self.optional(table, "align", Self::alignment)?,
                pointer: self.optional(table, "pointer", Self::pointer)?,
                line,
            };
            self.out.functions.insert(name.to_string(), rules);
        }
        Ok(())
    }

    fn prototype(&mut self, name: &str, value: &Value<'_>) -> Result<()> {
        let text = self.string(value)?;
        let declared = self.out.declarations.functions.len();
        let ended = if text.trim_end().ends_with(';') { text.into() } else { format!("{text};") };
        self.declarations(&ended, value.span())?;
        let functions = &self.out.declarations.functions;
        if functions.len() != declared + 1 || !functions.contains_key(name) {
            let message = format!("this is not the prototype of '{name}'");
            return Err(self.source.error(value.span().start, message));
        }
        Ok(())
    }

    fn data(&mut self, table: &DeTable<'_>) -> Result<()> {
        for (name, span, value) in entries(table) {
            let (table, line) = (self.table(value)?, self.line(span.start));
            self.check_keys(table, DATA)?;
            if let Some(value) = table.get("symbol") {
                let symbol = self.symbol(value)?;
                self.rename(name, symbol, span)?;
            }
            let rules = DataRules {
                section: self.optional(table, "section", Self::section_name)?,
                align: self.optional(table, "align", Self::alignment)?,
                readonly: self.optional(table, "readonly", Self::boolean)?,
                volatile: self.optional(table, "volatile", Self::boolean)?,
                line,
            };
            self.out.data.insert(name.to_string(), rules);
        }
        Ok(())
    }

    fn sections(&mut self, table: &DeTable<'_>) -> Result<()> {
        for (name, span, value) in entries(table) {
            let (table, line) = (self.table(value)?, self.line(span.start));
            self.check_keys(table, SECTION)?;
            let rules = SectionRules {
                readonly: self.optional(table, "readonly", Self::boolean)?,
                volatile: self.optional(table, "volatile", Self::boolean)?,
                line,
            };
            self.out.sections.insert(name.to_string(), rules);
        }
        Ok(())
    }

    fn optional<T>(
        &self,
        table: &DeTable<'_>,
        key: &str,
        read: fn(&Self, &Value<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        table.get(key).map(|value| read(self, value)).transpose()
    }

    fn expected<T>(&self, value: &Value<'_>, what: &str) -> Result<T> {
        let found = value.get_ref().type_str();
        let message = format!("expected {what}, found {found}");
        Err(self.source.error(value.span().start, message))
    }

    fn table<'v>(&self, value: &'v Value<'v>) -> Result<&'v DeTable<'v>> {
        match value.get_ref().as_table() {
            Some(table) => Ok(table),
            None => self.expected(value, "a table"),
        }
    }

    fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str> {
        match value.get_ref().as_str() {
            Some(text) => Ok(text),
            None => self.expected(value, "a string"),
        }
    }

    fn boolean(&self, value: &Value<'_>) -> Result<bool> {
        match value.get_ref().as_bool() {
            Some(flag) => Ok(flag),
            None => self.expected(value, "true or false"),
        }
    }

    fn symbol(&self, value: &Value<'_>) -> Result<String> {
        let name = self.string(value)?;
        match name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            true => Err(self.source.error(value.span().start, "this is no name of a symbol")),
            false => Ok(name.to_string()),
        }
    }

    fn section_name(&self, value: &Value<'_>) -> Result<String> {
        let name = self.string(value)?;
        match name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            true => Err(self.source.error(value.span().start, "this is no name of a section")),
            false => Ok(name.to_string()),
        }
    }

    fn alignment(&self, value: &Value<'_>) -> Result<u32> {
        let Some(number) = value.get_ref().as_integer() else {
            return self.expected(value, "a number of bytes");
        };
        match u32::from_str_radix(number.as_str(), number.radix()) {
            Ok(align) if align.is_power_of_two() && align <= 1 << 16 => Ok(align),
            _ => {
                let message = "an alignment is a power of two up to 65536";
                Err(self.source.error(value.span().start, message))
            }
        }
    }

    fn pointer(&self, value: &Value<'_>) -> Result<PointerSide> {
        match self.string(value)? {
            "host" => Ok(PointerSide::Host),
            "module" => Ok(PointerSide::Module),
            other => {
                let message =
                    format!("unknown side '{other}'{}", suggestion(other, &["host", "module"]));
                Err(self.source.error(value.span().start, message))
            }
        }
    }
}

/// The entries of a table by their place, so that the first mistake is
/// reported.
fn entries<'v>(table: &'v DeTable<'v>) -> Entries<'v> {
    let mut list: Entries<'v> =
        table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
    list.sort_by_key(|(_, span, _)| span.start);
    list
}
