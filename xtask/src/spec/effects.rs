//! Whether a call may write what outlives it. A call that ends early, because
//! it reached a function that is not compiled, leaves the instance in the
//! state that the suite expects only if it writes nothing.

use std::collections::BTreeSet;

use synth_wasm::Module;
use wasmparser::Operator;

/// Whether function `index`, with all that it calls, may write to memory,
/// globals or tables. What is not known counts as a write.
pub fn may_write(module: &Module, index: u32) -> bool {
    let mut seen = BTreeSet::new();
    let mut rest = vec![index];
    while let Some(function) = rest.pop() {
        if !seen.insert(function) {
            continue;
        }
        match calls(module, function) {
            Some(callees) => rest.extend(callees),
            None => return true,
        }
    }
    false
}

/// The functions that a function calls, unless it may write itself.
fn calls(module: &Module, index: u32) -> Option<Vec<u32>> {
    let body = module.body(index)?;
    let mut callees = vec![];
    for op in body.get_operators_reader().ok()? {
        match op.ok()? {
            Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                callees.push(function_index);
            }
            op if is_pure(&op) => {}
            _ => return None,
        }
    }
    Some(callees)
}

/// Whether an operator is known to change nothing but locals and the operand
/// stack: by its name, since all of numeric, vector and control do.
fn is_pure(op: &Operator<'_>) -> bool {
    let name = synth_wasm::operator_name(op).to_string();
    let writes =
        ["store", "grow", "fill", "copy", "init", "drop", "set", "call", "atomic", "throw"];
    match name.as_str() {
        "drop" | "local.set" | "f32.copysign" | "f64.copysign" => true,
        name => !writes.iter().any(|part| name.contains(part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_found_through_calls() {
        let text = "(module (memory 1) (table 1 funcref) (global $g (mut i32) (i32.const 0))
            (func $pure (param f32) (result f32) (local f32)
              (local.set 1 (f32.add (local.get 0) (local.get 0))) (drop (i32.const 1))
              (i32.load (i32.const 0)) drop (local.get 1))
            (func $store (i32.store8 (i32.const 0) (i32.const 0)))
            (func $global (global.set $g (i32.const 0)))
            (func $calls (call $store))
            (func $indirect (call_indirect (i32.const 0)))
            (func $harmless (drop (call $pure (f32.const 0)))))";
        let module = Module::parse(text.as_bytes()).unwrap();
        let found: Vec<bool> = (0..6).map(|index| may_write(&module, index)).collect();
        assert_eq!(found, [false, true, true, true, true, false]);
    }
}
