;; The one signed overflow, by a constant divisor and by a variable one.
;; run: div 0x80000000 => trap: integer_overflow
;; run: div 5 => -5
;; run: rem 0x80000000 => 0
;; run: long_div 0x8000000000000000 => trap: integer_overflow
;; run: long_div 5 => -5
;; run: long_rem 0x8000000000000000 => 0
;; run: by_zero 5 => trap: division_by_zero
;; run: long_by_zero 5 => trap: division_by_zero
(module
  (func (export "div") (param i32) (result i32) (i32.div_s (local.get 0) (i32.const -1)))
  (func (export "rem") (param i32) (result i32) (i32.rem_s (local.get 0) (i32.const -1)))
  (func (export "long_div") (param i64) (result i64) (i64.div_s (local.get 0) (i64.const -1)))
  (func (export "long_rem") (param i64) (result i64) (i64.rem_s (local.get 0) (i64.const -1)))
  (func (export "by_zero") (param i32) (result i32) (i32.rem_u (local.get 0) (i32.const 0)))
  (func (export "long_by_zero") (param i64) (result i64) (i64.div_u (local.get 0) (i64.const 0))))
