;; References as values: constants, locals, parameters, results, blocks,
;; select, globals.
(module
  (type $ii (func (param i32) (result i32)))
  (func $inc (export "inc") (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func $dec (param i32) (result i32) local.get 0 i32.const 1 i32.sub)
  (func $other (param i64) (result i64) local.get 0)
  (elem declare func $dec $other)
  (table $t 2 funcref)
  (global $fixed funcref (ref.func $inc))
  (global $null funcref (ref.null func))
  (global $f (mut funcref) (ref.func $inc))
  (global $e (mut externref) (ref.null extern))
  (global (export "exported") (mut funcref) (ref.func $dec))

  (func $apply (param funcref i32) (result i32)
    (table.set $t (i32.const 1) (local.get 0))
    (call_indirect $t (type $ii) (local.get 1) (i32.const 1)))
  (func $choose (param i32) (result funcref)
    (block $b (result funcref)
      (br_if $b (ref.func $inc) (i32.eqz (local.get 0)))
      drop
      (br_if $b (ref.func $dec) (i32.eq (local.get 0) (i32.const 1)))
      drop
      (br_if $b (ref.func $other) (i32.eq (local.get 0) (i32.const 2)))
      drop
      (ref.null func)))

  ;; call choose 0 10
  ;; call choose 1 10
  ;; call choose 2 10
  ;; call choose 3 10
  (func (export "choose") (param i32 i32) (result i32)
    (call $apply (call $choose (local.get 0)) (local.get 1)))
  ;; call is_null 0
  ;; call is_null 2
  ;; call is_null 3
  (func (export "is_null") (param i32) (result i32)
    (ref.is_null (call $choose (local.get 0))))
  ;; call select 0 5
  ;; call select 1 5
  (func (export "select") (param i32 i32) (result i32)
    (call $apply
      (select (result funcref) (ref.func $inc) (ref.func $dec) (local.get 0))
      (local.get 1)))
  ;; call loop 5 0
  ;; call loop 4 0
  (func (export "loop") (param i32 i32) (result i32)
    (local $a funcref) (local $b funcref) (local $c funcref)
    (local.set $a (ref.func $inc))
    (local.set $b (ref.func $dec))
    (loop $l
      (local.set $c (local.get $a))
      (local.set $a (local.get $b))
      (local.set $b (local.get $c))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $apply (local.get $a) (local.get 1)))
  ;; call locals
  (func (export "locals") (result i32 i32)
    (local funcref externref)
    (ref.is_null (local.get 0)) (ref.is_null (local.get 1)))
  ;; call fixed 3
  (func (export "fixed") (param i32) (result i32 i32)
    (call $apply (global.get $fixed) (local.get 0))
    (ref.is_null (global.get $null)))
  ;; call global 3
  ;; call set 1
  ;; call global 3
  ;; call set 3
  ;; call global 3
  (func (export "global") (param i32) (result i32) (call $apply (global.get $f) (local.get 0)))
  (func (export "set") (param i32) (global.set $f (call $choose (local.get 0))))
  ;; call hold 0
  ;; call held
  ;; call hold 77
  ;; call held
  (func (export "hold") (param externref) (result i32)
    (global.set $e (local.get 0))
    (ref.is_null (global.get $e)))
  (func (export "held") (result externref) (global.get $e))
  ;; call pick 5 6 0
  ;; call pick 5 6 1
  (func (export "pick") (param externref externref i32) (result externref)
    (select (result externref) (local.get 0) (local.get 1) (local.get 2)))
  ;; call swap 1 2 3
  (func (export "swap") (param externref i64 externref) (result externref i64 externref)
    (local.get 2) (local.get 1) (local.get 0))
  ;; call unreachable_ref
  (func (export "unreachable_ref") (result externref) unreachable)
)
