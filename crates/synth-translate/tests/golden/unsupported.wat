;; options: unsupported-traps
(module
  (func (export "vector") (param f32 i64) (result f32) i32.const 1 i8x16.splat drop local.get 0)
  (func (export "value") (param f64) (result i64) local.get 0 i64.reinterpret_f64))
;; ==== expected
loc 1 = @vector + 54
loc 2 = @value + 64
loc 3 = @value + 65

global func @vector(f32, i64) -> (f32) {
b0(v0: f32, v1: i32, v2: i32):
  trap unsupported !1
}

global func @value(f64) -> (i64) {
b0(v0: f64):
  v1 = f64_lo v0 !2
  v2 = f64_hi v0 !2
  return v1, v2 !3
}
