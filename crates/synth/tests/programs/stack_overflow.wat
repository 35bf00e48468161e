;; Endless recursion ends in a trap, and the module works on.
;; run: forever 1 => trap: stack_overflow
;; run: answer => 42
(module
  (func $forever (export "forever") (param i32) (result i32) (i32.add (i32.const 1) (call $forever (i32.add (local.get 0) (i32.const 1)))))
  (func (export "answer") (result i32) (i32.const 42)))
