;; Indirect calls with arguments on the stack, several results, and values
;; live across them; two tables.
;; run: many 0 => 137438953502
;; run: many 1 => 21474836478
;; run: pair 0 7 => 210453397560
;; run: second 0 => 21
;; run: second 1 => trap: uninitialized_element
;; run: second 2 => trap: out_of_bounds_table
;; run: recurse 5 => 115
(module
  (type $many (func (param i32 i64 i32 i32 i64 i32) (result i64)))
  (type $pair (func (param i32) (result i32 i64)))
  (type $none (func (result i32)))
  (type $rec (func (param i32) (result i32)))
  (table $t 4 funcref)
  (table $u 2 funcref)
  (elem (table $t) (i32.const 0) func $m0 $m1 $p $r)
  (elem (table $u) (i32.const 0) func $n)
  (func $m0 (type $many) (i64.add (local.get 1) (i64.mul (local.get 4) (i64.extend_i32_s (local.get 5)))))
  (func $m1 (type $many) (i64.sub (local.get 4) (i64.extend_i32_s (i32.mul (local.get 0) (i32.add (local.get 2) (local.get 3))))))
  (func $p (type $pair) (local.get 0) (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const 0x100000001)))
  (func $n (type $none) (i32.const 21))
  (func $r (type $rec)
    (if (result i32) (local.get 0)
      (then (i32.add (local.get 0) (call_indirect $t (type $rec) (i32.sub (local.get 0) (i32.const 1)) (i32.const 3))))
      (else (i32.const 100))))
  (func (export "many") (param i32) (result i64)
    (call_indirect $t (type $many) (i32.const 1) (i64.const 0x200000000) (i32.const 3) (i32.const 4) (i64.const 0x500000005) (i32.const 6) (local.get 0)))
  (func (export "pair") (param i32 i32) (result i64)
    (local $l i64)
    (call_indirect $t (type $pair) (local.get 1) (i32.add (local.get 0) (i32.const 2)))
    (local.set $l)
    (i64.add (i64.mul (i64.extend_i32_s) (local.get $l)) (i64.extend_i32_s (i32.sub (local.get 1) (local.get 0)))))
  (func (export "second") (param i32) (result i32) (call_indirect $u (type $none) (local.get 0)))
  (func (export "recurse") (param i32) (result i32) (call_indirect $t (type $rec) (local.get 0) (i32.const 3))))
