//! An independent check of an allocation, in debug builds: each register and
//! each word of the frame is followed through the function, and each operand
//! must find the value that the instruction before allocation named.
//!
//! Values are named by the variables and machine registers of the function
//! before its last colouring. A state maps each register to the variables
//! whose value it holds; where blocks meet, what all predecessors agree on
//! remains. (Spilling is a rewriting of the program before that, which this
//! check does not see; the tests that run code do.)

use std::collections::{BTreeMap, BTreeSet};

use super::flow::as_copy;
use crate::mach::{FloatUnit, MFunction, MInst, OperandKind, Reg};

type State = BTreeMap<Reg, BTreeSet<Reg>>;

/// Checks the colours of a function's variables.
///
/// # Errors
/// The instruction that would not find a value.
pub(super) fn check(before: &MFunction, color: impl Fn(Reg) -> Reg) -> Result<(), String> {
    let mut states: Vec<Option<State>> = vec![None; before.blocks.len()];
    let mut work = vec![0usize];
    states[0] = Some(State::new());
    while let Some(block) = work.pop() {
        let Some(mut state) = states[block].clone() else { continue };
        for located in &before.blocks[block].insts {
            // Uses are complained of in the end, when states are final.
            step(&located.inst, before.float_unit, &color, &mut state);
        }
        let targets = before.blocks[block].insts.last().map(|last| last.inst.targets());
        for target in targets.unwrap_or_default() {
            let target = target.block as usize;
            let other = states[target].as_ref();
            let met = other.map_or_else(|| state.clone(), |other| meet(&state, other));
            if states[target].as_ref() != Some(&met) {
                states[target] = Some(met);
                work.push(target);
            }
        }
    }
    for (block, state) in before.blocks.iter().zip(states) {
        let Some(mut state) = state else { continue };
        for located in &block.insts {
            check_uses(&located.inst, &color, &state)?;
            step(&located.inst, before.float_unit, &color, &mut state);
        }
    }
    Ok(())
}

fn meet(a: &State, b: &State) -> State {
    let common = |(reg, values): (&Reg, &BTreeSet<Reg>)| {
        let values: BTreeSet<Reg> = values.intersection(b.get(reg)?).copied().collect();
        (!values.is_empty()).then_some((*reg, values))
    };
    a.iter().filter_map(common).collect()
}

fn check_uses(inst: &MInst, color: &impl Fn(Reg) -> Reg, state: &State) -> Result<(), String> {
    let mut result = Ok(());
    let mut read = BTreeSet::new();
    inst.clone().visit_operands(&mut |reg, kind, _| {
        let place = color(*reg);
        let holds = state.get(&place).is_some_and(|values| values.contains(reg));
        match kind {
            OperandKind::Use if !holds => {
                result = Err(format!("{inst}: {place:?} does not hold {reg:?}"));
            }
            OperandKind::Use => drop(read.insert(place)),
            OperandKind::EarlyDef if read.contains(&place) => {
                result = Err(format!("{inst}: {reg:?} is written too early"));
            }
            OperandKind::EarlyDef | OperandKind::Def => {}
        }
    });
    result
}

/// The state behind an instruction.
fn step(inst: &MInst, unit: FloatUnit, color: &impl Fn(Reg) -> Reg, state: &mut State) {
    if let Some((rd, rm)) = as_copy(inst) {
        let mut values = state.get(&color(rm)).cloned().unwrap_or_default();
        for held in state.values_mut() {
            held.remove(&rd);
        }
        values.remove(&rd);
        values.insert(rd);
        if color(rd) == color(rm) {
            values.extend(state.get(&color(rd)).cloned().unwrap_or_default());
        }
        state.insert(color(rd), values);
        return;
    }
    let clobbers = inst.clobbers();
    for number in (0..16u8).filter(|n| clobbers & 1 << n != 0) {
        state.remove(&Reg::machine(number));
    }
    if let Some(results) = inst.clobbers_floats() {
        state.retain(|reg, _| match reg.as_machine().filter(|_| reg.is_float()) {
            Some(number) => unit.scratch() & !results & 1 << number == 0,
            None => true,
        });
    }
    let mut places = BTreeSet::new();
    inst.clone().visit_operands(&mut |reg, kind, _| {
        if kind != OperandKind::Use {
            for held in state.values_mut() {
                held.remove(reg);
            }
            // Two results in one register: neither can be relied on.
            let values = places.insert(color(*reg)).then_some(*reg);
            state.insert(color(*reg), values.into_iter().collect());
        }
    });
}
