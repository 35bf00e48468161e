;; A byte-code interpreter: a loop around a switch, with a stack in memory.
;; run: run => 120
(module
  ;; push n: 0 n; mul: 1; add: 2; dup: 3; dec-and-loop-while-nonzero: 4; end: 5; swap: 6
  (memory 1)
  (data (i32.const 0) "\00\01\00\05\03\07\01\04\02\05")
  (func (export "run") (result i32)
    (local $pc i32) (local $acc i32) (local $n i32)
    (block $end
      (loop $next
        (block $bad (block $op7 (block $op5 (block $op4 (block $op3 (block $op1 (block $op0
          (br_table $op0 $op1 $bad $op3 $op4 $op5 $bad $op7 $bad (i32.load8_u (local.get $pc))))
          ;; 0: acc, n = n, next byte
          (local.set $acc (local.get $n))
          (local.set $n (i32.load8_u offset=1 (local.get $pc)))
          (local.set $pc (i32.add (local.get $pc) (i32.const 2)))
          (br $next))
          ;; 1: acc *= n
          (local.set $acc (i32.mul (local.get $acc) (local.get $n)))
          (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
          (br $next))
          ;; 3: nothing
          (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
          (br $next))
          ;; 4: n -= 1; back to 6 - operand while n is not zero
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (if (local.get $n)
            (then (local.set $pc (i32.sub (local.get $pc) (i32.const 1))))
            (else (local.set $pc (i32.add (local.get $pc) (i32.const 2)))))
          (br $next))
          ;; 5: end
          (br $end))
          ;; 7: nothing
          (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
          (br $next))
        (unreachable)))
    (local.get $acc)))
