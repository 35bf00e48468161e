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
loc 1 = @f + 104
loc 2 = @copy + 113
loc 3 = @copy + 117
loc 4 = @fill + 122
loc 5 = @fill + 124
loc 6 = @fill + 126
loc 7 = @fill + 129
loc 8 = @init + 134
loc 9 = @init + 136
loc 10 = @init + 138
loc 11 = @init + 142
loc 12 = @drop + 145
loc 13 = @drop + 148
loc 14 = @table_init + 153
loc 15 = @table_init + 155
loc 16 = @table_init + 157
loc 17 = @table_init + 161

local func @f() -> () {
b0:
  return !1
}

global func @copy(i32, i32, i32) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65536 !2
  v4 = cmp.ugt v2, v3 !2
  trap_if v4, out_of_bounds_memory !2
  v5 = sub v3, v2 !2
  v6 = cmp.ugt v1, v5 !2
  trap_if v6, out_of_bounds_memory !2
  v7 = const 65536 !2
  v8 = cmp.ugt v2, v7 !2
  trap_if v8, out_of_bounds_memory !2
  v9 = sub v7, v2 !2
  v10 = cmp.ugt v0, v9 !2
  trap_if v10, out_of_bounds_memory !2
  v11 = symbol_addr @__linear_memory_base !2
  v12 = add v11, v0 !2
  v13 = symbol_addr @__linear_memory_base !2
  v14 = add v13, v1 !2
  call @__aeabi_memmove(v12, v14, v2): (i32, i32, i32) -> () !2
  return !3
}

global func @fill(i32) -> () {
b0(v0: i32):
  v1 = const 7 !4
  v2 = const 16 !5
  v3 = const 65520 !6
  v4 = cmp.ugt v0, v3 !6
  trap_if v4, out_of_bounds_memory !6
  v5 = symbol_addr @__linear_memory_base !6
  v6 = add v5, v0 !6
  call @__aeabi_memset(v6, v2, v1): (i32, i32, i32) -> () !6
  return !7
}

global func @init(i32) -> () {
b0(v0: i32):
  v1 = const 1 !8
  v2 = const 3 !9
  v3 = symbol_addr @p.size !10
  v4 = load.i32 instance[v3] !10
  v5 = cmp.ugt v2, v4 !10
  trap_if v5, out_of_bounds_memory !10
  v6 = sub v4, v2 !10
  v7 = cmp.ugt v1, v6 !10
  trap_if v7, out_of_bounds_memory !10
  v8 = const 65533 !10
  v9 = cmp.ugt v0, v8 !10
  trap_if v9, out_of_bounds_memory !10
  v10 = symbol_addr @__linear_memory_base !10
  v11 = add v10, v0 !10
  v12 = symbol_addr @p + 1 !10
  call @__aeabi_memcpy(v11, v12, v2): (i32, i32, i32) -> () !10
  return !11
}

global func @drop() -> () {
b0:
  v0 = const 0 !12
  v1 = symbol_addr @p.size !12
  store.i32 instance[v1], v0 !12
  return !13
}

global func @table_init(i32) -> () {
b0(v0: i32):
  v1 = const 0 !14
  v2 = const 2 !15
  v3 = const 2 !16
  v4 = cmp.ugt v0, v3 !16
  trap_if v4, out_of_bounds_table !16
  v5 = const 3 !16
  v6 = shl v0, v5 !16
  v7 = symbol_addr @t !16
  v8 = add v7, v6 !16
  v9 = symbol_addr @e !16
  v10 = const 16 !16
  call @__aeabi_memcpy(v8, v9, v10): (i32, i32, i32) -> () !16
  return !17
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
