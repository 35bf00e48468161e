;; Names that C can not spell, one function under two names, and equal names of
;; local functions.
;; run: é 1 => 2
;; run: a.b-c 1 => 3
;; run: x 4 => 8
;; run: y 4 => 8
;; run: memcpy_like 1 => 11
(module
  (func $same (export "é") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "a.b-c") (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
  (func $f (export "x") (export "y") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "memcpy_like") (param i32) (result i32) (i32.add (local.get 0) (i32.const 10))))
