//! The constants of the cases of a switch as a function of its index: linear, out
//! of one word, or out of a table in constant data.

use synth_ir::{BinaryOp, LoadOp, Target};

/// A function that has the constants' values for the indices from 0 on, and any
/// value for others.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// `index * factor + start`.
    Linear { factor: i32, start: i32 },
    /// The field of `1 << log_width` bits of a word that the index selects, plus
    /// `start`.
    Packed { word: i32, log_width: u32, start: i32 },
    /// An element of a table.
    Table { op: LoadOp, bytes: Vec<u8> },
}

/// The shortest form, and its bytes of code and data.
pub(super) fn shortest(values: &[i32], target: &dyn Target) -> (Form, u32) {
    let table = table(values);
    let forms = [linear(values), packed(values), Some(table.clone())].into_iter().flatten();
    let costs = forms.map(|form| (cost(&form, target), form));
    // The first of equal ones: it takes fewer cycles.
    let (cost, form) = costs.min_by_key(|(cost, _)| *cost).unwrap_or((u32::MAX, table));
    (form, cost)
}

fn linear(values: &[i32]) -> Option<Form> {
    let (&start, factor) = (values.first()?, values.get(1)?.wrapping_sub(*values.first()?));
    let at = |i: usize| (i as i32).wrapping_mul(factor).wrapping_add(start);
    values
        .iter()
        .enumerate()
        .all(|(i, &value)| value == at(i))
        .then_some(Form::Linear { factor, start })
}

fn packed(values: &[i32]) -> Option<Form> {
    // Zero is the best start, where the values are small enough.
    let of = |start: i32| {
        let largest = values.iter().map(|value| value.wrapping_sub(start) as u32).max()?;
        let width = (32 - largest.leading_zeros()).max(1).next_power_of_two();
        if width * u32::try_from(values.len()).ok()? > 32 {
            return None;
        }
        let place =
            |(i, &value): (usize, &i32)| (value.wrapping_sub(start) as u32) << (i as u32 * width);
        let word = values.iter().enumerate().map(place).fold(0, |word, field| word | field);
        Some(Form::Packed { word: word as i32, log_width: width.trailing_zeros(), start })
    };
    of(0).or_else(|| of(*values.iter().min()?))
}

fn table(values: &[i32]) -> Form {
    let all = |from: i32, to: i32| values.iter().all(|&value| (from..=to).contains(&value));
    let op = match () {
        () if all(0, 0xff) => LoadOp::U8,
        () if all(-0x80, 0x7f) => LoadOp::S8,
        () if all(0, 0xffff) => LoadOp::U16,
        () if all(-0x8000, 0x7fff) => LoadOp::S16,
        () => LoadOp::I32,
    };
    let element = |value: &i32| value.to_le_bytes().into_iter().take(op.bytes() as usize);
    Form::Table { op, bytes: values.iter().flat_map(element).collect() }
}

/// Bytes of an addition of a constant.
fn sum(constant: i32, target: &dyn Target) -> u32 {
    match constant {
        0 => 0,
        -255..=255 => 2,
        _ if target.is_arith_immediate(constant) => 4,
        _ => 2 + target.constant_cost(constant),
    }
}

fn cost(form: &Form, target: &dyn Target) -> u32 {
    match form {
        Form::Linear { factor, start } => {
            let product = match factor.unsigned_abs() {
                1 => u32::from(*factor < 0) * 2,
                n if n.is_power_of_two() && *factor > 0 => 2,
                _ => 2 + target.constant_cost(*factor),
            };
            product + sum(*start, target)
        }
        Form::Packed { word, log_width, start } => {
            let count = if *log_width == 0 { 0 } else { 2 };
            // UXTB, UXTH, or AND with a mask.
            let mask = if *log_width < 3 { 4 } else { 2 };
            target.constant_cost(*word) + count + 2 + mask + sum(*start, target)
        }
        Form::Table { op, bytes } => {
            // The address of a symbol and an access with an index.
            let access = if matches!(op, LoadOp::U8 | LoadOp::S8) { 2 } else { 4 };
            8 + access + bytes.len() as u32
        }
    }
}

/// The shift by a count below 32.
pub(super) fn shift(target: &dyn Target) -> BinaryOp {
    if target.shifts_by_byte() { BinaryOp::ShrUByte } else { BinaryOp::ShrU }
}
