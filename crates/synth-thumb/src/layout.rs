//! Layout: literal pools, branch forms and jump tables in one fixpoint.
//!
//! 1. Traps get copies near the branches to them ([`traps`]).
//! 2. Pools are placed while every piece is taken at its largest size, so
//!    that no literal can get out of reach afterwards ([`pools`]).
//! 3. Every piece starts in its smallest form. Offsets are computed and each
//!    form that does not reach grows to the next; a form never shrinks, so
//!    this ends. After [`PATIENCE`] rounds all that must grow goes to its
//!    largest form at once.
//! 4. The pieces are encoded at their offsets ([`mod@write`]).

mod forms;
mod pools;
mod traps;
mod write;

use crate::code::Code;
use crate::compile::CompileError;
use crate::emit::{Item, Items};
use crate::inst::Low;

/// Rounds in which forms grow step by step.
const PATIENCE: usize = 40;

/// Lays out and encodes a function; `stack` is the bytes of stack that it uses,
/// `depth` the number of loops around each of its blocks.
///
/// # Errors
/// If the function is longer than its branches or tables reach.
pub fn layout(
    items: Items,
    stack: u32,
    depth: impl Fn(u32) -> Option<u32>,
) -> Result<Code, CompileError> {
    let (items, pool_of) = pools::place(traps::place(items));
    let mut pieces = Pieces::new(items, pool_of);
    for round in 0.. {
        pieces.compute_offsets()?;
        if !pieces.grow(round >= PATIENCE)? {
            break;
        }
    }
    let mut code = write::write(&pieces)?;
    code.stack = stack;
    let blocks = pieces.items.iter().zip(&pieces.offsets);
    code.blocks = blocks
        .filter_map(|((item, _), &offset)| match item {
            Item::Label(label) => Some((offset, depth(label.0)?)),
            _ => None,
        })
        .collect();
    Ok(code)
}

/// The pieces of a function with their forms and offsets.
pub(crate) struct Pieces {
    items: Items,
    /// For each literal, the index of the item that is its pool.
    pool_of: Vec<usize>,
    /// The bytes of those that have one size.
    sizes: Vec<Option<u8>>,
    /// Those that must reach something.
    reaching: Vec<usize>,
    forms: Vec<u8>,
    offsets: Vec<u32>,
    labels: Vec<u32>,
}

impl Pieces {
    fn new(items: Items, pool_of: Vec<usize>) -> Pieces {
        let count = items.len();
        let sizes = items.iter().map(|(item, _)| forms::only_size(item)).collect();
        let reaching = (0..count).filter(|&i| forms::must_reach(&items[i].0)).collect();
        let (forms, offsets) = (vec![0; count], vec![0; count]);
        Pieces { items, pool_of, sizes, reaching, forms, offsets, labels: vec![] }
    }

    fn compute_offsets(&mut self) -> Result<(), CompileError> {
        let mut at = 0u64;
        for i in 0..self.items.len() {
            self.offsets[i] = u32::try_from(at).map_err(|_| CompileError::TooLong(at))?;
            at += match self.sizes[i] {
                Some(size) => size.into(),
                None => self.size(i),
            };
        }
        if at >= 1 << 24 {
            return Err(CompileError::TooLong(at));
        }
        Ok(())
    }

    /// The size in bytes of a piece at its offset; notes where labels are.
    fn size(&mut self, i: usize) -> u64 {
        match self.items[i].0 {
            Item::Label(label) => {
                let index = label.0 as usize;
                if self.labels.len() <= index {
                    self.labels.resize(index + 1, 0);
                }
                self.labels[index] = self.offsets[i];
                0
            }
            Item::Align if !self.is_wide(i + 1) => 0,
            ref item => forms::size(item, self.forms[i], self.offsets[i]),
        }
    }

    /// Whether the first instruction from an item on has 32 bits.
    fn is_wide(&self, from: usize) -> bool {
        let behind = self.items.iter().zip(&self.forms).skip(from);
        let mut insts = behind.filter(|((item, _), _)| !matches!(item, Item::Label(_)));
        insts.next().is_some_and(|((item, _), &form)| match item {
            Item::Inst(inst) | Item::Reloc(inst, ..) => inst.size() == 4,
            Item::Literal { .. } => form > 0,
            Item::FloatLiteral { .. } => true,
            _ => false,
        })
    }

    /// Lets forms that do not reach grow; whether any did.
    fn grow(&mut self, at_once: bool) -> Result<bool, CompileError> {
        let mut grown = false;
        for &i in &self.reaching {
            let last = forms::last(&self.items[i].0);
            while !self.reaches(i) {
                if self.forms[i] == last {
                    return Err(match self.items[i].0 {
                        Item::Table { .. } => CompileError::TableReach,
                        _ => CompileError::TooLong(self.offsets[i].into()),
                    });
                }
                self.forms[i] = if at_once { last } else { self.forms[i] + 1 };
                grown = true;
            }
        }
        Ok(grown)
    }

    fn reaches(&self, i: usize) -> bool {
        let (at, form) = (i64::from(self.offsets[i]), self.forms[i]);
        let distance = |label: &crate::emit::Label| {
            i64::from(self.labels[label.0 as usize]) - forms::origin(&self.items[i].0, form, at)
        };
        match &self.items[i].0 {
            Item::Branch { cond, target } => {
                forms::branch_reaches(cond.is_some(), form, distance(target))
            }
            Item::ZeroBranch { target, .. } => forms::zero_branch_reaches(form, distance(target)),
            Item::Literal { rt, .. } => {
                let encodable = form > 0 || Low::new(rt.reg()).is_some();
                encodable && forms::literal_reaches(form, self.literal_distance(i))
            }
            Item::FloatLiteral { .. } => forms::float_literal_reaches(self.literal_distance(i)),
            Item::Table { targets, .. } => {
                targets.iter().all(|t| forms::table_reaches(form, distance(t)))
            }
            _ => true,
        }
    }

    /// Distance of a literal from the aligned pc of its load.
    fn literal_distance(&self, i: usize) -> i64 {
        let (Item::Literal { literal, .. } | Item::FloatLiteral { literal, .. }) = &self.items[i].0
        else {
            return 0;
        };
        let pool = self.pool_of[i];
        let Item::Pool(words) = &self.items[pool].0 else { return i64::MAX };
        let Some(index) = words.iter().position(|w| w == literal) else { return i64::MAX };
        let start = i64::from(self.offsets[pool].next_multiple_of(4));
        let pc = (i64::from(self.offsets[i]) + 4) & !3;
        start + forms::bytes(&words[..index]) as i64 - pc
    }
}

#[cfg(test)]
mod tests {
    use synth_ir::SourceLoc;

    use super::*;
    use crate::emit::Literal;
    use crate::inst::{Gpr, Reg};

    /// `ldr.w r8, [pc]`: the 16-bit form has no high register.
    #[test]
    fn a_literal_in_a_high_register_takes_four_bytes() {
        let rt = Gpr::new(Reg::R8).expect("not sp or pc");
        let item = Item::Literal { rt, literal: Literal::Word(0x1234_5678) };
        let (items, pool_of) = pools::place(vec![(item, SourceLoc::default())]);
        let mut pieces = Pieces::new(items, pool_of);
        pieces.compute_offsets().expect("short");
        while pieces.grow(false).expect("short") {
            pieces.compute_offsets().expect("short");
        }
        let code = write::write(&pieces).expect("encodable");
        assert_eq!(code.bytes, [0xdf, 0xf8, 0x00, 0x80, 0x78, 0x56, 0x34, 0x12]);
    }
}
