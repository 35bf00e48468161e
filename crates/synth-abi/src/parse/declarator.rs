//! Declarators: pointers, arrays and functions around a name (C11 6.7.6).

use super::{Parser, Result, Token};
use crate::types::{Param, Prototype, Qualifier, Type, TypeId};

impl Parser<'_> {
    /// A declarator, which may lack the name: the name and its type.
    pub(super) fn declarator(&mut self, base: TypeId) -> Result<(Option<String>, TypeId)> {
        let mut ty = base;
        while self.eat("*") {
            ty = self.out.types.pointer(ty);
            while let Token::Word(word) = self.peek() {
                let qualifier = match word.as_str() {
                    "const" => Qualifier::Const,
                    "volatile" => Qualifier::Volatile,
                    "restrict" | "__restrict" => Qualifier::Other,
                    _ => break,
                };
                self.next();
                ty = self.out.types.add(Type::Qualified { qualifier, target: ty });
            }
        }
        self.attributes()?;
        self.nested(|p| p.direct_declarator(ty))
    }

    fn direct_declarator(&mut self, ty: TypeId) -> Result<(Option<String>, TypeId)> {
        // A parenthesis opens parameters if nothing or a type follows.
        let second = matches!(self.peek_second(), Token::Sign("*" | "(" | "["));
        let named = matches!(self.peek_second(), Token::Word(w) if !self.is_type_word(w));
        if matches!(self.peek(), Token::Sign("(")) && (second || named) {
            self.next();
            // What follows the parenthesis applies first: read it, come back.
            let inner = self.at;
            self.skip_to_closing()?;
            let ty = self.suffixes(ty)?;
            let after = std::mem::replace(&mut self.at, inner);
            let result = self.declarator(ty)?;
            self.expect(")")?;
            self.at = after;
            return Ok(result);
        }
        let name = match self.peek().clone() {
            Token::Word(word) if word != "__attribute__" => {
                self.next();
                Some(word)
            }
            _ => None,
        };
        Ok((name, self.suffixes(ty)?))
    }

    fn is_type_word(&self, word: &str) -> bool {
        let words = ["void", "struct", "union", "enum", "const", "volatile", "register"];
        let scalars = super::STANDARD_TYPES.iter().map(|(name, _)| *name);
        let keywords = [
            "_Bool", "bool", "char", "short", "int", "long", "signed", "unsigned", "float",
            "double", "va_list",
        ];
        words.into_iter().chain(keywords).chain(scalars).any(|w| w == word)
            || self.scope.typedefs.contains_key(word)
    }

    /// Goes past the parenthesis that closes the open one.
    fn skip_to_closing(&mut self) -> Result<()> {
        let mut open = 1;
        while open > 0 {
            match self.next() {
                Token::Sign("(") => open += 1,
                Token::Sign(")") => open -= 1,
                Token::End => return self.expected("')'"),
                _ => {}
            }
        }
        Ok(())
    }

    /// `[N]` and `(parameters)`, the outermost first.
    fn suffixes(&mut self, ty: TypeId) -> Result<TypeId> {
        if self.eat("[") {
            let offset = self.offset();
            let count = match self.eat("]") {
                true => None,
                false => {
                    let count = self.constant()?;
                    self.expect("]")?;
                    match u32::try_from(count) {
                        Ok(count) => Some(count),
                        Err(_) => {
                            let message = format!("an array can't have {count} elements");
                            return Err(super::SyntaxError { offset, message });
                        }
                    }
                }
            };
            let element = self.nested(|p| p.suffixes(ty))?;
            return Ok(self.out.types.add(Type::Array { element, count }));
        }
        if self.eat("(") {
            let (params, variadic) = self.parameters()?;
            let result = self.nested(|p| p.suffixes(ty))?;
            let prototype = Prototype { name: String::new(), params, result, variadic };
            return Ok(self.out.types.add(Type::Function(Box::new(prototype))));
        }
        Ok(ty)
    }

    fn parameters(&mut self) -> Result<(Vec<Param>, bool)> {
        let mut params = vec![];
        if self.eat(")") {
            return Ok((params, false));
        }
        loop {
            if self.eat("...") {
                self.expect(")")?;
                return Ok((params, true));
            }
            if !self.at_type() {
                return match self.peek() {
                    Token::Word(word) => self.error(format!("there is no type '{word}'")),
                    _ => self.expected("a parameter"),
                };
            }
            let specifiers = self.specifiers(false)?;
            let (name, ty) = self.nested(|p| p.declarator(specifiers.ty))?;
            self.attributes()?;
            let void = matches!(self.out.types.resolve(ty), Type::Void);
            if void && params.is_empty() && name.is_none() && self.eat(")") {
                return Ok((params, false));
            }
            if void {
                return self.error("a parameter can't be void");
            }
            let ty = self.decayed(ty);
            params.push(Param { name, ty });
            if self.eat(")") {
                return Ok((params, false));
            }
            self.expect(",")?;
        }
    }

    /// The type of a parameter declared as array or function.
    fn decayed(&mut self, ty: TypeId) -> TypeId {
        match *self.out.types.resolve(ty) {
            Type::Array { element, .. } => self.out.types.pointer(element),
            Type::Function(_) => self.out.types.pointer(ty),
            _ => ty,
        }
    }
}
