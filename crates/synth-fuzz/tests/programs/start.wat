;; Initial state from imports and constant expressions, and a start function.
(module
  (import "host" "g0" (global $g0 i32))
  (import "host" "g1" (global $g1 (mut i64)))
  (import "host" "m" (memory 1 3))
  (import "host" "h0" (func $h0 (param i32) (result i32)))
  (import "host" "h1" (func $h1 (param i64 i32) (result i64)))
  (import "host" "h3" (func $h3 (result i64 i32)))
  (import "host" "h4" (func $h4 (param f32 f64) (result f64)))
  (export "m" (memory 0))
  (export "g1" (global $g1))
  (export "again" (func $h0))
  (global $sum (export "sum") (mut i32) (i32.add (global.get $g0) (i32.const 5)))
  (global $product (export "product") i32 (i32.mul (global.get $g0) (i32.const -3)))
  (global $wide (export "wide") (mut i64) (i64.sub (i64.const 7) (i64.mul (i64.const 3) (i64.const 0x100000001))))
  (global $f (export "f") (mut f32) (f32.const 1.5))
  (global $d (export "d") (mut f64) (f64.const -0.0))
  (global $k i64 (i64.const 0x7700000088))
  (table 40 funcref)
  (elem (offset (global.get $g0)) func $h0 $local)
  (data (offset (i32.add (global.get $g0) (i32.const 100))) "at 124")
  (data (i32.const 126) "overlap")
  (start $start)
  (func $start
    i32.const 200 global.get $sum i32.store
    i32.const 208 global.get $k i64.store
    i32.const 1 call $h0 global.set $sum)
  (func $local (param i32) (result i32) local.get 0 i32.const 1000 i32.mul)

  ;; call indirect 24 3
  ;; call indirect 25 3
  ;; call indirect 23 3
  ;; call indirect 26 3
  ;; call again 5
  ;; call host 3 -4
  ;; call floats 0x3fc00000 0x4000000000000000
  ;; call swap
  ;; call grow 1
  ;; call reach 65536
  ;; call reach 131072
  ;; call grow 2
  ;; call grow 1
  ;; call reach 196607
  (func (export "indirect") (param i32 i32) (result i32)
    local.get 1 local.get 0 call_indirect (param i32) (result i32))
  (func (export "host") (param i32 i64) (result i64 i32)
    local.get 1 local.get 0 call $h1 global.set $g1
    call $h3)
  (func (export "floats") (param f32 f64) (result f64 f32 i32 i64)
    (local f32 f64)
    local.get 0 local.get 1 call $h4 global.set $d
    local.get 0 global.set $f
    i32.const 0 global.get $d f64.store offset=3
    i32.const 0 local.get 0 f32.store offset=50
    i32.const 0 f64.load offset=3
    local.get 2 local.get 0 i32.const 0 select
    i32.const 0 f32.load offset=50 i32.reinterpret_f32
    local.get 3 local.get 1 i32.const 0 i32.const 0 i32.eq select
    i64.reinterpret_f64)
  (func (export "swap") (result i64)
    global.get $wide
    global.get $g1 global.set $wide
    global.set $g1
    global.get $wide)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "reach") (param i32) (result i32)
    local.get 0 i32.const 7 i32.store8 local.get 0 i32.load8_s)
)
