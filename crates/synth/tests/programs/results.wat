;; Results of one to many words, in registers and in memory.
;; run: two 1 2 => 2 1
;; run: three 1 2 3 => 3 2 1
;; run: long_word 5 => 6 64424509445
;; run: many => 4294967298 3 4 -5 6.5 7.5 8
;; run: use_many => -21474836470
;; run: deep 4 => -1
(module
  (func $two (export "two") (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
  (func $three (export "three") (param i32 i32 i32) (result i32 i32 i32) (local.get 2) (local.get 1) (local.get 0))
  (func $long_word (export "long_word") (param i32) (result i32 i64)
    (i32.add (local.get 0) (i32.const 1)) (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const 0x300000001)))
  (func $many (export "many") (result i64 i32 i32 i64 f64 f32 i32)
    (i64.const 0x1_0000_0002) (i32.const 3) (i32.const 4) (i64.const -5) (f64.const 6.5) (f32.const 7.5) (i32.const 8))
  (func (export "use_many") (result i64)
    (local $a i64) (local $b i32) (local $c i32) (local $d i64) (local $e f64) (local $f f32) (local $g i32)
    (call $many)
    (local.set $g) (local.set $f) (local.set $e) (local.set $d) (local.set $c) (local.set $b) (local.set $a)
    (i64.add (i64.mul (local.get $a) (local.get $d))
      (i64.extend_i32_s (i32.add (i32.mul (local.get $b) (local.get $c)) (local.get $g)))))
  (func (export "deep") (param i32) (result i32)
    (call $two (call $two (local.get 0) (i32.const 7)))
    (i32.sub)
    (call $three (i32.const 1) (i32.const 2))
    (i32.mul) (i32.add)
    (call $long_word)
    (i32.wrap_i64) (i32.xor)))
