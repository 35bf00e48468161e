//! What `soften` makes of each construct.

use synth_ir::{FloatOp, Program, Target, Type, verify};

/// A target with instructions for single precision, or none.
struct Cpu {
    single: bool,
}

impl Target for Cpu {
    fn constant_cost(&self, _: i32) -> u32 {
        4
    }
    fn is_arith_immediate(&self, _: i32) -> bool {
        true
    }
    fn is_logic_immediate(&self, _: i32) -> bool {
        true
    }
    fn is_memory_offset(&self, _: i32, _: u32) -> bool {
        true
    }
    fn has_float(&self, op: FloatOp) -> bool {
        self.single && !op.uses(Type::F64)
    }
}

fn check(before: &str, after: &str) {
    check_on(&Cpu { single: false }, before, after);
}

fn check_on(cpu: &Cpu, before: &str, after: &str) {
    let mut program = Program::parse(before).unwrap();
    assert_eq!(verify(&program), Ok(()), "{before}");
    synth_opt::soften::run(&mut program, cpu);
    assert_eq!(verify(&program), Ok(()), "{program}");
    program.functions_mut().for_each(|(_, func)| func.compact());
    assert_eq!(program.to_string(), after);
}

#[test]
fn floats_become_words() {
    check(
        "\
global func @f(f32, f64, i32) -> (f64, f32) {
b0(v0: f32, v1: f64, v2: i32):
  v3 = load.f64 native[v2 + 12]
  store.f64 memory0[v2 - 4], v1
  v4 = load.f32 memory0[v2]
  store.f32 memory0[v2], v4
  v5 = select.f64 v2, v1, v3
  v6 = select.f32 v2, v0, v4
  branch v2, b2, b1(v6, v5, v6)
b1(v7: f32, v8: f64, v9: f32):
  v10, v11 = call @f(v9, v5, v2): (f32, f64, i32) -> (f64, f32)
  return v10, v7
b2:
  v13 = f64.const 0x0123456789abcdef
  v14 = f32.const 0xfedcba98
  return v13, v14
}
",
        "\
global func @f(f32, f64, i32) -> (f64, f32) aapcs_soft {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = load.i32 native[v3 + 12]
  v5 = load.i32 native[v3 + 16]
  store.i32 memory0[v3 - 4], v1
  store.i32 memory0[v3], v2
  v6 = load.i32 memory0[v3]
  store.i32 memory0[v3], v6
  v7 = select v3, v1, v4
  v8 = select v3, v2, v5
  v9 = select v3, v0, v6
  branch v3, b2, b1(v9, v7, v8, v9)
b1(v10: i32, v11: i32, v12: i32, v13: i32):
  v14, v15, v16 = call @f(v13, v7, v8, v3): (f32, f64, i32) -> (f64, f32) aapcs_soft
  return v14, v15, v10
b2:
  v17 = const -1985229329
  v18 = const 19088743
  v19 = const -19088744
  return v17, v18, v19
}
",
    );
}

#[test]
fn bit_operators_vanish() {
    check(
        "\
local func @f(i32, i32, f32, f64) -> (f32, f64, i32) {
b0(v0: i32, v1: i32, v2: f32, v3: f64):
  v4 = f32_from_bits v0
  v5 = f32_bits v4
  v6 = f32_from_bits v5
  v7 = f64_hi v3
  v8 = f64_from_bits v7, v5
  v9 = f64_lo v8
  v10 = call_indirect v9(v8): (f64) -> (f64) internal
  v11 = f64_lo v10
  return v6, v8, v11
}
",
        "\
local func @f(i32, i32, f32, f64) -> (f32, f64, i32) aapcs_soft {
b0(v0: i32, v1: i32, v2: i32, v3: i32, v4: i32):
  v5, v6 = call_indirect v4(v4, v0): (i64) -> (i64) internal
  return v0, v4, v0, v5
}
",
    );
}

#[test]
fn operators_become_calls() {
    check(
        "\
global func @f(f32, f64) -> (f32, i32, i64) {
b0(v0: f32, v1: f64):
  v2 = f32.add v0, v0
  v3 = f32.neg v2
  v4 = f64.copysign v1, v1
  v5 = f64.ne v4, v1
  v6 = f64.to_i64_s_lo v4
  v7 = f64.to_i64_s_hi v4
  return v3, v5, v6, v7
}
",
        "\
global func @f(f32, f64) -> (f32, i32, i64) aapcs_soft {
b0(v0: i32, v1: i32, v2: i32):
  v3 = call @__aeabi_fadd(v0, v0): (i32, i32) -> (i32)
  v4 = const -2147483648
  v5 = xor v3, v4
  v6 = const 2147483647
  v7 = and v2, v6
  v8 = const -2147483648
  v9 = and v2, v8
  v10 = or v7, v9
  v11 = call @__aeabi_dcmpeq(v1, v10, v1, v2): (i64, i64) -> (i32)
  v12 = const 0
  v13 = cmp.eq v11, v12
  v14, v15 = call @__synth_i64_trunc_sat_f64_s(v1, v10): (i64) -> (i64)
  return v5, v13, v14, v15
}

global undefined func @__aeabi_fadd

global undefined func @__aeabi_dcmpeq

global undefined func @__synth_i64_trunc_sat_f64_s
",
    );
}

/// A type with instructions keeps its values, but not at the borders.
#[test]
fn hardware_keeps_values() {
    check_on(
        &Cpu { single: true },
        "\
global func @f(f32, i32) -> (f32) {
b0(v0: f32, v1: i32):
  v2 = load.f32 native[v1]
  v3 = f32.add v0, v2
  v4 = f64.promote v3
  v5 = f64.add v4, v4
  v6 = f32.demote v5
  v7 = call @f(v6, v1): (f32, i32) -> (f32)
  return v7
}

global func @g(f32) -> (f32) {
b0(v0: f32):
  return v0
}
",
        "\
global func @f(f32, i32) -> (f32) aapcs_soft {
b0(v0: i32, v1: i32):
  v2 = f32_from_bits v0
  v3 = load.f32 native[v1]
  v4 = f32.add v2, v3
  v5 = f32_bits v4
  v6, v7 = call @__aeabi_f2d(v5): (i32) -> (i64)
  v8, v9 = call @__aeabi_dadd(v6, v7, v6, v7): (i64, i64) -> (i64)
  v10 = call @__aeabi_d2f(v8, v9): (i64) -> (i32)
  v11 = f32_from_bits v10
  v12 = f32_bits v11
  v13 = call @f(v12, v1): (f32, i32) -> (f32) aapcs_soft
  v14 = f32_from_bits v13
  v15 = f32_bits v14
  return v15
}

global func @g(f32) -> (f32) aapcs_soft {
b0(v0: i32):
  return v0
}

global undefined func @__aeabi_dadd

global undefined func @__aeabi_d2f

global undefined func @__aeabi_f2d
",
    );
}
