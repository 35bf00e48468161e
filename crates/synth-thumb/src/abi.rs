//! Where arguments and results travel: AAPCS32 sections 6.4 and 6.5, the base
//! variant, in which floats travel in core registers, and the hard-float
//! variant, in which they travel in VFP registers (section 6.1.2).

use synth_ir::{AbiType, Convention, Signature};

/// Where a value is at the call. A value of 64 bits in core registers or on
/// the stack is two words, low word first, unless it is an f64 of the
/// hard-float variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A word in that core register.
    Reg(u8),
    /// An f32 in that S register, s0-s15.
    Single(u8),
    /// An f64 in that D register, d0-d7.
    Double(u8),
    /// On the stack, at that offset from the stack pointer.
    Stack(u32),
}

/// Where the results are at the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Results {
    /// In registers, a place for each value.
    Regs(Vec<Place>),
    /// In memory of the caller, whose address is passed in r0: the offset of
    /// each value.
    Memory {
        /// Size of the structure in bytes.
        size: u32,
        /// Offset of each value.
        offsets: Vec<u32>,
    },
}

/// The places of one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// One for each value that carries a parameter.
    pub params: Vec<Place>,
    /// Bytes of stack arguments, a multiple of 8.
    pub stack: u32,
    /// The results.
    pub results: Results,
}

/// Assigns parameters and results to registers and stack.
pub fn assign(signature: &Signature) -> Places {
    let results = assign_results(signature);
    let mut next = Next::default();
    // Stage A: the address of a result in memory takes r0.
    if matches!(results, Results::Memory { .. }) {
        next.reg = 1;
    }
    let mut params = Vec::new();
    for group in signature.groups() {
        if in_vfp(signature, group[0]) {
            next.floats(group, &mut params);
        } else {
            next.composite(group, &mut params);
        }
    }
    Places { params, stack: next.stack.next_multiple_of(8), results }
}

/// The same with a place for each word: an f64 in a D register is in its two S
/// registers. For callers that hold arguments as words.
pub fn assign_words(signature: &Signature) -> Places {
    let Places { params, stack, results } = assign(signature);
    let halves = |place| match place {
        Place::Double(number) => [Place::Single(2 * number), Place::Single(2 * number + 1)],
        Place::Stack(at) => [Place::Stack(at), Place::Stack(at + 4)],
        place => [place; 2],
    };
    let params = split(signature, &signature.params, params, halves);
    let list = &signature.results;
    let results = match results {
        Results::Regs(places) => Results::Regs(split(signature, list, places, halves)),
        Results::Memory { size, offsets } => {
            let offsets = split(signature, list, offsets, |at| [at, at + 4]);
            Results::Memory { size, offsets }
        }
    };
    Places { params, stack, results }
}

/// Splits what stands for an f64 of the hard-float variant.
fn split<T: Copy>(
    signature: &Signature,
    types: &[AbiType],
    values: Vec<T>,
    halves: impl Fn(T) -> [T; 2],
) -> Vec<T> {
    let mut words = vec![];
    let mut rest = values.into_iter();
    for &ty in types {
        let count = if in_vfp(signature, ty) { 1 } else { ty.size() as usize / 4 };
        for value in rest.by_ref().take(count) {
            if count == 1 && ty.size() == 8 {
                words.extend(halves(value));
            } else {
                words.push(value);
            }
        }
    }
    words
}

/// Whether values of that type travel in VFP registers.
fn in_vfp(signature: &Signature, ty: AbiType) -> bool {
    signature.convention == Convention::AapcsVfp && matches!(ty, AbiType::F32 | AbiType::F64)
}

/// What the next argument gets (stage C).
#[derive(Default)]
struct Next {
    /// Core register number, 4 when none is left.
    reg: u8,
    /// S registers in use, as a bit set.
    singles: u16,
    /// Whether an argument that wanted a VFP register found none.
    closed: bool,
    /// Offset on the stack.
    stack: u32,
}

impl Next {
    /// An integer of one or two words, or a float that travels like one.
    fn words(&mut self, words: u32, places: &mut Vec<Place>) {
        if words == 2 {
            self.reg = self.reg.next_multiple_of(2);
        }
        if u32::from(self.reg) + words <= 4 {
            for _ in 0..words {
                places.push(Place::Reg(self.reg));
                self.reg += 1;
            }
            return;
        }
        // Once such an argument is on the stack, no later one goes to a core
        // register (rule C.6).
        self.reg = 4;
        let at = self.on_stack(4 * words);
        places.extend((0..words).map(|word| Place::Stack(at + 4 * word)));
    }

    /// Words that belong together. They part between registers and stack only
    /// where nothing is on the stack yet (rules C.5 and C.6).
    fn composite(&mut self, group: &[AbiType], places: &mut Vec<Place>) {
        if group.len() > 1 && self.stack > 0 {
            let start = match group[0].size() {
                8 => self.reg.next_multiple_of(2),
                _ => self.reg,
            };
            let words: u32 = group.iter().map(|ty| ty.size() / 4).sum();
            if u32::from(start) + words > 4 {
                self.reg = 4;
            }
        }
        for ty in group {
            self.words(ty.size() / 4, places);
        }
    }

