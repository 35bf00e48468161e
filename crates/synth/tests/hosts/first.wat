;; One of two modules in a program.
(module
  (memory (export "memory") 1)
  (type $t (func (param i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 1) $add)
  (data (i32.const 0) "\0a")
  (func $add (type $t) (i32.add (local.get 0) (i32.load8_u (i32.const 0))))
  (func (export "first_next") (param i32) (result i32)
    (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))
    (call_indirect (type $t) (local.get 0) (i32.const 1))))
