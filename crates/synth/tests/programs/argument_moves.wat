;; Arguments that change places on the way to a callee.
;; run: reverse 1 2 3 4 => 4321
;; run: rotate 1 2 3 4 => 2341
;; run: repeat 7 => 7777
;; run: long_swap 1 0x200000000 => 17179869183
;; run: long_overlap 1 2 3 => 8589934593032
;; run: to_stack 1 2 3 4 5 6 => 654321
;; run: from_stack 1 2 3 4 5 6 => 565612
(module
  (func $digits (param i32 i32 i32 i32) (result i32)
    (i32.add (i32.mul (i32.add (i32.mul (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 1)) (i32.const 10)) (local.get 2)) (i32.const 10)) (local.get 3)))
  (func $digits6 (param i32 i32 i32 i32 i32 i32) (result i32)
    (i32.add (i32.mul (call $digits (local.get 0) (local.get 1) (local.get 2) (local.get 3)) (i32.const 100))
      (i32.add (i32.mul (local.get 4) (i32.const 10)) (local.get 5))))
  (func $minus (param i64 i64) (result i64) (i64.sub (local.get 0) (local.get 1)))
  (func $odd (param i32 i64 i32) (result i64)
    (i64.add (i64.mul (local.get 1) (i64.const 1000)) (i64.add (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const 10)) (i64.extend_i32_s (local.get 2)))))
  (func (export "reverse") (param i32 i32 i32 i32) (result i32) (call $digits (local.get 3) (local.get 2) (local.get 1) (local.get 0)))
  (func (export "rotate") (param i32 i32 i32 i32) (result i32) (call $digits (local.get 1) (local.get 2) (local.get 3) (local.get 0)))
  (func (export "repeat") (param i32) (result i32) (call $digits (local.get 0) (local.get 0) (local.get 0) (local.get 0)))
  (func (export "long_swap") (param i64 i64) (result i64) (i64.mul (call $minus (local.get 1) (local.get 0)) (call $minus (local.get 0) (local.get 1))))
  (func (export "long_overlap") (param i32 i32 i32) (result i64)
    (call $odd (local.get 2) (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))) (local.get 1)))
  (func (export "to_stack") (param i32 i32 i32 i32 i32 i32) (result i32)
    (call $digits6 (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0)))
  (func (export "from_stack") (param i32 i32 i32 i32 i32 i32) (result i32)
    (call $digits6 (local.get 4) (local.get 5) (local.get 4) (local.get 5) (local.get 0) (local.get 1))))
