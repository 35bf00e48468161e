;; Loops over bytes: length, comparison, search and number formatting.
;; run: length 0 => 5
;; run: compare 0 8 => -1
;; run: compare 8 0 => 1
;; run: compare 0 0 => 0
;; run: find 0 0x6c => 2
;; run: find 0 0x7a => -1
;; run: format 1234567890 => 10
;; run: digit 100 => 0x31
;; run: digit 109 => 0x30
;; run: format 0 => 1
;; run: digit 100 => 0x30
(module
  (memory 1)
  (data (i32.const 0) "hello\00\00\00help\00")
  (func (export "length") (param $p i32) (result i32)
    (local $n i32)
    (block $o (loop $l
      (br_if $o (i32.eqz (i32.load8_u (i32.add (local.get $p) (local.get $n)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $l)))
    (local.get $n))
  (func (export "compare") (param $p i32) (param $q i32) (result i32)
    (local $a i32) (local $b i32)
    (loop $l (result i32)
      (local.set $a (i32.load8_u (local.get $p)))
      (local.set $b (i32.load8_u (local.get $q)))
      (if (result i32) (i32.ne (local.get $a) (local.get $b))
        (then (select (i32.const -1) (i32.const 1) (i32.lt_u (local.get $a) (local.get $b))))
        (else
          (if (result i32) (i32.eqz (local.get $a))
            (then (i32.const 0))
            (else
              (local.set $p (i32.add (local.get $p) (i32.const 1)))
              (local.set $q (i32.add (local.get $q) (i32.const 1)))
              (br $l)))))))
  (func (export "find") (param $p i32) (param $c i32) (result i32)
    (local $i i32) (local $x i32)
    (loop $l
      (local.set $x (i32.load8_u (i32.add (local.get $p) (local.get $i))))
      (if (i32.eq (local.get $x) (local.get $c)) (then (return (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (local.get $x)))
    (i32.const -1))
  (func (export "format") (param $x i32) (result i32)
    (local $end i32) (local $p i32)
    (local.set $p (i32.const 132))
    (loop $l
      (local.set $p (i32.sub (local.get $p) (i32.const 1)))
      (i32.store8 (local.get $p) (i32.add (i32.const 48) (i32.rem_u (local.get $x) (i32.const 10))))
      (br_if $l (local.tee $x (i32.div_u (local.get $x) (i32.const 10)))))
    (memory.copy (i32.const 100) (local.get $p) (i32.sub (i32.const 132) (local.get $p)))
    (i32.sub (i32.const 132) (local.get $p)))
  (func (export "digit") (param i32) (result i32) (i32.load8_u (local.get 0))))
