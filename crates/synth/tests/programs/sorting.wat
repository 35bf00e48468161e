;; Insertion sort in memory, with an inner loop that stops on two conditions.
;; run: sort =>
;; run: at 0 => -9
;; run: at 1 => -1
;; run: at 2 => 0
;; run: at 3 => 3
;; run: at 4 => 3
;; run: at 5 => 1000000
;; run: at 6 => 2147483647
(module
  (memory 1)
  (data (i32.const 0) "\03\00\00\00\ff\ff\ff\ff\ff\ff\ff\7f\00\00\00\00\f7\ff\ff\ff\40\42\0f\00\03\00\00\00")
  (func (export "at") (param i32) (result i32) (i32.load (i32.shl (local.get 0) (i32.const 2))))
  (func (export "sort")
    (local $i i32) (local $j i32) (local $x i32)
    (local.set $i (i32.const 4))
    (loop $outer
      (local.set $x (i32.load (local.get $i)))
      (local.set $j (local.get $i))
      (block $done
        (loop $inner
          (br_if $done (i32.eqz (local.get $j)))
          (br_if $done (i32.le_s (i32.load (i32.sub (local.get $j) (i32.const 4))) (local.get $x)))
          (i32.store (local.get $j) (i32.load (i32.sub (local.get $j) (i32.const 4))))
          (local.set $j (i32.sub (local.get $j) (i32.const 4)))
          (br $inner)))
      (i32.store (local.get $j) (local.get $x))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 28))))))
