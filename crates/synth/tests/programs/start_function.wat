;; The start function runs after the segments are in place.
;; run: seen => 0x6463
;; run: count => 1
(module
  (memory 1)
  (global $seen (mut i32) (i32.const 0))
  (global $count (mut i32) (i32.const 0))
  (data (i32.const 10) "cd")
  (func $start
    (global.set $seen (i32.load16_u (i32.const 10)))
    (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (start $start)
  (func (export "seen") (result i32) (global.get $seen))
  (func (export "count") (result i32) (global.get $count)))
