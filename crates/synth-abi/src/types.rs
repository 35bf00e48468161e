//! C types as the two sides of the border see them.
//!
//! A [`Types`] is an arena: types refer to each other by [`TypeId`], so that a
//! list node can point to itself. Sizes and offsets are those of a 32-bit
//! target where pointers, `int` and `long` are words and 8-byte scalars are
//! 8-byte aligned: wasm32 and AAPCS32 (section 5) agree on all of them.
//!
//! Invariant: every [`TypeId`] that a type holds is of the same arena. What
//! comes from debug information may be recursive where C would not allow it,
//! so whoever walks types counts the depth ([`MAX_DEPTH`]).

use std::fmt;

use crate::error::AbiError;

/// A type of a [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub(crate) u32);

/// How deep types may be nested. No sensible program passes it.
pub const MAX_DEPTH: u32 = 64;

macro_rules! scalars {
    ($($(#[$doc:meta])* $variant:ident = ($c:literal, $rust:literal, $size:literal, $kind:ident)),* $(,)?) => {
        /// The arithmetic types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scalar { $($(#[$doc])* $variant),* }

        impl Scalar {
            /// All of them.
            pub const ALL: &'static [Scalar] = &[$(Scalar::$variant),*];

            /// The type in C.
            pub fn c_name(self) -> &'static str {
                match self { $(Scalar::$variant => $c),* }
            }

            /// The type in Rust.
            pub fn rust_name(self) -> &'static str {
                match self { $(Scalar::$variant => $rust),* }
            }

            /// Size in bytes, which is also the alignment.
            pub fn size(self) -> u32 {
                match self { $(Scalar::$variant => $size),* }
            }

            /// How its bits are read.
            pub fn kind(self) -> ScalarKind {
                match self { $(Scalar::$variant => ScalarKind::$kind),* }
            }
        }
    };
}

/// How the bits of a scalar are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarKind {
    /// Two's complement.
    Signed,
    /// Binary.
    Unsigned,
    /// IEEE 754.
    Float,
}

scalars! {
    /// `_Bool`
    Bool = ("bool", "bool", 1, Unsigned),
    /// `char`, which is unsigned on ARM
    Char = ("char", "core::ffi::c_char", 1, Unsigned),
    /// `signed char`
    SChar = ("signed char", "i8", 1, Signed),
    /// `unsigned char`
    UChar = ("unsigned char", "u8", 1, Unsigned),
    /// `short`
    Short = ("short", "i16", 2, Signed),
    /// `unsigned short`
    UShort = ("unsigned short", "u16", 2, Unsigned),
    /// `int`
    Int = ("int", "i32", 4, Signed),
    /// `unsigned int`
    UInt = ("unsigned int", "u32", 4, Unsigned),
    /// `long`
    Long = ("long", "i32", 4, Signed),
    /// `unsigned long`
    ULong = ("unsigned long", "u32", 4, Unsigned),
    /// `long long`
    LongLong = ("long long", "i64", 8, Signed),
    /// `unsigned long long`
    ULongLong = ("unsigned long long", "u64", 8, Unsigned),
    /// `float`
    Float = ("float", "f32", 4, Float),
    /// `double`
    Double = ("double", "f64", 8, Float),
}

impl Scalar {
    /// The integer type of that size and sign.
    pub fn integer(size: u64, signed: bool) -> Option<Scalar> {
        Some(match (size, signed) {
            (1, true) => Scalar::SChar,
            (1, false) => Scalar::UChar,
            (2, true) => Scalar::Short,
            (2, false) => Scalar::UShort,
            (4, true) => Scalar::Int,
            (4, false) => Scalar::UInt,
            (8, true) => Scalar::LongLong,
            (8, false) => Scalar::ULongLong,
            _ => return None,
        })
    }
}

