;; options: unchecked
;; Floats at any address are words.
(module
  (memory 1)
  (func (export "single") (param i32) (f32.store (local.get 0) (f32.load offset=4 (local.get 0))))
  (func (export "double") (param i32) (f64.store (local.get 0) (f64.load offset=8 (local.get 0))))
  (func (export "unaligned") (param i32)
    (f32.store align=2 (local.get 0) (f32.load offset=4 align=1 (local.get 0)))))
;; ==== expected
loc 1 = @single + 68
loc 2 = @single + 71
loc 3 = @single + 74
loc 4 = @double + 81
loc 5 = @double + 84
loc 6 = @double + 87
loc 7 = @unaligned + 94
loc 8 = @unaligned + 97
loc 9 = @unaligned + 100

global func @single(i32) -> () {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_base !1
  v2 = add v1, v0 !1
  v3 = load.i32 memory0[v2 + 4] !1
  v4 = f32_from_bits v3 !1
  v5 = symbol_addr @__linear_memory_base !2
  v6 = add v5, v0 !2
  v7 = f32_bits v4 !2
  store.i32 memory0[v6], v7 !2
  return !3
}

global func @double(i32) -> () {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_base !4
  v2 = add v1, v0 !4
  v3 = load.i32 memory0[v2 + 8] !4
  v4 = load.i32 memory0[v2 + 12] !4
  v5 = f64_from_bits v3, v4 !4
  v6 = symbol_addr @__linear_memory_base !5
  v7 = add v6, v0 !5
  v8 = f64_lo v5 !5
  v9 = f64_hi v5 !5
  store.i32 memory0[v7], v8 !5
  store.i32 memory0[v7 + 4], v9 !5
  return !6
}

global func @unaligned(i32) -> () {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_base !7
  v2 = add v1, v0 !7
  v3 = load.i32 memory0[v2 + 4] !7
  v4 = f32_from_bits v3 !7
  v5 = symbol_addr @__linear_memory_base !8
  v6 = add v5, v0 !8
  v7 = f32_bits v4 !8
  store.i32 memory0[v6], v7 !8
  return !9
}

local data @__linear_memory_base size 65536 align 8
