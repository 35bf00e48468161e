;; Flags of a comparison must survive what stands between it and its use.
;; run: across_add 1 2 0xffffffffffffffff 1 => 0
;; run: across_add 2 1 0xffffffffffffffff 1 => -1
;; run: select_chain 5 => 6
;; run: select_chain -5 => -6
;; run: select_chain 0 => 99
;; run: branch_on_long 0x100000000 0xffffffff => 10
;; run: branch_on_long 0xffffffff 0x100000000 => 1
;; run: reuse 7 7 => 105
;; run: reuse 7 8 => 59
;; run: sub_flags 0x80000000 1 => 2
;; run: sub_flags 1 0x80000000 => 5
;; run: sub_flags 3 3 => 8
(module
  (func (export "across_add") (param i32 i32 i64 i64) (result i64)
    (local $c i32)
    (local.set $c (i32.lt_s (local.get 0) (local.get 1)))
    (local.set 2 (i64.add (local.get 2) (local.get 3)))
    (local.set 3 (i64.sub (local.get 2) (i64.const 1)))
    (select (local.get 2) (local.get 3) (local.get $c)))
  (func (export "select_chain") (param i32) (result i32)
    (select
      (i32.add (local.get 0) (i32.const 1))
      (select (i32.sub (local.get 0) (i32.const 1)) (i32.const 99) (i32.lt_s (local.get 0) (i32.const 0)))
      (i32.gt_s (local.get 0) (i32.const 0))))
  (func (export "branch_on_long") (param i64 i64) (result i32)
    (if (result i32) (i64.lt_u (local.get 0) (local.get 1))
      (then (if (result i32) (i64.lt_s (i64.sub (local.get 0) (local.get 1)) (i64.const 0)) (then (i32.const 1)) (else (i32.const 2))))
      (else (i32.add (i32.const 10) (i64.eq (local.get 0) (local.get 1))))))
  (func (export "reuse") (param i32 i32) (result i32)
    (local $e i32)
    (local.set $e (i32.eq (local.get 0) (local.get 1)))
    (i32.add
      (select (i32.const 100) (i32.mul (local.get 0) (local.get 1)) (local.get $e))
      (i32.add (local.get $e) (select (i32.const 3) (i32.const 4) (i32.lt_s (local.get $e) (i32.const 1))))))
  (func (export "sub_flags") (param i32 i32) (result i32)
    (local $d i32)
    (local.set $d (i32.sub (local.get 0) (local.get 1)))
    (i32.or
      (i32.or (i32.lt_s (local.get $d) (i32.const 0)) (i32.shl (i32.lt_s (local.get 0) (local.get 1)) (i32.const 1)))
      (i32.or (i32.shl (i32.lt_u (local.get 0) (local.get 1)) (i32.const 2)) (i32.shl (i32.eqz (local.get $d)) (i32.const 3))))))
