;; options: unchecked
(module
  (memory 1)
  (func (export "load") (param i32) (result i32) local.get 0 i32.load offset=0xfffffff0)
  (func (export "fill") (param i32) local.get 0 i32.const 1 i32.const 2 memory.fill))
;; ==== expected
loc 1 = @load + 54
loc 2 = @fill + 70

global func @load(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_base
  v2 = add v1, v0
  v3 = load.i32 memory0[v2 - 16] !1
  return v3
}

global func @fill(i32) -> () {
b0(v0: i32):
  v1 = const 1
  v2 = const 2
  v3 = symbol_addr @__linear_memory_base
  v4 = add v3, v0
  call @__aeabi_memset(v4, v2, v1): (i32, i32, i32) -> () !2
  return
}

local data @__linear_memory_base size 65536 align 8

global undefined func @__aeabi_memset