    /// Floats of one type in the lowest free registers that are neighbours:
    /// gaps that doubles left are filled by singles (rules C.1 and C.2 for VFP).
    fn floats(&mut self, group: &[AbiType], places: &mut Vec<Place>) {
        let size = group[0].size();
        let step = size as u8 / 4;
        let units = step * group.len().min(16) as u8;
        let mask = (1u32 << units) - 1;
        let mut numbers = (0..16u8).step_by(step.into()).filter(|n| n + units <= 16);
        match numbers.find(|&n| !self.closed && u32::from(self.singles) & mask << n == 0) {
            Some(first) => {
                self.singles |= (mask << first) as u16;
                places.extend((first..first + units).step_by(step.into()).map(|number| {
                    if size == 8 { Place::Double(number / 2) } else { Place::Single(number) }
                }));
            }
            None => {
                self.closed = true;
                places.extend(group.iter().map(|_| Place::Stack(self.on_stack(size))));
            }
        }
    }

    fn on_stack(&mut self, size: u32) -> u32 {
        let at = self.stack.next_multiple_of(size);
        self.stack = at + size;
        at
    }
}

/// Members that a homogeneous aggregate may have (section 4.3.5).
const HOMOGENEOUS: usize = 4;

fn assign_results(signature: &Signature) -> Results {
    let list = signature.results.as_slice();
    let homogeneous = list.len() <= HOMOGENEOUS && list.windows(2).all(|pair| pair[0] == pair[1]);
    if let [first, ..] = *list
        && in_vfp(signature, first)
        && homogeneous
    {
        let place = if first == AbiType::F64 { Place::Double } else { Place::Single };
        return Results::Regs((0..list.len() as u8).map(place).collect());
    }
    if list.len() <= 1 || signature.convention == Convention::Helper {
        let words = list.iter().map(|t| t.size() / 4).sum::<u32>() as u8;
        return Results::Regs((0..words).map(Place::Reg).collect());
    }
    let mut offsets = Vec::new();
    let mut at = 0u32;
    let mut align = 4;
    for &ty in list {
        let size = ty.size();
        align = align.max(size);
        at = at.next_multiple_of(size);
        let step = if in_vfp(signature, ty) { size } else { 4 };
        offsets.extend((at..at + size).step_by(step as usize));
        at += size;
    }
    Results::Memory { size: at.next_multiple_of(align), offsets }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AbiType::{F32, F64, I32, I64};
    use Place::{Double, Reg, Single, Stack};
    use synth_ir::Aggregate;

    #[test]
    fn doublewords_take_even_pairs_and_aligned_stack() {
        let p = assign(&Signature::new([I32, I64, I32, I64], [I64]));
        assert_eq!(p.params, [Reg(0), Reg(2), Reg(3), Stack(0), Stack(8), Stack(12)]);
        assert_eq!((p.stack, p.results), (16, Results::Regs(vec![Reg(0), Reg(1)])));
    }

    #[test]
    fn several_results_are_a_structure_in_memory() {
        let p = assign(&Signature::new([I32], [I32, I64]));
        assert_eq!(p.params, [Reg(1)]);
        assert_eq!(p.results, Results::Memory { size: 16, offsets: vec![0, 8, 12] });
    }

    #[test]
    fn gaps_between_vfp_registers_are_filled() {
        let p = assign(&Signature::new([F32, F64, I32, F32, F64, F32], []).with_vfp());
        assert_eq!(p.params, [Single(0), Double(1), Reg(0), Single(1), Double(2), Single(6)]);
    }

    /// An aggregate's floats are neighbours: a single behind fills the gap.
    #[test]
    fn aggregates_stay_together() {
        let mut signature = Signature::new([F32, F64, F32, F32, F32, I32], []).with_vfp();
        signature.aggregates = vec![Aggregate { first: 2, count: 2 }];
        let p = assign(&signature);
        assert_eq!(p.params, [Single(0), Double(1), Single(4), Single(5), Single(1), Reg(0)]);
        // Seven doubles, then two that would not fit, and words behind them.
        let mut params = vec![F64; 9];
        params.extend([I32; 5]);
        let mut signature = Signature::new(params, []).with_vfp();
        signature.aggregates =
            vec![Aggregate { first: 7, count: 2 }, Aggregate { first: 9, count: 5 }];
        let p = assign(&signature);
        assert_eq!(p.params[7..9], [Stack(0), Stack(8)]);
        assert_eq!(p.params[9..], [16, 20, 24, 28, 32].map(Stack));
    }

    /// Once a float is on the stack all are, but integers go on.
    #[test]
    fn vfp_registers_close() {
        let mut params = vec![F32];
        params.extend([F64; 8]);
        params.extend([F32, I64, I32]);
        let p = assign(&Signature::new(params, [F64]).with_vfp());
        assert_eq!(p.params[7..9], [Double(7), Stack(0)]);
        assert_eq!(p.params[9..], [Stack(8), Reg(0), Reg(1), Reg(2)]);
        assert_eq!((p.stack, p.results), (16, Results::Regs(vec![Double(0)])));
    }

    #[test]
    fn up_to_four_equal_floats_return_in_registers() {
        let results = |list: &[AbiType]| assign(&Signature::new([], list).with_vfp()).results;
        assert_eq!(results(&[F32; 3]), Results::Regs(vec![Single(0), Single(1), Single(2)]));
        assert_eq!(results(&[F64; 4]), Results::Regs((0..4).map(Double).collect()));
        let words = assign_words(&Signature::new([F64], [F32, F64]).with_vfp());
        assert_eq!(words.params, [Single(0), Single(1)]);
        assert_eq!(words.results, Results::Memory { size: 16, offsets: vec![0, 8, 12] });
        let offsets = vec![0, 4, 8, 12, 16];
        assert_eq!(results(&[F32; 5]), Results::Memory { size: 20, offsets });
        assert_eq!(
            results(&[F32, F64, I64]),
            Results::Memory { size: 24, offsets: vec![0, 8, 16, 20] }
        );
    }
}
