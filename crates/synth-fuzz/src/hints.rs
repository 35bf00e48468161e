//! Branch hints at random (`metadata.code.branch_hint`), which the generator of
//! modules does not make: they change the order and the cost of code, and must change
//! nothing else.

use synth_wasm::{Module, operator_name};
use wasm_encoder::{BranchHint, BranchHints, RawSection, SectionId};
use wasmparser::Parser;

/// The module with hints for some of its `if` and `br_if`, chosen by `choose`.
pub(crate) fn with_hints(
    module: &Module,
    mut choose: impl FnMut() -> Option<bool>,
) -> Option<Module> {
    let mut hints = BranchHints::new();
    for index in 0..module.functions.len() as u32 {
        let function = function_hints(module, index, &mut choose)?;
        if !function.is_empty() {
            hints.function_hints(index, function);
        }
    }
    let mut out = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module.bytes()) {
        let payload = payload.ok()?;
        let Some((id, range)) = payload.as_section() else { continue };
        if id == SectionId::Code as u8 {
            out.section(&hints);
        }
        let data = module.bytes().get(range.start as usize..range.end as usize)?;
        out.section(&RawSection { id, data });
    }
    Module::parse(&out.finish()).ok()
}

/// Offsets count from the start of the body.
fn function_hints(
    module: &Module,
    index: u32,
    choose: &mut impl FnMut() -> Option<bool>,
) -> Option<Vec<BranchHint>> {
    let mut hints = vec![];
    let Some(body) = module.body(index) else { return Some(hints) };
    let mut operators = body.get_operators_reader().ok()?;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset().ok()?;
        if let "if" | "br_if" = operator_name(&operator).to_string().as_str()
            && let Some(taken) = choose()
        {
            hints.push(BranchHint {
                branch_func_offset: (offset - body.range().start) as u32,
                branch_hint_value: taken.into(),
            });
        }
    }
    Some(hints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_stand_at_their_branches() {
        let text = r#"(module (import "e" "f" (func)) (func (param i32) (local i64)
            (if (local.get 0) (then)) (block (br_if 0 (local.get 0)) (br_if 0 (local.get 0)))))"#;
        let module = Module::parse(text.as_bytes()).unwrap();
        let mut hints = [Some(true), None, Some(false)].into_iter().cycle();
        let hinted = with_hints(&module, || hints.next().flatten()).unwrap();
        let kept: Vec<bool> = hinted.branch_hints.values().copied().collect();
        assert_eq!(kept, [true, false]);
        let body = |module: &Module| {
            let code = module.functions[1].code.as_ref().unwrap();
            module.bytes()[code.range.clone()].to_vec()
        };
        assert_eq!(body(&hinted), body(&module));
        let first = *hinted.branch_hints.keys().next().unwrap();
        assert_eq!(hinted.bytes()[first as usize], 0x04, "the opcode of if");
    }
}
