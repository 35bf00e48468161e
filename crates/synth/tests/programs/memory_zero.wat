;; A memory without pages: every access traps, and empty bulk operations at 0
;; do not.
;; run: load 0 => trap: out_of_bounds_memory
;; run: load -1 => trap: out_of_bounds_memory
;; run: load8 0 => trap: out_of_bounds_memory
;; run: store 0 => trap: out_of_bounds_memory
;; run: fill 0 0 =>
;; run: fill 1 0 => trap: out_of_bounds_memory
;; run: fill 0 1 => trap: out_of_bounds_memory
;; run: copy 0 0 0 =>
;; run: copy 0 1 0 => trap: out_of_bounds_memory
;; run: size => 0
(module
  (memory 0)
  (func (export "load") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32) (i32.store16 (local.get 0) (i32.const 1)))
  (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 1) (local.get 1)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "size") (result i32) (memory.size)))
