//! Addresses as sums: a symbol or a slot, a constant, and other values.

use synth_ir::{BinaryOp, Function, InstData, Slot, SymbolId, Value};

/// What an address is relative to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Anchor {
    /// Nothing: it is a number or a pointer from elsewhere.
    #[default]
    None,
    /// A symbol.
    Symbol(SymbolId),
    /// A slot of the frame.
    Slot(Slot),
}

/// Levels of additions that are looked through.
const DEPTH: u32 = 6;

/// A sum that wraps at 2^32.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Linear {
    pub(crate) anchor: Anchor,
    /// In order; one may occur several times.
    pub(crate) terms: Vec<Value>,
    pub(crate) constant: i32,
}

impl Linear {
    /// A value taken apart.
    pub(crate) fn new(func: &Function, value: Value) -> Linear {
        let mut sum = Linear::default();
        sum.add(func, value, DEPTH);
        sum.terms.sort();
        sum
    }

    fn add(&mut self, func: &Function, value: Value, depth: u32) {
        let data = func.def_inst(value).map(|inst| &func.insts[inst]);
        let anchored = self.anchor != Anchor::None;
        let (anchor, constant) = match data {
            Some(&InstData::Const(c)) => (self.anchor, c),
            Some(&InstData::SymbolAddr { symbol, addend }) if !anchored => {
                (Anchor::Symbol(symbol), addend)
            }
            Some(&InstData::SlotAddr { slot, offset }) if !anchored => (Anchor::Slot(slot), offset),
            Some(&InstData::Binary { op: BinaryOp::Add, args }) if depth > 0 => {
                return args.into_iter().for_each(|arg| self.add(func, arg, depth - 1));
            }
            _ => return self.terms.push(value),
        };
        self.anchor = anchor;
        self.constant = self.constant.wrapping_add(constant);
    }
}
