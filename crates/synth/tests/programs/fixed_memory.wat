;; A memory at its maximum does not grow, and growing by zero gives its size.
;; run: size => 1
;; run: grow 0 => 1
;; run: grow 1 => -1
;; run: grow -1 => -1
;; run: size => 1
(module
  (memory 1 1)
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
