//! Division by constants: multiplications and shifts in place of the division
//! instruction, which takes up to 12 cycles (Cortex-M3 and M4 technical
//! reference manuals).
//!
//! The quotient of `x` by `d` is the high part of `x * m`, shifted, for an `m`
//! a little above `2^k / d` (T. Granlund, P. Montgomery, "Division by
//! invariant integers using multiplication", 1994; H. Warren, "Hacker's
//! Delight", chapter 10). A remainder is what is left after the quotient.
//!
//! Only the signed division by two is as short as the division itself.
//!
//! A remainder that stays becomes what is left after the quotient if the
//! quotient, or the remainder again, is asked for too: value numbering then
//! leaves one division.

use std::collections::HashMap;

use synth_ir::{BinaryOp, Function, Inst, InstData, SourceLoc, Value};

use crate::{Context, Pass};

/// The pass: all constants, for cycles.
pub struct Divide;

/// The pass where size counts: by two.
pub struct Halve;

impl Pass for Divide {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        rewrite(func, |divisor| divisor.unsigned_abs() >= 2)
    }
}

impl Pass for Halve {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        rewrite(func, |divisor| divisor == 2)
    }
}

/// The pass that shows the quotients of remainders.
pub struct Remainders;

impl Pass for Remainders {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let mut divisions: HashMap<(BinaryOp, [Value; 2]), u32> = HashMap::new();
        for &block in &func.layout {
            for &inst in &func.blocks[block].insts {
                if let InstData::Binary { op, args } = func.insts[inst]
                    && let Some(division) = division(op)
                {
                    *divisions.entry((division, args)).or_default() += 1;
                }
            }
        }
        divisions.retain(|_, count| *count > 1);
        if divisions.is_empty() {
            return false;
        }
        let mut changed = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            let insts = std::mem::take(&mut func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                if let InstData::Binary { op, args: args @ [x, d] } = func.insts[inst]
                    && let Some(division) = division(op).filter(|&division| division != op)
                    && divisions.contains_key(&(division, args))
                {
                    let loc = func.locs[inst];
                    let mut emit = Emit { func, out: &mut out, loc };
                    let quotient = emit.binary(division, x, d);
                    let multiple = emit.binary(BinaryOp::Mul, quotient, d);
                    let args = [x, multiple];
                    func.insts[inst] = InstData::Binary { op: BinaryOp::Sub, args };
                    changed = true;
                }
                out.push(inst);
            }
            func.blocks[block].insts = out;
        }
        changed
    }
}

/// The division that gives the quotient beside a division.
fn division(op: BinaryOp) -> Option<BinaryOp> {
    match op {
        BinaryOp::UDiv | BinaryOp::URem => Some(BinaryOp::UDiv),
        BinaryOp::SDiv | BinaryOp::SRem => Some(BinaryOp::SDiv),
        _ => None,
    }
}

fn rewrite(func: &mut Function, wanted: impl Fn(i32) -> bool) -> bool {
    let mut changed = false;
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        let insts = std::mem::take(&mut func.blocks[block].insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            if let InstData::Binary { op, args: [x, d] } = func.insts[inst]
                && op.needs_guard()
                && let Some(divisor) = func.as_const(d)
                && wanted(divisor)
            {
                let loc = func.locs[inst];
                let mut emit = Emit { func, out: &mut out, loc };
                if let Some(data) = replacement(&mut emit, op, x, d, divisor) {
                    func.insts[inst] = data;
                    changed = true;
                }
            }
            out.push(inst);
        }
        func.blocks[block].insts = out;
    }
    changed
}

/// Appends instructions.
struct Emit<'a> {
    func: &'a mut Function,
    out: &'a mut Vec<Inst>,
    loc: SourceLoc,
}

impl Emit<'_> {
    fn data(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.result(inst)
    }

    fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.data(InstData::Binary { op, args: [a, b] })
    }

    fn by(&mut self, op: BinaryOp, a: Value, c: u32) -> Value {
        let c = self.data(InstData::Const(c as i32));
        self.binary(op, a, c)
    }

    /// `x op c`, or `x` for a shift by nothing.
    fn shift(&mut self, op: BinaryOp, x: Value, count: u32) -> Value {
        if count == 0 { x } else { self.by(op, x, count) }
    }
}

/// What a division becomes after what was emitted.
fn replacement(
    emit: &mut Emit<'_>,
    op: BinaryOp,
    x: Value,
    d: Value,
    divisor: i32,
) -> Option<InstData> {
    let quotient = match op {
        BinaryOp::UDiv | BinaryOp::URem => unsigned(emit, x, divisor as u32),
        _ => signed(emit, x, divisor)?,
    };
    Some(match op {
        BinaryOp::URem | BinaryOp::SRem => {
            let product = emit.binary(BinaryOp::Mul, quotient, d);
            InstData::Binary { op: BinaryOp::Sub, args: [x, product] }
        }
        // A sum with zero, which the next simplification removes.
        _ => {
            let zero = emit.data(InstData::Const(0));
            InstData::Binary { op: BinaryOp::Add, args: [quotient, zero] }
        }
    })
}

