;; Ways through a function that need no frame, beside those that call or hold
;; many values.
;; run: lock 64 5 => 0
;; run: lock 64 5 => 4816
;; run: read 64 => 1
;; run: guarded 0 3 => 3
;; run: guarded 100 3 => 280
;; run: guarded 96 3 => -1
;; run: search 200 9 => 4
;; run: search 200 42 => 987
;; run: many 0 300 => -1
;; run: many 200 300 => 12
;; run: read 320 => 1
;; run: choose 0 1 2 3 4 => 1
;; run: choose 1 1 2 3 4 => 5
;; run: choose 7 1 2 3 4 => 35
(module
  (memory (export "memory") 1)
  (data (i32.const 96) "\05\00\00\00\07\00\00\00")
  (data (i32.const 200) "\01\00\00\00\02\00\00\00\03\00\00\00\05\00\00\00\09\00\00\00\0b\00\00\00")

  ;; What is not inlined: it calls itself.
  (func $slow (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (local.get 1))
      (then (local.get 0))
      (else (i32.add (call $slow (i32.add (local.get 0) (i32.const 3)) (i32.sub (local.get 1) (i32.const 1))) (local.get 1)))))

  (func (export "lock") (param i32 i32) (result i32)
    (if (i32.eqz (i32.load (local.get 0)))
      (then
        (i32.store (local.get 0) (i32.const 1))
        (return (i32.const 0))))
    (i32.store offset=4 (local.get 0) (call $slow (local.get 0) (local.get 1)))
    (i32.add (call $slow (local.get 1) (i32.load offset=4 (local.get 0))) (local.get 0)))
  (func (export "read") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "guarded") (param i32 i32) (result i32)
    (local i32)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (local.set 2 (i32.load (i32.sub (local.get 0) (i32.const 4))))
    (if (i32.eqz (local.get 2)) (then (return (i32.const -1))))
    (i32.add
      (call $slow (local.get 0) (local.get 1))
      (i32.mul (local.get 2) (call $slow (local.get 1) (local.get 2)))))
  (func (export "search") (param i32 i32) (result i32)
    (local $i i32)
    (loop $next
      (if (i32.eq (i32.load (i32.add (local.get 0) (i32.shl (local.get $i) (i32.const 2)))) (local.get 1))
        (then (return (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 6))))
    (i32.sub (call $slow (local.get 0) (local.get 1)) (i32.add (local.get 0) (local.get 1))))
  (func (export "many") (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const -1))))
    (local.set 2 (i32.load (local.get 0)))
    (local.set 3 (i32.load offset=4 (local.get 0)))
    (local.set 4 (i32.load offset=8 (local.get 0)))
    (local.set 5 (i32.load offset=12 (local.get 0)))
    (local.set 6 (i32.load offset=16 (local.get 0)))
    (local.set 7 (i32.load offset=20 (local.get 0)))
    (i32.store (local.get 1) (local.get 7))
    (i32.store offset=4 (local.get 1) (local.get 6))
    (i32.store offset=8 (local.get 1) (local.get 5))
    (i32.store offset=12 (local.get 1) (local.get 4))
    (i32.store offset=16 (local.get 1) (local.get 3))
    (i32.store offset=20 (local.get 1) (local.get 2))
    (i32.add (local.get 2) (local.get 7)))
  ;; An argument on the stack, a table, a jump to another function.
  (func $choose (export "choose") (param i32 i32 i32 i32 i32) (result i32)
    (block $other
      (block $one
        (block $zero (br_table $zero $one $other (local.get 0)))
        (return (local.get 1)))
      (return (i32.add (local.get 2) (local.get 3))))
    (i32.add (call $slow (local.get 4) (local.get 3)) (call $slow (local.get 0) (local.get 2)))))
