//! Tokens of C declarations.

use super::SyntaxError;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Number(i64),
    /// `(`, `...`, `<<` and their like.
    Sign(&'static str),
    End,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Word(word) => write!(f, "'{word}'"),
            Token::Number(number) => write!(f, "'{number}'"),
            Token::Sign(sign) => write!(f, "'{sign}'"),
            Token::End => f.write_str("the end"),
        }
    }
}

/// Longer ones first.
const SIGNS: &[&str] = &[
    "...", "<<", ">>", "(", ")", "[", "]", "{", "}", ",", ";", ":", "*", "=", "+", "-", "/", "|",
    "&", "~",
];

/// The tokens with their byte offsets; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, SyntaxError> {
    let mut list = vec![];
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let error = |message: String| Err(SyntaxError { offset: at, message });
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(end) => at += end + 2,
                None => return error("this comment has no end".to_string()),
            }
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let word = &rest[..end.unwrap_or(rest.len())];
            list.push((Token::Word(word.to_string()), at));
            at += word.len();
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
            let digits = &rest[..end.unwrap_or(rest.len())];
            match number(digits) {
                Some(number) => list.push((Token::Number(number), at)),
                None => return error(format!("'{digits}' is no integer")),
            }
            at += digits.len();
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            list.push((Token::Sign(sign), at));
            at += sign.len();
        } else if c == '#' {
            return error("the preprocessor does not run here: write what it would give".into());
        } else {
            return error(format!("'{}' does not belong in a declaration", c.escape_debug()));
        }
    }
    list.push((Token::End, text.len()));
    Ok(list)
}

/// A C integer constant.
fn number(digits: &str) -> Option<i64> {
    let digits = digits.trim_end_matches(['u', 'U', 'l', 'L']);
    let (digits, radix) = match digits.get(..2) {
        Some("0x" | "0X") => (&digits[2..], 16),
        Some("0b" | "0B") => (&digits[2..], 2),
        Some(_) if digits.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    i64::from_str_radix(digits, radix).ok()
}
