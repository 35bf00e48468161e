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
loc 1 = @add + 112
loc 2 = @add + 113
loc 3 = @direct + 116
loc 4 = @direct + 120
loc 5 = @direct + 122
loc 6 = @indirect + 125
loc 7 = @indirect + 127
loc 8 = @indirect + 131
loc 9 = @indirect + 134
loc 10 = @entry + 137
loc 11 = @entry + 139
loc 12 = @entry + 141
loc 13 = @entry + 143
loc 14 = @entry + 146

global undefined func @log

local func @add(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = add v0, v1 !1
  return v2 !2
}

global func @direct(i64) -> () {
b0(v0: i32, v1: i32):
  v2 = const 1 !3
  call @log(v2, v0, v1): (i32, i64) -> () !4
  return !5
}

global func @indirect(i32) -> (i32) {
b0(v0: i32):
  v1 = const 2 !6
  v2 = const 3 !7
  v3 = const 4 !8
  v4 = cmp.uge v0, v3 !8
  trap_if v4, out_of_bounds_table !8
  v5 = const 3 !8
  v6 = shl v0, v5 !8
  v7 = symbol_addr @t !8
  v8 = add v7, v6 !8
  v9 = load.i32 table[v8] !8
  v10 = const 0 !8
  v11 = cmp.eq v9, v10 !8
  trap_if v11, uninitialized_element !8
  v12 = symbol_addr @__synth_sig_ii_i !8
  v13 = cmp.ne v9, v12 !8
  trap_if v13, indirect_call_mismatch !8
  v14 = load.i32 table[v8 + 4] !8
  v15 = call_indirect v14(v1, v2): (i32, i32) -> (i32) !8
  return v15 !9
}

global func @entry() -> () {
b0:
  v0 = const 9 !10
  v1 = const 8 !11
  v2 = const 0 !11
  v3 = const 2 !12
  v4 = symbol_addr @t + 16 !13
  v5 = load.i32 table[v4] !13
  v6 = const 0 !13
  v7 = cmp.eq v5, v6 !13
  trap_if v7, uninitialized_element !13
  v8 = symbol_addr @__synth_sig_iI_ !13
  v9 = cmp.ne v5, v8 !13
  trap_if v9, indirect_call_mismatch !13
  v10 = load.i32 table[v4 + 4] !13
  call_indirect v10(v0, v1, v2): (i32, i64) -> () !13
  return !14
}

comdat const @__synth_sig_ii_i size 1 align 1

comdat const @__synth_sig_iI_ size 1 align 1

local const @t size 32 align 4 {
  ref 8 @__synth_sig_ii_i
  ref 12 @add
  ref 16 @__synth_sig_iI_
  ref 20 @log
}
