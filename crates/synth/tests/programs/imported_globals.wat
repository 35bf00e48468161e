;; Imported globals, one of them written, and initial values that use them.
;; run: get => 41
;; run: set 7 => 7
;; run: get => 7
;; run: long => 1234605616436508552
;; run: initial => 51
;; run: long_initial => 1234605616436508552
(module
  (import "env" "host_global_i32" (global $g (mut i32)))
  (import "env" "host_global_i64" (global $l i64))
  (global $own i32 (i32.const 51))
  (global $copy i64 (global.get $l))
  (func (export "get") (result i32) (global.get $g))
  (func (export "set") (param i32) (result i32) (global.set $g (local.get 0)) (global.get $g))
  (func (export "long") (result i64) (global.get $l))
  (func (export "initial") (result i32) (global.get $own))
  (func (export "long_initial") (result i64) (global.get $copy)))
