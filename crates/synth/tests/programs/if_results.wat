;; Joins of if and else carry words, doublewords and several values.
;; run: word 0 => 20
;; run: word 1 => 10
;; run: long 0 => -2
;; run: long 1 => 4294967297
;; run: several 0 => 128849018923
;; run: several 7 => 8589934599
;; run: nested 0 0 => 0
;; run: nested 0 1 => 1
;; run: nested 1 0 => 10
;; run: nested 1 1 => 11
;; run: no_else 0 => 0
;; run: no_else 1 => 9
(module
  (func (export "word") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 10)) (else (i32.const 20))))
  (func (export "long") (param i32) (result i64)
    (if (result i64) (local.get 0) (then (i64.const 0x1_0000_0001)) (else (i64.const -2))))
  (func (export "several") (param i32) (result i64)
    (local $w i32) (local $l i64)
    (if (result i32 i64 i32) (local.get 0)
      (then (i32.const 1) (i64.const 0x2_0000_0003) (i32.const 4))
      (else (i32.const 5) (i64.const 0x6_0000_0007) (i32.const 8)))
    (local.set $w)
    (local.set $l)
    (i64.add
      (i64.mul (i64.extend_i32_u) (local.get $l))
      (i64.extend_i32_u (local.get $w))))
  (func (export "nested") (param i32 i32) (result i32)
    (if (result i32) (local.get 0)
      (then (if (result i32) (local.get 1) (then (i32.const 11)) (else (i32.const 10))))
      (else (if (result i32) (local.get 1) (then (i32.const 1)) (else (i32.const 0))))))
  (func (export "no_else") (param i32) (result i32)
    (local $x i32)
    (if (local.get 0) (then (local.set $x (i32.const 9))))
    (local.get $x)))
