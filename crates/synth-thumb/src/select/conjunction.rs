//! Several comparisons joined by and, or by or, as comparisons under
//! conditions: `cmp; it eq; cmpeq`, in place of zeros and ones (Armv7-M ARM
//! section A7.3.1).
//!
//! A later comparison is made only if those before it hold, so the last
//! condition must be false with the flags of any comparison that didn't: it
//! must imply the condition of that one. The comparisons are put in such an
//! order, and a bound may become its neighbour (`x < 5` is `x <= 4`). A
//! disjunction is the conjunction of the opposites, inverted.

use synth_ir::{BinaryOp, Cond, InstData, Value};

use super::context::cc;
use super::{Lower, rules};
use crate::imm;
use crate::mach::{CmpOp, MInst, Rhs};

/// Comparisons that are joined, at most.
const MOST: usize = 4;

/// A comparison that holds.
#[derive(Clone, Copy)]
struct Leaf {
    cond: Cond,
    a: Value,
    b: Value,
    /// The constant in place of `b`.
    constant: Option<u32>,
}

/// Comparisons in the order in which they are made.
pub(super) struct Conjunction {
    leaves: Vec<Leaf>,
    /// Whether the value is the opposite.
    inverted: bool,
}

impl Lower<'_> {
    /// The comparisons that a value joins, if it does and they can be made so.
    pub(super) fn conjunction(&self, value: Value) -> Option<Conjunction> {
        let &InstData::Binary { op, args } = self.data(value)? else { return None };
        let inverted = match op {
            BinaryOp::And => false,
            BinaryOp::Or => true,
            _ => return None,
        };
        let mut leaves = vec![];
        for arg in args {
            self.collect(op, arg, &mut leaves)?;
        }
        if inverted {
            leaves.iter_mut().for_each(|leaf| leaf.cond = leaf.cond.inverted());
        }
        let mut order = vec![];
        arrange(&mut leaves, &mut order).then_some(Conjunction { leaves: order, inverted })
    }

    fn collect(&self, op: BinaryOp, value: Value, leaves: &mut Vec<Leaf>) -> Option<()> {
        if !self.is_sinkable(value) || leaves.len() == MOST {
            return None;
        }
        match *self.data(value)? {
            InstData::Binary { op: inner, args } if inner == op => {
                args.into_iter().try_for_each(|arg| self.collect(op, arg, leaves))
            }
            InstData::Compare { cond, args: [a, b] } => {
                let word = |value| self.func.as_const(value).map(|c| c as u32);
                let swap = word(a).is_some() && word(b).is_none();
                let (cond, a, b) = if swap { (cond.swapped(), b, a) } else { (cond, a, b) };
                leaves.push(Leaf { cond, a, b, constant: word(b) });
                Some(())
            }
            _ => None,
        }
    }

    /// Emits the comparisons; the condition under which the value is not zero.
    pub(super) fn emit_conjunction(&mut self, joined: &Conjunction) -> crate::mach::Cc {
        let mut before = None;
        for leaf in &joined.leaves {
            let rhs = match leaf.constant {
                Some(c) if imm::is_compare(c) => Rhs::Imm(c),
                Some(c) => Rhs::Reg(self.put_constant(c)),
                None => rules::constructor_rhs(self, leaf.b),
            };
            let (op, rn) = (CmpOp::Cmp, self.put_value(leaf.a));
            self.emit(match before {
                None => MInst::Cmp { op, rn, rhs },
                Some(cond) => MInst::CondCmp { cond, op, rn, rhs },
            });
            before = Some(cc(leaf.cond));
        }
        let cond = before.unwrap_or(crate::mach::Cc::Ne);
        if joined.inverted { cond.inverted() } else { cond }
    }
}

/// Puts the comparisons that are left behind those in `order`, so that each
/// implies the one before it.
fn arrange(left: &mut Vec<Leaf>, order: &mut Vec<Leaf>) -> bool {
    if left.is_empty() {
        return true;
    }
    for at in 0..left.len() {
        let leaf = left.remove(at);
        for variant in [Some(leaf), leaf.neighbour()].into_iter().flatten() {
            if order.last().is_none_or(|before| implies(variant.cond, before.cond)) {
                order.push(variant);
                if arrange(left, order) {
                    return true;
                }
                order.pop();
            }
        }
        left.insert(at, leaf);
    }
    false
}

impl Leaf {
    /// The same comparison with the next constant, if that is as short.
    fn neighbour(self) -> Option<Leaf> {
        let c = self.constant?;
        let (cond, constant) = match self.cond {
            Cond::SLt if c != 0x8000_0000 => (Cond::SLe, c.wrapping_sub(1)),
            Cond::SLe if c != 0x7fff_ffff => (Cond::SLt, c.wrapping_add(1)),
            Cond::SGt if c != 0x7fff_ffff => (Cond::SGe, c.wrapping_add(1)),
            Cond::SGe if c != 0x8000_0000 => (Cond::SGt, c.wrapping_sub(1)),
            Cond::ULt if c != 0 => (Cond::ULe, c.wrapping_sub(1)),
            Cond::ULe if c != u32::MAX => (Cond::ULt, c.wrapping_add(1)),
            Cond::UGt if c != u32::MAX => (Cond::UGe, c.wrapping_add(1)),
            Cond::UGe if c != 0 => (Cond::UGt, c.wrapping_sub(1)),
            _ => return None,
        };
        imm::is_compare(constant).then_some(Leaf { cond, constant: Some(constant), ..self })
    }
}

/// Whether a condition on the flags of any comparison implies another one.
fn implies(cond: Cond, other: Cond) -> bool {
    use Cond::*;
    cond == other
        || match cond {
            Eq => matches!(other, SLe | SGe | ULe | UGe),
            SLt => matches!(other, SLe | Ne),
            SGt => matches!(other, SGe | Ne),
            ULt => matches!(other, ULe | Ne),
            UGt => matches!(other, UGe | Ne),
            _ => false,
        }
}
