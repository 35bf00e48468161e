;; local.get gives the value of its moment, whatever is set later.
;; run: get_set 3 => 23
;; run: tee 3 => 10
;; run: shuffle 1 2 3 => 213
;; run: in_block 5 => 50
;; run: long 0x100000002 => -4294967295
(module
  (func (export "get_set") (param $x i32) (result i32)
    (local.get $x)
    (local.set $x (i32.const 20))
    (i32.add (local.get $x)))
  (func (export "tee") (param $x i32) (result i32)
    (i32.add (local.get $x) (local.tee $x (i32.add (local.get $x) (i32.const 4)))))
  (func (export "shuffle") (param $a i32) (param $b i32) (param $c i32) (result i32)
    (local.get $a) (local.get $b)
    (local.set $a) (local.set $b)
    (i32.add (i32.add (i32.mul (local.get $a) (i32.const 100)) (i32.mul (local.get $b) (i32.const 10)))
      (local.get $c)))
  (func (export "in_block") (param $x i32) (result i32)
    (local.get $x)
    (block (local.set $x (i32.const 10)))
    (i32.mul (local.get $x)))
  (func (export "long") (param $x i64) (result i64)
    (local.get $x)
    (local.set $x (i64.add (local.get $x) (i64.const 0xffff_ffff)))
    (i64.sub (local.get $x))))
