;; A local that one path does not set is zero, at each call anew.
;; run: one_path 0 => 0
;; run: one_path 1 => 77
;; run: one_path 0 => 0
;; run: long 0 => 0
;; run: long 1 => 8608480565726806017
;; run: long 0 => 0
;; run: loop 3 => 40
;; run: loop 0 => 0
(module
  (func (export "one_path") (param i32) (result i32)
    (local $x i32)
    (if (local.get 0) (then (local.set $x (i32.const 77))))
    (local.get $x))
  (func (export "long") (param i32) (result i64)
    (local $x i64) (local $y i64)
    (if (local.get 0)
      (then (local.set $x (i64.const 0x7777777700000001)))
      (else (local.set $y (i64.const 5)) (local.set $y (i64.const 0))))
    (i64.or (local.get $x) (local.get $y)))
  (func (export "loop") (param $n i32) (result i32)
    (local $x i32) (local $y i32)
    (loop $l
      (local.set $y (i32.add (local.get $y) (local.get $x)))
      (if (i32.and (local.get $n) (i32.const 1)) (then (local.set $x (i32.add (local.get $x) (i32.const 10)))))
      (br_if $l (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0))))
    (i32.add (local.get $y) (local.get $x))))
