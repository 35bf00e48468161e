//! A parser of C declarations: prototypes, structures, unions, enumerations,
//! typedefs and variables (C11 6.7, without initialisers, function bodies and
//! the preprocessor). `packed` and `aligned(N)` of GNU C are understood.
//!
//! What wasm and ARM lay out differently is refused: zero-width and unnamed
//! bitfields, `long double`, `aligned` without a number.

mod constant;
mod declarator;
mod lexer;
mod record;
mod specifier;

use std::collections::BTreeMap;

use crate::declarations::Declarations;
use crate::error::AbiError;
use crate::types::{Prototype, Scalar, Type, TypeId};
use lexer::Token;

/// Why declarations can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Byte offset in the text.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

type Result<T> = std::result::Result<T, SyntaxError>;

/// The names that a declaration may use without declaring them.
pub(crate) const STANDARD_TYPES: &[(&str, Scalar)] = &[
    ("int8_t", Scalar::SChar),
    ("uint8_t", Scalar::UChar),
    ("int16_t", Scalar::Short),
    ("uint16_t", Scalar::UShort),
    ("int32_t", Scalar::Int),
    ("uint32_t", Scalar::UInt),
    ("int64_t", Scalar::LongLong),
    ("uint64_t", Scalar::ULongLong),
    ("intptr_t", Scalar::Int),
    ("uintptr_t", Scalar::UInt),
    ("ptrdiff_t", Scalar::Int),
    ("size_t", Scalar::UInt),
    ("ssize_t", Scalar::Int),
];

/// Adds the declarations of a text. They may use the typedefs and tags of
/// this text only.
///
/// ```
/// let mut declarations = synth_abi::Declarations::default();
/// synth_abi::parse_declarations("struct p { short x, y; }; int f(struct p p);", &mut declarations)?;
/// assert_eq!(declarations.functions["f"].params.len(), 1);
/// # Ok::<(), synth_abi::SyntaxError>(())
/// ```
///
/// # Errors
/// [`SyntaxError`], with the place in the text.
pub fn parse_declarations(text: &str, into: &mut Declarations) -> Result<()> {
    parse_in(text, into, &mut Scope::default())
}

/// The names that declarations can refer to.
#[derive(Default)]
pub(crate) struct Scope {
    typedefs: BTreeMap<String, TypeId>,
    tags: BTreeMap<(&'static str, String), TypeId>,
    /// Enumeration constants.
    constants: BTreeMap<String, i64>,
}

/// Adds the declarations of a text, which may use what others of the scope
/// have declared.
pub(crate) fn parse_in(text: &str, into: &mut Declarations, scope: &mut Scope) -> Result<()> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, out: into, scope };
    while *parser.peek() != Token::End {
        parser.declaration()?;
    }
    Ok(())
}

/// Nested declarators and records.
const MAX_NESTING: u32 = 100;

struct Parser<'d> {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: u32,
    out: &'d mut Declarations,
    scope: &'d mut Scope,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn peek_second(&self) -> &Token {
        self.tokens.get(self.at + 1).map_or(&Token::End, |(token, _)| token)
    }

    fn offset(&self) -> usize {
        self.tokens[self.at].1
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        if token != Token::End {
            self.at += 1;
        }
        token
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(SyntaxError { offset: self.offset(), message: message.into() })
    }

    fn expected<T>(&self, what: &str) -> Result<T> {
        self.error(format!("expected {what}, found {}", self.peek()))
    }

    fn eat(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.eat(sign) { Ok(()) } else { self.expected(&format!("'{sign}'")) }
    }

    fn eat_word(&mut self, words: &[&str]) -> bool {
        let found = matches!(self.peek(), Token::Word(w) if words.contains(&w.as_str()));
        if found {
            self.at += 1;
        }
        found
    }

    fn word(&mut self, what: &str) -> Result<String> {
        match self.peek().clone() {
            Token::Word(word) => {
                self.at += 1;
                Ok(word)
            }
            _ => self.expected(what),
        }
    }

    /// Runs `f` one level deeper.
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_NESTING {
            return self.error("nested too deeply");
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// An error of the types, at a place.
    fn abi<T>(&self, offset: usize, result: std::result::Result<T, AbiError>) -> Result<T> {
        result.map_err(|error| SyntaxError { offset, message: error.to_string() })
    }

    fn declaration(&mut self) -> Result<()> {
        let start = self.offset();
        if self.eat(";") {
            return Ok(());
        }
        let specifiers = self.specifiers(true)?;
        if self.eat(";") {
            return Ok(());
        }
        loop {
            let (name, ty) = self.declarator(specifiers.ty)?;
            self.attributes()?;
            let Some(name) = name else { return self.expected("a name") };
            if specifiers.is_typedef {
                let target = ty;
                let ty = self.out.types.add(Type::Typedef { name: name.clone(), target });
                self.scope.typedefs.insert(name, ty);
            } else {
                self.declare(name, ty, start)?;
            }
            if self.eat(",") {
                continue;
            }
            if matches!(self.peek(), Token::Sign("{" | "=")) {
                return self.error("a contract declares and does not define: end with ';'");
            }
            return self.expect(";");
        }
    }

    fn declare(&mut self, name: String, ty: TypeId, offset: usize) -> Result<()> {
        let types = &self.out.types;
        let known = match types.get(ty) {
            Type::Function(prototype) => {
                let prototype = Prototype { name: name.clone(), ..(**prototype).clone() };
                self.out.functions.insert(name.clone(), prototype).is_some()
            }
            _ => self.out.variables.insert(name.clone(), ty).is_some(),
        };
        match known {
            true => Err(SyntaxError { offset, message: format!("'{name}' is declared twice") }),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
