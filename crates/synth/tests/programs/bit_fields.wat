;; Masks, shifts and extensions that are one instruction, and others near them.
;; run: f 0x12345678 => 305421622
;; run: f -1 => 536871292
;; run: f 0x80000001 => 249
;; run: insert 0x12345678 0x9abcdef0 => 305422088
;; run: swap 0x12345678 => 2018915346
;; run: reverse 0x12345678 => 510274632
;; run: rotated 0x12345678 => 138
;; run: scaled 5 0x100 => 276
(module
  (func (export "f") (param i32) (result i32)
    (i32.add (i32.add (i32.and (i32.shr_u (local.get 0) (i32.const 5)) (i32.const 0x7f)) (i32.shr_s (i32.shl (local.get 0) (i32.const 9)) (i32.const 20)))
      (i32.add (i32.shr_u (i32.shl (local.get 0) (i32.const 3)) (i32.const 3)) (i32.and (i32.shr_s (local.get 0) (i32.const 28)) (i32.const 0xff)))))
  (func (export "insert") (param i32 i32) (result i32)
    (i32.or (i32.and (local.get 0) (i32.const 0xfffff00f)) (i32.shl (i32.and (local.get 1) (i32.const 0xff)) (i32.const 4))))
  (func (export "swap") (param i32) (result i32)
    (i32.or (i32.or (i32.shl (local.get 0) (i32.const 24)) (i32.and (i32.shl (local.get 0) (i32.const 8)) (i32.const 0xff0000)))
      (i32.or (i32.and (i32.shr_u (local.get 0) (i32.const 8)) (i32.const 0xff00)) (i32.shr_u (local.get 0) (i32.const 24)))))
  (func (export "reverse") (param i32) (result i32)
    (local $r i32) (local $i i32)
    (loop $l
      (local.set $r (i32.or (i32.shl (local.get $r) (i32.const 1)) (i32.and (local.get 0) (i32.const 1))))
      (local.set 0 (i32.shr_u (local.get 0) (i32.const 1)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 32))))
    (local.get $r))
  (func (export "rotated") (param i32) (result i32)
    (i32.add (i32.and (i32.rotr (local.get 0) (i32.const 8)) (i32.const 0xff)) (i32.extend8_s (i32.rotr (local.get 0) (i32.const 16)))))
  (func (export "scaled") (param i32 i32) (result i32)
    (i32.sub (i32.add (local.get 1) (i32.shl (local.get 0) (i32.const 2))) (i32.shl (i32.shr_s (local.get 1) (i32.const 31)) (i32.const 3)))))
