;; memory.fill takes the low byte, and ends where memory does.
;; run: fill 10 0x1234 5 =>
;; run: word 8 => 875823104
;; run: word 12 => 3421236
;; run: fill 65535 7 1 =>
;; run: fill 65535 8 2 => trap: out_of_bounds_memory
;; run: word 65532 => 117440512
;; run: fill -1 1 1 => trap: out_of_bounds_memory
;; run: fill 0 1 -1 => trap: out_of_bounds_memory
;; run: fill 65536 1 0 =>
;; run: fill 65537 1 0 => trap: out_of_bounds_memory
;; run: fill 0 -1 1000 =>
;; run: word 996 => -1
;; run: word 1000 => 0
;; run: known =>
;; run: word 2000 => -1414812928
;; run: word 2012 => 43947
(module
  (memory 1)
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "known") (memory.fill (i32.const 2001) (i32.const 0xab) (i32.const 13)))
  (func (export "word") (param i32) (result i32) (i32.load (local.get 0))))
