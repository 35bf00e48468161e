//! What is inlined where: sizes that would make a listing long.

#[allow(dead_code)]
mod common;

use synth_ir::{Program, verify};
use synth_opt::{Context, find_stage};

/// A loop that calls @work in each turn or only in some, and @work, which computes
/// with that many instructions and nothing else.
fn program(every_turn: bool, instructions: usize) -> Program {
    let chain: String =
        (1..=instructions).map(|i| format!("v{i} = mul v{}, v0\n", i - 1)).collect();
    let way = if every_turn { "jump b2" } else { "branch v1, b2, b3(v1)" };
    Program::parse(&format!(
        "local func @work(i32) -> (i32) {{
b0(v0: i32):
{chain}return v{instructions}
}}
global func @caller(i32) -> (i32) {{
b0(v0: i32):
  jump b1(v0, v0)
b1(v1: i32, v2: i32):
  {way}
b2:
  v3 = call @work(v2): (i32) -> (i32)
  jump b3(v3)
b3(v4: i32):
  v5 = const -1
  v6 = add v2, v5
  branch v6, b1(v4, v6), b4
b4:
  return v4
}}
"
    ))
    .unwrap()
}

/// Whether the call goes at -O2.
fn is_inlined(every_turn: bool, instructions: usize) -> bool {
    let mut program = program(every_turn, instructions);
    assert_eq!(verify(&program), Ok(()));
    let inline = find_stage("inline").unwrap();
    inline.run(&mut program, &Context::new(&common::TestTarget)).unwrap();
    assert_eq!(verify(&program), Ok(()));
    !program.to_string().contains("call @work")
}

#[test]
fn large_functions_stay_out_of_rare_turns_of_a_loop() {
    assert!(is_inlined(true, 20), "small, in each turn");
    assert!(is_inlined(false, 20), "small, in some turns");
    assert!(is_inlined(true, 120), "large, in each turn");
    assert!(!is_inlined(false, 120), "large, in some turns");
}
