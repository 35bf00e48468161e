//! Declaration specifiers: what stands before the declarators (C11 6.7).

use super::{Parser, Result, STANDARD_TYPES, Token};
use crate::types::{Qualifier, RecordKind, Scalar, Type, TypeId};

/// What the specifiers of a declaration say.
pub(super) struct Specifiers {
    pub ty: TypeId,
    pub is_typedef: bool,
    /// From `_Alignas`.
    pub align: Option<u32>,
}

/// Words that change nothing here.
const IGNORED: &[&str] = &["extern", "_Noreturn", "register", "__extension__"];
/// Words that make no sense in a contract.
const REFUSED: &[(&str, &str)] = &[
    ("static", "a static function is not visible to the other side"),
    ("inline", "an inline function has no symbol: declare an out-of-line one and rename it"),
    ("_Atomic", "atomic types may differ in size between compilers: declare the plain type"),
    ("_Complex", "complex numbers can't cross between wasm and ARM code"),
    ("__int128", "ARM has no __int128"),
    ("_Thread_local", "thread-local variables are not supported"),
];

/// Keywords of the arithmetic types, sorted, and the type.
const ARITHMETIC: &[(&str, Scalar)] = &[
    ("_Bool", Scalar::Bool),
    ("bool", Scalar::Bool),
    ("char", Scalar::Char),
    ("char signed", Scalar::SChar),
    ("char unsigned", Scalar::UChar),
    ("short", Scalar::Short),
    ("short signed", Scalar::Short),
    ("int short", Scalar::Short),
    ("int short signed", Scalar::Short),
    ("short unsigned", Scalar::UShort),
    ("int short unsigned", Scalar::UShort),
    ("int", Scalar::Int),
    ("signed", Scalar::Int),
    ("int signed", Scalar::Int),
    ("unsigned", Scalar::UInt),
    ("int unsigned", Scalar::UInt),
    ("long", Scalar::Long),
    ("long signed", Scalar::Long),
    ("int long", Scalar::Long),
    ("int long signed", Scalar::Long),
    ("long unsigned", Scalar::ULong),
    ("int long unsigned", Scalar::ULong),
    ("long long", Scalar::LongLong),
    ("long long signed", Scalar::LongLong),
    ("int long long", Scalar::LongLong),
    ("int long long signed", Scalar::LongLong),
    ("long long unsigned", Scalar::ULongLong),
    ("int long long unsigned", Scalar::ULongLong),
    ("float", Scalar::Float),
    ("double", Scalar::Double),
];

const WORDS: &[&str] =
    &["_Bool", "bool", "char", "short", "int", "long", "signed", "unsigned", "float", "double"];

impl Parser<'_> {
    /// Whether a type can begin here.
    pub(super) fn at_type(&self) -> bool {
        let Token::Word(word) = self.peek() else { return false };
        let word = word.as_str();
        ["void", "struct", "union", "enum", "const", "volatile", "va_list", "_Alignas"]
            .contains(&word)
            || WORDS.contains(&word)
            || self.scope.typedefs.contains_key(word)
            || STANDARD_TYPES.iter().any(|(name, _)| *name == word)
    }

    pub(super) fn specifiers(&mut self, storage: bool) -> Result<Specifiers> {
        let start = self.offset();
        let mut words: Vec<String> = vec![];
        let mut named: Option<TypeId> = None;
        let (mut is_typedef, mut align) = (false, None);
        let mut qualifiers = vec![];
        while let Token::Word(word) = self.peek().clone() {
            if let Some((_, why)) = REFUSED.iter().find(|(w, _)| *w == word) {
                return self.error(format!("'{word}': {why}"));
            }
            match word.as_str() {
                "typedef" if storage => is_typedef = true,
                w if IGNORED.contains(&w) => {}
                "const" => qualifiers.push(Qualifier::Const),
                "volatile" => qualifiers.push(Qualifier::Volatile),
                "_Alignas" => {
                    self.next();
                    align = Some(self.alignment()?);
                    continue;
                }
                "__attribute__" => {
                    let attributes = self.attributes()?;
                    align = attributes.align.or(align);
                    continue;
                }
                w if WORDS.contains(&w) && named.is_none() => words.push(word),
                // A word that is no type's begins the declarator.
                _ if named.is_some() || !words.is_empty() => break,
                _ => {
                    named = Some(self.named_type(&word)?);
                    continue;
                }
            }
            self.next();
        }
        let mut ty = match named {
            Some(ty) if words.is_empty() => ty,
            None if !words.is_empty() => self.arithmetic(start, words)?,
            _ => return self.expected("a type"),
        };
        for qualifier in qualifiers {
            ty = self.out.types.add(Type::Qualified { qualifier, target: ty });
        }
        Ok(Specifiers { ty, is_typedef, align })
    }

    fn arithmetic(&mut self, offset: usize, mut words: Vec<String>) -> Result<TypeId> {
        words.sort_unstable();
        let words = words.join(" ");
        match ARITHMETIC.iter().find(|(name, _)| *name == words) {
            Some((_, scalar)) => Ok(self.out.types.scalar(*scalar)),
            None if words == "double long" => {
                let message = "'long double' has 16 bytes in wasm and 8 on ARM".to_string();
                Err(super::SyntaxError { offset, message })
            }
            None => {
                let message = format!("'{words}' is no type");
                Err(super::SyntaxError { offset, message })
            }
        }
    }

    /// A type that is one word, or a tag.
    fn named_type(&mut self, word: &str) -> Result<TypeId> {
        let ty = match word {
            "void" => self.out.types.add(Type::Void),
            "struct" => return self.record(RecordKind::Struct),
            "union" => return self.record(RecordKind::Union),
            "enum" => return self.enumeration(),
            // One word on both sides: a pointer in wasm, a structure of one on ARM.
            "va_list" | "__builtin_va_list" => {
                let void = self.out.types.add(Type::Void);
                let target = self.out.types.pointer(void);
                self.standard("va_list", target)
            }
            _ => match self.scope.typedefs.get(word) {
                Some(ty) => *ty,
                None => match STANDARD_TYPES.iter().find(|(name, _)| *name == word) {
                    Some((name, scalar)) => {
                        let target = self.out.types.scalar(*scalar);
                        self.standard(name, target)
                    }
                    None => return self.error(format!("there is no type '{word}'")),
                },
            },
        };
        self.next();
        Ok(ty)
    }

    fn standard(&mut self, name: &str, target: TypeId) -> TypeId {
        let ty = self.out.types.add(Type::Typedef { name: name.to_string(), target });
        self.scope.typedefs.insert(name.to_string(), ty);
        ty
    }
}
