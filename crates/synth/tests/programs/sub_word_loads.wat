;; Signed and unsigned loads of each width into each type.
;; run: i32 0 => 391936
;; run: i32 1 => 457712
;; run: i32 7 => 411648
;; run: i64 0 => 804908800
;; run: i64 1 => 55032868824
;; run: i64 7 => 19218617728
;; run: narrow 0x123456789abcdef0 => -28502781914582800
(module
  (memory 1)
  (data (i32.const 0) "\80\7f\ff\01\fe\81\00\90\f0\0f\a5\5a\c3\3c\80\80")
  (func (export "i32") (param i32) (result i32)
    (i32.add (i32.add (i32.load8_s (local.get 0)) (i32.mul (i32.load8_u (local.get 0)) (i32.const 3)))
      (i32.add (i32.mul (i32.load16_s (local.get 0)) (i32.const 5)) (i32.mul (i32.load16_u (local.get 0)) (i32.const 7)))))
  (func (export "i64") (param i32) (result i64)
    (i64.add
      (i64.add (i64.add (i64.load8_s (local.get 0)) (i64.mul (i64.load8_u (local.get 0)) (i64.const 3)))
        (i64.add (i64.mul (i64.load16_s (local.get 0)) (i64.const 5)) (i64.mul (i64.load16_u (local.get 0)) (i64.const 7))))
      (i64.add (i64.mul (i64.load32_s (local.get 0)) (i64.const 11)) (i64.mul (i64.load32_u (local.get 0)) (i64.const 13)))))
  (func (export "narrow") (param i64) (result i64)
    (i64.store (i32.const 40) (i64.const -1))
    (i64.store8 (i32.const 40) (local.get 0))
    (i64.store16 (i32.const 41) (local.get 0))
    (i64.store32 (i32.const 43) (local.get 0))
    (i64.load (i32.const 40))))
