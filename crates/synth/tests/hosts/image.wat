;; Entry functions of images: data, start-up code, library calls, a trap.
(module
  (memory 1)
  (global $sum (mut i64) (i64.const 5))
  (data (i32.const 16) "\01\02\03\04\05\06\07\08\09")
  (func $start (memory.copy (i32.const 100) (i32.const 16) (i32.const 9)))
  (start $start)
  (func $average (param $total i64) (param $count i64) (result i64)
    (i64.div_s (local.get $total) (local.get $count)))
  (func $total (result i64)
    (local $i i32)
    (loop $next
      (global.set $sum
        (i64.add (global.get $sum) (i64.load8_u offset=100 (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 9))))
    (global.get $sum))
  ;; 5 + 45 = 50; 50 * 21 / 25 = 42
  (func (export "main") (result i32)
    (i32.wrap_i64 (call $average (i64.mul (call $total) (i64.const 21)) (i64.const 25))))
  (func (export "quiet") (drop (call $total)))
  (func (export "fails") (result i32)
    (i32.wrap_i64 (call $average (i64.const 1) (i64.sub (call $total) (i64.const 50))))))
