//! The run-time library that every linked program has: the 64-bit divisions
//! of RTABI32 section 4.3.1 and the memory functions of C.

use super::memory::Memory;
use super::{Halt, Host};
use crate::eval::Val;
use crate::types::Signature;

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
        _ => None,
    }
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
