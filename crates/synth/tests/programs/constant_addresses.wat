;; Accesses at constant addresses, inside and outside the memory.
;; run: first => 1
;; run: last => 2
;; run: beyond => trap: out_of_bounds_memory
;; run: far => trap: out_of_bounds_memory
;; run: wrap => trap: out_of_bounds_memory
;; run: around => 2
;; run: stores =>
;; run: first => 9
(module
  (memory 1 1)
  (data (i32.const 0) "\01")
  (data (i32.const 65535) "\02")
  (func (export "first") (result i32) (i32.load8_u (i32.const 0)))
  (func (export "last") (result i32) (i32.load8_u offset=65000 (i32.const 535)))
  (func (export "beyond") (result i32) (i32.load16_u (i32.const 65535)))
  (func (export "far") (result i32) (i32.load offset=0x80000000 (i32.const 0)))
  (func (export "wrap") (result i32) (i32.load8_u offset=0xffffffff (i32.const 1)))
  (func (export "around") (result i32)
    (i32.add (i32.add (i32.load8_u (i32.const 32767)) (i32.load (i32.const 32768))) (i32.load8_u (i32.const 65535))))
  (func (export "stores") (i32.store8 (i32.const 0) (i32.const 9)) (i64.store (i32.const 40000) (i64.const -1))))
