;; Extended constant expressions: sums and products of constants and imports.
;; run: a => 26
;; run: b => 3703816849309525655
;; run: c => 7
;; run: load => 99
(module
  (import "env" "host_global_i64" (global $host i64))
  (global $a i32 (i32.add (i32.mul (i32.const 3) (i32.const 7)) (i32.const 5)))
  (global $b i64 (i64.sub (i64.mul (global.get $host) (i64.const 3)) (i64.const 1)))
  (global $c (mut i32) (i32.sub (i32.const 10) (i32.const 3)))
  (memory 1)
  (data (i32.add (i32.const 100) (i32.const 28)) "\63")
  (func (export "a") (result i32) (global.get $a))
  (func (export "b") (result i64) (global.get $b))
  (func (export "c") (result i32) (global.get $c))
  (func (export "load") (result i32) (i32.load8_u (i32.const 128))))
