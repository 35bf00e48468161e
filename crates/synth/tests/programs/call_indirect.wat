;; Indirect calls: the right type, a wrong one, a null entry, an index outside.
;; run: call 0 5 => 6
;; run: call 1 5 => 10
;; run: call 2 5 => trap: indirect_call_mismatch
;; run: call 3 5 => trap: uninitialized_element
;; run: call 4 5 => trap: out_of_bounds_table
;; run: call -1 5 => trap: out_of_bounds_table
;; run: call 0x20000000 5 => trap: out_of_bounds_table
;; run: long 2 5 => 500
;; run: long 0 5 => trap: indirect_call_mismatch
;; run: same_shape 1 5 => 10
(module
  (type $word (func (param i32) (result i32)))
  (type $same (func (param i32) (result i32)))
  (type $long (func (param i64) (result i64)))
  (table 4 funcref)
  (elem (i32.const 0) $add1 $double $hundred)
  (func $add1 (type $word) (i32.add (local.get 0) (i32.const 1)))
  (func $double (type $same) (i32.mul (local.get 0) (i32.const 2)))
  (func $hundred (type $long) (i64.mul (local.get 0) (i64.const 100)))
  (func (export "call") (param i32 i32) (result i32) (call_indirect (type $word) (local.get 1) (local.get 0)))
  (func (export "same_shape") (param i32 i32) (result i32) (call_indirect (type $same) (local.get 1) (local.get 0)))
  (func (export "long") (param i32 i64) (result i64) (call_indirect (type $long) (local.get 1) (local.get 0))))
