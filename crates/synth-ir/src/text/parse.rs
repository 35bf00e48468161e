//! Parses programs: the symbols; functions are parsed by [`super::function`].

use std::collections::HashMap;

use super::function::parse_function;
use super::lexer::{Line, Token};
use crate::function::SourceLoc;
use crate::program::{
    Data, DataKind, DataReloc, Definition, Linkage, Program, Source, Symbol, SymbolId, Visibility,
};

/// Why a text is not a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ParseError {
    /// Line of the text, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// The lines of the text with a position.
pub(super) struct Lines<'t> {
    lines: Vec<&'t str>,
    next: usize,
}

impl<'t> Lines<'t> {
    /// The next line that is not empty.
    pub(super) fn next(&mut self) -> Result<Option<Line<'t>>, ParseError> {
        while let Some(text) = self.lines.get(self.next) {
            self.next += 1;
            let mut line = Line::new(self.next, text)?;
            if line.peek().is_some() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The next line of a body, or `None` for its closing brace.
    pub(super) fn next_in_body(&mut self) -> Result<Option<Line<'t>>, ParseError> {
        let Some(mut line) = self.next()? else {
            let message = "a '}' is missing".to_string();
            return Err(ParseError { line: self.lines.len(), message });
        };
        if !line.eat('}') {
            return Ok(Some(line));
        }
        line.end().map(|()| None)
    }
}

/// The symbols by their name and number in the text.
#[derive(Default)]
pub(super) struct Symbols(HashMap<(String, Option<u32>), SymbolId>);

impl Symbols {
    /// A reference to a symbol.
    pub(super) fn parse(&self, line: &mut Line<'_>) -> Result<SymbolId, ParseError> {
        let Some(Token::Symbol(name, number)) = line.peek().cloned() else {
            return line.expected("a symbol");
        };
        line.next();
        match self.0.get(&(name, number)) {
            Some(&id) => Ok(id),
            None => line.error("there is no symbol of that name"),
        }
    }
}

fn linkage(word: &str) -> Option<Linkage> {
    Some(match word {
        "local" => Linkage::Local,
        "global" => Linkage::Global,
        "weak" => Linkage::Weak,
        "comdat" => Linkage::Comdat,
        _ => return None,
    })
}

impl Program {
    /// Parses the text form.
    ///
    /// # Errors
    /// The first line that is not well formed. What is well formed may still
    /// break the rules that [`verify`](crate::verify()) checks.
    pub fn parse(text: &str) -> Result<Program, ParseError> {
        let mut lines = Lines { lines: text.lines().collect(), next: 0 };
        let mut program = Program::new();
        let symbols = declare_symbols(&mut lines, &mut program)?;
        lines.next = 0;
        let mut ids = program.symbols.keys().collect::<Vec<_>>().into_iter();
        while let Some(mut line) = lines.next()? {
            if line.eat_word("loc") {
                let source = parse_source(&mut line, &program, &symbols)?;
                program.sources.push(source);
            } else if let Some(id) = ids.next() {
                parse_symbol(&mut line, &mut lines, &mut program.symbols[id], &symbols)?;
            } else {
                return line.expected("the linkage of a symbol");
            }
        }
        Ok(program)
    }
}

/// Adds a symbol for each line that starts with a linkage, so that the order
/// of definitions does not matter.
fn declare_symbols(lines: &mut Lines<'_>, program: &mut Program) -> Result<Symbols, ParseError> {
    let mut symbols = Symbols::default();
    while let Some(mut line) = lines.next()? {
        let Some(&Token::Word(word)) = line.peek() else { continue };
        let Some(linkage) = linkage(word) else { continue };
        while let Some(token) = line.next() {
            if let Token::Symbol(name, number) = token {
                let id = program.add(name.clone(), linkage, Definition::UndefinedData);
                if symbols.0.insert((name, number), id).is_some() {
                    return line.error("a symbol of that name is already defined");
                }
                break;
            }
        }
    }
    Ok(symbols)
}

fn parse_source(
    line: &mut Line<'_>,
    program: &Program,
    symbols: &Symbols,
) -> Result<Source, ParseError> {
    let number = program.sources.len() as u32;
    if line.u32()? != number {
        return line.error(format!("this location must have the number {number}"));
    }
    line.expect('=')?;
    let mut source = Source::default();
    if matches!(line.peek(), Some(Token::Symbol(..))) {
        source.function = Some(symbols.parse(line)?);
        if line.eat('+') {
            source.offset = line.u32()?;
        }
    } else {
        source.offset = line.u32()?;
    }
    if line.eat_word("inlined") {
        source.inlined_at = SourceLoc(line.u32()?);
    }
    line.end()?;
    Ok(source)
}

