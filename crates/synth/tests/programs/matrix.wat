;; A product of matrices: three nested loops over computed addresses.
;; run: trace => 1800
(module
  (memory 1)
  (func $at (param $m i32) (param $i i32) (param $j i32) (result i32)
    (i32.add (local.get $m) (i32.shl (i32.add (i32.mul (local.get $i) (i32.const 5)) (local.get $j)) (i32.const 2))))
  (func (export "trace") (result i32)
    (local $i i32) (local $j i32) (local $k i32) (local $sum i32) (local $trace i32)
    (loop $fill
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (i32.add (local.get $i) (i32.const 1)))
      (i32.store offset=400 (i32.shl (local.get $i) (i32.const 2)) (i32.sub (local.get $i) (i32.const 8)))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 25))))
    (local.set $i (i32.const 0))
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $k (i32.const 0)) (local.set $sum (i32.const 0))
        (loop $terms
          (local.set $sum (i32.add (local.get $sum)
            (i32.mul (i32.load (call $at (i32.const 0) (local.get $i) (local.get $k)))
              (i32.load (call $at (i32.const 400) (local.get $k) (local.get $j))))))
          (br_if $terms (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 5))))
        (i32.store (call $at (i32.const 800) (local.get $i) (local.get $j)) (local.get $sum))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
      (local.set $trace (i32.add (local.get $trace) (i32.load (call $at (i32.const 800) (local.get $i) (local.get $i)))))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))
    (local.get $trace)))
