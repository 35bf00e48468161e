;; Counts of zeros and ones; the count of zeros of 0 is the width.
;; run: i32.clz 0 => 32
;; run: i32.clz 1 => 31
;; run: i32.clz -1 => 0
;; run: i32.clz 0x80000000 => 0
;; run: i32.clz 0x7fffffff => 1
;; run: i32.clz 0x12345678 => 3
;; run: i32.ctz 0 => 32
;; run: i32.ctz 1 => 0
;; run: i32.ctz -1 => 0
;; run: i32.ctz 0x80000000 => 31
;; run: i32.ctz 0x7fffffff => 0
;; run: i32.ctz 0x12345678 => 3
;; run: i32.popcnt 0 => 0
;; run: i32.popcnt 1 => 1
;; run: i32.popcnt -1 => 32
;; run: i32.popcnt 0x80000000 => 1
;; run: i32.popcnt 0x7fffffff => 31
;; run: i32.popcnt 0x12345678 => 13
;; run: i32.eqz 0 => 1
;; run: i32.eqz 1 => 0
;; run: i32.eqz -1 => 0
;; run: i32.eqz 0x80000000 => 0
;; run: i32.eqz 0x7fffffff => 0
;; run: i32.eqz 0x12345678 => 0
;; run: i64.clz 0 => 64
;; run: i64.clz 1 => 63
;; run: i64.clz -1 => 0
;; run: i64.clz 0x8000000000000000 => 0
;; run: i64.clz 0x7fffffffffffffff => 1
;; run: i64.clz 0xffffffff => 32
;; run: i64.clz 0x100000000 => 31
;; run: i64.clz 0x123456789abcdef0 => 3
;; run: i64.ctz 0 => 64
;; run: i64.ctz 1 => 0
;; run: i64.ctz -1 => 0
;; run: i64.ctz 0x8000000000000000 => 63
;; run: i64.ctz 0x7fffffffffffffff => 0
;; run: i64.ctz 0xffffffff => 0
;; run: i64.ctz 0x100000000 => 32
;; run: i64.ctz 0x123456789abcdef0 => 4
;; run: i64.popcnt 0 => 0
;; run: i64.popcnt 1 => 1
;; run: i64.popcnt -1 => 64
;; run: i64.popcnt 0x8000000000000000 => 1
;; run: i64.popcnt 0x7fffffffffffffff => 63
;; run: i64.popcnt 0xffffffff => 32
;; run: i64.popcnt 0x100000000 => 1
;; run: i64.popcnt 0x123456789abcdef0 => 32
;; run: i64.eqz 0 => 1
;; run: i64.eqz 1 => 0
;; run: i64.eqz -1 => 0
;; run: i64.eqz 0x8000000000000000 => 0
;; run: i64.eqz 0x7fffffffffffffff => 0
;; run: i64.eqz 0xffffffff => 0
;; run: i64.eqz 0x100000000 => 0
;; run: i64.eqz 0x123456789abcdef0 => 0
(module
  (func (export "i32.clz") (param i32) (result i32) (i32.clz (local.get 0)))
  (func (export "i32.ctz") (param i32) (result i32) (i32.ctz (local.get 0)))
  (func (export "i32.popcnt") (param i32) (result i32) (i32.popcnt (local.get 0)))
  (func (export "i32.eqz") (param i32) (result i32) (i32.eqz (local.get 0)))
  (func (export "i64.clz") (param i64) (result i64) (i64.clz (local.get 0)))
  (func (export "i64.ctz") (param i64) (result i64) (i64.ctz (local.get 0)))
  (func (export "i64.popcnt") (param i64) (result i64) (i64.popcnt (local.get 0)))
  (func (export "i64.eqz") (param i64) (result i32) (i64.eqz (local.get 0)))
)
