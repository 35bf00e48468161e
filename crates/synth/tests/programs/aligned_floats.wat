;; Floats whose alignment is trusted, and some that are not said to be aligned.
;; alignment: trusted
;; run: singles 16 => 0.0
;; run: singles 65524 => trap: out_of_bounds_memory
;; run: doubles 24 => -7.1
;; run: doubles 28 => -7.1
;; run: odd 33 => 3.0
;; run: sum 64 5 => 10.0
(module
  (memory 1)
  (func (export "singles") (param i32) (result f32)
    (f32.store offset=4 (local.get 0) (f32.const 1.5))
    (f32.store offset=8 (local.get 0) (f32.add (f32.load offset=4 (local.get 0)) (f32.const 2)))
    (f32.mul (f32.load offset=8 (local.get 0)) (f32.load offset=12 (local.get 0))))
  (func (export "doubles") (param i32) (result f64)
    (f64.store offset=2000 (local.get 0) (f64.const -0.1))
    (f64.store (local.get 0) (f64.sub (f64.load offset=2000 (local.get 0)) (f64.const 7)))
    (f64.load align=4 (local.get 0)))
  (func (export "odd") (param i32) (result f64)
    (f32.store align=1 (local.get 0) (f32.const 3))
    (f64.store offset=9 align=2 (local.get 0) (f64.promote_f32 (f32.load align=1 (local.get 0))))
    (f64.load offset=9 align=1 (local.get 0)))
  (func (export "sum") (param $at i32) (param $count i32) (result f32) (local $i i32) (local $sum f32)
    (loop $fill
      (f32.store (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 2)))
        (f32.convert_i32_s (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $i) (local.get $count))))
    (local.set $i (i32.const 0))
    (loop $add
      (local.set $sum (f32.add (local.get $sum)
        (f32.load (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 2))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $add (i32.lt_u (local.get $i) (local.get $count))))
    (local.get $sum)))
