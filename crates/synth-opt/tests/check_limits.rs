//! Checks whose limits are rounded: numbers of known low bits around each limit
//! and where sums wrap, in the interpreter before and after.

mod common;

use synth_ir::Program;
use synth_opt::{Context, find_stage};

const SHIFTS: [u32; 4] = [0, 2, 3, 4];
const ADDENDS: [i32; 6] = [-17, -4, 0, 1, 12, 4899];
const LIMITS: [u32; 9] = [3, 254, 255, 4095, 65504, 65519, 65532, 65535, u32::MAX - 16];

/// Two checks of `(x << shift) + addend` with a store between, and one of 4 more.
fn program(x: u32, shift: u32, addend: i32, first: u32, second: u32) -> Program {
    let (first, second) = (first as i32, second as i32);
    let bytes: String = x.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!(
        "global data @cell size 4 align 4
         global data @input size 4 align 4 {{
           bytes 0 \"{bytes}\"
         }}
         global func @f() -> (i32) {{
         b0:
           v13 = symbol_addr @input
           v0 = load.i32 global[v13]
           v1 = const {shift}
           v2 = shl v0, v1
           v3 = const {addend}
           v4 = add v2, v3
           v5 = const {first}
           v6 = cmp.ugt v4, v5
           trap_if v6, out_of_bounds_memory
           v7 = symbol_addr @cell
           store.i32 memory0[v7], v4
           v8 = const {second}
           v9 = cmp.ugt v4, v8
           trap_if v9, out_of_bounds_memory
           v10 = const 4
           v11 = add v4, v10
           v12 = cmp.ugt v11, v8
           trap_if v12, out_of_bounds_memory
           return v11
         }}"
    );
    Program::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

#[test]
fn rounded_limits_trap_for_the_same_numbers() {
    let cx = Context::new(&common::TestTarget);
    let stage = find_stage("checks").expect("a stage");
    let (mut trapped, mut passed) = (0, 0);
    for (shift, addend) in SHIFTS.iter().flat_map(|&s| ADDENDS.map(|a| (s, a))) {
        for (first, second) in LIMITS.iter().flat_map(|&f| LIMITS.map(|s| (f, s))) {
            let around = |limit: u32| (-2..=2).map(move |n: i64| i64::from(limit) + (n << shift));
            for wanted in [0, first, second].into_iter().flat_map(around) {
                let x = (wanted - i64::from(addend)).div_euclid(1 << shift) as u32;
                let before = program(x, shift, addend, first, second);
                let mut after = before.clone();
                stage.run(&mut after, &cx).expect("no refusal");
                assert_eq!(common::check_same(&before, &after, 1), 1);
                let sum = (x << shift).wrapping_add(addend as u32);
                let passes = sum <= first && sum.max(sum.wrapping_add(4)) <= second;
                *(if passes { &mut passed } else { &mut trapped }) += 1;
            }
        }
    }
    assert!(trapped > 5000 && passed > 5000, "{trapped} {passed}");
}
