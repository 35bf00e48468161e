(module
  (import "env" "log" (func $log (param i32 i64)))
  (table $t 4 funcref)
  (elem (table $t) (i32.const 1) func $add $log)
  (func $add (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "direct") (param i64) i32.const 1 local.get 0 call $log)
  (func (export "indirect") (param i32) (result i32)
    i32.const 2 i32.const 3 local.get 0 call_indirect (param i32 i32) (result i32))
  (func (export "entry") i32.const 9 i64.const 8 i32.const 2 call_indirect (param i32 i64)))
;; ==== expected
loc 1 = @direct + 120
loc 2 = @indirect + 131
loc 3 = @entry + 143

global undefined func @log

local func @add(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = add v0, v1
  return v2
}

global func @direct(i64) -> () {
b0(v0: i32, v1: i32):
  v2 = const 1
  call @log(v2, v0, v1): (i32, i64) -> () !1
  return
}

global func @indirect(i32) -> (i32) {
b0(v0: i32):
  v1 = const 2
  v2 = const 3
  v3 = const 4
  v4 = cmp.uge v0, v3
  trap_if v4, out_of_bounds_table !2
  v5 = const 3
  v6 = shl v0, v5
  v7 = symbol_addr @t
  v8 = add v7, v6
  v9 = load.i32 table[v8] !2
  v10 = const 0
  v11 = cmp.eq v9, v10
  trap_if v11, uninitialized_element !2
  v12 = symbol_addr @__synth_sig_ii_i
  v13 = cmp.ne v9, v12
  trap_if v13, indirect_call_mismatch !2
  v14 = load.i32 table[v8 + 4] !2
  v15 = call_indirect v14(v1, v2): (i32, i32) -> (i32) !2
  return v15
}

global func @entry() -> () {
b0:
  v0 = const 9
  v1 = const 8
  v2 = const 0
  v3 = const 2
  v4 = symbol_addr @t + 16
  v5 = load.i32 table[v4] !3
  v6 = const 0
  v7 = cmp.eq v5, v6
  trap_if v7, uninitialized_element !3
  v8 = symbol_addr @__synth_sig_iI_
  v9 = cmp.ne v5, v8
  trap_if v9, indirect_call_mismatch !3
  v10 = load.i32 table[v4 + 4] !3
  call_indirect v10(v0, v1, v2): (i32, i64) -> () !3
  return
}

comdat const @__synth_sig_ii_i size 1 align 1

comdat const @__synth_sig_iI_ size 1 align 1

local const @t size 32 align 4 {
  ref 8 @__synth_sig_ii_i
  ref 12 @add
  ref 16 @__synth_sig_iI_
  ref 20 @log
}
