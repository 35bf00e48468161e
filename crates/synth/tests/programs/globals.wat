;; Globals of every type, exported and not.
;; run: step => 6
;; run: step => 7
;; run: long => 0x1000000ff
;; run: long => 0x1000000fe
;; run: floats 1 => 1.25 -1e300
;; run: floats 0 => 1.25 -1e300
;; run: set_float 2.5 =>
;; run: floats 1 => 2.5 -1e300
;; run: constant => -7
(module
  (global $i (export "counter") (mut i32) (i32.const 5))
  (global $l (mut i64) (i64.const 0x1_0000_0100))
  (global $f (export "single") (mut f32) (f32.const 1.25))
  (global $d f64 (f64.const -1e300))
  (global $c i32 (i32.const -7))
  (func (export "step") (result i32) (global.set $i (i32.add (global.get $i) (i32.const 1))) (global.get $i))
  (func (export "long") (result i64) (global.set $l (i64.sub (global.get $l) (i64.const 1))) (global.get $l))
  (func (export "floats") (param i32) (result f32 f64) (global.get $f) (global.get $d))
  (func (export "set_float") (param f32) (global.set $f (local.get 0)))
  (func (export "constant") (result i32) (global.get $c)))
