;; Floats in loops, calls, memory and joins, of both widths under pressure.
;; run: horner 1.5 => 13.5625
;; run: sum 100 => 5.187377
;; run: mean => 5.0625
;; run: mixed 3 2.5 1.5 => 1.0 7.5
;; run: newton 2 => 1.414213562373095
(module
  (memory 1)
  (func (export "horner") (param $x f64) (result f64)
    (f64.add (f64.const 1) (f64.mul (local.get $x) (f64.sub (f64.const 2) (f64.mul (local.get $x) (f64.add (f64.const 0.25) (f64.mul (local.get $x) (f64.const -3))))))))
  (func $next (param f32 i32) (result f32) (f32.add (local.get 0) (f32.div (f32.const 1) (f32.convert_i32_s (local.get 1)))))
  (func (export "sum") (param $n i32) (result f32)
    (local $s f32)
    (loop $l
      (local.set $s (call $next (local.get $s) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "mean") (result f64)
    (local $i i32) (local $s f64)
    (loop $l
      (f64.store (i32.shl (local.get $i) (i32.const 3)) (f64.mul (f64.convert_i32_u (local.get $i)) (f64.const 1.125)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
    (loop $l
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (local.set $s (f64.add (local.get $s) (f64.load (i32.shl (local.get $i) (i32.const 3)))))
      (br_if $l (local.get $i)))
    (f64.div (local.get $s) (f64.const 10)))
  (func (export "mixed") (param i32 f32 f64) (result f64 f32)
    (if (result f64) (f32.gt (local.get 1) (f32.demote_f64 (local.get 2)))
      (then (f64.sub (f64.promote_f32 (local.get 1)) (local.get 2)))
      (else (f64.convert_i32_s (local.get 0))))
    (f32.mul (local.get 1) (f32.convert_i32_s (local.get 0))))
  (func (export "newton") (param $a f64) (result f64)
    (local $x f64) (local $n i32)
    (local.set $x (local.get $a)) (local.set $n (i32.const 20))
    (loop $l
      (local.set $x (f64.mul (f64.const 0.5) (f64.add (local.get $x) (f64.div (local.get $a) (local.get $x)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x)))