/// A C type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `void`
    Void,
    /// An arithmetic type.
    Scalar(Scalar),
    /// A pointer.
    Pointer(TypeId),
    /// An array; without a count it is incomplete, or a flexible member.
    Array {
        /// The type of its elements.
        element: TypeId,
        /// How many there are.
        count: Option<u32>,
    },
    /// A structure or union.
    Record(Record),
    /// An enumeration.
    Enum(Enum),
    /// A name for a type.
    Typedef {
        /// The name.
        name: String,
        /// What it stands for.
        target: TypeId,
    },
    /// A qualified type.
    Qualified {
        /// Which.
        qualifier: Qualifier,
        /// What is qualified.
        target: TypeId,
    },
    /// A function, for pointers to it.
    Function(Box<Prototype>),
    /// A type that can't cross the border, by its name in the source.
    Other {
        /// What it is called.
        name: String,
        /// Its size in bytes, if known.
        size: Option<u32>,
    },
}

/// A qualifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// `const`
    Const,
    /// `volatile`
    Volatile,
    /// `restrict` or `_Atomic`, which a header leaves out.
    Other,
}

/// What kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// A structure.
    Struct,
    /// A union.
    Union,
}

impl RecordKind {
    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        }
    }
}

/// A structure or union with its layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Structure or union.
    pub kind: RecordKind,
    /// The tag.
    pub name: Option<String>,
    /// The members in order; none if the type is incomplete.
    pub fields: Option<Vec<Field>>,
    /// Size in bytes.
    pub size: u32,
    /// Alignment of an object of the type.
    pub align: u32,
    /// The greatest alignment of a member: what counts when it is an argument
    /// (AAPCS32 section 5.9, natural alignment).
    pub natural_align: u32,
    /// The alignment that its members were limited to, if they were (`packed`).
    pub pack: Option<u32>,
}

impl Record {
    /// A record without layout, to be filled.
    pub fn incomplete(kind: RecordKind, name: Option<String>) -> Self {
        let (size, align, natural_align) = (0, 1, 1);
        Record { kind, name, fields: None, size, align, natural_align, pack: None }
    }

    /// The members; none if it is incomplete.
    pub fn members(&self) -> &[Field] {
        self.fields.as_deref().unwrap_or_default()
    }
}

/// A member of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name; none for a nested record whose members count as the outer
    /// one's.
    pub name: Option<String>,
    /// Its type.
    pub ty: TypeId,
    /// Bytes from the start of the record; for a bitfield, to its first byte.
    pub offset: u32,
    /// The alignment that an attribute asks for.
    pub align: Option<u32>,
    /// If it is a bitfield: which bits.
    pub bits: Option<Bits>,
}

/// The bits of a bitfield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// Bits from the start of the record.
    pub offset: u32,
    /// How many.
    pub width: u32,
}

/// An enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The tag.
    pub name: Option<String>,
    /// The integer type that holds it (with `-fshort-enums`, the smallest).
    pub repr: Scalar,
    /// Its constants.
    pub constants: Vec<(String, i64)>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its type.
    pub ty: TypeId,
}

/// The type of a function, with its name if it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prototype {
    /// The linker's name; empty in a type.
    pub name: String,
    /// The parameters.
    pub params: Vec<Param>,
    /// The result.
    pub result: TypeId,
    /// Whether it ends in `...`.
    pub variadic: bool,
}

/// C types that refer to each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Types {
    list: Vec<Type>,
}

impl Types {
    /// Adds a type. Scalars and void are kept once.
    pub fn add(&mut self, ty: Type) -> TypeId {
        if matches!(ty, Type::Void | Type::Scalar(_))
            && let Some(at) = self.list.iter().position(|t| *t == ty)
        {
            return TypeId(at as u32);
        }
        self.push(ty)
    }

    /// Adds a type, whether it is there or not.
    pub(crate) fn push(&mut self, ty: Type) -> TypeId {
        self.list.push(ty);
        TypeId(self.list.len() as u32 - 1)
    }

