;; The host owns the memory: one page, zero at the start.
;; run: store 100 0x12345678 =>
;; run: load 100 => 0x12345678
;; run: load 65532 => 0
;; run: load 65533 => trap: out_of_bounds_memory
;; run: size => 1
;; run: data => 0x64636261
(module
  (import "env" "host_memory" (memory 1 1))
  (data (i32.const 8) "abcd")
  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "data") (result i32) (i32.load (i32.const 8))))
