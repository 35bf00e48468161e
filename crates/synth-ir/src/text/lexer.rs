//! Splits one line of the text form into tokens.

use super::parse::ParseError;

/// A token of the text form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A keyword, an operator, or an entity such as `v1`.
    Word(&'t str),
    /// `@name`, unescaped, with the number after `#`.
    Symbol(String, Option<u32>),
    /// A number without sign, decimal or `0x`.
    Number(u64),
    /// A string literal, unescaped.
    Text(String),
    /// `->`.
    Arrow,
    /// Any other character.
    Char(char),
}

/// The tokens of a line, read from left to right.
pub(super) struct Line<'t> {
    pub(super) number: usize,
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'t>>>,
}

impl<'t> Line<'t> {
    /// Splits a line.
    pub(super) fn new(number: usize, text: &'t str) -> Result<Self, ParseError> {
        let tokens = tokens(text).map_err(|message| ParseError { line: number, message })?;
        Ok(Line { number, tokens: tokens.into_iter().peekable() })
    }

    pub(super) fn error<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError { line: self.number, message: message.into() })
    }

    /// An error that names what was expected and what is there.
    pub(super) fn expected<T>(&mut self, what: &str) -> Result<T, ParseError> {
        match self.peek().cloned() {
            Some(token) => self.error(format!("expected {what}, found {token:?}")),
            None => self.error(format!("expected {what} at the end of the line")),
        }
    }

    pub(super) fn peek(&mut self) -> Option<&Token<'t>> {
        self.tokens.peek()
    }

    pub(super) fn next(&mut self) -> Option<Token<'t>> {
        self.tokens.next()
    }

    /// Checks that nothing is left.
    pub(super) fn end(&mut self) -> Result<(), ParseError> {
        if self.peek().is_none() { Ok(()) } else { self.expected("the end of the line") }
    }

    /// Skips a character if it comes next.
    pub(super) fn eat(&mut self, c: char) -> bool {
        self.tokens.next_if_eq(&Token::Char(c)).is_some()
    }

    /// Skips a word if it comes next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Word(w) if *w == word)).is_some()
    }

    pub(super) fn expect(&mut self, c: char) -> Result<(), ParseError> {
        if self.eat(c) { Ok(()) } else { self.expected(&format!("'{c}'")) }
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), ParseError> {
        if self.eat_word(word) { Ok(()) } else { self.expected(&format!("'{word}'")) }
    }

    pub(super) fn word(&mut self, what: &str) -> Result<&'t str, ParseError> {
        match self.tokens.next_if(|t| matches!(t, Token::Word(_))) {
            Some(Token::Word(word)) => Ok(word),
            _ => self.expected(what),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, ParseError> {
        match self.tokens.next_if(|t| matches!(t, Token::Text(_))) {
            Some(Token::Text(text)) => Ok(text),
            _ => self.expected("a string"),
        }
    }

    /// A number without sign, up to `max`.
    pub(super) fn number(&mut self, max: u64) -> Result<u64, ParseError> {
        match self.peek() {
            Some(&Token::Number(n)) if n <= max => {
                self.next();
                Ok(n)
            }
            _ => self.expected(&format!("a number up to {max}")),
        }
    }

    pub(super) fn u32(&mut self) -> Result<u32, ParseError> {
        Ok(self.number(u32::MAX.into())? as u32)
    }

    /// A number with an optional sign, from `i32::MIN` to `u32::MAX`; large
    /// ones wrap.
    pub(super) fn i32(&mut self) -> Result<i32, ParseError> {
        if self.eat('-') {
            Ok((self.number(1 << 31)? as u32).wrapping_neg() as i32)
        } else {
            Ok(self.u32()? as i32)
        }
    }

    /// `+ N`, `- N` or nothing.
    pub(super) fn plus(&mut self) -> Result<i32, ParseError> {
        match self.peek() {
            Some(Token::Char('-')) => self.i32(),
            Some(Token::Char('+')) => {
                self.next();
                self.i32()
            }
            _ => Ok(0),
        }
    }

    /// An entity such as `v1`: its number.
    pub(super) fn entity(&mut self, prefix: &str, what: &str) -> Result<u32, ParseError> {
        let number = match self.peek() {
            Some(Token::Word(word)) => entity(word, prefix),
            _ => None,
        };
        match number {
            Some(number) => {
                self.next();
                Ok(number)
            }
            None => self.expected(what),
        }
    }

    /// Items between `open` and `close`, separated by commas.
    pub(super) fn list<T>(
        &mut self,
        open: char,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        self.expect(open)?;
        let mut items = vec![];
        if self.eat(close) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.eat(close) {
                return Ok(items);
            }
            self.expect(',')?;
        }
    }
}

/// The number of an entity with that prefix, below the limit that keeps the
/// tables of a function small.
pub(super) fn entity(word: &str, prefix: &str) -> Option<u32> {
    const LIMIT: u32 = 1 << 22;
    let digits = word.strip_prefix(prefix)?;
    let canonical = digits == "0" || !digits.starts_with('0');
    let number = digits.parse().ok().filter(|&n| n < LIMIT)?;
    (canonical && digits.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

/// Splits off the longest prefix of characters that satisfy `accept`.
fn split(text: &str, accept: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !accept(c)).unwrap_or(text.len()))
}

fn tokens(mut text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = vec![];
    loop {
        text = text.trim_start();
        let Some(first) = text.chars().next() else { return Ok(tokens) };
        let token;
        (token, text) = match first {
            ';' => return Ok(tokens),
            '"' => {
                let (literal, rest) = literal(text)?;
                (Token::Text(literal), rest)
            }
            '@' => symbol(&text[1..])?,
            '0'..='9' => {
                let (digits, rest) = split(text, is_word);
                let number = match digits.strip_prefix("0x") {
                    Some(hex) => u64::from_str_radix(hex, 16),
                    None => digits.parse(),
                };
                (Token::Number(number.map_err(|_| format!("bad number '{digits}'"))?), rest)
            }
            '-' if text[1..].starts_with('>') => (Token::Arrow, &text[2..]),
            c if is_word(c) => {
                let (word, rest) = split(text, is_word);
                (Token::Word(word), rest)
            }
            c => (Token::Char(c), &text[c.len_utf8()..]),
        };
        tokens.push(token);
    }
}

/// A symbol, after the `@`.
fn symbol(text: &str) -> Result<(Token<'_>, &str), String> {
    let (name, rest) = if text.starts_with('"') {
        literal(text)?
    } else {
        let (name, rest) = split(text, |c| is_word(c) || c == '$');
        (name.to_string(), rest)
    };
    let Some(rest) = rest.strip_prefix('#') else {
        return Ok((Token::Symbol(name, None), rest));
    };
    let (digits, rest) = split(rest, |c| c.is_ascii_digit());
    let number = digits.parse().map_err(|_| format!("bad symbol number '{digits}'"))?;
    Ok((Token::Symbol(name, Some(number)), rest))
}

/// A string literal, from its opening quote on.
fn literal(text: &str) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((out, &text[i + 1..])),
            '\\' => match chars.next() {
                Some((_, c @ ('"' | '\\'))) => out.push(c),
                Some((_, 'u')) => {
                    let digits: String = chars
                        .by_ref()
                        .map(|(_, c)| c)
                        .skip_while(|&c| c == '{')
                        .take_while(|&c| c != '}')
                        .collect();
                    let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    out.push(c.ok_or_else(|| format!("bad character '\\u{{{digits}}}'"))?);
                }
                _ => return Err("bad escape in a string".into()),
            },
            c => out.push(c),
        }
    }
    Err("a string does not end".into())
}
