;; Growth, sizes, and accesses at the border of what has grown.
(module
  (memory (export "memory") 1 3)
  (memory $none (export "none") 0 0)
  (data (i32.const 0) "first segment")
  (data (i32.const 6) "SEG")
  (data (i32.const 65536) "")

  ;; call size
  ;; call touch 65535
  ;; call touch 65536
  ;; call grow 0
  ;; call grow 1
  ;; call size
  ;; call touch 65536
  ;; call touch 131071
  ;; call touch 131072
  ;; call far 1
  ;; call far 0
  ;; call grow 2
  ;; call grow -1
  ;; call grow 0x10000
  ;; call grow 1
  ;; call size
  ;; call far 65532
  ;; call far 65533
  ;; call far 0xffffffff
  ;; call grow 1
  ;; call constant
  ;; call none_size
  ;; call none_grow 0
  ;; call none_grow 1
  ;; call none_touch 0
  (func (export "size") (result i32) memory.size)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "touch") (param i32) (result i32)
    local.get 0 local.get 0 i32.store8
    local.get 0 i32.load8_u)
  ;; reaches beyond the first page by its offset
  (func (export "far") (param i32) (result i32)
    local.get 0 i32.const 0x12345678 i32.store offset=131072
    local.get 0 i32.load offset=131072)
  (func (export "constant") (result i64)
    i32.const 65528 i64.const 0x1122334455667788 i64.store
    i32.const 65526 i64.load offset=1)
  (func (export "none_size") (result i32) memory.size $none)
  (func (export "none_grow") (param i32) (result i32) local.get 0 memory.grow $none)
  (func (export "none_touch") (param i32) (result i32) local.get 0 i32.load8_u $none)
)
