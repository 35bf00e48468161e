;; Comparisons joined by and and or, in orders that conditions allow and in others.
;; run: both_equal 0x0 0x0 => 0
;; run: both_equal 0x0 0x5 => 0
;; run: both_equal 0x0 0xffffffff => 0
;; run: both_equal 0x5 0x0 => 0
;; run: both_equal 0x5 0x5 => 0
;; run: both_equal 0x5 0xffffffff => 0
;; run: both_equal 0x9 0x0 => 0
;; run: both_equal 0x9 0x5 => 0
;; run: both_equal 0x9 0xffffffff => 0
;; run: both_equal 0xa 0x0 => 0
;; run: both_equal 0xa 0x5 => 0
;; run: both_equal 0xa 0xffffffff => 0
;; run: both_equal 0x80000000 0x0 => 0
;; run: both_equal 0x80000000 0x5 => 0
;; run: both_equal 0x80000000 0xffffffff => 1
;; run: both_equal 0xffffffff 0x0 => 0
;; run: both_equal 0xffffffff 0x5 => 0
;; run: both_equal 0xffffffff 0xffffffff => 0
;; run: less_and_equal 0x0 0x0 => 0
;; run: less_and_equal 0x0 0x5 => 1
;; run: less_and_equal 0x0 0xffffffff => 0
;; run: less_and_equal 0x5 0x0 => 0
;; run: less_and_equal 0x5 0x5 => 1
;; run: less_and_equal 0x5 0xffffffff => 0
;; run: less_and_equal 0x9 0x0 => 0
;; run: less_and_equal 0x9 0x5 => 1
;; run: less_and_equal 0x9 0xffffffff => 0
;; run: less_and_equal 0xa 0x0 => 0
;; run: less_and_equal 0xa 0x5 => 0
;; run: less_and_equal 0xa 0xffffffff => 0
;; run: less_and_equal 0x80000000 0x0 => 0
;; run: less_and_equal 0x80000000 0x5 => 0
;; run: less_and_equal 0x80000000 0xffffffff => 0
;; run: less_and_equal 0xffffffff 0x0 => 0
;; run: less_and_equal 0xffffffff 0x5 => 0
;; run: less_and_equal 0xffffffff 0xffffffff => 0
;; run: less_and_different 0x0 0x0 => 0
;; run: less_and_different 0x0 0x5 => 100
;; run: less_and_different 0x0 0xffffffff => -1
;; run: less_and_different 0x5 0x0 => 0
;; run: less_and_different 0x5 0x5 => 5
;; run: less_and_different 0x5 0xffffffff => -1
;; run: less_and_different 0x9 0x0 => 0
;; run: less_and_different 0x9 0x5 => 5
;; run: less_and_different 0x9 0xffffffff => -1
;; run: less_and_different 0xa 0x0 => 0
;; run: less_and_different 0xa 0x5 => 5
;; run: less_and_different 0xa 0xffffffff => -1
;; run: less_and_different 0x80000000 0x0 => 100
;; run: less_and_different 0x80000000 0x5 => 100
;; run: less_and_different 0x80000000 0xffffffff => 100
;; run: less_and_different 0xffffffff 0x0 => 100
;; run: less_and_different 0xffffffff 0x5 => 100
;; run: less_and_different 0xffffffff 0xffffffff => -1
;; run: either 0x0 0x0 => 0
;; run: either 0x0 0x5 => 100
;; run: either 0x0 0xffffffff => 100
;; run: either 0x5 0x0 => 0
;; run: either 0x5 0x5 => 100
;; run: either 0x5 0xffffffff => 100
;; run: either 0x9 0x0 => 0
;; run: either 0x9 0x5 => 100
;; run: either 0x9 0xffffffff => 100
;; run: either 0xa 0x0 => 100
;; run: either 0xa 0x5 => 100
;; run: either 0xa 0xffffffff => 100
;; run: either 0x80000000 0x0 => 100
;; run: either 0x80000000 0x5 => 100
;; run: either 0x80000000 0xffffffff => 100
;; run: either 0xffffffff 0x0 => 100
;; run: either 0xffffffff 0x5 => 100
;; run: either 0xffffffff 0xffffffff => 100
;; run: no_order 0x0 0x0 => 1
;; run: no_order 0x0 0x5 => 1
;; run: no_order 0x0 0xffffffff => 1
;; run: no_order 0x5 0x0 => 0
;; run: no_order 0x5 0x5 => 0
;; run: no_order 0x5 0xffffffff => 1
;; run: no_order 0x9 0x0 => 0
;; run: no_order 0x9 0x5 => 0
;; run: no_order 0x9 0xffffffff => 1
;; run: no_order 0xa 0x0 => 0
;; run: no_order 0xa 0x5 => 0
;; run: no_order 0xa 0xffffffff => 1
;; run: no_order 0x80000000 0x0 => 1
;; run: no_order 0x80000000 0x5 => 1
;; run: no_order 0x80000000 0xffffffff => 1
;; run: no_order 0xffffffff 0x0 => 1
;; run: no_order 0xffffffff 0x5 => 1
;; run: no_order 0xffffffff 0xffffffff => 1
;; run: three 0x0 0x3 0x9 => 0
;; run: three 0x0 0x3 0x8 => 0
;; run: three 0x0 0x4 0x9 => 0
;; run: three 0x0 0x4 0x8 => 7
;; run: three 0x0 0x80000000 0x9 => 0
;; run: three 0x0 0x80000000 0x8 => 0
;; run: three 0x5 0x3 0x9 => 5
;; run: three 0x5 0x3 0x8 => 5
;; run: three 0x5 0x4 0x9 => 5
;; run: three 0x5 0x4 0x8 => 7
;; run: three 0x5 0x80000000 0x9 => 5
;; run: three 0x5 0x80000000 0x8 => 5
;; run: three 0xffffffff 0x3 0x9 => -1
;; run: three 0xffffffff 0x3 0x8 => -1
;; run: three 0xffffffff 0x4 0x9 => -1
;; run: three 0xffffffff 0x4 0x8 => -1
;; run: three 0xffffffff 0x80000000 0x9 => -1
;; run: three 0xffffffff 0x80000000 0x8 => -1
;; run: sum_and 0x0 0x0 => 0
;; run: sum_and 0x0 0x5 => 1
;; run: sum_and 0x0 0xffffffff => 1
;; run: sum_and 0x5 0x0 => 0
;; run: sum_and 0x5 0x5 => 0
;; run: sum_and 0x5 0xffffffff => 0
;; run: sum_and 0x9 0x0 => 0
;; run: sum_and 0x9 0x5 => 0
;; run: sum_and 0x9 0xffffffff => 0
;; run: sum_and 0xa 0x0 => 0
;; run: sum_and 0xa 0x5 => 0
;; run: sum_and 0xa 0xffffffff => 0
;; run: sum_and 0x80000000 0x0 => 1
;; run: sum_and 0x80000000 0x5 => 1
;; run: sum_and 0x80000000 0xffffffff => 1
;; run: sum_and 0xffffffff 0x0 => 1
;; run: sum_and 0xffffffff 0x5 => 1
;; run: sum_and 0xffffffff 0xffffffff => 1
;; run: sum_and 0x80000000 0x80000000 => 0
;; run: sum_and 0x1 0xffffffff => 0
(module
  (func (export "both_equal") (param i32 i32) (result i32)
    (i32.and (i32.eq (local.get 0) (i32.const 0x80000000)) (i32.eq (local.get 1) (i32.const -1))))
  (func (export "less_and_equal") (param i32 i32) (result i32)
    (i32.and (i32.lt_u (local.get 0) (i32.const 10)) (i32.eq (local.get 1) (i32.const 5))))
  (func (export "less_and_different") (param i32 i32) (result i32)
    (if (result i32) (i32.and (i32.lt_s (local.get 0) (local.get 1)) (i32.ne (local.get 0) (i32.const 5))) (then (i32.const 100)) (else (local.get 1))))
  (func (export "either") (param i32 i32) (result i32)
    (if (result i32) (i32.or (i32.gt_u (local.get 0) (i32.const 9)) (i32.ge_u (local.get 1) (i32.const 5))) (then (i32.const 100)) (else (local.get 1))))
  (func (export "no_order") (param i32 i32) (result i32)
    (i32.or (i32.lt_s (local.get 0) (i32.const 5)) (i32.gt_u (local.get 1) (i32.const 7))))
  (func (export "three") (param i32 i32 i32) (result i32)
    (select (i32.const 7) (local.get 0) (i32.and (i32.and (i32.ge_s (local.get 0) (i32.const 0)) (i32.gt_s (local.get 1) (i32.const 3))) (i32.ne (local.get 2) (i32.const 9)))))
  (func (export "sum_and") (param i32 i32) (result i32)
    (i32.and (i32.ne (i32.add (local.get 0) (local.get 1)) (i32.const 0)) (i32.lt_s (local.get 0) (i32.const 5)))))
