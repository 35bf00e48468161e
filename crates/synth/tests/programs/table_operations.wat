;; table.init, table.copy and elem.drop, with their traps.
;; run: call 0 => trap: uninitialized_element
;; run: init 0 0 3 =>
;; run: call 0 => 10
;; run: call 2 => 12
;; run: copy 1 0 3 =>
;; run: call 1 => 10
;; run: call 3 => 12
;; run: copy 0 1 3 =>
;; run: call 0 => 10
;; run: init 0 2 2 => trap: out_of_bounds_table
;; run: init 4 0 2 => trap: out_of_bounds_table
;; run: copy 3 0 3 => trap: out_of_bounds_table
;; run: copy 5 0 0 =>
;; run: copy 6 0 0 => trap: out_of_bounds_table
;; run: drop =>
;; run: init 0 0 0 =>
;; run: init 0 0 1 => trap: out_of_bounds_table
;; run: call 0 => 10
(module
  (type $r (func (result i32)))
  (table $t 5 funcref)
  (elem $e func $f0 $f1 $f2)
  (func $f0 (result i32) (i32.const 10))
  (func $f1 (result i32) (i32.const 11))
  (func $f2 (result i32) (i32.const 12))
  (func (export "call") (param i32) (result i32) (call_indirect (type $r) (local.get 0)))
  (func (export "init") (param i32 i32 i32) (table.init $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (table.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (elem.drop $e)))