    /// Adds a scalar.
    pub fn scalar(&mut self, scalar: Scalar) -> TypeId {
        self.add(Type::Scalar(scalar))
    }

    /// Adds a pointer.
    pub fn pointer(&mut self, to: TypeId) -> TypeId {
        self.add(Type::Pointer(to))
    }

    /// The type.
    ///
    /// # Panics
    /// If it is of another arena.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.list[id.0 as usize]
    }

    pub(crate) fn set(&mut self, id: TypeId, ty: Type) {
        self.list[id.0 as usize] = ty;
    }

    /// All types, in order of addition.
    pub fn ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.list.len() as u32).map(TypeId)
    }

    /// The type without typedefs and qualifiers.
    pub fn resolve(&self, mut id: TypeId) -> &Type {
        for _ in 0..MAX_DEPTH {
            match self.get(id) {
                Type::Typedef { target, .. } | Type::Qualified { target, .. } => id = *target,
                ty => return ty,
            }
        }
        self.get(id)
    }

    /// Size in bytes of an object of the type.
    ///
    /// # Errors
    /// [`AbiError::Incomplete`] and [`AbiError::Unsupported`].
    pub fn size(&self, id: TypeId) -> Result<u32, AbiError> {
        self.layout(id, 0).map(|(size, _)| size)
    }

    /// Alignment in bytes of an object of the type.
    ///
    /// # Errors
    /// [`AbiError::Incomplete`] and [`AbiError::Unsupported`].
    pub fn align(&self, id: TypeId) -> Result<u32, AbiError> {
        self.layout(id, 0).map(|(_, align)| align)
    }

    fn layout(&self, id: TypeId, depth: u32) -> Result<(u32, u32), AbiError> {
        if depth > MAX_DEPTH {
            return Err(AbiError::TooDeep);
        }
        match self.resolve(id) {
            Type::Scalar(scalar) => Ok((scalar.size(), scalar.size())),
            Type::Pointer(_) => Ok((4, 4)),
            Type::Enum(e) => Ok((e.repr.size(), e.repr.size())),
            Type::Array { element, count: Some(count) } => {
                let (size, align) = self.layout(*element, depth + 1)?;
                let size = size.checked_mul(*count).ok_or(AbiError::TooLarge)?;
                Ok((size, align))
            }
            // A flexible member.
            Type::Array { element, count: None } => Ok((0, self.layout(*element, depth + 1)?.1)),
            Type::Record(record) if record.fields.is_some() => Ok((record.size, record.align)),
            Type::Other { name, .. } => Err(AbiError::Unsupported { what: name.clone() }),
            Type::Void | Type::Function(_) | Type::Record(_) => {
                Err(AbiError::Incomplete { what: self.describe(id) })
            }
            Type::Typedef { .. } | Type::Qualified { .. } => Err(AbiError::TooDeep),
        }
    }

    /// A short name of a type, for messages.
    pub fn describe(&self, id: TypeId) -> String {
        match self.get(id) {
            Type::Void => "void".to_string(),
            Type::Scalar(scalar) => scalar.c_name().to_string(),
            Type::Pointer(_) => "pointer".to_string(),
            Type::Array { .. } => "array".to_string(),
            Type::Record(record) => {
                format!("{} {}", record.kind.keyword(), record.name.as_deref().unwrap_or("{…}"))
            }
            Type::Enum(e) => format!("enum {}", e.name.as_deref().unwrap_or("{…}")),
            Type::Typedef { name, .. } | Type::Other { name, .. } => name.clone(),
            Type::Qualified { .. } => self.describe_target(id),
            Type::Function(_) => "function".to_string(),
        }
    }

    fn describe_target(&self, mut id: TypeId) -> String {
        for _ in 0..MAX_DEPTH {
            match self.get(id) {
                Type::Qualified { target, .. } => id = *target,
                _ => return self.describe(id),
            }
        }
        "type".to_string()
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.c_name())
    }
}
