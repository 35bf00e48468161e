//! Structures, unions, enumerations and attributes (C11 6.7.2).

use super::{Parser, Result, SyntaxError, Token};
use crate::layout::{Member, lay_out, short_enum};
use crate::types::{Record, RecordKind, Type, TypeId};

/// The attributes that matter here.
#[derive(Clone, Copy, Default)]
pub(super) struct Attributes {
    pub packed: bool,
    pub align: Option<u32>,
}

impl Parser<'_> {
    /// `__attribute__((…))`, any number of times.
    pub(super) fn attributes(&mut self) -> Result<Attributes> {
        let mut all = Attributes::default();
        while self.eat_word(&["__attribute__"]) {
            self.expect("(")?;
            self.expect("(")?;
            while !self.eat(")") {
                if self.eat(",") {
                    continue;
                }
                let name = self.word("an attribute")?;
                match name.trim_matches('_') {
                    "packed" => all.packed = true,
                    "aligned" => {
                        if !matches!(self.peek(), Token::Sign("(")) {
                            return self
                                .error("'aligned' without a number differs between compilers");
                        }
                        all.align = Some(self.alignment()?);
                    }
                    _ => {
                        if self.eat("(") {
                            let mut open = 1;
                            while open > 0 {
                                match self.next() {
                                    Token::Sign("(") => open += 1,
                                    Token::Sign(")") => open -= 1,
                                    Token::End => return self.expected("')'"),
                                    _ => {}
                                }
                            }
                        }
                    }
                }
            }
            self.expect(")")?;
        }
        Ok(all)
    }

    /// `(N)`, a power of two.
    pub(super) fn alignment(&mut self) -> Result<u32> {
        self.expect("(")?;
        let offset = self.offset();
        let number = self.constant()?;
        self.expect(")")?;
        match u32::try_from(number) {
            Ok(align) if align.is_power_of_two() && align <= 1 << 16 => Ok(align),
            _ => {
                let message = format!("an alignment is a power of two up to 65536, not {number}");
                Err(SyntaxError { offset, message })
            }
        }
    }

    /// The type of that tag, which may be declared later.
    fn tag(&mut self, keyword: &'static str, name: Option<&str>, incomplete: Type) -> TypeId {
        let Some(name) = name else { return self.out.types.add(incomplete) };
        match self.scope.tags.get(&(keyword, name.to_string())) {
            Some(ty) => *ty,
            None => {
                let ty = self.out.types.add(incomplete);
                self.scope.tags.insert((keyword, name.to_string()), ty);
                ty
            }
        }
    }

    fn tag_name(&mut self) -> Option<String> {
        let Token::Word(word) = self.peek().clone() else { return None };
        self.next();
        Some(word)
    }

    pub(super) fn record(&mut self, kind: RecordKind) -> Result<TypeId> {
        self.next();
        let before = self.attributes()?;
        let name = self.tag_name();
        let empty = Record::incomplete(kind, name.clone());
        let ty = self.tag(kind.keyword(), name.as_deref(), Type::Record(empty.clone()));
        let start = self.offset();
        if !self.eat("{") {
            return if name.is_some() { Ok(ty) } else { self.expected("a tag or '{'") };
        }
        if matches!(self.out.types.get(ty), Type::Record(r) if r.fields.is_some()) {
            let what = self.out.types.describe(ty);
            return self.error(format!("{what} is defined twice"));
        }
        let mut members = vec![];
        while !self.eat("}") {
            self.nested(|p| p.members(&mut members))?;
        }
        let after = self.attributes()?;
        let mut record = empty;
        record.pack = (before.packed || after.packed).then_some(1);
        let align = before.align.max(after.align);
        let placed = lay_out(&self.out.types, &mut record, members, align);
        self.abi(start, placed)?;
        self.out.types.set(ty, Type::Record(record));
        Ok(ty)
    }

    /// A line of members.
    fn members(&mut self, members: &mut Vec<Member>) -> Result<()> {
        let specifiers = self.specifiers(false)?;
        if self.eat(";") {
            // The members of a nested record without a tag count as its own.
            return match self.out.types.get(specifiers.ty) {
                Type::Record(record) if record.name.is_none() => {
                    let align = specifiers.align;
                    members.push(Member { name: None, ty: specifiers.ty, align, bits: None });
                    Ok(())
                }
                _ => self.error("expected the name of a member"),
            };
        }
        loop {
            if matches!(self.peek(), Token::Sign(":")) {
                return self.error("wasm and ARM place unnamed bitfields differently");
            }
            let offset = self.offset();
            let (name, ty) = self.declarator(specifiers.ty)?;
            let bits = match self.eat(":") {
                true => Some(self.width(ty)?),
                false => None,
            };
            let align = self.attributes()?.align.max(specifiers.align);
            if name.is_none() {
                return self.expected("the name of a member");
            }
            if let Type::Function(_) = self.out.types.resolve(ty) {
                return Err(SyntaxError { offset, message: "a member can't be a function".into() });
            }
            members.push(Member { name, ty, align, bits });
            if self.eat(",") {
                continue;
            }
            return self.expect(";");
        }
    }

    /// The width of a bitfield of that type.
    fn width(&mut self, ty: TypeId) -> Result<u32> {
        let offset = self.offset();
        let width = self.constant()?;
        let size = self.out.types.size(ty);
        let most = 8 * i64::from(self.abi(offset, size)?);
        let message = match width {
            0 => "wasm and ARM place zero-width bitfields differently".to_string(),
            _ if !matches!(self.out.types.resolve(ty), Type::Scalar(_) | Type::Enum(_)) => {
                "a bitfield has an integer type".to_string()
            }
            w if !(1..=most).contains(&w) => format!("its type has {most} bits"),
            _ => return Ok(width as u32),
        };
        Err(SyntaxError { offset, message })
    }

    pub(super) fn enumeration(&mut self) -> Result<TypeId> {
        self.next();
        self.attributes()?;
        let name = self.tag_name();
        let incomplete =
            Type::Other { name: format!("enum {}", name.as_deref().unwrap_or("")), size: None };
        let ty = self.tag("enum", name.as_deref(), incomplete);
        if !self.eat("{") {
            return if name.is_some() { Ok(ty) } else { self.expected("a tag or '{'") };
        }
        let (mut constants, mut next) = (vec![], 0i64);
        while !self.eat("}") {
            let constant = self.word("a constant")?;
            if self.eat("=") {
                next = self.constant()?;
            }
            self.scope.constants.insert(constant.clone(), next);
            constants.push((constant, next));
            next = next.wrapping_add(1);
            if !self.eat(",") && !matches!(self.peek(), Token::Sign("}")) {
                return self.expected("',' or '}'");
            }
        }
        self.attributes()?;
        self.out.types.set(ty, Type::Enum(short_enum(name, constants)));
        Ok(ty)
    }
}
