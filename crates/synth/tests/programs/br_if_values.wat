;; A conditional branch keeps its operands when it is not taken.
;; run: f 0 => 13
;; run: f 1 => 5
;; run: twice 0 0 => 3900
;; run: twice 1 0 => 15
;; run: twice 0 1 => 39
;; run: long 0 => 68719476752
;; run: long 1 => 4294967297
(module
  (func (export "f") (param i32) (result i32)
    (block $b (result i32)
      (br_if $b (i32.const 5) (local.get 0))
      (i32.add (i32.const 8))))
  (func (export "twice") (param i32 i32) (result i32)
    (i32.mul (i32.const 3)
      (block $b (result i32)
        (br_if $b (i32.const 5) (local.get 0))
        (br_if $b (i32.add (i32.const 8)) (local.get 1))
        (i32.mul (i32.const 100)))))
  (func (export "long") (param i32) (result i64)
    (block $b (result i64)
      (br_if $b (i64.const 0x1_0000_0001) (local.get 0))
      (i64.shl (i64.const 4)))))
