;; Sums of products of 64 bits.
;; run: unsigned -1 -1 -1 => -8589934592
;; run: unsigned 0x123456789abcdef0 0x87654321 0xfedcba98 => -7422058865967057784
;; run: signed 0x7fffffffffffffff -1 1 => 9223372036854775806
;; run: signed -1 0x80000000 0x80000000 => 4611686018427387903
;; run: signed 0x00000000ffffffff 0x80000000 0x7fffffff => -4611686011984936961
;; run: digit -1 -1 -1 -1 => -1
;; run: digit 0x80000000 2 -1 1 => 8589934592
;; run: digit 3 5 7 11 => 33
;; run: words_first -1 -1 -1 -1 => -1
;; run: words_first 3 5 7 11 => 33
;; run: words_first 0x10000 0x10000 0x80000000 0x80000001 => 8589934593
;; run: carry -1 -1 -1 => -4294967296
;; run: carry 0x10001 0xffff 1 => 4294967296
;; run: high 0x80000000 0x80000000 0x80000000 => 1073741823
;; run: high -1 1 -1 => -1
;; run: twice 0x123456789 0x80000001 => 1270775706892816146
;; run: both 5 -7 9 => 7
;; run: dot 0 16 4 => 8652912166321705479
;; run: multiply => 2923808183485404951
(module
  (memory (export "memory") 1)
  (data (i32.const 0)
    "\ff\ff\ff\7f\ff\ff\ff\ff\00\00\00\80\78\56\34\12"
    "\ff\ff\ff\7f\02\00\00\00\00\00\00\80\ef\cd\ab\90")
  (func (export "unsigned") (param i64 i32 i32) (result i64)
    (i64.add (i64.mul (i64.extend_i32_u (local.get 1)) (i64.extend_i32_u (local.get 2))) (local.get 0)))
  (func (export "signed") (param i64 i32 i32) (result i64)
    (i64.add (local.get 0) (i64.mul (i64.extend_i32_s (local.get 1)) (i64.extend_i32_s (local.get 2)))))
  (func $digit (export "digit") (param i32 i32 i32 i32) (result i64)
    (i64.add
      (i64.add
        (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1)))
        (i64.extend_i32_u (local.get 2)))
      (i64.extend_i32_u (local.get 3))))
  (func (export "words_first") (param i32 i32 i32 i32) (result i64)
    (i64.add
      (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1)))
      (i64.add (i64.extend_i32_u (local.get 2)) (i64.extend_i32_u (local.get 3)))))
  (func (export "carry") (param i32 i32 i32) (result i64)
    (i64.add
      (i64.extend_i32_u (local.get 2))
      (i64.mul (i64.extend_i32_u (local.get 0)) (i64.extend_i32_u (local.get 1)))))
  (func (export "high") (param i32 i32 i32) (result i32)
    (i32.wrap_i64 (i64.shr_u
      (i64.add
        (i64.mul (i64.extend_i32_s (local.get 0)) (i64.extend_i32_s (local.get 1)))
        (i64.extend_i32_s (local.get 2)))
      (i64.const 32))))
  ;; What is added is a factor.
  (func (export "twice") (param i64 i32) (result i64)
    (i64.add
      (i64.mul (i64.extend_i32_u (local.get 1)) (i64.extend_i32_u (i32.wrap_i64 (local.get 0))))
      (local.get 0)))
  (func (export "both") (param i64 i32 i32) (result i64)
    (local i64)
    (local.set 3 (i64.mul (i64.extend_i32_s (local.get 1)) (i64.extend_i32_s (local.get 2))))
    (i64.xor (i64.add (local.get 3) (local.get 0)) (local.get 3)))
  (func (export "dot") (param i32 i32 i32) (result i64)
    (local i64)
    (loop $next
      (local.set 3 (i64.add (local.get 3)
        (i64.mul (i64.load32_s (local.get 0)) (i64.load32_s (local.get 1)))))
      (local.set 0 (i32.add (local.get 0) (i32.const 4)))
      (local.set 1 (i32.add (local.get 1) (i32.const 4)))
      (br_if $next (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    (local.get 3))
  ;; 128 bits by 128 bits, in words; the words of the product are added up.
  (func (export "multiply") (result i64)
    (local $i i32) (local $j i32) (local $carry i64) (local $at i32) (local $sum i64)
    (loop $rows
      (local.set $j (i32.const 0))
      (local.set $carry (i64.const 0))
      (loop $columns
        (local.set $at (i32.add (i32.const 64) (i32.add (local.get $i) (local.get $j))))
        (local.set $carry
          (i64.add
            (i64.add
              (i64.mul (i64.load32_u (local.get $i)) (i64.load32_u offset=16 (local.get $j)))
              (i64.load32_u (local.get $at)))
            (i64.shr_u (local.get $carry) (i64.const 32))))
        (i64.store32 (local.get $at) (local.get $carry))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 16))))
      (i64.store32 offset=4 (local.get $at) (i64.shr_u (local.get $carry) (i64.const 32)))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 16))))
    (local.set $i (i32.const 0))
    (loop $words
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load32_u offset=64 (local.get $i))))
      (br_if $words (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 32))))
    (local.get $sum)))
