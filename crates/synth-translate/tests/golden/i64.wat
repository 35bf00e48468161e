(module
  (func (export "mul") (param i64 i64) (result i64) local.get 0 local.get 1 i64.mul)
  (func (export "sub") (param i64 i64) (result i64) local.get 0 local.get 1 i64.sub)
  (func (export "eqz") (param i64) (result i32) local.get 0 i64.eqz)
  (func (export "lt") (param i64 i64) (result i32) local.get 0 local.get 1 i64.lt_s)
  (func (export "shl") (param i64 i64) (result i64) local.get 0 local.get 1 i64.shl)
  (func (export "shl4") (param i64) (result i64) local.get 0 i64.const 4 i64.shl)
  (func (export "shr32") (param i64) (result i64) local.get 0 i64.const 32 i64.shr_s)
  (func (export "rotl40") (param i64) (result i64) local.get 0 i64.const 40 i64.rotl)
  (func (export "rotr") (param i64 i64) (result i64) local.get 0 local.get 1 i64.rotr)
  (func (export "clz") (param i64) (result i64) local.get 0 i64.clz)
  (func (export "div") (param i64 i64) (result i64) local.get 0 local.get 1 i64.div_s)
  (func (export "rem") (param i64 i64) (result i64) local.get 0 local.get 1 i64.rem_s)
  (func (export "rem10") (param i64) (result i64) local.get 0 i64.const 10 i64.rem_u)
  (func (export "extend") (param i64) (result i64) local.get 0 i64.extend16_s))
;; ==== expected
loc 1 = @mul + 157
loc 2 = @mul + 158
loc 3 = @sub + 165
loc 4 = @sub + 166
loc 5 = @eqz + 171
loc 6 = @eqz + 172
loc 7 = @lt + 179
loc 8 = @lt + 180
loc 9 = @shl + 187
loc 10 = @shl + 188
loc 11 = @shl4 + 193
loc 12 = @shl4 + 195
loc 13 = @shl4 + 196
loc 14 = @shr32 + 201
loc 15 = @shr32 + 203
loc 16 = @shr32 + 204
loc 17 = @rotl40 + 209
loc 18 = @rotl40 + 211
loc 19 = @rotl40 + 212
loc 20 = @rotr + 219
loc 21 = @rotr + 220
loc 22 = @clz + 225
loc 23 = @clz + 226
loc 24 = @div + 233
loc 25 = @div + 234
loc 26 = @rem + 241
loc 27 = @rem + 242
loc 28 = @rem10 + 247
loc 29 = @rem10 + 249
loc 30 = @rem10 + 250
loc 31 = @extend + 255
loc 32 = @extend + 256

global func @mul(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = mul v0, v2 !1
  v5 = umul_hi v0, v2 !1
  v6 = mul v0, v3 !1
  v7 = add v5, v6 !1
  v8 = mul v1, v2 !1
  v9 = add v7, v8 !1
  return v4, v9 !2
}

global func @sub(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = sub v0, v2 !3
  v5 = sub_hi v0, v1, v2, v3 !3
  return v4, v5 !4
}

global func @eqz(i64) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = or v0, v1 !5
  v3 = const 0 !5
  v4 = cmp.eq v2, v3 !5
  return v4 !6
}

global func @lt(i64, i64) -> (i32) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = cmp64.slt v0, v1, v2, v3 !7
  return v4 !8
}

global func @shl(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = shl64_lo v0, v2 !9
  v5 = shl64_hi v0, v1, v2 !9
  return v4, v5 !10
}

global func @shl4(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 4 !11
  v3 = const 0 !11
  v4 = const 28 !12
  v5 = shr_u v0, v4 !12
  v6 = const 4 !12
  v7 = shl v1, v6 !12
  v8 = or v5, v7 !12
  v9 = const 4 !12
  v10 = shl v0, v9 !12
  return v10, v8 !13
}

global func @shr32(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 32 !14
  v3 = const 0 !14
  v4 = const 31 !15
  v5 = shr_s v1, v4 !15
  return v1, v5 !16
}

global func @rotl40(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 40 !17
  v3 = const 0 !17
  v4 = const 24 !18
  v5 = shr_u v0, v4 !18
  v6 = const 8 !18
  v7 = shl v1, v6 !18
  v8 = or v5, v7 !18
  v9 = const 24 !18
  v10 = shr_u v1, v9 !18
  v11 = const 8 !18
  v12 = shl v0, v11 !18
  v13 = or v10, v12 !18
  return v8, v13 !19
}

global func @rotr(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = const 0 !20
  v5 = sub v4, v2 !20
  v6 = rotl64 v0, v1, v5 !20
  v7 = rotl64 v1, v0, v5 !20
  return v6, v7 !21
}

global func @clz(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = clz v1 !22
  v3 = clz v0 !22
  v4 = const 32 !22
  v5 = add v3, v4 !22
  v6 = select v1, v2, v5 !22
  v7 = const 0 !22
  return v6, v7 !23
}

global func @div(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = or v2, v3 !24
  v5 = const 0 !24
  v6 = cmp.eq v4, v5 !24
  trap_if v6, division_by_zero !24
  v7 = const -1 !24
  v8 = cmp64.eq v2, v3, v7, v7 !24
  v9 = const 0 !24
  v10 = const -2147483648 !24
  v11 = cmp64.eq v0, v1, v9, v10 !24
  v12 = and v11, v8 !24
  trap_if v12, integer_overflow !24
  v13, v14, v15, v16 = call @__aeabi_ldivmod(v0, v1, v2, v3): (i64, i64) -> (i64, i64) helper !24
  return v13, v14 !25
}

global func @rem(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = or v2, v3 !26
  v5 = const 0 !26
  v6 = cmp.eq v4, v5 !26
  trap_if v6, division_by_zero !26
  v7 = const -1 !26
  v8 = cmp64.eq v2, v3, v7, v7 !26
  v9 = const 1 !26
  v10 = const 0 !26
  v11 = select v8, v9, v2 !26
  v12 = select v8, v10, v3 !26
  v13, v14, v15, v16 = call @__aeabi_ldivmod(v0, v1, v11, v12): (i64, i64) -> (i64, i64) helper !26
  return v15, v16 !27
}

global func @rem10(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 10 !28
  v3 = const 0 !28
  v4, v5, v6, v7 = call @__aeabi_uldivmod(v0, v1, v2, v3): (i64, i64) -> (i64, i64) helper !29
  return v6, v7 !30
}

global func @extend(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = sext16 v0 !31
  v3 = const 31 !31
  v4 = shr_s v2, v3 !31
  return v2, v4 !32
}

global undefined func @__aeabi_ldivmod

global undefined func @__aeabi_uldivmod
