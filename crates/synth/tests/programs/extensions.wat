;; Widening and narrowing of integers.
;; run: i32.wrap_i64 0 => 0
;; run: i32.wrap_i64 0x7f => 127
;; run: i32.wrap_i64 0x80 => 128
;; run: i32.wrap_i64 0x7fff => 32767
;; run: i32.wrap_i64 0x8000 => 32768
;; run: i32.wrap_i64 0x12348080 => 305430656
;; run: i32.wrap_i64 -1 => -1
;; run: i32.wrap_i64 0x7fffffff => 2147483647
;; run: i32.wrap_i64 0x80000000 => -2147483648
;; run: i32.wrap_i64 0x1234567880000000 => -2147483648
;; run: i64.extend_i32_s 0 => 0
;; run: i64.extend_i32_s 0x7f => 127
;; run: i64.extend_i32_s 0x80 => 128
;; run: i64.extend_i32_s 0x7fff => 32767
;; run: i64.extend_i32_s 0x8000 => 32768
;; run: i64.extend_i32_s 0x12348080 => 305430656
;; run: i64.extend_i32_s -1 => -1
;; run: i64.extend_i32_u 0 => 0
;; run: i64.extend_i32_u 0x7f => 127
;; run: i64.extend_i32_u 0x80 => 128
;; run: i64.extend_i32_u 0x7fff => 32767
;; run: i64.extend_i32_u 0x8000 => 32768
;; run: i64.extend_i32_u 0x12348080 => 305430656
;; run: i64.extend_i32_u -1 => 4294967295
;; run: i32.extend8_s 0 => 0
;; run: i32.extend8_s 0x7f => 127
;; run: i32.extend8_s 0x80 => -128
;; run: i32.extend8_s 0x7fff => -1
;; run: i32.extend8_s 0x8000 => 0
;; run: i32.extend8_s 0x12348080 => -128
;; run: i32.extend8_s -1 => -1
;; run: i32.extend16_s 0 => 0
;; run: i32.extend16_s 0x7f => 127
;; run: i32.extend16_s 0x80 => 128
;; run: i32.extend16_s 0x7fff => 32767
;; run: i32.extend16_s 0x8000 => -32768
;; run: i32.extend16_s 0x12348080 => -32640
;; run: i32.extend16_s -1 => -1
;; run: i64.extend8_s 0 => 0
;; run: i64.extend8_s 0x7f => 127
;; run: i64.extend8_s 0x80 => -128
;; run: i64.extend8_s 0x7fff => -1
;; run: i64.extend8_s 0x8000 => 0
;; run: i64.extend8_s 0x12348080 => -128
;; run: i64.extend8_s -1 => -1
;; run: i64.extend8_s 0x7fffffff => -1
;; run: i64.extend8_s 0x80000000 => 0
;; run: i64.extend8_s 0x1234567880000000 => 0
;; run: i64.extend16_s 0 => 0
;; run: i64.extend16_s 0x7f => 127
;; run: i64.extend16_s 0x80 => 128
;; run: i64.extend16_s 0x7fff => 32767
;; run: i64.extend16_s 0x8000 => -32768
;; run: i64.extend16_s 0x12348080 => -32640
;; run: i64.extend16_s -1 => -1
;; run: i64.extend16_s 0x7fffffff => -1
;; run: i64.extend16_s 0x80000000 => 0
;; run: i64.extend16_s 0x1234567880000000 => 0
;; run: i64.extend32_s 0 => 0
;; run: i64.extend32_s 0x7f => 127
;; run: i64.extend32_s 0x80 => 128
;; run: i64.extend32_s 0x7fff => 32767
;; run: i64.extend32_s 0x8000 => 32768
;; run: i64.extend32_s 0x12348080 => 305430656
;; run: i64.extend32_s -1 => -1
;; run: i64.extend32_s 0x7fffffff => 2147483647
;; run: i64.extend32_s 0x80000000 => -2147483648
;; run: i64.extend32_s 0x1234567880000000 => -2147483648
(module
  (func (export "i32.wrap_i64") (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
  (func (export "i64.extend_i32_s") (param i32) (result i64) (i64.extend_i32_s (local.get 0)))
  (func (export "i64.extend_i32_u") (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
  (func (export "i32.extend8_s") (param i32) (result i32) (i32.extend8_s (local.get 0)))
  (func (export "i32.extend16_s") (param i32) (result i32) (i32.extend16_s (local.get 0)))
  (func (export "i64.extend8_s") (param i64) (result i64) (i64.extend8_s (local.get 0)))
  (func (export "i64.extend16_s") (param i64) (result i64) (i64.extend16_s (local.get 0)))
  (func (export "i64.extend32_s") (param i64) (result i64) (i64.extend32_s (local.get 0)))
)
