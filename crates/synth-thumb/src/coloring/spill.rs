//! Values that get no register live in the frame, or are made again where
//! they are used if that is as good: constants and addresses.
//!
//! Uses that are near each other in one block share a load. What remains are
//! lives of a few instructions.

use std::collections::BTreeMap;

use super::flow::{Class, as_copy, copy};
use super::simplify::Order;
use crate::mach::{FInst, FloatUnit, FrameSlot, Located, MFunction, MInst, Mode, Reg, Width};
use crate::remake::Remake;

/// Instructions over which a loaded value is kept.
const WINDOW: usize = 12;

/// What is known of variables besides their instructions.
#[derive(Default)]
pub(super) struct Variables {
    /// The first one that spilling added.
    pub first: u32,
    /// Those that must have a register.
    pub fixed: Vec<bool>,
    /// Those that hold a value which can be made again.
    pub remakes: Vec<Option<Remake>>,
}

impl Variables {
    /// Nothing, for a function before spilling.
    pub(super) fn of(function: &MFunction) -> Variables {
        let mut variables = Variables { first: function.virtuals, ..Variables::default() };
        variables.resize(function.virtuals as usize);
        variables
    }

    pub(super) fn resize(&mut self, count: usize) {
        self.fixed.resize(count, false);
        self.remakes.resize(count, None);
    }
}

/// The spilled groups and where each lives.
struct Spiller<'a> {
    order: &'a Order,
    class: Class,
    unit: FloatUnit,
    /// By group.
    homes: Vec<Option<Remake>>,
    /// By group, the register that holds it now, and the last instruction that
    /// used it.
    current: BTreeMap<u32, (Reg, usize)>,
    variables: &'a mut Variables,
}

/// Rewrites the function so that the groups of these nodes live in memory,
/// or are made again as `remake` tells.
pub(super) fn run(
    function: &mut MFunction,
    class: Class,
    order: &Order,
    spilled: &[u32],
    variables: &mut Variables,
    remake: impl Fn(u32) -> Option<Remake>,
) {
    let unit = function.float_unit;
    let mut homes = vec![None; (super::flow::MACHINE + function.virtuals) as usize];
    for &group in spilled {
        let words = if class == Class::Float && unit == FloatUnit::Double { 2 } else { 1 };
        let slot = |function: &mut MFunction| function.new_slot(4 * words, 4 * words);
        let home = remake(group).unwrap_or_else(|| Remake::Spilled(slot(function)));
        homes[group as usize] = Some(home);
    }
    let mut spiller = Spiller { order, class, unit, homes, current: BTreeMap::new(), variables };
    for index in 0..function.blocks.len() {
        let old = std::mem::take(&mut function.blocks[index].insts);
        let mut new = Vec::with_capacity(old.len() + 8);
        spiller.current.clear();
        for located in old {
            spiller.rewrite(function, located, &mut new);
        }
        function.blocks[index].insts = new;
    }
}

