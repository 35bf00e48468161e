;; options: pages=4
(module
  (memory (export "memory") 1 8)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "size") (result i32) memory.size)
  (func (export "load") (param i32) (result i32) local.get 0 i32.load offset=4)
  ;; beyond what the memory always has: two checks
  (func (export "far") (param i32) (result i32) local.get 0 i32.load8_u offset=65536)
  (func (export "constant") (result i32) i32.const 65532 i32.load))
;; ==== expected
loc 1 = @grow + 91
loc 2 = @grow + 93
loc 3 = @size + 96
loc 4 = @size + 98
loc 5 = @load + 103
loc 6 = @load + 106
loc 7 = @far + 111
loc 8 = @far + 116
loc 9 = @constant + 119
loc 10 = @constant + 123
loc 11 = @constant + 126

global func @grow(i32) -> (i32) {
b0(v0: i32):
  v1 = const -1 !1
  v2 = symbol_addr @__linear_memory_size !1
  v3 = load.i32 instance[v2] !1
  v4 = const 262144 !1
  v5 = sub v4, v3 !1
  v6 = const 16 !1
  v7 = shr_u v5, v6 !1
  v8 = cmp.ule v0, v7 !1
  v9 = const 16 !1
  v10 = shl v0, v9 !1
  v11 = add v3, v10 !1
  v12 = select v8, v11, v3 !1
  v13 = symbol_addr @__linear_memory_size !1
  store.i32 instance[v13], v12 !1
  v14 = const 16 !1
  v15 = shr_u v3, v14 !1
  v16 = select v8, v15, v1 !1
  return v16 !2
}

global func @size() -> (i32) {
b0:
  v0 = symbol_addr @__linear_memory_size !3
  v1 = load.i32 instance[v0] !3
  v2 = const 16 !3
  v3 = shr_u v1, v2 !3
  return v3 !4
}

global func @load(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_size !5
  v2 = load.i32 instance[v1] !5
  v3 = const 8 !5
  v4 = sub v2, v3 !5
  v5 = cmp.ugt v0, v4 !5
  trap_if v5, out_of_bounds_memory !5
  v6 = symbol_addr @__linear_memory_base !5
  v7 = add v6, v0 !5
  v8 = load.i32 memory0[v7 + 4] !5
  return v8 !6
}

global func @far(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @__linear_memory_size !7
  v2 = load.i32 instance[v1] !7
  v3 = const 65537 !7
  v4 = cmp.ult v2, v3 !7
  trap_if v4, out_of_bounds_memory !7
  v5 = const 65537 !7
  v6 = sub v2, v5 !7
  v7 = cmp.ugt v0, v6 !7
  trap_if v7, out_of_bounds_memory !7
  v8 = symbol_addr @__linear_memory_base !7
  v9 = add v8, v0 !7
  v10 = load.u8 memory0[v9 + 65536] !7
  return v10 !8
}

global func @constant() -> (i32) {
b0:
  v0 = const 65532 !9
  v1 = symbol_addr @__linear_memory_base + 61440 !10
  v2 = load.i32 memory0[v1 + 4092] !10
  return v2 !11
}

global data @__linear_memory_base size 262144 align 8

global data @__linear_memory_size size 4 align 4 {
  bytes 0 "000001"
}

global alias @__linear_memory_end = @__linear_memory_base + 262144
