;; options: entries=8
(module
  (type $u (func (param i32) (result i32)))
  (type $self (func (param (ref null $self) (ref extern))))
  (import "host" "handle" (global $handle externref))
  (import "host" "callback" (global $callback funcref))
  (func $f (type $u) local.get 0)
  (table $t 2 funcref)
  (table $h (export "h") 1 4 externref)
  (table $filled 3 (ref null $u) (ref.func $f))
  (table $late 2 externref (global.get $handle))
  (global $typed (ref null $u) (ref.func $f))
  (global $kept (export "kept") (mut funcref) (ref.func $f))
  (elem (table $t) (i32.const 0) funcref (ref.func $f) (global.get $callback))
  (elem declare func $f)
  (func (export "call_ref") (param i32 (ref null $u)) (result i32)
    (call_ref $u (local.get 0) (local.get 1)))
  (func (export "self") (param (ref $self) (ref extern))
    (call_ref $self (local.get 0) (local.get 1) (local.get 0)))
  (func (export "or_zero") (param (ref null $u)) (result i32)
    (block $null
      (return (call_ref $u (i32.const 7) (br_on_null $null (local.get 0)))))
    (i32.const 0))
  (func (export "or_f") (param (ref null $u)) (result (ref $u))
    (block $known (result (ref $u))
      (br_on_non_null $known (local.get 0))
      (ref.func $f)))
  (func (export "assert") (param externref) (result (ref extern))
    (ref.as_non_null (local.get 0)))
  (func (export "set") (param funcref)
    (global.set $kept (local.get 0))
    (table.set $t (i32.const 1) (global.get $typed)))
  (func (export "grow") (param externref i32) (result i32)
    (table.grow $h (local.get 0) (local.get 1)))
  (func (export "fill") (param funcref i32)
    (table.fill $t (i32.const 0) (local.get 0) (local.get 1))))
;; ==== expected
loc 1 = @f + 264
loc 2 = @call_ref + 271
loc 3 = @call_ref + 273
loc 4 = @self + 282
loc 5 = @self + 284
loc 6 = @or_zero + 289
loc 7 = @or_zero + 293
loc 8 = @or_zero + 295
loc 9 = @or_zero + 297
loc 10 = @or_zero + 299
loc 11 = @or_zero + 301
loc 12 = @or_f + 309
loc 13 = @or_f + 311
loc 14 = @or_f + 313
loc 15 = @or_f + 314
loc 16 = @assert + 319
loc 17 = @assert + 320
loc 18 = @set + 325
loc 19 = @set + 327
loc 20 = @set + 329
loc 21 = @set + 331
loc 22 = @set + 333
loc 23 = @grow + 340
loc 24 = @grow + 343
loc 25 = @fill + 346
loc 26 = @fill + 352
loc 27 = @fill + 355
loc 28 = @__synth_init
loc 29 = @__synth_init + 142
loc 30 = @__synth_init + 250
loc 31 = @__synth_init + 240

local func @f(i32) -> (i32) {
b0(v0: i32):
  return v0 !1
}

global func @call_ref(i32, i64) -> (i32) {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 0 !2
  v4 = cmp.eq v2, v3 !2
  trap_if v4, null_reference !2
  v5 = call_indirect v2(v0): (i32) -> (i32) !2
  return v5 !3
}

global func @self(i64, i32) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 0 !4
  v4 = cmp.eq v1, v3 !4
  trap_if v4, null_reference !4
  call_indirect v1(v0, v1, v2): (i64, i32) -> () !4
  return !5
}

global func @or_zero(i64) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const 7 !6
  v3 = const 0 !7
  v4 = cmp.eq v1, v3 !7
  branch v4, b2, b1 !7
b1:
  v5 = const 0 !8
  v6 = cmp.eq v1, v5 !8
  trap_if v6, null_reference !8
  v7 = call_indirect v1(v2): (i32) -> (i32) !8
  return v7 !9
b2:
  v8 = const 0 !10
  return v8 !11
}

global func @or_f(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 0 !12
  v3 = cmp.ne v1, v2 !12
  branch v3, b2(v0, v1), b1 !12
b1:
  v4 = symbol_addr @__synth_sig_i_i !13
  v5 = symbol_addr @f !13
  jump b2(v4, v5) !14
b2(v6: i32, v7: i32):
  return v6, v7 !15
}

global func @assert(i32) -> (i32) {
b0(v0: i32):
  v1 = const 0 !16
  v2 = cmp.eq v0, v1 !16
  trap_if v2, null_reference !16
  return v0 !17
}

