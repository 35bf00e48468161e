;; Pages of one byte.
(module
  (memory $a (export "a") 13 4099 (pagesize 1))
  (memory $b 7 7 (pagesize 1))
  (memory $c 1 2 (pagesize 65536))
  (data (memory $a) (i32.const 9) "abcd")
  (data (memory $b) (i32.const 7) "")

  ;; call load 0
  ;; call load 9
  ;; call load 10
  ;; call load 12
  ;; call load -1
  (func (export "load") (param i32) (result i32) (i32.load $a (local.get 0)))
  ;; call byte 12
  ;; call byte 13
  (func (export "byte") (param i32) (result i32) (i32.load8_u $a (local.get 0)))
  ;; call load_b 3
  ;; call load_b 4
  (func (export "load_b") (param i32) (result i32) (i32.load $b (local.get 0)))
  ;; call constant
  (func (export "constant") (result i32) (i32.load $b (i32.const 3)))
  ;; call beyond
  (func (export "beyond") (result i32) (i32.load $b (i32.const 4)))
  ;; call sizes
  ;; call grow 1
  ;; call byte 13
  ;; call byte 14
  ;; call grow -1
  ;; call grow 0x80000000
  ;; call grow 4086
  ;; call grow 4085
  ;; call byte 4098
  ;; call byte 4099
  ;; call grow 0
  ;; call grow 1
  ;; call sizes
  (func (export "grow") (param i32) (result i32) (memory.grow $a (local.get 0)))
  (func (export "sizes") (result i32 i32 i32)
    (memory.size $a) (memory.size $b) (memory.size $c))
  ;; call grow_b 0
  ;; call grow_b 1
  (func (export "grow_b") (param i32) (result i32) (memory.grow $b (local.get 0)))
  ;; call copy 2 10 3
  ;; call copy 0 10 7
  ;; call copy 1 10 7
  (func (export "copy") (param i32 i32 i32)
    (memory.copy $b $a (local.get 0) (local.get 1) (local.get 2)))
  ;; call fill 4000 7 99
  ;; call fill 4000 7 100
  (func (export "fill") (param i32 i32 i32)
    (memory.fill $a (local.get 0) (local.get 1) (local.get 2)))
)
