;; options: unchecked
(module
  (memory 1)
  (func (export "load") (param i32) (result i32) local.get 0 i32.load offset=0xfffffff0)
  (func (export "fill") (param i32) local.get 0 i32.const 1 i32.const 2 memory.fill))
;; ==== expected
loc 1 = @load + 54
loc 2 = @load + 61
loc 3 = @fill + 66
loc 4 = @fill + 68
loc 5 = @fill + 70
loc 6 = @fill + 73

global func @load(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_base !1
  v2 = add v1, v0 !1
  v3 = load.i32 memory0[v2 - 16] !1
  return v3 !2
}

global func @fill(i32) -> () {
b0(v0: i32):
  v1 = const 1 !3
  v2 = const 2 !4
  v3 = symbol_addr @__linear_memory_base !5
  v4 = add v3, v0 !5
  call @__aeabi_memset(v4, v2, v1): (i32, i32, i32) -> () !5
  return !6
}

local data @__linear_memory_base size 65536 align 8

global undefined func @__aeabi_memset
