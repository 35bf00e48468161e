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
loc 1 = @f + 102
loc 2 = @start + 105
loc 3 = @start + 107
loc 4 = @start + 109
loc 5 = @start + 112
loc 6 = @__synth_init + 59
loc 7 = @__synth_init + 91
loc 8 = @__synth_init + 116
loc 9 = @__synth_init + 126
loc 10 = @__synth_init

local func @f() -> () {
b0:
  return !1
}

local func @start() -> () {
b0:
  v0 = const 0 !2
  v1 = const 1 !3
  v2 = symbol_addr @__linear_memory_base !4
  store.i32 memory0[v2], v1 !4
  return !5
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
  v0 = symbol_addr @base !6
  v1 = load.i32 global[v0] !6
  v2 = const 4 !6
  v3 = add v1, v2 !6
  v4 = symbol_addr @derived !6
  store.i32 global[v4], v3 !6
  v5 = symbol_addr @base !7
  v6 = load.i32 global[v5] !7
  v7 = const 0 !7
  v8 = const 2 !7
  v9 = const 2 !7
  v10 = cmp.ugt v6, v9 !7
  trap_if v10, out_of_bounds_table !7
  v11 = const 3 !7
  v12 = shl v6, v11 !7
  v13 = symbol_addr @"table[0]" !7
  v14 = add v13, v12 !7
  v15 = symbol_addr @"elem[1]" !7
  v16 = const 16 !7
  call @__aeabi_memcpy(v14, v15, v16): (i32, i32, i32) -> () !7
  v17 = const 16 !8
  v18 = const 0 !8
  v19 = const 4 !8
  v20 = symbol_addr @__linear_memory_base + 16 !8
  v21 = symbol_addr @"data[0]" !8
  call @__aeabi_memcpy(v20, v21, v19): (i32, i32, i32) -> () !8
  v22 = symbol_addr @base !9
  v23 = load.i32 global[v22] !9
  v24 = const 0 !9
  v25 = const 4 !9
  v26 = symbol_addr @__linear_memory_size !9
  v27 = load.i32 instance[v26] !9
  v28 = cmp.ugt v25, v27 !9
  trap_if v28, out_of_bounds_memory !9
  v29 = sub v27, v25 !9
  v30 = cmp.ugt v23, v29 !9
  trap_if v30, out_of_bounds_memory !9
  v31 = symbol_addr @__linear_memory_base !9
  v32 = add v31, v23 !9
  v33 = symbol_addr @"data[1]" !9
  call @__aeabi_memcpy(v32, v33, v25): (i32, i32, i32) -> () !9
  call @start(): () -> () !10
  return
}
