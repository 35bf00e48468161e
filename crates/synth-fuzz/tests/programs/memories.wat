;; Several memories: accesses, sizes, growth, copies between them, segments.
(module
  (memory $a (export "a") 1 3)
  (memory $b (export "b") 2 2)
  (memory $c 0 2)
  (data (memory $a) (i32.const 0) "aaaaaaaaaaaaaaaa")
  (data (memory $b) (i32.const 65534) "bbbbbbbbbbbbbbbb")
  (data $p "passive")

  ;; call store 8 0x11223344
  ;; call load 8
  ;; call load 65532
  ;; call load 65533
  ;; call load 131068
  ;; call load 131069
  ;; call store 65533 1
  (func (export "store") (param i32 i32)
    (i32.store8 $a (local.get 0) (i32.const 0x7f))
    (i32.store $b (local.get 0) (local.get 1))
    (i32.store $a (local.get 0) (i32.load $b offset=1 (local.get 0))))
  (func (export "load") (param i32) (result i32 i64)
    (i32.load $b (local.get 0)) (i64.load8_s $b (local.get 0)))
  ;; call load_a 65532
  ;; call load_a 65533
  (func (export "load_a") (param i32) (result i32) (i32.load $a (local.get 0)))
  ;; call sizes
  ;; call grow 1 1 1
  ;; call sizes
  ;; call load_a 65533
  ;; call grow 1 0 1
  ;; call grow 1 0 1
  ;; call grow 0 0 0
  ;; call sizes
  (func (export "grow") (param i32 i32 i32) (result i32 i32 i32)
    (memory.grow $a (local.get 0)) (memory.grow $b (local.get 1)) (memory.grow $c (local.get 2)))
  (func (export "sizes") (result i32 i32 i32)
    (memory.size $a) (memory.size $b) (memory.size $c))
  ;; call copy 3 65530 9
  ;; call copy 0 131064 8
  ;; call copy 0 131064 9
  ;; call copy 196600 0 8
  ;; call copy 196600 0 9
  (func (export "copy") (param i32 i32 i32)
    (memory.copy $a $b (local.get 0) (local.get 1) (local.get 2)))
  ;; call within 131060 131050 12
  ;; call within 131060 131050 13
  (func (export "within") (param i32 i32 i32)
    (memory.copy $b $b (local.get 0) (local.get 1) (local.get 2)))
  ;; call fill 7 200 9
  ;; call fill 131072 1 0
  ;; call fill 131073 1 0
  (func (export "fill") (param i32 i32 i32)
    (memory.fill $b (local.get 0) (local.get 1) (local.get 2)))
  ;; call init 100 1 5
  ;; call init 131070 0 3
  ;; call init 0 5 3
  (func (export "init") (param i32 i32 i32)
    (memory.init $b $p (local.get 0) (local.get 1) (local.get 2)))
  ;; call float 200
  (func (export "float") (param i32) (result f64)
    (f64.store $b (local.get 0) (f64.reinterpret_i64 (i64.const 0x4010123456789abc)))
    (f32.store $a (local.get 0) (f32.load $b offset=4 (local.get 0)))
    (f64.load $b (local.get 0)))
)
