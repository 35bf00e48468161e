;; Blocks and loops with parameters and several results.
;; run: swap 3 4 => 4 3
;; run: sum 10 => 55
;; run: gcd 1071 462 => 21
;; run: pow 3 13 => 1594323
;; run: rotate 1 2 3 => 2 3 1
(module
  (func (export "swap") (param i32 i32) (result i32 i32)
    (local.get 0) (local.get 1)
    (block (param i32 i32) (result i32 i32) (local.set 1) (local.set 0) (local.get 1) (local.get 0)))
  (func (export "sum") (param i32) (result i32)
    (local $t i32)
    (i32.const 0) (local.get 0)
    (loop $l (param i32 i32) (result i32)
      (local.tee 0) (local.set $t) (i32.add (local.get $t))
      (i32.sub (local.get 0) (i32.const 1)) (local.set $t)
      (local.get $t) (local.get $t) (br_if $l)
      (drop)))
  (func (export "gcd") (param i32 i32) (result i32)
    (local $a i32) (local $b i32)
    (local.get 0) (local.get 1)
    (loop $l (param i32 i32) (result i32)
      (local.set $b) (local.set $a)
      (local.get $b)
      (if (result i32)
        (then (local.get $b) (i32.rem_u (local.get $a) (local.get $b)) (br $l))
        (else (local.get $a)))))
  (func (export "pow") (param i64 i32) (result i64)
    (local $r i64)
    (i64.const 1)
    (loop $l (param i64) (result i64)
      (i64.mul (local.get 0))
      (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
      (br_if $l (local.get 1))))
  (func (export "rotate") (param i32 i32 i32) (result i32 i32 i32)
    (local.get 1) (local.get 2) (local.get 0)))
