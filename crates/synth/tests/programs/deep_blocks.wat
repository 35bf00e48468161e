;; Branches out of many levels, with and without values.
;; run: out 0 => 30
;; run: out 1 => 29
;; run: out 29 => 1
;; run: out 30 => 1
;; run: out 99 => 1
(module
  (func (export "out") (param i32) (result i32)
    (block $b (result i32) 
    (block $b30
    (block $b29
    (block $b28
    (block $b27
    (block $b26
    (block $b25
    (block $b24
    (block $b23
    (block $b22
    (block $b21
    (block $b20
    (block $b19
    (block $b18
    (block $b17
    (block $b16
    (block $b15
    (block $b14
    (block $b13
    (block $b12
    (block $b11
    (block $b10
    (block $b9
    (block $b8
    (block $b7
    (block $b6
    (block $b5
    (block $b4
    (block $b3
    (block $b2
    (block $b1
      (br_table $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 $b11 $b12 $b13 $b14 $b15 $b16 $b17 $b18 $b19 $b20 $b21 $b22 $b23 $b24 $b25 $b26 $b27 $b28 $b29 $b30 $b30 (local.get 0))
    ) (br $b (i32.const 30))
    ) (br $b (i32.const 29))
    ) (br $b (i32.const 28))
    ) (br $b (i32.const 27))
    ) (br $b (i32.const 26))
    ) (br $b (i32.const 25))
    ) (br $b (i32.const 24))
    ) (br $b (i32.const 23))
    ) (br $b (i32.const 22))
    ) (br $b (i32.const 21))
    ) (br $b (i32.const 20))
    ) (br $b (i32.const 19))
    ) (br $b (i32.const 18))
    ) (br $b (i32.const 17))
    ) (br $b (i32.const 16))
    ) (br $b (i32.const 15))
    ) (br $b (i32.const 14))
    ) (br $b (i32.const 13))
    ) (br $b (i32.const 12))
    ) (br $b (i32.const 11))
    ) (br $b (i32.const 10))
    ) (br $b (i32.const 9))
    ) (br $b (i32.const 8))
    ) (br $b (i32.const 7))
    ) (br $b (i32.const 6))
    ) (br $b (i32.const 5))
    ) (br $b (i32.const 4))
    ) (br $b (i32.const 3))
    ) (br $b (i32.const 2))
    ) (br $b (i32.const 1)))))
