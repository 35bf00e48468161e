//! The run-time library that every linked program has: the 64-bit divisions
//! of RTABI32 section 4.3.1, floats, and the memory functions of C.

use super::memory::Memory;
use super::{Halt, Host};
use crate::atomic::AtomicOp;
use crate::eval::Val;
use crate::float::FloatOp;
use crate::types::{Signature, Type};

/// A host that has the run-time library and nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn call(
        &mut self,
        name: &str,
        signature: &Signature,
        args: &[Val],
        memory: &mut Memory,
    ) -> Result<Vec<Val>, Halt> {
        call_runtime(name, signature, args, memory)
            .unwrap_or_else(|| Err(Halt::Undefined(name.to_string())))
    }
}

/// Calls a function of the run-time library; `None` if it has none of that
/// name and arguments. A host calls this for names that it does not know.
pub fn call_runtime(
    name: &str,
    signature: &Signature,
    args: &[Val],
    memory: &mut Memory,
) -> Option<Result<Vec<Val>, Halt>> {
    let words: Option<Vec<i32>> = args.iter().map(|v| v.word()).collect();
    match (name, words?.as_slice()) {
        ("__aeabi_uldivmod", &[nl, nh, dl, dh]) => Some(unsigned(wide(nl, nh), wide(dl, dh))),
        ("__aeabi_ldivmod", &[nl, nh, dl, dh]) => {
            Some(signed(wide(nl, nh) as i64, wide(dl, dh) as i64))
        }
        ("memcpy" | "memmove", &[to, from, size]) => {
            Some(copy(memory, to as u32, from as u32, size as u32, returned(signature, to)))
        }
        ("__aeabi_memcpy" | "__aeabi_memmove", &[to, from, size]) => {
            Some(copy(memory, to as u32, from as u32, size as u32, vec![]))
        }
        ("memset", &[to, byte, size]) => {
            Some(fill(memory, to as u32, byte as u8, size as u32, returned(signature, to)))
        }
        // The order of arguments differs from C.
        ("__aeabi_memset", &[to, size, byte]) => {
            Some(fill(memory, to as u32, byte as u8, size as u32, vec![]))
        }
        ("__aeabi_memclr", &[to, size]) => Some(fill(memory, to as u32, 0, size as u32, vec![])),
        (name, words) if name.starts_with("__atomic_") => atomic_routine(name, words, memory),
        (name, words) => float_routine(name, words).map(Ok),
    }
}

/// The functions of libatomic for doublewords.
fn atomic_routine(
    name: &str,
    words: &[i32],
    memory: &mut Memory,
) -> Option<Result<Vec<Val>, Halt>> {
    let name = name.strip_prefix("__atomic_")?.strip_suffix("_8")?;
    let op = match name.strip_prefix("fetch_").unwrap_or(name) {
        "exchange" => AtomicOp::Exchange,
        "compare_exchange" => AtomicOp::CompareExchange,
        other => AtomicOp::from_name(other)?,
    };
    let &pointer = words.first()?;
    let (pointer, place) = (pointer as u32, words.get(1).map(|&w| w as u32)?);
    let mut access = || -> Result<Vec<Val>, Halt> {
        let old = memory.load(pointer, 8)?;
        let operands = match *words {
            [_, _, lo, hi, ..] if op == AtomicOp::CompareExchange => {
                vec![memory.load(place, 8)?, wide(lo, hi)]
            }
            [_, lo, hi, ..] => vec![wide(lo, hi)],
            _ => vec![],
        };
        let new = op.eval(old, &operands);
        if let Some(new) = new {
            memory.store(pointer, 8, new)?;
        }
        if op == AtomicOp::CompareExchange {
            memory.store(place, 8, old)?;
            return Ok(vec![Val::I32(new.is_some().into())]);
        }
        Ok(if op.has_result() { Val::words(old).to_vec() } else { vec![] })
    };
    Some(access())
}

