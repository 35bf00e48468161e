;; Products, shifts and packing of words in doublewords, which have short forms.
;; run: mul_su -3 5 => -15
;; run: mul_su 0x80000000 0x80000000 => 4611686018427387904
;; run: mul_uu 0xffffffff 0xffffffff => -8589934591
;; run: mul_hi_s -1 2 => -1
;; run: mul_hi_u -1 2 => 1
;; run: mac 0x100000000 -7 9 => 4294967233
;; run: fixed 0x18000 -0x20000 => -196608
;; run: pack 1 2 => 8589934593
;; run: high 0x1234567890abcdef => 305419896
;; run: swap_words 0x1234567890abcdef => -8022091884544108936
;; run: shift32 0x1234567890abcdef => 5212326094582721340
;; run: neg 1 => -1
;; run: neg 0x8000000000000000 => -9223372036854775808
;; run: not 5 => -6
;; run: abs -5 => 5
;; run: less 0x80000000 0x7fffffff => 1
(module
  (func (export "mul_su") (param i32 i32) (result i64) (i64.mul (i64.extend_i32_s (local.get 0)) (i64.extend_i32_s (local.get 1))))
  (func (export "mul_uu") (param i32 i32) (result i64) (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1))))
  (func (export "mul_hi_s") (param i32 i32) (result i32) (i32.wrap_i64 (i64.shr_s (i64.mul (i64.extend_i32_s (local.get 0)) (i64.extend_i32_s (local.get 1))) (i64.const 32))))
  (func (export "mul_hi_u") (param i32 i32) (result i32) (i32.wrap_i64 (i64.shr_u (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1))) (i64.const 32))))
  (func (export "mac") (param i64 i32 i32) (result i64) (i64.add (local.get 0) (i64.mul (i64.extend_i32_s (local.get 1)) (i64.extend_i32_s (local.get 2)))))
  (func (export "fixed") (param i32 i32) (result i32) (i32.wrap_i64 (i64.shr_s (i64.mul (i64.extend_i32_s (local.get 0)) (i64.extend_i32_s (local.get 1))) (i64.const 16))))
  (func (export "pack") (param i32 i32) (result i64) (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "high") (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
  (func (export "swap_words") (param i64) (result i64) (i64.rotl (local.get 0) (i64.const 32)))
  (func (export "shift32") (param i64) (result i64) (i64.xor (i64.shr_s (local.get 0) (i64.const 33)) (i64.shl (local.get 0) (i64.const 31))))
  (func (export "neg") (param i64) (result i64) (i64.sub (i64.const 0) (local.get 0)))
  (func (export "not") (param i64) (result i64) (i64.xor (local.get 0) (i64.const -1)))
  (func (export "abs") (param i64) (result i64) (select (i64.sub (i64.const 0) (local.get 0)) (local.get 0) (i64.lt_s (local.get 0) (i64.const 0))))
  (func (export "less") (param i64 i64) (result i32) (i64.lt_s (i64.shl (local.get 0) (i64.const 32)) (i64.shl (local.get 1) (i64.const 32)))))
