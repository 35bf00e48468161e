;; memory.grow up to the reserve, by zero, and beyond; new pages are zero.
;; memory-max: 3
;; run: size => 1
;; run: grow 0 => 1
;; run: load 65532 => 0
;; run: load 65533 => trap: out_of_bounds_memory
;; run: grow 1 => 1
;; run: size => 2
;; run: load 65536 => 0
;; run: store 131068 -1 =>
;; run: load 131068 => -1
;; run: load 131069 => trap: out_of_bounds_memory
;; run: grow 2 => -1
;; run: size => 2
;; run: grow 1 => 2
;; run: size => 3
;; run: load 196604 => 0
;; run: grow 1 => -1
;; run: grow 0x10000 => -1
;; run: grow -1 => -1
;; run: grow 0 => 3
(module
  (memory 1 3)
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1))))
