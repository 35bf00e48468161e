;; Two things that need one symbol.
;; error: `x`
;; error: rename
(module
  (import "a" "x" (func))
  (import "b" "x" (global i32))
  (func (export "y")))
