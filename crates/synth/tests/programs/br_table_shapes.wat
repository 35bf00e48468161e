;; A table with equal targets, one with the default alone, one that leaves loops,
;; and one with holes.
;; run: same 0 => 1
;; run: same 5 => 1
;; run: alone 0 => 7
;; run: alone 77 => 7
;; run: loop 0 => 10
;; run: loop 1 => 55
;; run: holes 0 => 11
;; run: holes 1 => 44
;; run: holes 2 => 22
;; run: holes 3 => 44
;; run: holes 6 => 33
;; run: holes 7 => 22
;; run: holes 100 => 44
(module
  (func (export "same") (param i32) (result i32)
    (block $a (br_table $a $a $a $a (local.get 0)))
    (i32.const 1))
  (func (export "alone") (param i32) (result i32)
    (block $a (br_table $a (local.get 0)))
    (i32.const 7))
  (func (export "loop") (param $what i32) (result i32)
    (local $i i32) (local $sum i32)
    (block $out
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $sum (i32.add (local.get $sum) (local.get $i)))
        (br_if $out (i32.eq (local.get $i) (i32.const 10)))
        (block $then
          (br_table $then $again (local.get $what)))
        (local.set $sum (i32.add (local.get $sum) (i32.const 0)))
        (br_table $out $again (i32.lt_u (local.get $i) (i32.const 4)))))
    (local.get $sum))
  (func (export "holes") (param i32) (result i32)
    (block $d (block $c (block $b (block $a
      (br_table $a $d $b $d $d $d $c $b $d (local.get 0)))
      (return (i32.const 11)))
      (return (i32.const 22)))
      (return (i32.const 33)))
    (i32.const 44)))
