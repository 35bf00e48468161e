;; unreachable, and code that follows what does not return.
;; run: go 1 => 5
;; run: go 0 => trap: unreachable
;; run: after_br => 1
;; run: after_return 3 => 3
;; run: dead_loop => 2
;; run: typed 0 => trap: unreachable
;; run: typed 1 => 9
(module
  (func (export "go") (param i32) (result i32) (if (i32.eqz (local.get 0)) (then (unreachable))) (i32.const 5))
  (func (export "after_br") (result i32) (block $b (result i32) (br $b (i32.const 1)) (drop) (unreachable) (i64.add) (i32.wrap_i64)))
  (func (export "after_return") (param i32) (result i32) (return (local.get 0)) (loop (br 0)) (i32.const 1))
  (func (export "dead_loop") (result i32)
    (block $o (br $o) (loop $l (br_if $l (i32.const 1)) (block $x (br_table $x $l $o (i32.const 0)))))
    (i32.const 2))
  (func (export "typed") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 9)) (else (unreachable) (i32.add (i32.const 1))))))
