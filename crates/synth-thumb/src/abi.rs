//! Where arguments and results travel: the base variant of AAPCS32
//! (sections 6.4 and 6.5), in which floats travel in core registers.

use synth_ir::{AbiType, Convention, Signature};

/// Where a word of an argument is at the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In that core register.
    Reg(u8),
    /// On the stack, at that offset from the stack pointer.
    Stack(u32),
}

/// Where the results are at the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Results {
    /// One register for each word.
    Regs(Vec<u8>),
    /// In memory of the caller, whose address is passed in r0: the offset of
    /// each word.
    Memory {
        /// Size of the structure in bytes.
        size: u32,
        /// Offset of each result word.
        offsets: Vec<u32>,
    },
}

/// The places of one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// One for each word of the parameters.
    pub params: Vec<Place>,
    /// Bytes of stack arguments, a multiple of 8.
    pub stack: u32,
    /// The results.
    pub results: Results,
}

/// Assigns parameters and results to registers and stack.
pub fn assign(signature: &Signature) -> Places {
    let results = assign_results(signature);
    // Stage A: the address of a result in memory takes r0.
    let mut next_reg = if matches!(results, Results::Memory { .. }) { 1 } else { 0u8 };
    let mut stack = 0u32;
    let mut params = Vec::new();
    for &ty in &signature.params {
        let words = ty.size() / 4;
        if words == 2 {
            next_reg = next_reg.next_multiple_of(2);
        }
        if u32::from(next_reg) + words <= 4 {
            for _ in 0..words {
                params.push(Place::Reg(next_reg));
                next_reg += 1;
            }
        } else {
            // Once an argument is on the stack, no later one goes to a core
            // register (rule C.6).
            next_reg = 4;
            stack = stack.next_multiple_of(ty.size());
            for _ in 0..words {
                params.push(Place::Stack(stack));
                stack += 4;
            }
        }
    }
    Places { params, stack: stack.next_multiple_of(8), results }
}

fn assign_results(signature: &Signature) -> Results {
    let words = |types: &[AbiType]| types.iter().map(|t| t.size() / 4).sum::<u32>() as u8;
    let list = signature.results.as_slice();
    if list.len() <= 1 || signature.convention == Convention::Helper {
        return Results::Regs((0..words(list)).collect());
    }
    let mut offsets = Vec::new();
    let mut at = 0u32;
    let mut align = 4;
    for ty in list {
        align = align.max(ty.size());
        at = at.next_multiple_of(ty.size());
        for _ in 0..ty.size() / 4 {
            offsets.push(at);
            at += 4;
        }
    }
    Results::Memory { size: at.next_multiple_of(align), offsets }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AbiType::{I32, I64};

    #[test]
    fn doublewords_take_even_pairs_and_aligned_stack() {
        let p = assign(&Signature::new([I32, I64, I32, I64], [I64]));
        use Place::{Reg, Stack};
        assert_eq!(p.params, [Reg(0), Reg(2), Reg(3), Stack(0), Stack(8), Stack(12)]);
        assert_eq!((p.stack, p.results), (16, Results::Regs(vec![0, 1])));
    }

    #[test]
    fn several_results_are_a_structure_in_memory() {
        let p = assign(&Signature::new([I32], [I32, I64]));
        assert_eq!(p.params, [Place::Reg(1)]);
        assert_eq!(p.results, Results::Memory { size: 16, offsets: vec![0, 8, 12] });
    }
}
