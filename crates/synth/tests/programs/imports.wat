;; Host functions by name, in another order than their indices suggest, with
;; doublewords in odd places, results in memory, and exported again.
;; run: use 3 4 => 21
;; run: mixed 5 6 => 77309411412
;; run: divide 100 7 => 14 2
;; run: divide -100 7 => -14 -2
;; run: again 3 4 => 7
;; run: quotient 0x123456789abcdef 1000 => 81985529215591
(module
  (import "env" "host_mix" (func $mix (param i32 i64 i32 i64) (result i64)))
  (import "env" "host_divide" (func $divide (param i64 i64) (result i64 i64)))
  (import "env" "host_add" (func $add (param i32 i32) (result i32)))
  (export "again" (func $add))
  (func (export "use") (param i32 i32) (result i32)
    (i32.mul (call $add (local.get 0) (local.get 1)) (call $add (local.get 1) (i32.const -1))))
  (func (export "mixed") (param i32 i64) (result i64)
    (i64.add (call $mix (local.get 0) (local.get 1) (i32.const 3) (i64.const 0x100000003))
      (i64.mul (local.get 1) (i64.extend_i32_s (local.get 0)))))
  (func (export "divide") (param i64 i64) (result i64 i64) (call $divide (local.get 0) (local.get 1)))
  (func (export "quotient") (param i64 i64) (result i64)
    (i64.sub (call $divide (local.get 0) (local.get 1)))))