fn parse_symbol(
    line: &mut Line<'_>,
    lines: &mut Lines<'_>,
    symbol: &mut Symbol,
    symbols: &Symbols,
) -> Result<(), ParseError> {
    if line.word("the linkage of a symbol").map(linkage)?.is_none() {
        return line.error("a symbol starts with its linkage: local, global, weak or comdat");
    }
    if line.eat_word("hidden") {
        symbol.visibility = Visibility::Hidden;
    }
    symbol.retain = line.eat_word("retain");
    if line.eat_word("section") {
        line.expect('(')?;
        symbol.section = Some(line.text()?);
        line.expect(')')?;
    }
    if line.eat_word("align") {
        symbol.align = Some(line.u32()?);
    }
    let kind = line.word("the kind of a symbol")?;
    symbol.def = match kind {
        "func" => {
            symbols.parse(line)?;
            Definition::Function(Box::new(parse_function(line, lines, symbols)?))
        }
        "undefined" => {
            let def = match line.word("'func' or 'data'")? {
                "func" => Definition::UndefinedFunction,
                "data" => Definition::UndefinedData,
                _ => return line.error("expected 'undefined func' or 'undefined data'"),
            };
            symbols.parse(line)?;
            def
        }
        "alias" => {
            symbols.parse(line)?;
            line.expect('=')?;
            let target = symbols.parse(line)?;
            let offset = if line.eat('+') { line.u32()? } else { 0 };
            Definition::Alias { target, offset }
        }
        "absolute" => {
            symbols.parse(line)?;
            line.expect('=')?;
            Definition::Absolute(line.u32()?)
        }
        "data" => parse_data(line, lines, symbols, DataKind::Variable)?,
        "const" => parse_data(line, lines, symbols, DataKind::Const)?,
        "noinit" => parse_data(line, lines, symbols, DataKind::NoInit)?,
        "init_array" => parse_data(line, lines, symbols, DataKind::InitArray)?,
        "fini_array" => parse_data(line, lines, symbols, DataKind::FiniArray)?,
        _ => return line.error(format!("'{kind}' is not the kind of a symbol")),
    };
    line.end()
}

fn parse_data(
    line: &mut Line<'_>,
    lines: &mut Lines<'_>,
    symbols: &Symbols,
    kind: DataKind,
) -> Result<Definition, ParseError> {
    symbols.parse(line)?;
    line.expect_word("size")?;
    let size = line.u32()?;
    line.expect_word("align")?;
    let align = line.u32()?;
    let mut data = Data { size, align, kind, ..Data::default() };
    if line.eat('{') {
        line.end()?;
        while let Some(mut line) = lines.next_in_body()? {
            if line.eat_word("bytes") {
                parse_bytes(&mut line, &mut data)?;
            } else if line.eat_word("ref") {
                let offset = line.u32()?;
                let symbol = symbols.parse(&mut line)?;
                data.relocs.push(DataReloc { offset, symbol, addend: line.plus()? });
            } else {
                return line.expected("'bytes' or 'ref'");
            }
            line.end()?;
        }
    }
    Ok(Definition::Data(data))
}

/// The text may be short and the offset large: what memory it takes is
/// bounded by the limit of a data symbol's initialised part.
fn parse_bytes(line: &mut Line<'_>, data: &mut Data) -> Result<(), ParseError> {
    const LIMIT: usize = 1 << 28;
    let offset = line.u32()? as usize;
    let text = line.text()?;
    let end = offset + text.len() / 2;
    if end > (data.size as usize).min(LIMIT) {
        return line.error("the bytes are outside the data");
    }
    if offset < data.bytes.len() {
        return line.error("the bytes must follow those before");
    }
    data.bytes.resize(offset, 0);
    for i in (0..text.len()).step_by(2) {
        let pair = text.get(i..i + 2).filter(|p| p.bytes().all(|b| b.is_ascii_hexdigit()));
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => data.bytes.push(byte),
            None => return line.error("expected pairs of hexadecimal digits"),
        }
    }
    Ok(())
}
