;; Tables of functions and of the host's references: every operator at its
;; bounds, growth, and segments of expressions.
(module
  (type $ii (func (param i32) (result i32)))
  (func $inc (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func $dec (param i32) (result i32) local.get 0 i32.const 1 i32.sub)
  (table $f 4 10 funcref)
  (table $e (export "e") 3 12 externref)
  (table $full 5 5 funcref)
  (table $fixed 2 2 externref)
  (table $zero 0 4 funcref)
  (elem (table $full) (i32.const 0) func $inc $inc $inc $inc $inc)
  (elem (table $full) (i32.const 2) funcref (ref.null func) (ref.func $dec))
  (elem (table $e) (i32.const 1) externref (ref.null extern))
  (elem $p funcref (ref.func $inc) (ref.null func) (item ref.func $dec))
  (elem $x externref (ref.null extern) (ref.null extern))
  (elem declare func $inc $dec)

  (func (export "f") (param i32 i32) (result i32)
    (call_indirect $f (type $ii) (local.get 1) (local.get 0)))
  (func (export "full") (param i32 i32) (result i32)
    (call_indirect $full (type $ii) (local.get 1) (local.get 0)))
  ;; call full 0 5
  ;; call full 1 5
  ;; call full 2 5
  ;; call full 3 5
  ;; call full 4 5
  ;; call full 5 5

  ;; call set 0 1
  ;; call set 3 0
  ;; call set 4 0
  ;; call set -1 0
  ;; call f 0 10
  ;; call f 3 10
  ;; call f 1 10
  (func (export "set") (param i32 i32)
    (table.set $f (local.get 0)
      (select (result funcref) (ref.func $dec) (ref.func $inc) (local.get 1))))
  ;; call null 0
  ;; call null 1
  ;; call null 3
  ;; call null 4
  ;; call null 0x20000000
  (func (export "null") (param i32) (result i32) (ref.is_null (table.get $f (local.get 0))))
  ;; call constant
  (func (export "constant") (result i32 i32)
    (table.set $f (i32.const 2) (ref.func $inc))
    (ref.is_null (table.get $f (i32.const 2)))
    (call_indirect $f (type $ii) (i32.const 6) (i32.const 2)))
  ;; call beyond
  (func (export "beyond") (result funcref) (table.get $fixed (i32.const 2)) drop (ref.null func))

  ;; call sizes
  ;; call grow 3 1
  ;; call sizes
  ;; call f 3 10
  ;; call f 4 10
  ;; call f 6 10
  ;; call f 7 10
  ;; call set 6 0
  ;; call f 6 10
  ;; call grow 4 0
  ;; call grow -1 0
  ;; call grow 0 0
  ;; call grow 3 0
  ;; call f 9 10
  ;; call grow 1 0
  ;; call grow 0 0
  ;; call sizes
  (func (export "grow") (param i32 i32) (result i32)
    (table.grow $f
      (select (result funcref) (ref.func $dec) (ref.func $inc) (local.get 1))
      (local.get 0)))
  (func (export "sizes") (result i32 i32 i32 i32)
    (table.size $f) (table.size $e) (table.size $fixed) (table.size $zero))
  ;; call grow_zero 5
  ;; call grow_zero 4
  ;; call grow_zero 0
  (func (export "grow_zero") (param i32) (result i32)
    (table.grow $zero (ref.func $inc) (local.get 0)))
  ;; call zero 3
  ;; call zero 4
  (func (export "zero") (param i32) (result i32)
    (call_indirect $zero (type $ii) (i32.const 1) (local.get 0)))
  ;; call grow_fixed 0
  ;; call grow_fixed 1
  (func (export "grow_fixed") (param i32) (result i32)
    (table.grow $fixed (ref.null extern) (local.get 0)))

  ;; call fill 1 2 1
  ;; call f 0 10
  ;; call f 1 10
  ;; call f 2 10
  ;; call f 3 10
  ;; call fill 10 0 1
  ;; call fill 11 0 1
  ;; call fill 9 2 1
  ;; call fill 9 1 1
  ;; call fill 1 -1 1
  ;; call fill -1 1 1
  ;; call fill 8 5 0
  ;; call f 8 10
  ;; call f 9 10
  (func (export "fill") (param i32 i32 i32)
    (table.fill $f (local.get 0)
      (select (result funcref) (ref.func $dec) (ref.func $inc) (local.get 2))
      (local.get 1)))

  ;; call eset 0 100
  ;; call eset 1 101
  ;; call eset 2 102
  ;; call eset 3 103
  ;; call eget 0
  ;; call eget 2
  ;; call eget 3
  ;; call egrow 2 55
  ;; call eget 3
  ;; call eget 4
  ;; call eget 5
  ;; call efill 1 7 3
  ;; call eget 0
  ;; call eget 1
  ;; call eget 3
  ;; call eget 4
  ;; call efill 4 8 2
  ;; call eget 4
  ;; call ecopy 2 0 3
  ;; call eget 2
  ;; call eget 3
  ;; call eget 4
  ;; call ecopy 0 1 4
  ;; call eget 0
  ;; call ecopy 3 0 3
  ;; call einit 0 1 1
  ;; call eget 0
  ;; call einit 0 1 2
  ;; call einit 4 0 2
  ;; call efixed 1
  ;; call egrow 8 1
  ;; call egrow 7 1
  ;; call eget 11
  (func (export "eset") (param i32 externref) (table.set $e (local.get 0) (local.get 1)))
  (func (export "eget") (param i32) (result externref) (table.get $e (local.get 0)))
  (func (export "egrow") (param i32 externref) (result i32)
    (table.grow $e (local.get 1) (local.get 0)))
  (func (export "efill") (param i32 externref i32)
    (table.fill $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "ecopy") (param i32 i32 i32)
    (table.copy $e $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "einit") (param i32 i32 i32)
    (table.init $e $x (local.get 0) (local.get 1) (local.get 2)))
  (func (export "efixed") (param i32) (result externref)
    (table.copy $fixed $e (i32.const 0) (i32.const 3) (i32.const 2))
    (table.get $fixed (local.get 0)))

  ;; call init 0 0 3
  ;; call f 0 10
  ;; call f 1 10
  ;; call f 2 10
  ;; call init 0 2 2
  ;; call init 8 0 3
  ;; call init 10 3 0
  ;; call init 0 4 0
  ;; call drop
  ;; call init 0 0 1
  ;; call init 0 0 0
  (func (export "init") (param i32 i32 i32)
    (table.init $f $p (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") elem.drop $p)
  ;; call across 3 1 2
  ;; call f 3 10
  ;; call f 4 10
  ;; call across 0 4 2
  (func (export "across") (param i32 i32 i32)
    (table.copy $f $full (local.get 0) (local.get 1) (local.get 2)))
)
