;; Recursion, plain and mutual, with values that outlive the calls.
;; run: fib 15 => 610
;; run: fac 20 => 2432902008176640000
;; run: ackermann 2 3 => 9
;; run: even 101 => 0
;; run: odd 101 => 1
;; run: hanoi 8 => 255
(module
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func $fac (export "fac") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
  (func $ackermann (export "ackermann") (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.add (local.get 1) (i32.const 1)))
      (else (if (result i32) (i32.eqz (local.get 1))
        (then (call $ackermann (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
        (else (call $ackermann (i32.sub (local.get 0) (i32.const 1)) (call $ackermann (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))))))
  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1)) (else (call $odd (i32.sub (local.get 0) (i32.const 1))))))
  (func $odd (export "odd") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0)) (else (call $even (i32.sub (local.get 0) (i32.const 1))))))
  (global $moves (mut i32) (i32.const 0))
  (func $move (param $n i32) (param $from i32) (param $to i32) (param $via i32)
    (if (local.get $n) (then
      (call $move (i32.sub (local.get $n) (i32.const 1)) (local.get $from) (local.get $via) (local.get $to))
      (global.set $moves (i32.add (global.get $moves) (i32.const 1)))
      (call $move (i32.sub (local.get $n) (i32.const 1)) (local.get $via) (local.get $to) (local.get $from)))))
  (func (export "hanoi") (param i32) (result i32) (call $move (local.get 0) (i32.const 1) (i32.const 2) (i32.const 3)) (global.get $moves)))
