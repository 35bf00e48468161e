;; More arguments than registers: words, doublewords in even pairs and 8-aligned
;; slots, floats.
;; run: ten 1 2 3 4 5 6 7 8 9 10 => -9178
;; run: longs 1 0x200000000 3 0x400000000 5 => 60129542137
;; run: odd 1 0x200000003 4 0x500000006 => 94489280539
;; run: floats 1 2.5 3.5 4 5.5 6 => 3.5
;; run: through 1 2 3 4 5 6 7 8 => -7156
;; run: sum_of_calls 3 => -19369
(module
  (func $ten (export "ten") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.sub (i32.mul (i32.add (i32.mul (local.get 0) (i32.const 3)) (local.get 4)) (i32.add (local.get 5) (i32.shl (local.get 6) (i32.const 4))))
      (i32.add (i32.mul (local.get 7) (local.get 8)) (i32.add (i32.mul (local.get 9) (i32.const 1000)) (i32.xor (local.get 1) (i32.shl (local.get 2) (local.get 3)))))))
  (func $longs (export "longs") (param i64 i64 i64 i64 i64) (result i64)
    (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.sub (i64.mul (local.get 1) (i64.const 5)) (i64.sub (i64.mul (local.get 2) (local.get 4)) (i64.xor (local.get 3) (local.get 4))))))
  (func $odd (export "odd") (param i32 i64 i32 i64) (result i64)
    (i64.add (i64.mul (local.get 1) (i64.extend_i32_s (local.get 0))) (i64.mul (local.get 3) (i64.extend_i32_s (local.get 2)))))
  (func (export "floats") (param i32 f32 f64 i32 f64 f32) (result f64)
    (select (local.get 4) (local.get 2) (i32.gt_s (local.get 0) (local.get 3))))
  (func (export "through") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i64)
    (i64.add (i64.extend_i32_s
      (call $ten (local.get 7) (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0) (local.get 4) (local.get 7)))
      (call $odd (local.get 6) (i64.extend_i32_s (local.get 7)) (local.get 5) (i64.extend_i32_s (local.get 1)))))
  (func (export "sum_of_calls") (param i32) (result i64)
    (i64.add
      (call $odd (i32.wrap_i64 (call $odd (local.get 0) (i64.const 2) (local.get 0) (i64.const 4)))
        (call $longs (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.extend_i32_s (local.get 0)))
        (call $ten (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (local.get 0))
        (i64.const 9))
      (call $longs (i64.const 9) (i64.const 8) (i64.const 7) (i64.const 6) (i64.const 5)))))