/// The quotient by a divisor of at least 2.
fn unsigned(emit: &mut Emit<'_>, x: Value, divisor: u32) -> Value {
    if divisor.is_power_of_two() {
        return emit.shift(BinaryOp::ShrU, x, divisor.trailing_zeros());
    }
    let (multiplier, shift, add) = unsigned_magic(divisor);
    let high = emit.by(BinaryOp::UmulHi, x, multiplier);
    match add {
        false => emit.shift(BinaryOp::ShrU, high, shift),
        // The multiplier has 33 bits.
        true => {
            let rest = emit.binary(BinaryOp::Sub, x, high);
            let half = emit.shift(BinaryOp::ShrU, rest, 1);
            let sum = emit.binary(BinaryOp::Add, half, high);
            emit.shift(BinaryOp::ShrU, sum, shift - 1)
        }
    }
}

/// Multiplier, shift of the high word, and whether the multiplier has a 33rd
/// bit, for a divisor that is no power of two.
fn unsigned_magic(divisor: u32) -> (u32, u32, bool) {
    let d = u64::from(divisor);
    let bits = 32 - (divisor - 1).leading_zeros();
    // The least shift whose multiplier, rounded up, is exact for all words.
    for shift in 0..bits {
        let power = 1u128 << (32 + shift);
        let multiplier = power.div_ceil(u128::from(d));
        let error = multiplier * u128::from(d) - power;
        if multiplier < 1 << 32 && error <= 1u128 << shift {
            return (multiplier as u32, shift, false);
        }
    }
    let multiplier = (1u128 << (32 + bits)).div_ceil(u128::from(d));
    ((multiplier - (1 << 32)) as u32, bits, true)
}

/// The quotient, towards zero, by a divisor that is not 0, 1 or -1.
fn signed(emit: &mut Emit<'_>, x: Value, divisor: i32) -> Option<Value> {
    let magnitude = divisor.unsigned_abs();
    let quotient = if magnitude.is_power_of_two() {
        // Negative numbers are rounded up: by adding one less than the divisor.
        let bits = magnitude.trailing_zeros();
        let sign = if bits == 1 { x } else { emit.by(BinaryOp::ShrS, x, 31) };
        let round = emit.by(BinaryOp::ShrU, sign, 32 - bits);
        let sum = emit.binary(BinaryOp::Add, x, round);
        emit.by(BinaryOp::ShrS, sum, bits)
    } else {
        let (multiplier, shift) = signed_magic(magnitude);
        let mut high = emit.by(BinaryOp::SmulHi, x, multiplier);
        if multiplier >> 31 != 0 {
            high = emit.binary(BinaryOp::Add, high, x);
        }
        let floor = emit.shift(BinaryOp::ShrS, high, shift);
        let negative = emit.by(BinaryOp::ShrU, x, 31);
        emit.binary(BinaryOp::Add, floor, negative)
    };
    if divisor > 0 {
        return Some(quotient);
    }
    let zero = emit.data(InstData::Const(0));
    Some(emit.binary(BinaryOp::Sub, zero, quotient))
}

/// Multiplier and shift of the high word; a multiplier with the highest bit
/// stands for itself plus `x`.
fn signed_magic(divisor: u32) -> (u32, u32) {
    let d = u128::from(divisor);
    for shift in 0..31 {
        let power = 1u128 << (32 + shift);
        let multiplier = power.div_ceil(d);
        let error = multiplier * d - power;
        // Exact for words of 31 bits and a sign.
        if multiplier < 1 << 32 && error <= 1u128 << (shift + 1) {
            return (multiplier as u32, shift);
        }
    }
    ((1u128 << 63).div_ceil(d) as u32, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVISORS: [u32; 16] =
        [3, 5, 6, 7, 9, 10, 11, 25, 60, 100, 641, 1000, 10007, 65537, 0x7fff_ffff, 0xffff_fffe];

    /// Words at which a wrong multiplier shows first: about multiples of the
    /// divisor, and the ends.
    fn words(d: u32) -> impl Iterator<Item = u32> {
        let last = u32::MAX / d;
        let multiples = [0, 1, 2, last / 2, last.wrapping_sub(1), last].map(|q| q.wrapping_mul(d));
        let ends = [0, 0x7fff_ffff, 0x8000_0000, u32::MAX];
        let near = |w: u32| [w.wrapping_sub(1), w, w.wrapping_add(1)];
        multiples.into_iter().chain(ends).flat_map(near)
    }

    #[test]
    fn unsigned_multipliers_are_exact() {
        for d in DIVISORS {
            let (multiplier, shift, add) = unsigned_magic(d);
            let multiplier = u128::from(multiplier) + if add { 1 << 32 } else { 0 };
            for x in words(d) {
                let quotient = (u128::from(x) * multiplier) >> (32 + shift);
                assert_eq!(quotient as u32, x / d, "{x} / {d}");
            }
        }
    }

    #[test]
    fn signed_multipliers_are_exact() {
        for d in DIVISORS.into_iter().filter(|&d| d <= i32::MAX as u32) {
            let (multiplier, shift) = signed_magic(d);
            for x in words(d).map(|x| x as i32) {
                let floor = (i128::from(x) * i128::from(multiplier)) >> (32 + shift);
                let quotient = floor as i32 + i32::from(x < 0);
                assert_eq!(quotient, x.wrapping_div(d as i32), "{x} / {d}");
            }
        }
    }
}
