;; Values live across calls, results of calls among them.
;; run: f 1 2 3 4 => 82
;; run: chain 5 => 12
;; run: longs 1 2 => -8589934359
;; run: mixed 1 0x200000003 4 => 4020089389769
(module
  (func $clobber (param i32) (result i32)
    (local $i i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local.set $a (i32.mul (local.get 0) (i32.const 3)))
    (local.set $b (i32.mul (local.get $a) (i32.const 5)))
    (local.set $c (i32.xor (local.get $b) (local.get $a)))
    (local.set $d (i32.add (local.get $c) (local.get 0)))
    (i32.and (i32.add (i32.add (local.get $a) (local.get $b)) (i32.add (local.get $c) (local.get $d))) (i32.const 15)))
  (func $clobber64 (param i64 i64) (result i64) (i64.mul (i64.add (local.get 0) (i64.const 77)) (local.get 1)))
  (func (export "f") (param i32 i32 i32 i32) (result i32)
    (local $r i32)
    (local.set $r (call $clobber (local.get 3)))
    (i32.add (i32.add (i32.add (i32.mul (local.get 0) (i32.const 1)) (i32.mul (local.get 1) (i32.const 2)))
      (i32.add (i32.mul (local.get 2) (i32.const 3)) (i32.mul (local.get 3) (i32.const 4))))
      (i32.add (local.get $r) (i32.const 40))))
  (func (export "chain") (param i32) (result i32)
    (i32.add (i32.mul (call $clobber (local.get 0)) (call $clobber (i32.add (local.get 0) (i32.const 1))))
      (i32.sub (call $clobber (call $clobber (local.get 0))) (i32.mul (local.get 0) (call $clobber (i32.const 9))))))
  (func (export "longs") (param i64 i64) (result i64)
    (local $a i64) (local $b i64)
    (local.set $a (call $clobber64 (local.get 0) (local.get 1)))
    (local.set $b (call $clobber64 (local.get 1) (local.get 0)))
    (i64.add (i64.mul (local.get $a) (local.get 0)) (i64.sub (local.get $b) (i64.mul (local.get 1) (i64.const 0x100000001)))))
  (func (export "mixed") (param i32 i64 i32) (result i64)
    (i64.add (i64.mul (local.get 1) (call $clobber64 (i64.extend_i32_s (local.get 0)) (local.get 1)))
      (i64.extend_i32_s (i32.sub (call $clobber (local.get 2)) (local.get 0))))))
