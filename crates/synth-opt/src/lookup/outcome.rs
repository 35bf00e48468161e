//! Where the ways out of a switch lead that do nothing but make constants, and what they
//! hand over there.

use synth_ir::{Block, BlockCall, Function, InstData, Target, Value};

use super::form::{self, Form};

/// Blocks of constants that follow each other.
const DEPTH: usize = 4;

/// Where ways meet.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Join {
    Block(Block),
    Return,
}

/// What is handed over there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Arg {
    Const(i32),
    Value(Value),
}

/// Where a way leads that does nothing but make constants.
#[derive(Clone, PartialEq)]
pub(super) struct Outcome {
    pub(super) join: Join,
    pub(super) args: Vec<Arg>,
}

impl Outcome {
    /// Where a branch leads.
    pub(super) fn of(func: &Function, call: &BlockCall) -> Outcome {
        let arg = |&value: &Value| match func.as_const(value) {
            Some(constant) => Arg::Const(constant),
            None => Arg::Value(value),
        };
        let mut outcome =
            Outcome { join: Join::Block(call.block), args: call.args.iter().map(arg).collect() };
        for _ in 0..DEPTH {
            match outcome.further(func) {
                Some(next) => outcome = next,
                None => break,
            }
        }
        outcome
    }

    /// The next place, if the block there makes constants alone.
    fn further(&self, func: &Function) -> Option<Outcome> {
        let Join::Block(block) = self.join else { return None };
        let data = &func.blocks[block];
        let (&last, rest) = data.insts.split_last()?;
        if !rest.iter().all(|&inst| matches!(func.insts[inst], InstData::Const(_))) {
            return None;
        }
        let arg = |value: &Value| {
            let param = data.params.iter().position(|param| param == value);
            match (param, func.as_const(*value)) {
                (Some(at), _) => self.args[at],
                (None, Some(constant)) => Arg::Const(constant),
                (None, None) => Arg::Value(*value),
            }
        };
        match &func.insts[last] {
            InstData::Jump(call) if call.block != block => Some(Outcome {
                join: Join::Block(call.block),
                args: call.args.iter().map(arg).collect(),
            }),
            InstData::Return(values) => {
                Some(Outcome { join: Join::Return, args: values.iter().map(arg).collect() })
            }
            _ => None,
        }
    }
}

/// What the place where all ways meet is given.
pub(super) enum Given {
    Same(Arg),
    Form(Form),
}

/// What all cases give the place where they meet, and its bytes.
pub(super) fn meet(
    outcomes: &[Outcome],
    join: Join,
    at: usize,
    target: &dyn Target,
) -> Option<(Given, u32)> {
    let first = outcomes[0].args[at];
    if outcomes.iter().any(|outcome| outcome.join != join) {
        return None;
    }
    if outcomes.iter().all(|outcome| outcome.args[at] == first) {
        return Some((Given::Same(first), 0));
    }
    let constant = |outcome: &Outcome| match outcome.args[at] {
        Arg::Const(constant) => Some(constant),
        Arg::Value(_) => None,
    };
    let values: Vec<i32> = outcomes.iter().map(constant).collect::<Option<_>>()?;
    let (form, cost) = form::shortest(&values, target);
    Some((Given::Form(form), cost))
}
