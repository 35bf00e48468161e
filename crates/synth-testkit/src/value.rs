//! Values as a caller sees them: 64-bit integers whole, unlike in the
//! representation, where they are two words.

use synth_ir::AbiType;
use synth_ir::interp::Val;

/// An argument or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AbiVal {
    /// A word.
    I32(i32),
    /// A doubleword.
    I64(i64),
    /// Single precision, by its bits.
    F32(u32),
    /// Double precision, by its bits.
    F64(u64),
}

impl AbiVal {
    /// Its type.
    #[must_use]
    pub fn ty(self) -> AbiType {
        match self {
            AbiVal::I32(_) => AbiType::I32,
            AbiVal::I64(_) => AbiType::I64,
            AbiVal::F32(_) => AbiType::F32,
            AbiVal::F64(_) => AbiType::F64,
        }
    }

    /// Its bits, zero-extended.
    #[must_use]
    pub fn bits(self) -> u64 {
        match self {
            AbiVal::I32(value) => (value as u32).into(),
            AbiVal::I64(value) => value as u64,
            AbiVal::F32(bits) => bits.into(),
            AbiVal::F64(bits) => bits,
        }
    }

    /// The value of a type whose bits are the lowest of `bits`.
    #[must_use]
    pub fn from_bits(ty: AbiType, bits: u64) -> Self {
        match ty {
            AbiType::I32 => AbiVal::I32(bits as i32),
            AbiType::I64 => AbiVal::I64(bits as i64),
            AbiType::F32 => AbiVal::F32(bits as u32),
            AbiType::F64 => AbiVal::F64(bits),
        }
    }

    /// Its words, low word first.
    #[must_use]
    pub fn words(self) -> Vec<u32> {
        let bits = self.bits();
        match self.ty().size() {
            4 => vec![bits as u32],
            _ => vec![bits as u32, (bits >> 32) as u32],
        }
    }

    /// Values as the interpreter takes and gives them.
    #[must_use]
    pub fn flatten(values: &[AbiVal]) -> Vec<Val> {
        let parts = |value: &AbiVal| match *value {
            AbiVal::I32(value) => vec![Val::I32(value)],
            AbiVal::I64(value) => Val::words(value as u64).to_vec(),
            AbiVal::F32(bits) => vec![Val::F32(bits)],
            AbiVal::F64(bits) => vec![Val::F64(bits)],
        };
        values.iter().flat_map(parts).collect()
    }

    /// The values of these types that the interpreter gave; `None` if they
    /// have other types.
    #[must_use]
    pub fn unflatten(types: &[AbiType], values: &[Val]) -> Option<Vec<AbiVal>> {
        let mut rest = values.iter();
        let mut next = |ty: &AbiType| {
            let mut bits = 0;
            let mut shift = 0;
            for part in ty.value_types() {
                let value = rest.next().filter(|value| value.ty() == *part)?;
                bits |= value.bits() << shift;
                shift += 32;
            }
            Some(AbiVal::from_bits(*ty, bits))
        };
        let all: Option<Vec<_>> = types.iter().map(&mut next).collect();
        all.filter(|_| rest.next().is_none())
    }
}
