(module
  (table 1 funcref)
  (func $a (export "a") (param i32) (result i32) (i32x4.extract_lane 2 (i32x4.splat (local.get 0))))
  (func $b (export "b") (drop (ref.i31 (i32.const 0))))
  (func $c (export "c") (result i31ref) (ref.null i31))
  (func (export "fine") (result i32) (i32.const 1)))
