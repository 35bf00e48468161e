//! Layout of structures and unions: C11 6.7.2.1 with the choices of AAPCS32
//! section 5.9 and 8.1.7, which wasm32 shares when it is compiled with
//! `-fshort-enums`. (Where the two part, zero-width and unnamed bitfields, the
//! parser of declarations refuses.)

use crate::error::AbiError;
use crate::types::{Bits, Enum, Field, MAX_DEPTH, Record, RecordKind, Scalar, Type, TypeId, Types};

/// A member before it has a place.
pub(crate) struct Member {
    pub name: Option<String>,
    pub ty: TypeId,
    pub align: Option<u32>,
    /// Width of a bitfield.
    pub bits: Option<u32>,
}

/// Places members one after the other, or all at 0 in a union. `pack` limits
/// their alignment, `align` raises that of the whole.
pub(crate) fn lay_out(
    types: &Types,
    record: &mut Record,
    members: Vec<Member>,
    align: Option<u32>,
) -> Result<(), AbiError> {
    let mut fields = Vec::with_capacity(members.len());
    // In bits.
    let (mut end, mut size, mut natural) = (0u64, 0u64, 1);
    for member in members {
        let (bytes, own) = (types.size(member.ty)?, types.align(member.ty)?);
        let packed = record.pack.map_or(own, |pack| own.min(pack));
        let unit = packed.max(member.align.unwrap_or(1));
        natural = natural.max(unit);
        let at = if record.kind == RecordKind::Union { 0 } else { end };
        let (offset, bits, next) = match member.bits {
            None => {
                let at = at.next_multiple_of(8 * u64::from(unit));
                (at / 8, None, at + 8 * u64::from(bytes))
            }
            Some(width) => {
                // A bitfield does not cross a unit of its declared type.
                let container = 8 * u64::from(bytes);
                let crosses = at % container + u64::from(width) > container;
                let packed = record.pack == Some(1);
                let at = if crosses && !packed { at.next_multiple_of(container) } else { at };
                let offset = u32::try_from(at).map_err(|_| AbiError::TooLarge)?;
                (at / 8, Some(Bits { offset, width }), at + u64::from(width))
            }
        };
        let offset = u32::try_from(offset).map_err(|_| AbiError::TooLarge)?;
        let Member { name, ty, align, .. } = member;
        fields.push(Field { name, ty, offset, align, bits });
        end = next;
        size = size.max(end);
    }
    record.natural_align = natural;
    record.align = natural.max(align.unwrap_or(1));
    let size = size.div_ceil(8).next_multiple_of(record.align.into());
    record.size = u32::try_from(size).map_err(|_| AbiError::TooLarge)?;
    record.fields = Some(fields);
    Ok(())
}

/// The smallest integer type for an enumeration's constants, as
/// `-fshort-enums` chooses it (AAPCS32 section 8.1.3).
pub(crate) fn enum_repr(constants: &[(String, i64)]) -> Scalar {
    let (mut low, mut high) = (0, 0);
    for (_, value) in constants {
        (low, high) = (low.min(*value), high.max(*value));
    }
    let size = |fits: &dyn Fn(u32) -> bool| match () {
        () if fits(8) => 1,
        () if fits(16) => 2,
        () if fits(32) => 4,
        () => 8,
    };
    let (size, signed) = match low < 0 {
        true => (size(&|bits| low >= -(1i64 << (bits - 1)) && high < 1i64 << (bits - 1)), true),
        false => (size(&|bits| high < 1i64 << bits), false),
    };
    Scalar::integer(size, signed).unwrap_or(Scalar::Int)
}

/// An enumeration with the type that holds its constants.
pub(crate) fn short_enum(name: Option<String>, constants: Vec<(String, i64)>) -> Enum {
    Enum { name, repr: enum_repr(&constants), constants }
}

/// Finds the alignments of records whose sizes and offsets are given, as
/// debug information does: it does not say what is packed. A record is as
/// aligned as its members would be, unless its offsets show that it is not.
///
/// `aligned` holds alignments of whole records that are stated.
pub(crate) fn align_records(types: &mut Types, aligned: &[(TypeId, u32)]) {
    let ids: Vec<TypeId> = types.ids().collect();
    let mut done = vec![false; ids.len()];
    for id in ids {
        align_record(types, id, &mut done, 0);
    }
    for &(id, align) in aligned {
        if let Type::Record(record) = types.get(id) {
            let mut record = record.clone();
            record.align = record.align.max(align);
            types.set(id, Type::Record(record));
        }
    }
}

fn align_record(types: &mut Types, id: TypeId, done: &mut [bool], depth: u32) {
    if std::mem::replace(&mut done[id.0 as usize], true) || depth > MAX_DEPTH {
        return;
    }
    match types.get(id).clone() {
        Type::Typedef { target, .. } | Type::Qualified { target, .. } => {
            align_record(types, target, done, depth + 1);
        }
        Type::Array { element, .. } => align_record(types, element, done, depth + 1),
        Type::Record(mut record) => {
            for field in record.members() {
                align_record(types, field.ty, done, depth + 1);
            }
            let aligns = record.members().iter().map(|field| {
                let own = types.align(field.ty).unwrap_or(1);
                (field, own.max(field.align.unwrap_or(1)))
            });
            let aligns: Vec<(Field, u32)> = aligns.map(|(f, a)| (f.clone(), a)).collect();
            let natural = aligns.iter().map(|(_, align)| *align).max().unwrap_or(1);
            let fits = |limit: u32| {
                let at = |(field, align): &(Field, u32)| {
                    // A bitfield of a packed record shows by its bits alone.
                    field.bits.is_some() || field.offset % (*align).min(limit) == 0
                };
                aligns.iter().all(at) && record.size % natural.min(limit) == 0
            };
            let end = aligns.iter().map(|(field, _)| end_of(types, field)).max().unwrap_or(0);
            let limit = match fits(natural) {
                true => natural,
                // Without padding at the end it is `packed`.
                false if end == record.size => 1,
                false => std::iter::successors(Some(natural / 2), |limit| Some(limit / 2))
                    .take_while(|limit| *limit > 1)
                    .find(|limit| fits(*limit))
                    .unwrap_or(1),
            };
            record.pack = (limit < natural).then_some(limit);
            record.natural_align = limit;
            record.align = limit;
            types.set(id, Type::Record(record));
        }
        _ => {}
    }
}

/// The offset behind a member.
fn end_of(types: &Types, field: &Field) -> u32 {
    match field.bits {
        Some(bits) => bits.offset.saturating_add(bits.width).div_ceil(8),
        None => field.offset.saturating_add(types.size(field.ty).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enums_are_as_small_as_their_constants() {
        let repr = |values: &[i64]| {
            let constants: Vec<_> = values.iter().map(|v| (String::new(), *v)).collect();
            enum_repr(&constants)
        };
        assert_eq!(repr(&[]), Scalar::UChar);
        assert_eq!(repr(&[0, 255]), Scalar::UChar);
        assert_eq!(repr(&[-1, 127]), Scalar::SChar);
        assert_eq!(repr(&[-1, 128]), Scalar::Short);
        assert_eq!(repr(&[0, 65536]), Scalar::UInt);
        assert_eq!(repr(&[i64::MIN, 0]), Scalar::LongLong);
    }
}
