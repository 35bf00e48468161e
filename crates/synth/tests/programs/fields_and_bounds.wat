;; Fields put into words, numbers that saturate, operations by one bit, sums with extended
;; values, tests of bits and indices that go round.
;; run: low_field 0x12345678 0xdeadbeef => 305420015
;; run: low_field 0x0 0xffffffff => 255
;; run: low_field 0xffffffff 0x0 => -256
;; run: field_masked_last 0x12345678 0xdeadbeef => 305649272
;; run: field_masked_last 0x0 0xffffffff => 245760
;; run: field_masked_last 0xffffffff 0x0 => -245761
;; run: field_masked_first 0x12345678 0xdeadbeef => 305460856
;; run: field_masked_first 0x0 0xffffffff => 61440
;; run: field_masked_first 0xffffffff 0x0 => -61441
;; run: top_field 0x12345678 0xdeadbeef => -281782664
;; run: top_field 0x0 0xffffffff => -16777216
;; run: top_field 0xffffffff 0x0 => 16777215
;; run: saturate_16 0x0 => 0
;; run: saturate_16 0x1 => 1
;; run: saturate_16 0xff => 255
;; run: saturate_16 0x100 => 256
;; run: saturate_16 0x7ffe => 32766
;; run: saturate_16 0x7fff => 32767
;; run: saturate_16 0x8000 => 32767
;; run: saturate_16 0x7fffffff => 32767
;; run: saturate_16 0x80000000 => -32768
;; run: saturate_16 0xffff8001 => -32767
;; run: saturate_16 0xffff8000 => -32768
;; run: saturate_16 0xffff7fff => -32768
;; run: saturate_16 0xffffffff => -1
;; run: saturate_byte 0x0 => 0
;; run: saturate_byte 0x1 => 1
;; run: saturate_byte 0xff => 255
;; run: saturate_byte 0x100 => 255
;; run: saturate_byte 0x7ffe => 255
;; run: saturate_byte 0x7fff => 255
;; run: saturate_byte 0x8000 => 255
;; run: saturate_byte 0x7fffffff => 255
;; run: saturate_byte 0x80000000 => 0
;; run: saturate_byte 0xffff8001 => 0
;; run: saturate_byte 0xffff8000 => 0
;; run: saturate_byte 0xffff7fff => 0
;; run: saturate_byte 0xffffffff => 0
;; run: by_bit 0x12345678 0xdeadbeef => -559038737
;; run: by_bit 0x0 0xffffffff => -1
;; run: by_bit 0xffffffff 0x0 => -306674912
;; run: by_middle_bit 0x12345678 0xdeadbeef => -559038737
;; run: by_middle_bit 0x0 0xffffffff => -1
;; run: by_middle_bit 0xffffffff 0x0 => 0
;; run: add_byte 0x12345678 0xdeadbeef => 305420135
;; run: add_byte 0x0 0xffffffff => 255
;; run: add_byte 0xffffffff 0x0 => -1
;; run: add_half 0x12345678 0xdeadbeef => 305403239
;; run: add_half 0x0 0xffffffff => -1
;; run: add_half 0xffffffff 0x0 => -1
;; run: bits 0x0 => 222
;; run: bits 0x40 => 211
;; run: bits 0x1000 => 222
;; run: bits 0x10000 => 122
;; run: bits 0xfff => 211
;; run: bits 0xffffffff => 111
;; run: bits 0xffffffbf => 112
;; run: wrap 0x0 => 39
;; run: wrap 0x1 => 0
;; run: wrap 0x2 => 1
;; run: wrap 0xffffffff => -2
;; run: beyond 0x0 => 99
;; run: beyond 0x7 => 99
;; run: beyond 0x8 => 0
;; run: beyond 0x9 => 1
;; run: beyond 0xffffffff => -9
;; run: high_word 0x0 => 0
;; run: high_word 0x1 => 256
;; run: high_word 0x7fffffff => 549755813632
;; run: high_word 0x80000000 => -549755813888
;; run: high_word 0xffffffff => -256
(module
  (func (export "low_field") (param i32 i32) (result i32)
    (i32.or (i32.and (local.get 0) (i32.const 0xffffff00)) (i32.and (local.get 1) (i32.const 0xff))))
  (func (export "field_masked_last") (param i32 i32) (result i32)
    (i32.or (i32.and (i32.shl (local.get 1) (i32.const 14)) (i32.const 0x3c000)) (i32.and (local.get 0) (i32.const 0xfffc3fff))))
  (func (export "field_masked_first") (param i32 i32) (result i32)
    (i32.or (i32.and (local.get 0) (i32.const 0xffff0fff)) (i32.shl (i32.and (local.get 1) (i32.const 15)) (i32.const 12))))
  (func (export "top_field") (param i32 i32) (result i32)
    (i32.or (i32.and (local.get 0) (i32.const 0x00ffffff)) (i32.shl (i32.and (local.get 1) (i32.const 255)) (i32.const 24))))
  (func (export "saturate_16") (param i32) (result i32)
    (local i32)
    (local.set 1 (select (local.get 0) (i32.const 32767) (i32.lt_s (local.get 0) (i32.const 32767))))
    (select (local.get 1) (i32.const -32768) (i32.gt_s (local.get 1) (i32.const -32768))))
  (func (export "saturate_byte") (param i32) (result i32)
    (local i32)
    (local.set 1 (select (i32.const 0) (local.get 0) (i32.lt_s (local.get 0) (i32.const 0))))
    (select (i32.const 255) (local.get 1) (i32.gt_s (local.get 0) (i32.const 255))))
  (func (export "by_bit") (param i32 i32) (result i32)
    (i32.xor (local.get 1) (i32.and (i32.sub (i32.const 0) (i32.and (local.get 0) (i32.const 1))) (i32.const 0xedb88320))))
  (func (export "by_middle_bit") (param i32 i32) (result i32)
    (i32.add (local.get 1) (i32.and (i32.shr_s (i32.shl (local.get 0) (i32.const 20)) (i32.const 31)) (local.get 1))))
  (func (export "add_byte") (param i32 i32) (result i32)
    (i32.add (local.get 0) (i32.and (local.get 1) (i32.const 255))))
  (func (export "add_half") (param i32 i32) (result i32)
    (i32.add (i32.extend16_s (local.get 1)) (local.get 0)))
  (func (export "bits") (param i32) (result i32)
    (i32.add (i32.add (select (i32.const 1) (i32.const 2) (i32.and (local.get 0) (i32.const 64))) (select (i32.const 10) (i32.const 20) (i32.and (local.get 0) (i32.const 0xfff)))) (select (i32.const 100) (i32.const 200) (i32.and (local.get 0) (i32.const 0xffff0000)))))
  (func (export "wrap") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 39)) (else (i32.sub (local.get 0) (i32.const 1)))))
  (func (export "beyond") (param i32) (result i32)
    (select (i32.sub (local.get 0) (i32.const 8)) (i32.const 99) (i32.gt_u (local.get 0) (i32.const 7))))
  (func (export "high_word") (param i32) (result i64)
    (i64.shl (i64.extend_i32_s (local.get 0)) (i64.const 8))))