/// The float routines of RTABI32 section 4.1 and those that synth supplies, on
/// the bits of their arguments.
fn float_routine(name: &str, words: &[i32]) -> Option<Vec<Val>> {
    let op = float_operator(name)?;
    let mut rest = words.iter();
    let mut args = vec![];
    for &ty in op.arg_types() {
        let lo = *rest.next()?;
        let hi = if ty == Type::F64 { *rest.next()? } else { 0 };
        args.push(Val::from_bits(ty, wide(lo, hi)));
    }
    let result = op.eval(&args)?;
    Some(match (high_half(op), result) {
        (Some(high), lo) => vec![lo, high.eval(&args)?],
        (None, Val::F64(bits)) => Val::words(bits).to_vec(),
        (None, result) => vec![Val::I32(result.bits() as i32)],
    })
}

/// The operator of the high word, for a routine that returns a doubleword.
fn high_half(op: FloatOp) -> Option<FloatOp> {
    FloatOp::from_name(&format!("{}_hi", op.name().strip_suffix("_lo")?))
}

/// The operator that a routine computes (the low half of two words).
fn float_operator(name: &str) -> Option<FloatOp> {
    if let Some(rest) = name.strip_prefix("__synth_") {
        let (ty, op) = rest.split_once('_')?;
        let name = match op.strip_prefix("trunc_sat_") {
            Some(from) => {
                let (from, sign) = from.split_once('_')?;
                let half = if ty == "i64" { "_lo" } else { "" };
                format!("{from}.to_{ty}_{sign}{half}")
            }
            None => format!("{ty}.{op}"),
        };
        return FloatOp::from_name(&name);
    }
    let name = name.strip_prefix("__aeabi_")?;
    let conversion = match name {
        "i2f" => "f32.from_i32_s",
        "ui2f" => "f32.from_i32_u",
        "l2f" => "f32.from_i64_s",
        "ul2f" => "f32.from_i64_u",
        "i2d" => "f64.from_i32_s",
        "ui2d" => "f64.from_i32_u",
        "l2d" => "f64.from_i64_s",
        "ul2d" => "f64.from_i64_u",
        "d2f" => "f32.demote",
        "f2d" => "f64.promote",
        _ => "",
    };
    if !conversion.is_empty() {
        return FloatOp::from_name(conversion);
    }
    let ty = match name.as_bytes().first()? {
        b'f' => "f32",
        b'd' => "f64",
        _ => return None,
    };
    let op = &name[1..];
    FloatOp::from_name(&format!("{ty}.{}", op.strip_prefix("cmp").unwrap_or(op)))
}

fn wide(lo: i32, hi: i32) -> u64 {
    u64::from(hi as u32) << 32 | u64::from(lo as u32)
}

/// The destination, if the caller wants it.
fn returned(signature: &Signature, to: i32) -> Vec<Val> {
    signature.result_values().map(|_| Val::I32(to)).collect()
}

fn unsigned(n: u64, d: u64) -> Result<Vec<Val>, Halt> {
    let (quotient, remainder) = (n.checked_div(d), n.checked_rem(d));
    let quotient = quotient.ok_or(Halt::Division)?;
    Ok([Val::words(quotient), Val::words(remainder.unwrap_or(0))].concat())
}

fn signed(n: i64, d: i64) -> Result<Vec<Val>, Halt> {
    if d == 0 {
        return Err(Halt::Division);
    }
    let (quotient, remainder) = (n.wrapping_div(d), n.wrapping_rem(d));
    Ok([Val::words(quotient as u64), Val::words(remainder as u64)].concat())
}

fn copy(
    memory: &mut Memory,
    to: u32,
    from: u32,
    size: u32,
    results: Vec<Val>,
) -> Result<Vec<Val>, Halt> {
    if !memory.is_accessible(from, size, false) {
        return Err(super::BadAddress(from).into());
    }
    let mut bytes = vec![0; size as usize];
    memory.read(from, &mut bytes)?;
    memory.write(to, &bytes)?;
    Ok(results)
}

fn fill(
    memory: &mut Memory,
    to: u32,
    byte: u8,
    size: u32,
    results: Vec<Val>,
) -> Result<Vec<Val>, Halt> {
    if !memory.is_accessible(to, size, true) {
        return Err(super::BadAddress(to).into());
    }
    memory.write(to, &vec![byte; size as usize])?;
    Ok(results)
}
