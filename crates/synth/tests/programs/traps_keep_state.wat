;; What was done before a trap stays done; a dropped result still traps.
;; run: store_then_trap => trap: unreachable
;; run: memory => 5
;; run: global => 6
;; run: dropped 0 => trap: division_by_zero
;; run: dropped 1 =>
;; run: dropped_load 65536 => trap: out_of_bounds_memory
;; run: order 0 0 => trap: division_by_zero
;; run: order 70000 1 => trap: out_of_bounds_memory
;; run: order 70000 0 => trap: out_of_bounds_memory
;; run: between 0 => trap: division_by_zero
;; run: memory => 8
(module
  (memory 1)
  (global $g (mut i32) (i32.const 0))
  (func (export "store_then_trap") (i32.store (i32.const 0) (i32.const 5)) (global.set $g (i32.const 6)) (unreachable))
  (func (export "memory") (result i32) (i32.load (i32.const 0)))
  (func (export "global") (result i32) (global.get $g))
  (func (export "dropped") (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
  (func (export "dropped_load") (param i32) (drop (i32.load8_u (local.get 0))))
  (func (export "order") (param i32 i32) (result i32)
    (i32.add (i32.load8_u (local.get 0)) (i32.div_u (i32.const 1) (local.get 1))))
  (func (export "between") (param i32)
    (i32.store (i32.const 0) (i32.const 8))
    (i32.store (i32.const 0) (i32.div_u (i32.const 1) (local.get 0)))
    (i32.store (i32.const 0) (i32.const 9))))
