(module
  (memory 1)
  (table $t 4 funcref)
  (data $p "passive")
  (elem $e func $f $f)
  (func $f)
  (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy)
  (func (export "fill") (param i32) local.get 0 i32.const 7 i32.const 16 memory.fill)
  (func (export "init") (param i32) local.get 0 i32.const 1 i32.const 3 memory.init $p)
  (func (export "drop") data.drop $p)
  (func (export "table_init") (param i32) local.get 0 i32.const 0 i32.const 2 table.init $t $e))
;; ==== expected
loc 1 = @copy + 113
loc 2 = @fill + 126
loc 3 = @init + 138
loc 4 = @drop + 145
loc 5 = @table_init + 157

local func @f() -> () {
b0:
  return
}

global func @copy(i32, i32, i32) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65536
  v4 = cmp.ugt v2, v3
  trap_if v4, out_of_bounds_memory !1
  v5 = sub v3, v2
  v6 = cmp.ugt v1, v5
  trap_if v6, out_of_bounds_memory !1
  v7 = const 65536
  v8 = cmp.ugt v2, v7
  trap_if v8, out_of_bounds_memory !1
  v9 = sub v7, v2
  v10 = cmp.ugt v0, v9
  trap_if v10, out_of_bounds_memory !1
  v11 = symbol_addr @__linear_memory_base
  v12 = add v11, v0
  v13 = symbol_addr @__linear_memory_base
  v14 = add v13, v1
  call @__aeabi_memmove(v12, v14, v2): (i32, i32, i32) -> () !1
  return
}

global func @fill(i32) -> () {
b0(v0: i32):
  v1 = const 7
  v2 = const 16
  v3 = const 65520
  v4 = cmp.ugt v0, v3
  trap_if v4, out_of_bounds_memory !2
  v5 = symbol_addr @__linear_memory_base
  v6 = add v5, v0
  call @__aeabi_memset(v6, v2, v1): (i32, i32, i32) -> () !2
  return
}

global func @init(i32) -> () {
b0(v0: i32):
  v1 = const 1
  v2 = const 3
  v3 = symbol_addr @p.size
  v4 = load.i32 instance[v3] !3
  v5 = cmp.ugt v2, v4
  trap_if v5, out_of_bounds_memory !3
  v6 = sub v4, v2
  v7 = cmp.ugt v1, v6
  trap_if v7, out_of_bounds_memory !3
  v8 = const 65533
  v9 = cmp.ugt v0, v8
  trap_if v9, out_of_bounds_memory !3
  v10 = symbol_addr @__linear_memory_base
  v11 = add v10, v0
  v12 = symbol_addr @p + 1
  call @__aeabi_memcpy(v11, v12, v2): (i32, i32, i32) -> () !3
  return
}

global func @drop() -> () {
b0:
  v0 = const 0
  v1 = symbol_addr @p.size
  store.i32 instance[v1], v0 !4
  return
}

global func @table_init(i32) -> () {
b0(v0: i32):
  v1 = const 0
  v2 = const 2
  v3 = const 2
  v4 = cmp.ugt v0, v3
  trap_if v4, out_of_bounds_table !5
  v5 = const 3
  v6 = shl v0, v5
  v7 = symbol_addr @t
  v8 = add v7, v6
  v9 = symbol_addr @e
  v10 = const 16
  call @__aeabi_memcpy(v8, v9, v10): (i32, i32, i32) -> () !5
  return
}

local data @__linear_memory_base size 65536 align 8

local data @t size 32 align 4

comdat const @__synth_sig__ size 1 align 1

local const @e size 16 align 4 {
  ref 0 @__synth_sig__
  ref 4 @f
  ref 8 @__synth_sig__
  ref 12 @f
}

local const @p size 7 align 4 {
  bytes 0 "70617373697665"
}

local data @p.size size 4 align 4 {
  bytes 0 "07"
}

global undefined func @__aeabi_memcpy

global undefined func @__aeabi_memmove

global undefined func @__aeabi_memset
