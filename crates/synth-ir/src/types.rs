//! Value types, signatures and calling conventions.
//!
//! The target is a 32-bit machine: there is no `i64` value type. A 64-bit
//! integer is two `i32` values, low word first, everywhere but in a
//! [`Signature`], which keeps it whole because the calling convention
//! (AAPCS32 section 6.5) aligns it.

use std::fmt;

/// The type of an SSA value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// A 32-bit integer or an address.
    I32,
    /// An IEEE 754 binary32 value.
    F32,
    /// An IEEE 754 binary64 value.
    F64,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::I32 => "i32",
            Type::F32 => "f32",
            Type::F64 => "f64",
        })
    }
}

/// The type of a parameter or result as the calling convention sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AbiType {
    /// One word.
    I32,
    /// A doubleword: two `i32` values, low word first; 8-byte aligned.
    I64,
    /// Single precision.
    F32,
    /// Double precision; 8-byte aligned.
    F64,
}

impl AbiType {
    /// The value types that carry it in the body of a function.
    pub fn value_types(self) -> &'static [Type] {
        match self {
            AbiType::I32 => &[Type::I32],
            AbiType::I64 => &[Type::I32, Type::I32],
            AbiType::F32 => &[Type::F32],
            AbiType::F64 => &[Type::F64],
        }
    }

    /// Size in bytes, which is also the natural alignment.
    pub fn size(self) -> u32 {
        match self {
            AbiType::I32 | AbiType::F32 => 4,
            AbiType::I64 | AbiType::F64 => 8,
        }
    }
}

impl fmt::Display for AbiType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AbiType::I32 => "i32",
            AbiType::I64 => "i64",
            AbiType::F32 => "f32",
            AbiType::F64 => "f64",
        })
    }
}

/// How arguments and results travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Convention {
    /// AAPCS32, base variant: floats travel in core registers. More than one
    /// result is returned as a structure.
    #[default]
    Aapcs,
    /// The same with floats in the function as words too (an f32 is an i32
    /// value, an f64 two of them): what softening makes of [`Convention::Aapcs`].
    AapcsSoft,
    /// AAPCS32, hard-float variant: floats travel in VFP registers.
    AapcsVfp,
    /// Private to one object: no address of the callee escapes.
    Internal,
    /// The run-time ABI's division helpers: up to four result words in r0-r3
    /// (RTABI32 section 4.3.1, `__aeabi_uldivmod`).
    Helper,
}

impl Convention {
    /// Every convention.
    pub const ALL: [Convention; 5] = [
        Convention::Aapcs,
        Convention::AapcsSoft,
        Convention::AapcsVfp,
        Convention::Internal,
        Convention::Helper,
    ];
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Convention::Aapcs => "aapcs",
            Convention::AapcsSoft => "aapcs_soft",
            Convention::AapcsVfp => "aapcs_vfp",
            Convention::Internal => "internal",
            Convention::Helper => "helper",
        })
    }
}

/// Parameters, results and convention of a function or call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signature {
    /// Parameters in order.
    pub params: Vec<AbiType>,
    /// Results in order.
    pub results: Vec<AbiType>,
    /// The calling convention.
    pub convention: Convention,
    /// Parameters that are one aggregate, in order, where that matters: in the
    /// hard-float variant its floats travel in neighbouring registers or none,
    /// and its words do not part behind floats on the stack.
    pub aggregates: Vec<Aggregate>,
}

/// Neighbouring parameters that are one aggregate of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aggregate {
    /// Index of the first parameter.
    pub first: u32,
    /// How many they are, at least 2.
    pub count: u32,
}

impl Signature {
    /// An AAPCS signature.
    pub fn new(params: impl Into<Vec<AbiType>>, results: impl Into<Vec<AbiType>>) -> Self {
        Signature { params: params.into(), results: results.into(), ..Signature::default() }
    }

    /// The parameters, those of an aggregate together.
    pub fn groups(&self) -> impl Iterator<Item = &[AbiType]> {
        let mut aggregates = self.aggregates.iter().peekable();
        let mut at = 0;
        std::iter::from_fn(move || {
            let aggregate = aggregates.next_if(|a| a.first as usize == at);
            let count = aggregate.map_or(1, |a| a.count.max(1) as usize);
            let group = self.params.get(at..)?;
            let group = &group[..count.min(group.len())];
            at += group.len();
            Some(group).filter(|group| !group.is_empty())
        })
    }

    /// The same under the hard-float variant, which differs from the base
    /// variant only where there is a float.
    pub fn with_vfp(mut self) -> Self {
        if self.convention == Convention::Aapcs && self.has_float() {
            self.convention = Convention::AapcsVfp;
        }
        self
    }

    /// Whether a parameter or result is a float.
    pub fn has_float(&self) -> bool {
        self.params.iter().chain(&self.results).any(|t| matches!(t, AbiType::F32 | AbiType::F64))
    }

    /// Whether a result is a float.
    pub fn has_float_result(&self) -> bool {
        self.results.iter().any(|t| matches!(t, AbiType::F32 | AbiType::F64))
    }

    /// Types of the values that carry the parameters.
    pub fn param_values(&self) -> impl Iterator<Item = Type> + '_ {
        self.params.iter().flat_map(|&t| self.carriers(t).iter().copied())
    }

    /// Types of the values that carry the results.
    pub fn result_values(&self) -> impl Iterator<Item = Type> + '_ {
        self.results.iter().flat_map(|&t| self.carriers(t).iter().copied())
    }

    fn carriers(&self, ty: AbiType) -> &'static [Type] {
        match (self.convention, ty) {
            (Convention::AapcsSoft, AbiType::F32) => AbiType::I32.value_types(),
            (Convention::AapcsSoft, AbiType::F64) => AbiType::I64.value_types(),
            _ => ty.value_types(),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[AbiType]| {
            types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let group = |group: &[AbiType]| match group {
            [ty] => ty.to_string(),
            _ => format!("{{{}}}", list(group)),
        };
        let params: Vec<String> = self.groups().map(group).collect();
        write!(f, "({}) -> ({})", params.join(", "), list(&self.results))?;
        if self.convention != Convention::Aapcs {
            write!(f, " {}", self.convention)?;
        }
        Ok(())
    }
}
