;; A store that crosses the end of memory writes nothing.
;; run: i32.store8 65536 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i32.store8 -1 => trap: out_of_bounds_memory
;; run: i32.store8+ 16 => trap: out_of_bounds_memory
;; run: i32.store8+ 0 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i32.store16 65535 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i32.store16 -1 => trap: out_of_bounds_memory
;; run: i32.store16+ 16 => trap: out_of_bounds_memory
;; run: i32.store16+ 0 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i32.store 65533 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i32.store -1 => trap: out_of_bounds_memory
;; run: i32.store+ 16 => trap: out_of_bounds_memory
;; run: i32.store+ 0 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i64.store 65529 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i64.store -1 => trap: out_of_bounds_memory
;; run: i64.store+ 16 => trap: out_of_bounds_memory
;; run: i64.store+ 0 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i64.store32 65533 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i64.store32 -1 => trap: out_of_bounds_memory
;; run: i64.store32+ 16 => trap: out_of_bounds_memory
;; run: i64.store32+ 0 => trap: out_of_bounds_memory
;; run: last => 0
;; run: f64.store 65529 => trap: out_of_bounds_memory
;; run: last => 0
;; run: f64.store -1 => trap: out_of_bounds_memory
;; run: f64.store+ 16 => trap: out_of_bounds_memory
;; run: f64.store+ 0 => trap: out_of_bounds_memory
;; run: last => 0
;; run: i32.store8 65535 =>
;; run: last => -72057594037927936
;; run: i64.store 65528 =>
;; run: last => -1
(module
  (memory 1 1)
  (func (export "last") (result i64) (i64.load (i32.const 65528)))
  (func (export "i32.store8") (param i32) (i32.store8 (local.get 0) (i32.const -1)))
  (func (export "i32.store8+") (param i32) (i32.store8 offset=0xfffffff0 (local.get 0) (i32.const -1)))
  (func (export "i32.store16") (param i32) (i32.store16 (local.get 0) (i32.const -1)))
  (func (export "i32.store16+") (param i32) (i32.store16 offset=0xfffffff0 (local.get 0) (i32.const -1)))
  (func (export "i32.store") (param i32) (i32.store (local.get 0) (i32.const -1)))
  (func (export "i32.store+") (param i32) (i32.store offset=0xfffffff0 (local.get 0) (i32.const -1)))
  (func (export "i64.store") (param i32) (i64.store (local.get 0) (i64.const -1)))
  (func (export "i64.store+") (param i32) (i64.store offset=0xfffffff0 (local.get 0) (i64.const -1)))
  (func (export "i64.store32") (param i32) (i64.store32 (local.get 0) (i64.const -1)))
  (func (export "i64.store32+") (param i32) (i64.store32 offset=0xfffffff0 (local.get 0) (i64.const -1)))
  (func (export "f64.store") (param i32) (f64.store (local.get 0) (f64.const -nan)))
  (func (export "f64.store+") (param i32) (f64.store offset=0xfffffff0 (local.get 0) (f64.const -nan))))
