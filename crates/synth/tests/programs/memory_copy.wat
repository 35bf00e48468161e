;; memory.copy with overlaps in both directions and at the edges.
;; run: copy 2 0 8 =>
;; run: sum 0 16 => -328555096
;; run: copy 0 3 8 =>
;; run: sum 0 16 => -950219247
;; run: copy 100 0 64 =>
;; run: sum 90 80 => 1077696072
;; run: copy 65530 0 6 =>
;; run: sum 65520 16 => 1450575459
;; run: copy 65530 0 7 => trap: out_of_bounds_memory
;; run: sum 65520 16 => 1450575459
;; run: copy 0 65530 7 => trap: out_of_bounds_memory
;; run: copy 0 -1 2 => trap: out_of_bounds_memory
;; run: copy -1 0 2 => trap: out_of_bounds_memory
;; run: copy 0 0 -1 => trap: out_of_bounds_memory
;; run: copy 65536 0 0 =>
;; run: copy 65537 0 0 => trap: out_of_bounds_memory
;; run: copy 0 65537 0 => trap: out_of_bounds_memory
;; run: copy 1 0 4000 =>
;; run: sum 0 4010 => 2070077535
;; run: known =>
;; run: sum 0 300 => -1915165010
(module
  (memory 1)
  (data (i32.const 0) "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "known")
    (memory.copy (i32.const 200) (i32.const 4) (i32.const 13))
    (memory.copy (i32.const 201) (i32.const 200) (i32.const 16))
    (memory.copy (i32.const 220) (i32.const 220) (i32.const 4))
    (memory.copy (i32.const 230) (i32.const 5) (i32.const 0)))
  (func (export "sum") (param $at i32) (param $n i32) (result i32)
    (local $sum i32)
    (block $o (loop $l
      (br_if $o (i32.eqz (local.get $n)))
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $l)))
    (local.get $sum)))
