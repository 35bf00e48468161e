;; Of overlapping segments the last wins; empty ones at the end are fine.
;; run: at 0 => 0x61
;; run: at 1 => 0x58
;; run: at 2 => 0x59
;; run: at 3 => 0x5a
;; run: at 4 => 0x65
;; run: at 5 => 0
;; run: at 65535 => 0x21
;; run: from_global => 0x67
(module
  (import "env" "host_global_i64" (global i64))
  (global $at i32 (i32.const 300))
  (memory 1)
  (data (i32.const 0) "abcde")
  (data (i32.const 2) "yz")
  (data (i32.const 1) "XYZ")
  (data (i32.const 65535) "!")
  (data (i32.const 65536) "")
  (data (i32.const 300) "g")
  (func (export "at") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "from_global") (result i32) (i32.load8_u (global.get $at))))
