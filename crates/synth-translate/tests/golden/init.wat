;; options: init-symbol
(module
  (import "env" "base" (global $base i32))
  (import "env" "memory" (memory 1))
  (global $derived (export "derived") (mut i32) (i32.add (global.get $base) (i32.const 4)))
  (table 4 funcref)
  (elem (i32.const 0) func $f)
  (elem (global.get $base) func $f $start)
  (data (i32.const 16) "abcd")
  (data (global.get $base) "efgh")
  (func $f)
  (func $start i32.const 0 i32.const 1 i32.store)
  (start $start))
;; ==== expected
loc 1 = @start + 109
loc 2 = @__synth_init + 59
loc 3 = @__synth_init + 91
loc 4 = @__synth_init + 116
loc 5 = @__synth_init + 126
loc 6 = @__synth_init

local func @f() -> () {
b0:
  return
}

local func @start() -> () {
b0:
  v0 = const 0
  v1 = const 1
  v2 = symbol_addr @__linear_memory_base
  store.i32 memory0[v2], v1 !1
  return
}

global undefined data @__linear_memory_base

global undefined data @__linear_memory_size

global undefined data @base

global data @derived size 4 align 4

global undefined func @__aeabi_memcpy

comdat const @__synth_sig__ size 1 align 1

local data @"table[0]" size 32 align 4 {
  ref 0 @__synth_sig__
  ref 4 @f
}

local const @"elem[1]" size 16 align 4 {
  ref 0 @__synth_sig__
  ref 4 @f
  ref 8 @__synth_sig__
  ref 12 @start
}

local const @"data[0]" size 4 align 4 {
  bytes 0 "61626364"
}

local const @"data[1]" size 4 align 4 {
  bytes 0 "65666768"
}

global func @__synth_init() -> () {
b0:
  v0 = symbol_addr @base
  v1 = load.i32 global[v0] !2
  v2 = const 4
  v3 = add v1, v2
  v4 = symbol_addr @derived
  store.i32 global[v4], v3 !2
  v5 = symbol_addr @base
  v6 = load.i32 global[v5] !3
  v7 = const 0
  v8 = const 2
  v9 = const 2
  v10 = cmp.ugt v6, v9
  trap_if v10, out_of_bounds_table !3
  v11 = const 3
  v12 = shl v6, v11
  v13 = symbol_addr @"table[0]"
  v14 = add v13, v12
  v15 = symbol_addr @"elem[1]"
  v16 = const 16
  call @__aeabi_memcpy(v14, v15, v16): (i32, i32, i32) -> () !3
  v17 = const 16
  v18 = const 0
  v19 = const 4
  v20 = symbol_addr @__linear_memory_base + 16
  v21 = symbol_addr @"data[0]"
  call @__aeabi_memcpy(v20, v21, v19): (i32, i32, i32) -> () !4
  v22 = symbol_addr @base
  v23 = load.i32 global[v22] !5
  v24 = const 0
  v25 = const 4
  v26 = symbol_addr @__linear_memory_size
  v27 = load.i32 instance[v26] !5
  v28 = cmp.ugt v25, v27
  trap_if v28, out_of_bounds_memory !5
  v29 = sub v27, v25
  v30 = cmp.ugt v23, v29
  trap_if v30, out_of_bounds_memory !5
  v31 = symbol_addr @__linear_memory_base
  v32 = add v31, v23
  v33 = symbol_addr @"data[1]"
  call @__aeabi_memcpy(v32, v33, v25): (i32, i32, i32) -> () !5
  call @start(): () -> () !6
  return
}
