;; memory.init and data.drop, with their traps; a trap writes nothing.
;; run: init 100 1 3 =>
;; run: word 100 => 8026488
;; run: init 65533 0 4 => trap: out_of_bounds_memory
;; run: word 65532 => 0
;; run: init 0 2 3 => trap: out_of_bounds_memory
;; run: init 0 -1 1 => trap: out_of_bounds_memory
;; run: init -1 0 1 => trap: out_of_bounds_memory
;; run: init 65536 4 0 =>
;; run: init 65536 5 0 => trap: out_of_bounds_memory
;; run: init 65537 0 0 => trap: out_of_bounds_memory
;; run: drop =>
;; run: drop =>
;; run: init 0 0 0 =>
;; run: init 0 0 1 => trap: out_of_bounds_memory
;; run: init 0 1 0 => trap: out_of_bounds_memory
;; run: active 0 0 =>
;; run: active 0 1 => trap: out_of_bounds_memory
;; run: word 200 => 1701736295
(module
  (memory 1)
  (data $p "wxyz")
  (data $a (i32.const 200) "gone")
  (func (export "init") (param i32 i32 i32) (memory.init $p (local.get 0) (local.get 1) (local.get 2)))
  (func (export "active") (param i32 i32) (memory.init $a (i32.const 0) (local.get 0) (local.get 1)))
  (func (export "drop") (data.drop $p))
  (func (export "word") (param i32) (result i32) (i32.load (local.get 0))))
