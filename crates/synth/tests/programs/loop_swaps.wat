;; Values that change places on a back edge, as parallel moves.
;; run: swap 5 6 0 => 56
;; run: swap 5 6 1 => 65
;; run: swap 5 6 7 => 65
;; run: cycle 1 2 3 1 => 231
;; run: cycle 1 2 3 2 => 312
;; run: cycle 1 2 3 3 => 123
;; run: longs 1 0x200000000 3 => 25769803777
;; run: fib 40 => 102334155
(module
  (func (export "swap") (param $a i32) (param $b i32) (param $n i32) (result i32)
    (local $t i32)
    (block $out
      (loop $l
        (br_if $out (i32.eqz (local.get $n)))
        (local.set $t (local.get $a)) (local.set $a (local.get $b)) (local.set $b (local.get $t))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $l)))
    (i32.add (i32.mul (local.get $a) (i32.const 10)) (local.get $b)))
  (func (export "cycle") (param $a i32) (param $b i32) (param $c i32) (param $n i32) (result i32)
    (local $t i32)
    (loop $l
      (local.set $t (local.get $a)) (local.set $a (local.get $b))
      (local.set $b (local.get $c)) (local.set $c (local.get $t))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (i32.mul (i32.add (i32.mul (local.get $a) (i32.const 10)) (local.get $b))
      (i32.const 10)) (local.get $c)))
  (func (export "longs") (param $a i64) (param $b i64) (param $n i32) (result i64)
    (local $t i64)
    (loop $l
      (local.set $t (local.get $a)) (local.set $a (local.get $b))
      (local.set $b (i64.add (local.get $t) (local.get $b)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.sub (i64.mul (local.get $a) (i64.const 3)) (local.get $b)))
  (func (export "fib") (param $n i32) (result i64)
    (local $a i64) (local $b i64) (local $t i64)
    (local.set $b (i64.const 1))
    (loop $l
      (local.set $t (i64.add (local.get $a) (local.get $b)))
      (local.set $a (local.get $b)) (local.set $b (local.get $t))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $a)))
