//! Where arguments and results travel: AAPCS32 (2023Q3) section 6.5, base
//! variant, and 6.1.2 and 6.4 for VFP registers, written from its text: stages
//! A to C with the next core register number (NCRN), the next stacked argument
//! address (NSAA) and the VFP registers that are not allocated yet.
//!
//! It shares nothing with the compiler's own assignment, on purpose.

use synth_ir::{AbiType, Convention, Signature};

/// Where one word of an argument is at the entry of the callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordPlace {
    /// In r0 to r3.
    Core(usize),
    /// In s0 to s15.
    Vfp(usize),
    /// At that offset from the stack pointer, in bytes.
    Stack(u32),
}

/// Where results are after the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultPlace {
    /// In r0 up, word by word.
    Core,
    /// In s0 up, word by word.
    Vfp,
    /// In memory that the caller names in r0: the size of the structure, and
    /// the offset of each result.
    Memory {
        /// Size in bytes.
        size: u32,
        /// Offset of each result in bytes.
        offsets: Vec<u32>,
    },
}

/// The places of a signature's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The places of each parameter's words, low word first.
    pub params: Vec<Vec<WordPlace>>,
    /// Words of stack arguments.
    pub stack_words: usize,
    /// The results.
    pub results: ResultPlace,
}

impl Layout {
    /// The places of a signature.
    #[must_use]
    pub fn new(signature: &Signature) -> Self {
        let results = result_place(signature);
        // A.1: NCRN is 0. A.4: a result in memory takes r0.
        let mut ncrn = usize::from(matches!(results, ResultPlace::Memory { .. }));
        let mut nsaa = 0u32;
        let mut params = Vec::with_capacity(signature.params.len());
        // A.2: no VFP register is allocated.
        let mut free = [true; 16];
        for ty in &signature.params {
            if is_vfp_candidate(signature, *ty) {
                params.push(vfp_place(*ty, &mut free, &mut nsaa));
                continue;
            }
            params.push(match ty {
                AbiType::I32 | AbiType::F32 if ncrn < 4 => {
                    // C.4: it fits into a core register.
                    ncrn += 1;
                    vec![WordPlace::Core(ncrn - 1)]
                }
                AbiType::I32 | AbiType::F32 => {
                    // C.8: on the stack.
                    nsaa += 4;
                    vec![WordPlace::Stack(nsaa - 4)]
                }
                AbiType::I64 | AbiType::F64 if ncrn <= 2 => {
                    // C.3: the NCRN is rounded up to the next even number.
                    let first = if ncrn == 1 { 2 } else { ncrn };
                    ncrn = first + 2;
                    vec![WordPlace::Core(first), WordPlace::Core(first + 1)]
                }
                AbiType::I64 | AbiType::F64 => {
                    // C.6: NCRN is 4 from now on. C.7: doubleword alignment.
                    ncrn = 4;
                    let first = (nsaa + 7) & !7;
                    nsaa = first + 8;
                    vec![WordPlace::Stack(first), WordPlace::Stack(first + 4)]
                }
            });
        }
        Layout { params, stack_words: nsaa as usize / 4, results }
    }
}

/// Section 6.1.2.1: a float is a VFP co-processor register candidate.
fn is_vfp_candidate(signature: &Signature, ty: AbiType) -> bool {
    signature.convention == Convention::AapcsVfp && matches!(ty, AbiType::F32 | AbiType::F64)
}

/// C.1.cp: the lowest consecutive registers of the type that are free.
/// C.2.cp: if there are none, all are taken from now on, and it is on the stack.
fn vfp_place(ty: AbiType, free: &mut [bool; 16], nsaa: &mut u32) -> Vec<WordPlace> {
    let words = ty.size() as usize / 4;
    let mut candidates = (0..16).step_by(words);
    if let Some(first) = candidates.find(|&at| free[at..at + words].iter().all(|free| *free)) {
        free[first..first + words].fill(false);
        return (first..first + words).map(WordPlace::Vfp).collect();
    }
    free.fill(false);
    let first = nsaa.next_multiple_of(ty.size());
    *nsaa = first + ty.size();
    (first..*nsaa).step_by(4).map(WordPlace::Stack).collect()
}

/// Section 4.3.5: up to four members of one type. C returns a lone float in
/// the same place.
fn is_homogeneous(signature: &Signature) -> bool {
    let [first, rest @ ..] = signature.results.as_slice() else { return false };
    is_vfp_candidate(signature, *first) && rest.len() < 4 && rest.iter().all(|ty| ty == first)
}

/// Section 6.4: up to two words in r0 and r1; a structure of more than one
/// word in memory. The division helpers of RTABI32 return four words.
fn result_place(signature: &Signature) -> ResultPlace {
    if is_homogeneous(signature) {
        return ResultPlace::Vfp;
    }
    if signature.results.len() < 2 || signature.convention == Convention::Helper {
        return ResultPlace::Core;
    }
    let mut size = 0u32;
    let mut align = 1;
    let mut offsets = vec![];
    for ty in &signature.results {
        let (bytes, natural) = match ty {
            AbiType::I32 | AbiType::F32 => (4, 4),
            AbiType::I64 | AbiType::F64 => (8, 8),
        };
        size = size.next_multiple_of(natural);
        offsets.push(size);
        size += bytes;
        align = align.max(natural);
    }
    ResultPlace::Memory { size: size.next_multiple_of(align), offsets }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AbiType::{F32, F64, I32, I64};
    use WordPlace::{Core, Stack, Vfp};

    /// From the code that arm-none-eabi-gcc 12 makes for `f(int, long long,
    /// int, double)`: `long long` in r2:r3, then all on the stack.
    #[test]
    fn pairs_are_even_and_close_the_registers() {
        let layout = Layout::new(&Signature::new([I32, I64, I32, F64], []));
        let expected =
            [vec![Core(0)], vec![Core(2), Core(3)], vec![Stack(0)], vec![Stack(8), Stack(12)]];
        assert_eq!((layout.params, layout.stack_words), (expected.to_vec(), 4));
        let layout = Layout::new(&Signature::new([I32, I32, I32, I64, I32], []));
        assert_eq!(layout.params[3..], [vec![Stack(0), Stack(4)], vec![Stack(8)]]);
    }

    /// From the code that arm-none-eabi-gcc 12 makes with -mfloat-abi=hard.
    #[test]
    fn singles_fill_the_gaps_of_doubles() {
        let layout = Layout::new(&Signature::new([F32, F64, F32, I32], [F64]).with_vfp());
        let expected = [vec![Vfp(0)], vec![Vfp(2), Vfp(3)], vec![Vfp(1)], vec![Core(0)]];
        assert_eq!((layout.params, layout.results), (expected.to_vec(), ResultPlace::Vfp));
    }

    #[test]
    fn structures_are_returned_in_memory() {
        let layout = Layout::new(&Signature::new([I64], [I32, I64, I32]));
        assert_eq!(layout.params, [vec![Core(2), Core(3)]]);
        assert_eq!(layout.results, ResultPlace::Memory { size: 24, offsets: vec![0, 8, 16] });
    }
}
