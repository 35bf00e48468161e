;; Tail calls in constant stack: to functions with fewer and with more
;; arguments on the stack, by name and through a table.
;; run: even 301 => 0
;; run: indirect_even 300 => 1
;; run: grow 300 => 44850
;; run: long_grow 300 7 => 2100
;; run: by_table 300 => 28
;; run: rotate 299 1 2 3 4 5 6 7 => 3456712
;; run: reversed 1 2 3 4 5 6 7 => 7654321
;; run: doubles 100 => 5050.5
;; run: several 100 => 100 -100 2.5 5050
;; run: in_loop 500 => 500
;; run: host 4000 => 4007
;; run: host_pair -100 7 => -14 -2
;; run: sum_calls 10 => 155
;; run: indirect 0 5 => 6
;; run: indirect 1 5 => trap: indirect_call_mismatch
;; run: indirect 5 5 => trap: uninitialized_element
;; run: indirect 6 5 => trap: out_of_bounds_table
;; run: full 2 => 1234
;; run: leaf_of_many 3 => 45
(module
  (import "env" "host_add" (func $add (param i32 i32) (result i32)))
  (import "env" "host_divide" (func $divide (param i64 i64) (result i64 i64)))
  (type $unary (func (param i32) (result i32)))
  (type $many (func (param i64 i64 i64 i32) (result i64)))
  (type $few (func (param i64) (result i64)))
  (type $eight (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (table 6 6 funcref)
  (elem (i32.const 0) $increment $many $even $odd $digits)
  (table $more funcref (elem $shrink8 $grow1))
  (global $stack_words (mut i32) (i32.const 0))

  (func $increment (type $unary) (i32.add (local.get 0) (i32.const 1)))
  (func $even (export "even") (type $unary)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
      (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
  (func $odd (type $unary)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
      (else (return_call $even (i32.sub (local.get 0) (i32.const 1))))))
  ;; The same through the table.
  (func $indirect_even (export "indirect_even") (type $unary)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call_indirect (type $unary) (i32.sub (local.get 0) (i32.const 1)) (i32.const 3)))

  ;; From one doubleword to three and a word, and back.
  (func $grow (export "grow") (type $few)
    (return_call $many (local.get 0) (i64.const 0) (i64.const 1) (i32.const 0)))
  (func $many (type $many)
    (if (i64.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $less (i64.sub (local.get 0) (local.get 2))
      (i64.add (local.get 1) (i64.sub (local.get 0) (local.get 2)))))
  (func $less (param i64 i64) (result i64)
    (return_call $many (local.get 0) (local.get 1) (i64.const 1) (i32.const 1)))

  ;; Of different sizes: each has its own, and none is made twice.
  (func (export "long_grow") (param i32 i32) (result i32)
    (return_call $five (local.get 0) (local.get 1) (i32.const 0) (i32.const 0) (i32.const 0)))
  (func $five (param i32 i32 i32 i32 i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.add (local.get 2) (local.get 4)))))
    (return_call $twelve (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 2)
      (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9)
      (i32.const 10) (i32.const 11) (local.get 1)))
  (func $twelve (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (return_call $one (local.get 0) (local.get 1) (i32.add (local.get 2) (local.get 11))
      (i32.and (local.get 3) (local.get 10))))
  (func $one (param i32 i32 i32 i32) (result i32)
    (return_call $five (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 3)))

  (func $grow1 (export "by_table") (param i32) (result i32)
    (return_call_indirect $more (type $eight) (local.get 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
      (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 0)))
  (func $shrink8 (type $eight)
    (if (i32.eqz (local.get 0))
      (then (return (i32.add (i32.add (i32.add (local.get 1) (local.get 2)) (i32.add (local.get 3) (local.get 4)))
        (i32.add (i32.add (local.get 5) (local.get 6)) (local.get 7))))))
    (return_call_indirect $more (type $unary) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))

  ;; Arguments on the stack that change places.
  (func $digits (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local.set 0 (i32.const 0))
    (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 1)))
    (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 2)))
    (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 3)))
    (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 4)))
    (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 5)))
    (local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 6)))
    (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 7)))
  (func $rotate (export "rotate") (type $eight)
    (if (i32.eqz (local.get 0))
      (then (return_call $digits (local.get 0) (local.get 1) (local.get 2) (local.get 3)
        (local.get 4) (local.get 5) (local.get 6) (local.get 7))))
    (return_call $rotate (i32.sub (local.get 0) (i32.const 1)) (local.get 7) (local.get 1)
      (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6)))
  (func (export "reversed") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    (return_call_indirect (type $eight) (i32.const 0) (local.get 6) (local.get 5) (local.get 4)
      (local.get 3) (local.get 2) (local.get 1) (local.get 0) (i32.const 4)))

  (func $doubles (export "doubles") (param f32) (result f64)
    (return_call $sum (f64.promote_f32 (local.get 0)) (f64.const 0.5) (f32.const 1) (f64.const 0)
      (f64.const 0) (f64.const 0) (f64.const 0) (f64.const 0) (f64.const 0) (f32.const 0)))
  (func $sum (param f64 f64 f32 f64 f64 f64 f64 f64 f64 f32) (result f64)
    (if (f64.eq (local.get 0) (f64.const 0)) (then (return (local.get 1))))
    (return_call $halfway (f64.sub (local.get 0) (f64.promote_f32 (local.get 2)))
      (f64.add (local.get 1) (local.get 0)) (local.get 2)))
  (func $halfway (param f64 f64 f32) (result f64)
    (return_call $sum (local.get 0) (local.get 1) (local.get 2) (f64.const 0) (f64.const 1)
      (f64.const 2) (f64.const 3) (f64.const 4) (f64.const 5) (f32.const 6)))

  ;; Results in memory of the first caller.
  (func $several (export "several") (param i32) (result i32 i64 f64 i32)
    (return_call $more (local.get 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
  (func $more (param i32 i64 i32 i32 i32) (result i32 i64 f64 i32)
    (if (i32.eqz (local.get 0))
      (then (return (local.get 2) (local.get 1) (f64.const 2.5) (local.get 4))))
    (return_call $again (i32.sub (local.get 0) (i32.const 1)) (i64.sub (local.get 1) (i64.const 1))
      (i32.add (local.get 2) (i32.const 1)) (i32.add (local.get 4) (local.get 0))))
  (func $again (param i32 i64 i32 i32) (result i32 i64 f64 i32)
    (return_call $more (local.get 0) (local.get 1) (local.get 2) (i32.const 0) (local.get 3)))

  (func $in_loop (export "in_loop") (param i32) (result i32)
    (loop $next
      (global.set $stack_words (i32.add (global.get $stack_words) (i32.const 1)))
      (br_if $next (i32.lt_u (global.get $stack_words) (local.get 0))))
    (return_call $identity (global.get $stack_words)))
  (func $identity (param i32) (result i32) (local.get 0))

  (func $host (export "host") (param i32) (result i32)
    (return_call $add (local.get 0) (i32.const 7)))
  (func (export "host_pair") (param i64 i64) (result i64 i64)
    (return_call $divide (local.get 0) (local.get 1)))

  ;; Ordinary calls of functions that make room, with arguments of their own on
  ;; the stack, and values that live across.
  (func $outer (param i32 i32 i32 i32 i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.add (local.get 4) (local.get 3)))))
    (return_call $wider (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
      (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10)))
  (func $wider (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (return_call $outer (i32.const 0) (local.get 9) (local.get 8) (local.get 7)
      (i32.sub (local.get 4) (local.get 5))))
  (func (export "sum_calls") (param i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum)
        (i32.add (local.get 0) (call $outer (local.get 0) (i32.const 2) (i32.const 3) (i32.const 4) (local.get 0)))))
      (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.add (local.get $sum) (i32.const 25)))

  (func (export "indirect") (param i32 i32) (result i32)
    (return_call_indirect (type $unary) (local.get 1) (local.get 0)))

  ;; No register is left for the address.
  (type $four (func (param i32 i32 i32 i32) (result i32)))
  (table $fours funcref (elem $increment $increment $four))
  (func $four (type $four)
    (i32.add (i32.mul (i32.add (i32.mul (i32.add (i32.mul (local.get 0) (i32.const 10)) (local.get 1)) (i32.const 10)) (local.get 2)) (i32.const 10)) (local.get 3)))
  (func (export "full") (param i32) (result i32)
    (return_call_indirect $fours (type $four) (i32.const 1) (i32.const 2) (i32.const 3)
      (i32.const 4) (local.get 0)))

  (func (export "leaf_of_many") (param i32) (result i32)
    (return_call $nine (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5)
      (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9)))
  (func $nine (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.add (i32.add (i32.add (local.get 0) (local.get 1)) (i32.add (local.get 2) (local.get 3)))
      (i32.add (i32.add (local.get 4) (local.get 5)) (i32.add (local.get 6) (i32.add (local.get 7) (local.get 8)))))))
