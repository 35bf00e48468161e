;; Tail calls by name and through tables, to more and to fewer arguments on the
;; stack, of all types.
;; call count 300 0
;; call count 7 0x100000000
;; call floats 0x40490fdb 100
;; call through 0 5
;; call through 1 5
;; call through 2 5
;; call through 9 5
;; call host 3 0x123456789abcdef
(module
  (import "host" "h1" (func $h1 (param i64 i32) (result i64)))
  (type $one (func (param i32) (result i32)))
  (type $six (func (param i64 i32 i64 i32 i64 i32) (result i64)))
  (table 4 4 funcref)
  (elem (i32.const 0) $double $six)
  (func $double (type $one) (i32.mul (local.get 0) (i32.const 2)))
  (func $count (export "count") (param i32 i64) (result i64)
    (return_call_indirect (type $six) (local.get 1) (local.get 0) (i64.const 3) (i32.const 4)
      (i64.const 5) (local.get 0) (i32.const 1)))
  (func $six (type $six)
    (if (i32.eqz (local.get 1)) (then (return (i64.add (local.get 0) (local.get 4)))))
    (return_call $count (i32.sub (local.get 5) (i32.const 1))
      (i64.add (local.get 0) (i64.mul (local.get 2) (i64.extend_i32_u (local.get 3))))))
  (func $floats (export "floats") (param f32 i32) (result f64)
    (return_call $wide (local.get 1) (f64.promote_f32 (local.get 0)) (f64.const 1) (f64.const 2)
      (f64.const 3) (f64.const 4) (f64.const 5) (f64.const 6) (f64.const 7) (f64.const 8)
      (local.get 0)))
  (func $wide (param i32 f64 f64 f64 f64 f64 f64 f64 f64 f64 f32) (result f64)
    (if (i32.eqz (local.get 0)) (then (return (f64.add (local.get 1) (local.get 9)))))
    (return_call $floats (f32.mul (local.get 10) (f32.const 0.5)) (i32.sub (local.get 0) (i32.const 1))))
  (func (export "through") (param i32 i32) (result i32)
    (return_call_indirect (type $one) (local.get 1) (local.get 0)))
  (func (export "host") (param i32 i64) (result i64)
    (return_call $h1 (local.get 1) (local.get 0))))
