;; Switches among constants: their values are computed, or read from a table, for
;; each index; others are the default's.
;; run: linear 0 => 7
;; run: linear 1 => 17
;; run: linear 2 => 27
;; run: linear 3 => 37
;; run: linear 4 => 47
;; run: linear 5 => -1
;; run: linear -1 => -1
;; run: linear 256 => -1
;; run: linear 0x80000000 => -1
;; run: falling 0 => 100
;; run: falling 1 => 97
;; run: falling 2 => 94
;; run: falling 3 => 91
;; run: falling 4 => 88
;; run: falling 5 => 85
;; run: falling 6 => 3
;; run: falling -1 => 3
;; run: falling 256 => 3
;; run: falling 0x80000000 => 3
;; run: shifted 0 => 0
;; run: shifted 1 => 64
;; run: shifted 2 => 128
;; run: shifted 3 => 192
;; run: shifted 4 => 256
;; run: shifted 5 => 5
;; run: shifted -1 => -1
;; run: shifted 256 => 256
;; run: shifted 0x80000000 => -2147483648
;; run: bits 0 => 1
;; run: bits 1 => 0
;; run: bits 2 => 0
;; run: bits 3 => 1
;; run: bits 4 => 0
;; run: bits 5 => 1
;; run: bits 6 => 1
;; run: bits 7 => 1
;; run: bits 8 => 0
;; run: bits 9 => 0
;; run: bits 10 => 1
;; run: bits 11 => 0
;; run: bits -1 => 0
;; run: bits 256 => 0
;; run: bits 0x80000000 => 0
;; run: pairs 0 => 3
;; run: pairs 1 => 0
;; run: pairs 2 => 2
;; run: pairs 3 => 1
;; run: pairs 4 => 3
;; run: pairs 5 => 3
;; run: pairs 6 => 0
;; run: pairs 7 => 1
;; run: pairs 8 => 1
;; run: pairs -1 => 1
;; run: pairs 256 => 1
;; run: pairs 0x80000000 => 1
;; run: nibbles 0 => 12
;; run: nibbles 1 => 3
;; run: nibbles 2 => 9
;; run: nibbles 3 => 15
;; run: nibbles 4 => 1
;; run: nibbles 5 => 0
;; run: nibbles 6 => 7
;; run: nibbles 7 => 8
;; run: nibbles 8 => 99
;; run: nibbles -1 => 99
;; run: nibbles 256 => 99
;; run: nibbles 0x80000000 => 99
;; run: biased 0 => -5
;; run: biased 1 => 1
;; run: biased 2 => 200
;; run: biased 3 => 2
;; run: biased 4 => 4
;; run: biased -1 => -1
;; run: biased 256 => 256
;; run: biased 0x80000000 => -2147483648
;; run: halves_of_a_word 0 => 60000
;; run: halves_of_a_word 1 => 17
;; run: halves_of_a_word 2 => 5
;; run: halves_of_a_word -1 => 5
;; run: halves_of_a_word 256 => 5
;; run: halves_of_a_word 0x80000000 => 5
;; run: table_of_bytes 0 => 9
;; run: table_of_bytes 1 => 200
;; run: table_of_bytes 2 => 31
;; run: table_of_bytes 3 => 4
;; run: table_of_bytes 4 => 4
;; run: table_of_bytes 5 => 250
;; run: table_of_bytes 6 => 0
;; run: table_of_bytes 7 => 17
;; run: table_of_bytes 8 => 88
;; run: table_of_bytes 9 => 91
;; run: table_of_bytes 10 => -7
;; run: table_of_bytes -1 => -7
;; run: table_of_bytes 256 => -7
;; run: table_of_bytes 0x80000000 => -7
;; run: table_of_signed_bytes 0 => 9
;; run: table_of_signed_bytes 1 => -100
;; run: table_of_signed_bytes 2 => 31
;; run: table_of_signed_bytes 3 => 4
;; run: table_of_signed_bytes 4 => 4
;; run: table_of_signed_bytes 5 => -128
;; run: table_of_signed_bytes 6 => 0
;; run: table_of_signed_bytes 7 => 17
;; run: table_of_signed_bytes 8 => 88
;; run: table_of_signed_bytes 9 => 91
;; run: table_of_signed_bytes 10 => -7
;; run: table_of_signed_bytes -1 => -7
;; run: table_of_signed_bytes 256 => -7
;; run: table_of_signed_bytes 0x80000000 => -7
;; run: table_of_halves 0 => 9
;; run: table_of_halves 1 => 20000
;; run: table_of_halves 2 => 31
;; run: table_of_halves 3 => 4
;; run: table_of_halves 4 => 4
;; run: table_of_halves 5 => 65535
;; run: table_of_halves 6 => 0
;; run: table_of_halves 7 => 17
;; run: table_of_halves 8 => 88
;; run: table_of_halves 9 => 9100
;; run: table_of_halves 10 => trap: unreachable
;; run: table_of_halves -1 => trap: unreachable
;; run: table_of_halves 256 => trap: unreachable
;; run: table_of_halves 0x80000000 => trap: unreachable
;; run: table_of_signed_halves 0 => 9
;; run: table_of_signed_halves 1 => -20000
;; run: table_of_signed_halves 2 => 31
;; run: table_of_signed_halves 3 => 4
;; run: table_of_signed_halves 4 => 4
;; run: table_of_signed_halves 5 => 32767
;; run: table_of_signed_halves 6 => 0
;; run: table_of_signed_halves 7 => 17
;; run: table_of_signed_halves 8 => 88
;; run: table_of_signed_halves 9 => 9100
;; run: table_of_signed_halves 10 => 1
;; run: table_of_signed_halves -1 => 1
;; run: table_of_signed_halves 256 => 1
;; run: table_of_signed_halves 0x80000000 => 1
;; run: table_of_words 0 => 9
;; run: table_of_words 1 => -2000000
;; run: table_of_words 2 => 31
;; run: table_of_words 3 => 4
;; run: table_of_words 4 => 4
;; run: table_of_words 5 => 65535
;; run: table_of_words 6 => 2147483647
;; run: table_of_words 7 => -2147483648
;; run: table_of_words 8 => 88
;; run: table_of_words 9 => 9100
;; run: table_of_words 10 => 100
;; run: table_of_words -1 => 1
;; run: table_of_words 256 => 65536
;; run: table_of_words 0x80000000 => 0
;; run: all_of_eight 0 => 5
;; run: all_of_eight 1 => 1
;; run: all_of_eight 2 => 7
;; run: all_of_eight 3 => 4660
;; run: all_of_eight 4 => 8
;; run: all_of_eight 5 => 8
;; run: all_of_eight 6 => 1
;; run: all_of_eight 7 => 6
;; run: all_of_eight 8 => 5
;; run: all_of_eight -1 => 6
;; run: all_of_eight 256 => 5
;; run: all_of_eight 0x80000000 => 5
;; run: wide 0 => 5000000000
;; run: wide 1 => -1
;; run: wide 2 => 7
;; run: wide 3 => 1099511627776
;; run: wide 4 => 81985529216486895
;; run: wide 5 => 3
;; run: wide 6 => -9
;; run: wide -1 => -9
;; run: sum 0 => 0
;; run: sum 1 => 1
;; run: sum 5 => 55
;; run: sum 20 => 4425
;; run: sum 300 => 98556
(module
  (func (export "linear") (param i32) (result i32)
    (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 (local.get 0)))
      (return (i32.const 7)))
      (return (i32.const 17)))
      (return (i32.const 27)))
      (return (i32.const 37)))
      (return (i32.const 47)))
    (i32.const -1))
  (func (export "falling") (param i32) (result i32)
    (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 (local.get 0)))
      (return (i32.const 100)))
      (return (i32.const 97)))
      (return (i32.const 94)))
      (return (i32.const 91)))
      (return (i32.const 88)))
      (return (i32.const 85)))
    (i32.const 3))
  (func (export "shifted") (param i32) (result i32)
    (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 (local.get 0)))
      (return (i32.const 0)))
      (return (i32.const 64)))
      (return (i32.const 128)))
      (return (i32.const 192)))
      (return (i32.const 256)))
    (local.get 0))
  (func (export "bits") (param i32) (result i32)
    (block $b11 (block $b10 (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 $b11 (local.get 0)))
      (return (i32.const 1)))
      (return (i32.const 0)))
      (return (i32.const 0)))
      (return (i32.const 1)))
      (return (i32.const 0)))
      (return (i32.const 1)))
      (return (i32.const 1)))
      (return (i32.const 1)))
      (return (i32.const 0)))
      (return (i32.const 0)))
      (return (i32.const 1)))
    (i32.const 0))
  (func (export "pairs") (param i32) (result i32)
    (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 (local.get 0)))
      (return (i32.const 3)))
      (return (i32.const 0)))
      (return (i32.const 2)))
      (return (i32.const 1)))
      (return (i32.const 3)))
      (return (i32.const 3)))
      (return (i32.const 0)))
      (return (i32.const 1)))
    (i32.const 1))
  (func (export "nibbles") (param i32) (result i32)
    (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 (local.get 0)))
      (return (i32.const 12)))
      (return (i32.const 3)))
      (return (i32.const 9)))
      (return (i32.const 15)))
      (return (i32.const 1)))
      (return (i32.const 0)))
      (return (i32.const 7)))
      (return (i32.const 8)))
    (i32.const 99))
  (func (export "biased") (param i32) (result i32)
    (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 (local.get 0)))
      (return (i32.const -5)))
      (return (i32.const 1)))
      (return (i32.const 200)))
      (return (i32.const 2)))
    (local.get 0))
  (func (export "halves_of_a_word") (param i32) (result i32)
    (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 (local.get 0)))
      (return (i32.const 60000)))
      (return (i32.const 17)))
    (i32.const 5))
  (func (export "table_of_bytes") (param i32) (result i32)
    (block $b10 (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 (local.get 0)))
      (return (i32.const 9)))
      (return (i32.const 200)))
      (return (i32.const 31)))
      (return (i32.const 4)))
      (return (i32.const 4)))
      (return (i32.const 250)))
      (return (i32.const 0)))
      (return (i32.const 17)))
      (return (i32.const 88)))
      (return (i32.const 91)))
    (i32.const -7))
  (func (export "table_of_signed_bytes") (param i32) (result i32)
    (block $b10 (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 (local.get 0)))
      (return (i32.const 9)))
      (return (i32.const -100)))
      (return (i32.const 31)))
      (return (i32.const 4)))
      (return (i32.const 4)))
      (return (i32.const -128)))
      (return (i32.const 0)))
      (return (i32.const 17)))
      (return (i32.const 88)))
      (return (i32.const 91)))
    (i32.const -7))
  (func (export "table_of_halves") (param i32) (result i32)
    (block $b10 (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 (local.get 0)))
      (return (i32.const 9)))
      (return (i32.const 20000)))
      (return (i32.const 31)))
      (return (i32.const 4)))
      (return (i32.const 4)))
      (return (i32.const 65535)))
      (return (i32.const 0)))
      (return (i32.const 17)))
      (return (i32.const 88)))
      (return (i32.const 9100)))
    (unreachable))
  (func (export "table_of_signed_halves") (param i32) (result i32)
    (block $b10 (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 (local.get 0)))
      (return (i32.const 9)))
      (return (i32.const -20000)))
      (return (i32.const 31)))
      (return (i32.const 4)))
      (return (i32.const 4)))
      (return (i32.const 32767)))
      (return (i32.const 0)))
      (return (i32.const 17)))
      (return (i32.const 88)))
      (return (i32.const 9100)))
    (i32.const 1))
  (func (export "table_of_words") (param i32) (result i32)
    (block $b10 (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 $b10 (local.get 0)))
      (return (i32.const 9)))
      (return (i32.const -2000000)))
      (return (i32.const 31)))
      (return (i32.const 4)))
      (return (i32.const 4)))
      (return (i32.const 65535)))
      (return (i32.const 2147483647)))
      (return (i32.const -2147483648)))
      (return (i32.const 88)))
      (return (i32.const 9100)))
    (i32.mul (local.get 0) (local.get 0)))
  (func (export "all_of_eight") (param i32) (result i32)
    (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 (i32.and (local.get 0) (i32.const 7))))
      (return (i32.const 5)))
      (return (i32.const 1)))
      (return (i32.const 7)))
      (return (i32.const 4660)))
      (return (i32.const 8)))
      (return (i32.const 8)))
      (return (i32.const 1)))
      (return (i32.const 6)))
    (unreachable))
  (func (export "wide") (param i32) (result i64)
    (block $out (result i64)
      (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
      (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 (local.get 0)))
      (br $out (i64.const 5000000000)))
      (br $out (i64.const -1)))
      (br $out (i64.const 7)))
      (br $out (i64.const 1099511627776)))
      (br $out (i64.const 81985529216486895)))
      (br $out (i64.const 3)))
      (i64.const -9)))
  (func (export "sum") (param i32) (result i32)
    (local i32 i32)
    (block $end
      (loop $again
        (br_if $end (i32.ge_u (local.get 1) (local.get 0)))
        (local.set 2 (i32.add (local.get 2)
          (block $out (result i32)
            (block $b9 (block $b8 (block $b7 (block $b6 (block $b5 (block $b4 (block $b3 (block $b2 (block $b1 (block $b0 
            (br_table $b0 $b1 $b2 $b3 $b4 $b5 $b6 $b7 $b8 $b9 (i32.rem_u (local.get 1) (i32.const 13))))
            (br $out (i32.const 1)))
            (br $out (i32.const 4)))
            (br $out (i32.const 9)))
            (br $out (i32.const 16)))
            (br $out (i32.const 25)))
            (br $out (i32.const 36)))
            (br $out (i32.const 49)))
            (br $out (i32.const 64)))
            (br $out (i32.const 81)))
            (i32.const 1000))))
        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (br $again)))
    (local.get 2)))
