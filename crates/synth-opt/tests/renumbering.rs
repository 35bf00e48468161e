//! The pipeline says what has become of the numbers of symbols.

mod common;

use synth_ir::{Program, SymbolId};
use synth_opt::{Level, run_pipeline};

#[test]
fn symbols_are_found_again() {
    let text = "\
local func @unused() -> () {
b0:
  return
}
global undefined func @never_called
global func @f(i32) -> (i32) {
b0(v0: i32):
  v1 = call @helper(v0): (i32) -> (i32)
  return v1
}
global func @helper(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @only_dead_code
  return v0
}
local data @only_dead_code size 4 align 4
global data @last size 4 align 4
";
    let before = Program::parse(text).unwrap();
    for &level in Level::ALL {
        let mut after = before.clone();
        let numbers = run_pipeline(&mut after, level, &common::TestTarget, &mut ()).unwrap();
        assert!(common::check_same(&before, &after, 4) > 0);
        let name = |id: SymbolId| &after.symbols[id].name;
        for (id, symbol) in &before.symbols {
            let dead = ["unused", "never_called", "only_dead_code"].contains(&&*symbol.name);
            let expected = (level == Level::O0 || !dead).then_some(&symbol.name);
            assert_eq!(numbers.get(id).map(name), expected, "{level}");
        }
    }
}
