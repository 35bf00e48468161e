;; More values live at a time than there are low registers: two-address and
;; narrow forms must not be chosen for the others.
;; run: f 1 2 => 654329939
;; run: f -1 0x80000000 => 1076456749
;; run: f 0x12345678 0x9abcdef0 => 1898238295
(module
  (func (export "f") (param $a i32) (param $b i32) (result i32)
    (local $v0 i32)
    (local $v1 i32)
    (local $v2 i32)
    (local $v3 i32)
    (local $v4 i32)
    (local $v5 i32)
    (local $v6 i32)
    (local $v7 i32)
    (local $v8 i32)
    (local $v9 i32)
    (local $v10 i32)
    (local $v11 i32)
    (local $v12 i32)
    (local $v13 i32)
    (local $v14 i32)
    (local $v15 i32)
    (local.set $v0 (i32.add (local.get $a) (i32.rotl (local.get $b) (i32.const 0))))
    (local.set $v1 (i32.xor (local.get $a) (i32.rotl (local.get $b) (i32.const 1))))
    (local.set $v2 (i32.mul (local.get $a) (i32.rotl (local.get $b) (i32.const 2))))
    (local.set $v3 (i32.sub (local.get $a) (i32.rotl (local.get $b) (i32.const 3))))
    (local.set $v4 (i32.add (local.get $a) (i32.rotl (local.get $b) (i32.const 4))))
    (local.set $v5 (i32.xor (local.get $a) (i32.rotl (local.get $b) (i32.const 5))))
    (local.set $v6 (i32.mul (local.get $a) (i32.rotl (local.get $b) (i32.const 6))))
    (local.set $v7 (i32.sub (local.get $a) (i32.rotl (local.get $b) (i32.const 7))))
    (local.set $v8 (i32.add (local.get $a) (i32.rotl (local.get $b) (i32.const 8))))
    (local.set $v9 (i32.xor (local.get $a) (i32.rotl (local.get $b) (i32.const 9))))
    (local.set $v10 (i32.mul (local.get $a) (i32.rotl (local.get $b) (i32.const 10))))
    (local.set $v11 (i32.sub (local.get $a) (i32.rotl (local.get $b) (i32.const 11))))
    (local.set $v12 (i32.add (local.get $a) (i32.rotl (local.get $b) (i32.const 12))))
    (local.set $v13 (i32.xor (local.get $a) (i32.rotl (local.get $b) (i32.const 13))))
    (local.set $v14 (i32.mul (local.get $a) (i32.rotl (local.get $b) (i32.const 14))))
    (local.set $v15 (i32.sub (local.get $a) (i32.rotl (local.get $b) (i32.const 15))))
    (i32.add
      (i32.add
        (i32.and (i32.sub (i32.xor (i32.add (i32.mul (i32.or (i32.and (i32.sub (i32.xor (i32.add (i32.mul (i32.or (i32.and (i32.sub (i32.xor (local.get $v0) (local.get $v1)) (local.get $v2)) (local.get $v3)) (local.get $v4)) (local.get $v5)) (local.get $v6)) (local.get $v7)) (local.get $v8)) (local.get $v9)) (local.get $v10)) (local.get $v11)) (local.get $v12)) (local.get $v13)) (local.get $v14)) (local.get $v15))
        (i32.sub (i32.shl (i32.xor (i32.shl (i32.add (i32.shl (i32.sub (i32.shl (i32.xor (i32.shl (i32.add (i32.shl (i32.sub (i32.shl (i32.xor (i32.shl (i32.add (i32.shl (i32.sub (i32.shl (i32.xor (i32.shl (i32.add (i32.shl (i32.sub (i32.shl (i32.xor (i32.shl (i32.add (i32.shl (local.get $v15) (i32.const 0)) (local.get $v14)) (i32.const 6)) (local.get $v13)) (i32.const 5)) (local.get $v12)) (i32.const 4)) (local.get $v11)) (i32.const 3)) (local.get $v10)) (i32.const 2)) (local.get $v9)) (i32.const 1)) (local.get $v8)) (i32.const 0)) (local.get $v7)) (i32.const 6)) (local.get $v6)) (i32.const 5)) (local.get $v5)) (i32.const 4)) (local.get $v4)) (i32.const 3)) (local.get $v3)) (i32.const 2)) (local.get $v2)) (i32.const 1)) (local.get $v1)) (i32.const 0)) (local.get $v0)))
      (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.add (i32.shl (i32.const 0) (i32.const 1)) (i32.lt_s (local.get $v0) (local.get $v15))) (i32.const 1)) (i32.lt_s (local.get $v1) (local.get $v14))) (i32.const 1)) (i32.lt_s (local.get $v2) (local.get $v13))) (i32.const 1)) (i32.lt_s (local.get $v3) (local.get $v12))) (i32.const 1)) (i32.lt_s (local.get $v4) (local.get $v11))) (i32.const 1)) (i32.lt_s (local.get $v5) (local.get $v10))) (i32.const 1)) (i32.lt_s (local.get $v6) (local.get $v9))) (i32.const 1)) (i32.lt_s (local.get $v7) (local.get $v8))) (i32.const 1)) (i32.lt_s (local.get $v8) (local.get $v7))) (i32.const 1)) (i32.lt_s (local.get $v9) (local.get $v6))) (i32.const 1)) (i32.lt_s (local.get $v10) (local.get $v5))) (i32.const 1)) (i32.lt_s (local.get $v11) (local.get $v4))) (i32.const 1)) (i32.lt_s (local.get $v12) (local.get $v3))) (i32.const 1)) (i32.lt_s (local.get $v13) (local.get $v2))) (i32.const 1)) (i32.lt_s (local.get $v14) (local.get $v1))))))
