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
loc 2 = @load + 194
loc 3 = @load64 + 199
loc 4 = @load64 + 202
loc 5 = @store64 + 209
loc 6 = @store64 + 212
loc 7 = @store8 + 219
loc 8 = @store8 + 222
loc 9 = @last + 225
loc 10 = @last + 229
loc 11 = @last + 232
loc 12 = @constant + 235
loc 13 = @constant + 238
loc 14 = @constant + 241
loc 15 = @constant_outside + 244
loc 16 = @constant_outside + 248
loc 17 = @offset_outside + 256
loc 18 = @offset_wraps + 266
loc 19 = @size + 276
loc 20 = @size + 278
loc 21 = @grow + 283
loc 22 = @grow + 285
loc 23 = @float + 292
loc 24 = @float + 295

global func @load(i32) -> (i32) {
b0(v0: i32):
  v1 = const 65528 !1
  v2 = cmp.ugt v0, v1 !1
  trap_if v2, out_of_bounds_memory !1
  v3 = symbol_addr @__linear_memory_base !1
  v4 = add v3, v0 !1
  v5 = load.s16 memory0[v4 + 6] !1
  return v5 !2
}

global func @load64(i32) -> (i64) {
b0(v0: i32):
  v1 = const 65520 !3
  v2 = cmp.ugt v0, v1 !3
  trap_if v2, out_of_bounds_memory !3
  v3 = symbol_addr @__linear_memory_base !3
  v4 = add v3, v0 !3
  v5 = load.i32 memory0[v4 + 8] !3
  v6 = load.i32 memory0[v4 + 12] !3
  return v5, v6 !4
}

global func @store64(i32, i64) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65528 !5
  v4 = cmp.ugt v0, v3 !5
  trap_if v4, out_of_bounds_memory !5
  v5 = symbol_addr @__linear_memory_base !5
  v6 = add v5, v0 !5
  store.i32 memory0[v6], v1 !5
  store.i32 memory0[v6 + 4], v2 !5
  return !6
}

global func @store8(i32, i64) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65535 !7
  v4 = cmp.ugt v0, v3 !7
  trap_if v4, out_of_bounds_memory !7
  v5 = symbol_addr @__linear_memory_base !7
  v6 = add v5, v0 !7
  store.i8 memory0[v6], v1 !7
  return !8
}

global func @last() -> (i32) {
b0:
  v0 = const 65532 !9
  v1 = symbol_addr @__linear_memory_base + 61440 !10
  v2 = load.i32 memory0[v1 + 4092] !10
  return v2 !11
}

global func @constant() -> (i32) {
b0:
  v0 = const 5000 !12
  v1 = symbol_addr @__linear_memory_base + 4096 !13
  v2 = load.i32 memory0[v1 + 1004] !13
  return v2 !14
}

global func @constant_outside() -> (i32) {
b0:
  v0 = const 65533 !15
  trap out_of_bounds_memory !16
}

global func @offset_outside(i32) -> (i32) {
b0(v0: i32):
  trap out_of_bounds_memory !17
}

global func @offset_wraps(i32) -> (i64) {
b0(v0: i32):
  trap out_of_bounds_memory !18
}

global func @size() -> (i32) {
b0:
  v0 = const 1 !19
  return v0 !20
}

global func @grow(i32) -> (i32) {
b0(v0: i32):
  v1 = const -1 !21
  v2 = const 1 !21
  v3 = select v0, v1, v2 !21
  return v3 !22
}

global func @float(i32, f64) -> () {
b0(v0: i32, v1: f64):
  v2 = const 65512 !23
  v3 = cmp.ugt v0, v2 !23
  trap_if v3, out_of_bounds_memory !23
  v4 = symbol_addr @__linear_memory_base !23
  v5 = add v4, v0 !23
  v6 = f64_lo v1 !23
  v7 = f64_hi v1 !23
  store.i32 memory0[v5 + 16], v6 !23
  store.i32 memory0[v5 + 20], v7 !23
  return !24
}

local data @__linear_memory_base size 65536 align 8
