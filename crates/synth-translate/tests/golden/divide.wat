;; Guards, and those that a constant makes needless.
(module
  (func (export "div") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_s)
  (func (export "rem") (param i32 i32) (result i32) local.get 0 local.get 1 i32.rem_s)
  (func (export "by3") (param i32) (result i32) local.get 0 i32.const 3 i32.div_s)
  (func (export "by_minus_one") (param i32) (result i32) local.get 0 i32.const -1 i32.div_s)
  (func (export "by_zero") (param i32) (result i32) local.get 0 i32.const 0 i32.rem_u)
  (func (export "of100") (param i32) (result i32) i32.const 100 local.get 0 i32.div_s))
;; ==== expected
loc 1 = @div + 94
loc 2 = @rem + 102
loc 3 = @by_minus_one + 118
loc 4 = @by_zero + 126
loc 5 = @of100 + 135

global func @div(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const 0
  v3 = cmp.eq v1, v2
  trap_if v3, division_by_zero !1
  v4 = const -2147483648
  v5 = cmp.eq v0, v4
  v6 = const -1
  v7 = cmp.eq v1, v6
  v8 = and v5, v7
  trap_if v8, integer_overflow !1
  v9 = sdiv v0, v1
  return v9
}

global func @rem(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const 0
  v3 = cmp.eq v1, v2
  trap_if v3, division_by_zero !2
  v4 = srem v0, v1
  return v4
}

global func @by3(i32) -> (i32) {
b0(v0: i32):
  v1 = const 3
  v2 = sdiv v0, v1
  return v2
}

global func @by_minus_one(i32) -> (i32) {
b0(v0: i32):
  v1 = const -1
  v2 = const -2147483648
  v3 = cmp.eq v0, v2
  v4 = const -1
  v5 = cmp.eq v1, v4
  v6 = and v3, v5
  trap_if v6, integer_overflow !3
  v7 = sdiv v0, v1
  return v7
}

global func @by_zero(i32) -> (i32) {
b0(v0: i32):
  v1 = const 0
  trap division_by_zero !4
}

global func @of100(i32) -> (i32) {
b0(v0: i32):
  v1 = const 100
  v2 = const 0
  v3 = cmp.eq v0, v2
  trap_if v3, division_by_zero !5
  v4 = sdiv v1, v0
  return v4
}
