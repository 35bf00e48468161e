(module (memory 1) (func $inner (param i32) (result i32) (i32.load (local.get 0)))
 (func (export "get") (param i32) (result i32) (call $inner (local.get 0)))
 (func (export "main") (result i32) (i32.const 3)) (func (export "bad") (result i32) (unreachable)) (func (export "div") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))
 (func (export "floats") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0)))
