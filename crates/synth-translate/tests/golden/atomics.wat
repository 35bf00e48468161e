;; Atomic accesses: the alignment is checked before the bounds, of a constant
;; address at once; the expected value of a narrow exchange is wrapped.
(module
  (memory 1 1 shared)
  (func (export "load") (param i32) (result i32) local.get 0 i32.atomic.load offset=8)
  (func (export "load_odd") (param i32) (result i32) local.get 0 i32.atomic.load16_u offset=7)
  (func (export "store64") (param i32 i64) local.get 0 local.get 1 i64.atomic.store)
  (func (export "add8") (param i32 i64) (result i64) local.get 0 local.get 1 i64.atomic.rmw8.add_u)
  (func (export "swap") (param i32 i32 i32) (result i32)
    local.get 0 local.get 1 local.get 2 i32.atomic.rmw16.cmpxchg_u)
  (func (export "constant") (result i32) i32.const 6 i32.const 1 i32.atomic.rmw.sub offset=2)
  (func (export "misaligned") (result i32) i32.const 6 i32.const 1 i32.atomic.rmw.sub)
  (func (export "fence") atomic.fence))
;; ==== expected
loc 1 = @load + 142
loc 2 = @load + 146
loc 3 = @load_odd + 151
loc 4 = @load_odd + 155
loc 5 = @store64 + 162
loc 6 = @store64 + 166
loc 7 = @add8 + 173
loc 8 = @add8 + 177
loc 9 = @swap + 186
loc 10 = @swap + 190
loc 11 = @constant + 193
loc 12 = @constant + 195
loc 13 = @constant + 197
loc 14 = @constant + 201
loc 15 = @misaligned + 204
loc 16 = @misaligned + 206
loc 17 = @misaligned + 208
loc 18 = @fence + 215
loc 19 = @fence + 218

global func @load(i32) -> (i32) {
b0(v0: i32):
  v1 = const 3 !1
  v2 = and v0, v1 !1
  trap_if v2, unaligned_atomic !1
  v3 = const 65524 !1
  v4 = cmp.ugt v0, v3 !1
  trap_if v4, out_of_bounds_memory !1
  v5 = symbol_addr @__linear_memory_base !1
  v6 = add v5, v0 !1
  v7 = atomic.load.i32 memory0[v6 + 8] !1
  return v7 !2
}

global func @load_odd(i32) -> (i32) {
b0(v0: i32):
  v1 = const 1 !3
  v2 = add v0, v1 !3
  v3 = const 1 !3
  v4 = and v2, v3 !3
  trap_if v4, unaligned_atomic !3
  v5 = const 65527 !3
  v6 = cmp.ugt v0, v5 !3
  trap_if v6, out_of_bounds_memory !3
  v7 = symbol_addr @__linear_memory_base !3
  v8 = add v7, v0 !3
  v9 = atomic.load.u16 memory0[v8 + 7] !3
  return v9 !4
}

global func @store64(i32, i64) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 7 !5
  v4 = and v0, v3 !5
  trap_if v4, unaligned_atomic !5
  v5 = const 65528 !5
  v6 = cmp.ugt v0, v5 !5
  trap_if v6, out_of_bounds_memory !5
  v7 = symbol_addr @__linear_memory_base !5
  v8 = add v7, v0 !5
  atomic.store.i64 memory0[v8], v1, v2 !5
  return !6
}

global func @add8(i32, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65535 !7
  v4 = cmp.ugt v0, v3 !7
  trap_if v4, out_of_bounds_memory !7
  v5 = symbol_addr @__linear_memory_base !7
  v6 = add v5, v0 !7
  v7 = atomic.add.u8 memory0[v6], v1 !7
  v8 = const 0 !7
  return v7, v8 !8
}

global func @swap(i32, i32, i32) -> (i32) {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 65535 !9
  v4 = and v1, v3 !9
  v5 = const 1 !9
  v6 = and v0, v5 !9
  trap_if v6, unaligned_atomic !9
  v7 = const 65534 !9
  v8 = cmp.ugt v0, v7 !9
  trap_if v8, out_of_bounds_memory !9
  v9 = symbol_addr @__linear_memory_base !9
  v10 = add v9, v0 !9
  v11 = atomic.cmpxchg.u16 memory0[v10], v4, v2 !9
  return v11 !10
}

global func @constant() -> (i32) {
b0:
  v0 = const 6 !11
  v1 = const 1 !12
  v2 = symbol_addr @__linear_memory_base !13
  v3 = atomic.sub.i32 memory0[v2 + 8], v1 !13
  return v3 !14
}

global func @misaligned() -> (i32) {
b0:
  v0 = const 6 !15
  v1 = const 1 !16
  trap unaligned_atomic !17
}

global func @fence() -> () {
b0:
  fence !18
  return !19
}

local data @__linear_memory_base size 65536 align 8
