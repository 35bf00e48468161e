;; A table of the host that this module fills, and host functions in it.
;; run: call 0 3 4 => 12
;; run: call 1 3 4 => 7
;; run: call 2 3 4 => trap: uninitialized_element
;; run: call 4 3 4 => trap: out_of_bounds_table
;; run: size => 4
(module
  (import "env" "host_table" (table $t 4 funcref))
  (import "env" "host_add" (func $add (param i32 i32) (result i32)))
  (type $two (func (param i32 i32) (result i32)))
  (elem (i32.const 0) $mul $add)
  (func $mul (type $two) (i32.mul (local.get 0) (local.get 1)))
  (func (export "call") (param i32 i32 i32) (result i32)
    (call_indirect (type $two) (local.get 1) (local.get 2) (local.get 0)))
  (func (export "size") (result i32) (table.size $t)))
