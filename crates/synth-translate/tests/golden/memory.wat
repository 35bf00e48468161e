;; A memory of known size: one comparison, with the offset in it.
(module
  (memory 1)
  (func (export "load") (param i32) (result i32) local.get 0 i32.load16_s offset=6)
  (func (export "load64") (param i32) (result i64) local.get 0 i64.load offset=8 align=1)
  (func (export "store64") (param i32 i64) local.get 0 local.get 1 i64.store)
  (func (export "store8") (param i32 i64) local.get 0 local.get 1 i64.store8)
  (func (export "last") (result i32) i32.const 65532 i32.load)
  (func (export "constant") (result i32) i32.const 5000 i32.load offset=100)
  (func (export "constant_outside") (result i32) i32.const 65533 i32.load)
  (func (export "offset_outside") (param i32) (result i32) local.get 0 i32.load offset=65533)
  (func (export "offset_wraps") (param i32) (result i64) local.get 0 i64.load offset=0xffffffff)
  (func (export "size") (result i32) memory.size)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "float") (param i32 f64) local.get 0 local.get 1 f64.store offset=16))
;; ==== expected
loc 1 = @load + 191
loc 2 = @load64 + 199
loc 3 = @store64 + 209
loc 4 = @store8 + 219
loc 5 = @last + 229
loc 6 = @constant + 238
loc 7 = @constant_outside + 248
loc 8 = @offset_outside + 256
loc 9 = @offset_wraps + 266
loc 10 = @float + 292

global func @load(i32) -> (i32) {
b0(v0: i32):
  v1 = const 65528
  v2 = cmp.ugt v0, v1
  trap_if v2, out_of_bounds_memory !1
  v3 = symbol_addr @__linear_memory_base
  v4 = add v3, v0
  v5 = load.s16 memory0[v4 + 6] !1
  return v5
}

global func @load64(i32) -> (i64) {
b0(v0: i32):
  v1 = const 65520
  v2 = cmp.ugt v0, v1
  trap_if v2, out_of_bounds_memory !2
  v3 = symbol_addr @__linear_memory_base
  v4 = add v3, v0
  v5 = load.i32 memory0[v4 + 8] !2
  v6 = load.i32 memory0[v4 + 12] !2
  return v5, v6
}

global func @store64(i32, i64) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65528
  v4 = cmp.ugt v0, v3
  trap_if v4, out_of_bounds_memory !3
  v5 = symbol_addr @__linear_memory_base
  v6 = add v5, v0
  store.i32 memory0[v6], v1 !3
  store.i32 memory0[v6 + 4], v2 !3
  return
}

global func @store8(i32, i64) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65535
  v4 = cmp.ugt v0, v3
  trap_if v4, out_of_bounds_memory !4
  v5 = symbol_addr @__linear_memory_base
  v6 = add v5, v0
  store.i8 memory0[v6], v1 !4
  return
}

global func @last() -> (i32) {
b0:
  v0 = const 65532
  v1 = symbol_addr @__linear_memory_base + 61440
  v2 = load.i32 memory0[v1 + 4092] !5
  return v2
}

global func @constant() -> (i32) {
b0:
  v0 = const 5000
  v1 = symbol_addr @__linear_memory_base + 4096
  v2 = load.i32 memory0[v1 + 1004] !6
  return v2
}

global func @constant_outside() -> (i32) {
b0:
  v0 = const 65533
  trap out_of_bounds_memory !7
}

global func @offset_outside(i32) -> (i32) {
b0(v0: i32):
  trap out_of_bounds_memory !8
}

global func @offset_wraps(i32) -> (i64) {
b0(v0: i32):
  trap out_of_bounds_memory !9
}

global func @size() -> (i32) {
b0:
  v0 = const 1
  return v0
}

global func @grow(i32) -> (i32) {
b0(v0: i32):
  v1 = const -1
  v2 = const 1
  v3 = select v0, v1, v2
  return v3
}

global func @float(i32, f64) -> () {
b0(v0: i32, v1: f64):
  v2 = const 65512
  v3 = cmp.ugt v0, v2
  trap_if v3, out_of_bounds_memory !10
  v4 = symbol_addr @__linear_memory_base
  v5 = add v4, v0
  store.f64 memory0[v5 + 16], v1 !10
  return
}

local data @__linear_memory_base size 65536 align 8
