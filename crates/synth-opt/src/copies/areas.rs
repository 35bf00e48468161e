//! The areas of a copy: where they are, and whether they are apart.

use synth_ir::entity::SecondaryMap;
use synth_ir::{
    Definition, Function, InstData, Linkage, Program, Region, SymbolId, Value, ValueDef,
};

use crate::linear::{Anchor, Linear};

/// What the accesses of a program show of the memory at a symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seen {
    #[default]
    Nothing,
    /// All are of this region.
    One(Region),
    Several,
}

/// What is known of the memory at symbols.
pub(super) struct Memory {
    seen: SecondaryMap<SymbolId, Seen>,
    /// The alignment of data that this program defines and no other object
    /// replaces.
    own: SecondaryMap<SymbolId, Option<u32>>,
}

impl Memory {
    pub(super) fn new(program: &Program) -> Memory {
        let mut memory = Memory { seen: SecondaryMap::new(), own: SecondaryMap::new() };
        for (_, func) in program.functions() {
            for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
                let (InstData::Load { addr, region, .. } | InstData::Store { addr, region, .. }) =
                    func.insts[inst]
                else {
                    continue;
                };
                if let Anchor::Symbol(symbol) = Linear::new(func, addr).anchor {
                    memory.seen[symbol] = match memory.seen[symbol] {
                        Seen::Nothing => Seen::One(region),
                        Seen::One(known) if known == region => Seen::One(region),
                        _ => Seen::Several,
                    };
                }
            }
        }
        for (id, symbol) in program.symbols.iter() {
            if let Definition::Data(data) = &symbol.def
                && matches!(symbol.linkage, Linkage::Local | Linkage::Global)
            {
                memory.own[id] = Some(data.align);
            }
        }
        memory
    }

    /// How an area may be accessed: the region, and the largest access.
    pub(super) fn access(&self, func: &Function, area: &Linear) -> Option<(Region, u32)> {
        let aligned = |to: u32| match area.terms.is_empty() {
            true => (area.constant as u32 | to | 4).trailing_zeros(),
            false => 0,
        };
        match area.anchor {
            Anchor::Symbol(symbol) => match (self.seen[symbol], self.own[symbol]) {
                // Ordinary memory, which may be accessed at any address.
                (Seen::One(region), _) if !matches!(region, Region::Native | Region::Const) => {
                    Some((region, 4))
                }
                (_, Some(align)) => Some((Region::Native, 1 << aligned(align))),
                _ => None,
            },
            Anchor::Slot(slot) => Some((Region::Native, 1 << aligned(func.slots[slot].align))),
            Anchor::None => None,
        }
    }

    /// Whether two areas of at most `size` bytes have no byte in common.
    ///
    /// An area is in the object whose address it is computed from, and the
    /// arguments of a function are not computed from the addresses of its own
    /// slots.
    pub(super) fn are_apart(&self, func: &Function, a: &Linear, b: &Linear, size: u32) -> bool {
        if (a.anchor, &a.terms) == (b.anchor, &b.terms) {
            return is_far(a.constant.wrapping_sub(b.constant), size);
        }
        let own = |symbol: SymbolId| self.own[symbol].is_some();
        match (a.anchor, b.anchor) {
            (Anchor::Symbol(a), Anchor::Symbol(b)) => a != b && own(a) && own(b),
            (Anchor::Slot(a), Anchor::Slot(b)) => a != b,
            (Anchor::Slot(_), Anchor::Symbol(_)) | (Anchor::Symbol(_), Anchor::Slot(_)) => true,
            (Anchor::Slot(_), Anchor::None) => b.terms.iter().all(|&v| is_argument(func, v)),
            (Anchor::None, Anchor::Slot(_)) => a.terms.iter().all(|&v| is_argument(func, v)),
            (Anchor::None, _) | (_, Anchor::None) => false,
        }
    }
}

/// Whether areas of that size, that distance apart, do not overlap.
fn is_far(distance: i32, size: u32) -> bool {
    distance as u32 >= size && distance.wrapping_neg() as u32 >= size
}

fn is_argument(func: &Function, value: Value) -> bool {
    matches!(func.values[value].def, ValueDef::Param(block, _) if block == func.entry())
}
