//! Constant expressions of integers (C11 6.6), as far as declarations use them.

use super::{Parser, Result, Token};

/// Binary operators, by how closely they bind.
const LEVELS: &[&[&str]] = &[&["|"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/"]];

impl Parser<'_> {
    pub(super) fn constant(&mut self) -> Result<i64> {
        self.nested(|p| p.level(0))
    }

    fn level(&mut self, level: usize) -> Result<i64> {
        let Some(signs) = LEVELS.get(level) else { return self.operand() };
        let mut left = self.level(level + 1)?;
        loop {
            let Token::Sign(sign) = *self.peek() else { return Ok(left) };
            if !signs.contains(&sign) {
                return Ok(left);
            }
            self.next();
            let right = self.level(level + 1)?;
            let count = u32::try_from(right).ok();
            let value = match sign {
                "|" => Some(left | right),
                "&" => Some(left & right),
                "<<" => count.and_then(|n| left.checked_shl(n)),
                ">>" => count.and_then(|n| left.checked_shr(n)),
                "+" => left.checked_add(right),
                "-" => left.checked_sub(right),
                "*" => left.checked_mul(right),
                _ => left.checked_div(right),
            };
            left = match value {
                Some(value) => value,
                None => return self.error("this constant has no value"),
            };
        }
    }

    fn operand(&mut self) -> Result<i64> {
        match self.peek().clone() {
            Token::Number(number) => {
                self.next();
                Ok(number)
            }
            Token::Sign("-") => {
                self.next();
                let value = self.nested(|p| p.operand())?;
                Ok(value.wrapping_neg())
            }
            Token::Sign("~") => {
                self.next();
                let value = self.nested(|p| p.operand())?;
                Ok(!value)
            }
            Token::Sign("(") => {
                self.next();
                let value = self.constant()?;
                self.expect(")")?;
                Ok(value)
            }
            Token::Word(word) => match self.scope.constants.get(&word) {
                Some(value) => {
                    let value = *value;
                    self.next();
                    Ok(value)
                }
                None => self.error(format!("there is no constant '{word}'")),
            },
            _ => self.expected("a constant"),
        }
    }
}