global func @set(i64) -> () {
b0(v0: i32, v1: i32):
  v2 = symbol_addr @kept !18
  store.i32 global[v2], v0 !18
  store.i32 global[v2 + 4], v1 !18
  v3 = const 1 !19
  v4 = symbol_addr @__synth_sig_i_i !20
  v5 = symbol_addr @f !20
  v6 = symbol_addr @t + 8 !21
  store.i32 table[v6], v4 !21
  store.i32 table[v6 + 4], v5 !21
  return !22
}

global func @grow(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const -1 !23
  v3 = symbol_addr @h_size !23
  v4 = load.i32 table[v3] !23
  v5 = const 4 !23
  v6 = sub v5, v4 !23
  v7 = cmp.ule v1, v6 !23
  v8 = const 0 !23
  v9 = select v7, v1, v8 !23
  v10 = const 2 !23
  v11 = shl v4, v10 !23
  v12 = symbol_addr @h !23
  v13 = add v12, v11 !23
  call @__synth_fill_words(v13, v9, v0): (i32, i32, i32) -> () !23
  v14 = add v4, v9 !23
  v15 = symbol_addr @h_size !23
  store.i32 table[v15], v14 !23
  v16 = select v7, v4, v2 !23
  return v16 !24
}

global func @fill(i64, i32) -> () {
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 0 !25
  v4 = const 2 !26
  v5 = cmp.ugt v2, v4 !26
  trap_if v5, out_of_bounds_table !26
  v6 = sub v4, v2 !26
  v7 = cmp.ugt v3, v6 !26
  trap_if v7, out_of_bounds_table !26
  v8 = symbol_addr @t !26
  call @__synth_fill_pairs(v8, v2, v0, v1): (i32, i32, i64) -> () !26
  return !27
}

global undefined data @handle

global undefined data @callback

comdat const @__synth_sig_i_i size 1 align 1

global data @kept size 8 align 8 {
  ref 0 @__synth_sig_i_i
  ref 4 @f
}

global undefined func @__aeabi_memcpy

comdat func @__synth_fill_pairs(i32, i32, i64) -> () {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  branch v1, b1(v0, v1), b2
b1(v4: i32, v5: i32):
  store.i32 table[v4], v2
  store.i32 table[v4 + 4], v3
  v6 = const 8
  v7 = add v4, v6
  v8 = const 1
  v9 = sub v5, v8
  branch v9, b1(v7, v9), b2
b2:
  return
}

local data @t size 16 align 4

comdat func @__synth_fill_words(i32, i32, i32) -> () {
b0(v0: i32, v1: i32, v2: i32):
  branch v1, b1(v0, v1), b2
b1(v3: i32, v4: i32):
  store.i32 table[v3], v2
  v5 = const 4
  v6 = add v3, v5
  v7 = const 1
  v8 = sub v4, v7
  branch v8, b1(v6, v8), b2
b2:
  return
}

global data @h size 16 align 4

global data @h_size size 4 align 4 {
  bytes 0 "01"
}

global alias @h_end = @h + 16

local const @filled size 24 align 4 {
  ref 0 @__synth_sig_i_i
  ref 4 @f
  ref 8 @__synth_sig_i_i
  ref 12 @f
  ref 16 @__synth_sig_i_i
  ref 20 @f
}

local data @late size 8 align 4

local data @"elem[0]" size 16 align 4 {
  ref 0 @__synth_sig_i_i
  ref 4 @f
}

local func @__synth_init() -> () {
b0:
  v0 = const 0 !28
  v1 = symbol_addr @handle !29
  v2 = load.i32 global[v1] !29
  v3 = const 2 !29
  v4 = symbol_addr @late !29
  call @__synth_fill_words(v4, v3, v2): (i32, i32, i32) -> () !29
  v5 = symbol_addr @callback !30
  v6 = load.i32 global[v5] !30
  v7 = load.i32 global[v5 + 4] !30
  v8 = symbol_addr @"elem[0]" + 8 !30
  store.i32 table[v8], v6 !30
  store.i32 table[v8 + 4], v7 !30
  v9 = const 0 !31
  v10 = const 0 !31
  v11 = const 2 !31
  v12 = symbol_addr @t !31
  v13 = symbol_addr @"elem[0]" !31
  v14 = const 16 !31
  call @__aeabi_memcpy(v12, v13, v14): (i32, i32, i32) -> () !31
  return
}

local init_array @__synth_init_array size 4 align 4 {
  ref 0 @__synth_init
}
