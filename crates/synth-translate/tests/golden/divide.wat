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
loc 2 = @div + 95
loc 3 = @rem + 102
loc 4 = @rem + 103
loc 5 = @by3 + 108
loc 6 = @by3 + 110
loc 7 = @by3 + 111
loc 8 = @by_minus_one + 116
loc 9 = @by_minus_one + 118
loc 10 = @by_minus_one + 119
loc 11 = @by_zero + 124
loc 12 = @by_zero + 126
loc 13 = @of100 + 130
loc 14 = @of100 + 135
loc 15 = @of100 + 136

global func @div(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const 0 !1
  v3 = cmp.eq v1, v2 !1
  trap_if v3, division_by_zero !1
  v4 = const -2147483648 !1
  v5 = cmp.eq v0, v4 !1
  v6 = const -1 !1
  v7 = cmp.eq v1, v6 !1
  v8 = and v5, v7 !1
  trap_if v8, integer_overflow !1
  v9 = sdiv v0, v1 !1
  return v9 !2
}

global func @rem(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const 0 !3
  v3 = cmp.eq v1, v2 !3
  trap_if v3, division_by_zero !3
  v4 = srem v0, v1 !3
  return v4 !4
}

global func @by3(i32) -> (i32) {
b0(v0: i32):
  v1 = const 3 !5
  v2 = sdiv v0, v1 !6
  return v2 !7
}

global func @by_minus_one(i32) -> (i32) {
b0(v0: i32):
  v1 = const -1 !8
  v2 = const -2147483648 !9
  v3 = cmp.eq v0, v2 !9
  v4 = const -1 !9
  v5 = cmp.eq v1, v4 !9
  v6 = and v3, v5 !9
  trap_if v6, integer_overflow !9
  v7 = sdiv v0, v1 !9
  return v7 !10
}

global func @by_zero(i32) -> (i32) {
b0(v0: i32):
  v1 = const 0 !11
  trap division_by_zero !12
}

global func @of100(i32) -> (i32) {
b0(v0: i32):
  v1 = const 100 !13
  v2 = const 0 !14
  v3 = cmp.eq v0, v2 !14
  trap_if v3, division_by_zero !14
  v4 = sdiv v1, v0 !14
  return v4 !15
}
