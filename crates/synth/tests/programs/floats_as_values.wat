;; Floats pass through locals, memory, calls and joins bit by bit, NaNs too.
;; run: single 1.5 => 1.5
;; run: single nan => NaN
;; run: single -0.0 => -0.0
;; run: double 1e-310 => 1e-310
;; run: double -inf => -inf
;; run: through_memory 0x7fa00001 => 0x7fa00001
;; run: signalling => 0x7ff0000000000001
;; run: join 0 => -3.0
;; run: join 1 => 1.25
;; run: bits => 0 1072693248
(module
  (memory 1)
  (func $id (param f64 f32) (result f32) (local.get 1))
  (func (export "single") (param f32) (result f32) (local $x f32) (local.set $x (local.get 0)) (call $id (f64.const 2) (local.get $x)))
  (func (export "double") (param f64) (result f64) (local $x f64) (local.set $x (local.get 0)) (local.get $x))
  (func (export "through_memory") (param i32) (result i32)
    (i32.store (i32.const 0) (local.get 0))
    (f32.store (i32.const 4) (f32.load (i32.const 0)))
    (i32.load (i32.const 4)))
  (func (export "signalling") (result i64)
    (f64.store (i32.const 8) (f64.const nan:0x1))
    (i64.load (i32.const 8)))
  (func (export "join") (param i32) (result f64)
    (if (result f64) (local.get 0) (then (f64.const 1.25)) (else (f64.const -3))))
  (func (export "bits") (result i32 i32)
    (f64.store (i32.const 16) (f64.const 1))
    (i32.load (i32.const 16)) (i32.load (i32.const 20))))
