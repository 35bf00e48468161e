;; select, with and without a type, of words, doublewords and floats.
;; run: word 1 2 0 => 2
;; run: word 1 2 5 => 1
;; run: long 1 0x200000000 0 => 8589934592
;; run: long 1 0x200000000 1 => 1
;; run: long 1 0x200000000 0x80000000 => 1
;; run: typed 7 8 0 => 8
;; run: float 1.5 -2.5 0 => -2.5
;; run: float 1.5 -2.5 1 => 1.5
;; run: double 1e100 -0.0 0 => -0.0
;; run: double 1e100 -0.0 1 => 1e100
;; run: min -3 4 => -3
;; run: max -3 4 => 4
;; run: abs -2147483648 => -2147483648
;; run: abs -5 => 5
;; run: abs 5 => 5
(module
  (func (export "word") (param i32 i32 i32) (result i32) (select (local.get 0) (local.get 1) (local.get 2)))
  (func (export "long") (param i64 i64 i32) (result i64) (select (local.get 0) (local.get 1) (local.get 2)))
  (func (export "typed") (param i64 i64 i32) (result i64) (select (result i64) (local.get 0) (local.get 1) (local.get 2)))
  (func (export "float") (param f32 f32 i32) (result f32) (select (local.get 0) (local.get 1) (local.get 2)))
  (func (export "double") (param f64 f64 i32) (result f64) (select (local.get 0) (local.get 1) (local.get 2)))
  (func (export "min") (param i32 i32) (result i32) (select (local.get 0) (local.get 1) (i32.lt_s (local.get 0) (local.get 1))))
  (func (export "max") (param i32 i32) (result i32) (select (local.get 0) (local.get 1) (i32.gt_s (local.get 0) (local.get 1))))
  (func (export "abs") (param i32) (result i32)
    (select (i32.sub (i32.const 0) (local.get 0)) (local.get 0) (i32.lt_s (local.get 0) (i32.const 0)))))
