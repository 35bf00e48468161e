;; Several returns out of nested blocks, with a frame to undo on each.
;; run: f 0 => 1
;; run: f 1 => 9
;; run: f 2 => 51
;; run: f 3 => -16
;; run: f 100 => -10201
;; run: early 0 => -3
;; run: early 5 => 78187493520
(module
  (func $id (param i32) (result i32) (local.get 0))
  (func (export "f") (param $x i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32)
    (local.set $a (call $id (i32.add (local.get $x) (i32.const 1))))
    (local.set $b (call $id (i32.add (local.get $x) (i32.const 2))))
    (if (i32.eqz (local.get $x)) (then (return (local.get $a))))
    (local.set $c (call $id (i32.mul (local.get $a) (local.get $b))))
    (block $o
      (loop $l
        (if (i32.eq (local.get $x) (i32.const 1)) (then (return (i32.add (local.get $b) (call $id (local.get $c))))))
        (br_if $o (i32.eq (local.get $x) (i32.const 2)))
        (if (i32.gt_s (local.get $x) (i32.const 3))
          (then (local.set $x (i32.sub (local.get $x) (i32.const 1))) (br $l)))
        (return (call $id (i32.sub (local.get $a) (local.get $c))))))
    (i32.add (local.get $a) (i32.mul (local.get $b) (local.get $c))))
  (func (export "early") (param $x i32) (result i64)
    (local $y i64)
    (if (local.get $x) (then (return (i64.const 0x1234567890))))
    (local.set $y (i64.extend_i32_s (call $id (i32.const -3))))
    (local.get $y)))
