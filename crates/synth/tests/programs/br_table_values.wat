;; br_table carries values to each of its targets; an index beyond the list
;; is the default, also as an unsigned number.
;; run: f 0 => 110
;; run: f 1 => 1010
;; run: f 2 => 10010
;; run: f 3 => 10010
;; run: f -1 => 10010
;; run: f 0x80000000 => 10010
;; run: pair 0 => 5000000007
;; run: pair 1 => 5000000008
;; run: pair 9 => 5000000009
(module
  (func (export "f") (param i32) (result i32)
    (block $c (result i32)
      (block $b (result i32)
        (block $a (result i32)
          (br_table $a $b $c (i32.const 10) (local.get 0)))
        (return (i32.add (i32.const 100))))
      (return (i32.add (i32.const 1000))))
    (i32.add (i32.const 10000)))
  (func (export "pair") (param i32) (result i64)
    (local $k i64)
    (block $c (result i64 i64)
      (block $b (result i64 i64)
        (block $a (result i64 i64)
          (br_table $a $b $c (i64.const 5000000000) (i64.const 7) (local.get 0)))
        (return (i64.add)))
      (return (i64.add (i64.const 1)) (i64.add)))
    (i64.add (i64.const 2))
    (i64.add)))
