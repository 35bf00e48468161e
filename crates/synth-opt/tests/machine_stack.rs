//! What can't become a machine frame is refused, with the function and the
//! place of the instruction.

use synth_ir::Program;
use synth_opt::{Level, run_pipeline};

#[allow(dead_code)]
mod common;

const HEAD: &str = "loc 1 = 18
global undefined data @__stack_pointer
global func @f(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @__stack_pointer
  v2 = load.i32 global[v1]
  v3 = const 16
  v4 = sub v2, v3
";

fn refusal(body: &str) -> String {
    let mut program = Program::parse(&format!("{HEAD}{body}}}\n")).unwrap();
    assert_eq!(synth_ir::verify(&program), Ok(()));
    match run_pipeline(&mut program, Level::O0, &common::TestTarget, &mut ()) {
        Ok(_) => String::new(),
        Err(refused) => refused.iter().map(|e| e.to_string()).collect(),
    }
}

#[track_caller]
fn refused(body: &str, what: &str) {
    let message = refusal(body);
    assert!(message.starts_with("function 'f', offset 0x12: it "), "{message}");
    assert!(message.contains(what) && message.contains("--model linear"), "{message}");
}

#[test]
fn a_pointer_that_differs_at_the_return() {
    refused("store.i32 global[v1], v4\nreturn v0 !1\n", "returns with another");
    refused(
        "branch v0, b1, b2\nb1:\nstore.i32 global[v1], v4\njump b2\nb2:\nreturn v0 !1\n",
        "returns with another",
    );
    assert_eq!(refusal("store.i32 global[v1], v4\ntrap unreachable\n"), "");
}

#[test]
fn a_pointer_from_elsewhere() {
    refused(
        "store.i32 global[v1], v0 !1\nstore.i32 global[v1], v2\nreturn v0\n",
        "does not come from it",
    );
    refused(
        "v5 = load.i32 native[v0]\nv6 = sub v5, v3\nstore.i32 global[v1], v6 !1\n\
         store.i32 global[v1], v2\nreturn v0\n",
        "does not come from it",
    );
}

#[test]
fn a_pointer_above_the_callers() {
    refused(
        "v5 = add v2, v3\nstore.i32 global[v1], v5 !1\nstore.i32 global[v1], v2\nreturn v0\n",
        "raises",
    );
}

#[test]
fn the_address_of_the_pointer() {
    refused("store.i32 native[v0], v1 !1\nreturn v0\n", "the address of");
    refused("v5 = load.u8 global[v1] !1\nreturn v5\n", "the address of");
}
