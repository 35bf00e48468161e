(module
  (memory (export "memory") 1 1)
  (memory $b (export "b") 1 1)
  (data (i32.const 16) "0123456789abcdef")
  (data $p "passive segment")
  (data $q "kept")

  ;; call copy 100 16 8
  ;; call copy 18 16 8
  ;; call copy 16 18 8
  ;; call copy 65528 16 8
  ;; call copy 65529 16 8
  ;; call copy 16 65529 8
  ;; call copy 65536 0 0
  ;; call copy 0 65536 0
  ;; call copy 65537 0 0
  ;; call copy 0 65537 0
  ;; call copy 0xffffffff 0 2
  ;; call copy 0 1 0xffffffff
  ;; call fill 200 0x1ab 5
  ;; call fill 65535 1 1
  ;; call fill 65535 1 2
  ;; call fill 65536 1 0
  ;; call fill 65537 1 0
  ;; call fill 1 1 0xffffffff
  ;; call cross 0 16 16
  ;; call cross 65530 16 16
  ;; call init 300 0 15
  ;; call init 320 8 7
  ;; call init 320 8 8
  ;; call init 320 15 0
  ;; call init 320 16 0
  ;; call init 65530 0 8
  ;; call init 320 0xffffffff 2
  ;; call keep 400 0 4
  ;; call active 0 0 0
  ;; call active 0 0 1
  ;; call active 65536 0 0
  ;; call drop
  ;; call init 340 0 0
  ;; call init 340 0 1
  ;; call init 340 1 0
  ;; call drop
  ;; call keep 404 2 2
  (func (export "copy") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 memory.copy)
  (func (export "cross") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 memory.copy $b 0)
  (func (export "fill") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 memory.fill)
  (func (export "init") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 memory.init $p)
  (func (export "keep") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 memory.init $q)
  (func (export "active") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 memory.init 0)
  (func (export "drop") data.drop $p data.drop 0)

  ;; constant operands
  ;; call const_copy
  ;; call const_copy_out
  ;; call const_fill
  ;; call const_fill_out
  (func (export "const_copy") i32.const 500 i32.const 16 i32.const 16 memory.copy)
  (func (export "const_copy_out") i32.const 65530 i32.const 16 i32.const 16 memory.copy)
  (func (export "const_fill") i32.const 65520 i32.const 9 i32.const 16 memory.fill)
  (func (export "const_fill_out") i32.const 65521 i32.const 9 i32.const 16 memory.fill)
)