impl Spiller<'_> {
    /// The group of a register, if it is spilled.
    fn group(&self, reg: Reg) -> Option<u32> {
        let group = self.order.group(self.class.node(reg)?)?;
        self.home(group).map(|_| group)
    }

    fn home(&self, group: u32) -> Option<Remake> {
        self.homes.get(group as usize).copied().flatten()
    }

    /// Whether the uses of a group near each other share a register: not if it
    /// was such a share itself.
    fn shares(&self, group: u32) -> bool {
        group < self.variables.first + super::flow::MACHINE
    }

    fn temporary(&mut self, function: &mut MFunction) -> Reg {
        let reg = match self.class {
            Class::Core => function.new_reg(),
            Class::Float => function.new_float(),
        };
        self.variables.resize(function.virtuals as usize);
        if let Some(number) = reg.as_virtual() {
            self.variables.fixed[number as usize] = true;
        }
        reg
    }

    fn rewrite(&mut self, function: &mut MFunction, mut located: Located, new: &mut Vec<Located>) {
        let loc = located.loc;
        if let Some((rd, rm)) = as_copy(&located.inst) {
            new.extend(self.copy(rd, rm, new.len()).map(|inst| Located::new(inst, loc)));
            if self.group(rd).is_none() || self.group(rm).is_none() {
                return;
            }
            // From memory to memory.
            let (to, from) = (self.group(rd), self.group(rm));
            if to != from {
                let home = |group: Option<u32>| group.and_then(|group| self.home(group));
                let (home, from) = (home(to), home(from));
                if let (Some(Remake::Spilled(slot)), Some(from)) = (home, from) {
                    let reg = self.temporary(function);
                    new.push(Located::new(from.make(reg, self.unit), loc));
                    new.push(Located::new(self.store(reg, slot), loc));
                }
                to.map(|g| self.current.remove(&g));
            }
            return;
        }
        let mut operands = vec![];
        located.inst.visit_operands(&mut |reg, kind, _| {
            if let Some(group) = self.group(*reg) {
                operands.push((group, kind == crate::mach::OperandKind::Use));
            }
        });
        let mut renamed: BTreeMap<u32, Reg> = BTreeMap::new();
        let mut stores = vec![];
        for &(group, is_use) in &operands {
            let Some(home) = self.home(group) else { continue };
            if is_use && !renamed.contains_key(&group) {
                let register = self.load(function, group, home, loc, new);
                renamed.insert(group, register);
            }
            if !is_use {
                let register = match renamed.get(&group) {
                    Some(&register) => register,
                    None => self.temporary(function),
                };
                renamed.insert(group, register);
                if let Some(number) = register.as_virtual() {
                    self.variables.remakes[number as usize] = None;
                }
                match home {
                    Remake::Spilled(slot) => {
                        stores.push(Located::new(self.store(register, slot), loc))
                    }
                    // The definition itself is needed no more.
                    _ => {
                        self.current.remove(&group);
                        return;
                    }
                }
                if self.shares(group) {
                    self.current.insert(group, (register, new.len()));
                }
            }
        }
        if !operands.is_empty() {
            located.inst.visit_operands(&mut |reg, _, _| {
                if let Some(to) = self.group(*reg).and_then(|group| renamed.get(&group)) {
                    *reg = *to;
                }
            });
        }
        if matches!(located.inst, MInst::Call { .. }) {
            self.current.clear();
        }
        new.push(located);
        new.extend(stores);
    }

    /// The register that holds a group's value for an instruction.
    fn load(
        &mut self,
        function: &mut MFunction,
        group: u32,
        home: Remake,
        loc: synth_ir::SourceLoc,
        new: &mut Vec<Located>,
    ) -> Reg {
        if let Some((reg, last)) = self.current.get_mut(&group)
            && new.len() - *last <= WINDOW
        {
            *last = new.len();
            let reg = *reg;
            // It lives longer, and may be made again once more.
            if let Some(number) = reg.as_virtual() {
                self.variables.fixed[number as usize] = false;
            }
            return reg;
        }
        let reg = self.temporary(function);
        if let Some(number) = reg.as_virtual() {
            self.variables.remakes[number as usize] = Some(home);
        }
        new.push(Located::new(home.make(reg, self.unit), loc));
        if self.shares(group) {
            self.current.insert(group, (reg, new.len()));
        }
        reg
    }

    /// A copy of which one end at most is spilled.
    fn copy(&mut self, rd: Reg, rm: Reg, at: usize) -> Option<MInst> {
        match (self.group(rd), self.group(rm)) {
            (None, None) => Some(copy(rd, rm)),
            (None, Some(group)) => match self.current.get(&group) {
                Some(&(rm, last)) if at - last <= WINDOW => {
                    if let Some(number) = rm.as_virtual() {
                        self.variables.fixed[number as usize] = false;
                    }
                    Some(copy(rd, rm))
                }
                _ => self.home(group).map(|home| home.make(rd, self.unit)),
            },
            (Some(group), None) => {
                self.current.remove(&group);
                match self.home(group) {
                    Some(Remake::Spilled(slot)) => Some(self.store(rm, slot)),
                    _ => None,
                }
            }
            (Some(_), Some(_)) => None,
        }
    }

    fn store(&self, rt: Reg, slot: FrameSlot) -> MInst {
        let mode = Mode::Slot(slot, 0);
        match self.class {
            Class::Core => MInst::Store { width: Width::Word, rt, mode },
            Class::Float => {
                let double = self.unit == FloatUnit::Double;
                MInst::Float(FInst::Store { double, fm: rt, mode })
            }
        }
    }
}
