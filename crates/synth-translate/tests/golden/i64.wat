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
loc 1 = @div + 233
loc 2 = @rem + 241
loc 3 = @rem10 + 249

global func @mul(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = mul v0, v2
  v5 = umul_hi v0, v2
  v6 = mul v0, v3
  v7 = add v5, v6
  v8 = mul v1, v2
  v9 = add v7, v8
  return v4, v9
}

global func @sub(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = sub v0, v2
  v5 = sub_hi v0, v1, v2, v3
  return v4, v5
}

global func @eqz(i64) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = or v0, v1
  v3 = const 0
  v4 = cmp.eq v2, v3
  return v4
}

global func @lt(i64, i64) -> (i32) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = cmp64.slt v0, v1, v2, v3
  return v4
}

global func @shl(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = shl64_lo v0, v2
  v5 = shl64_hi v0, v1, v2
  return v4, v5
}

global func @shl4(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 4
  v3 = const 0
  v4 = const 28
  v5 = shr_u v0, v4
  v6 = const 4
  v7 = shl v1, v6
  v8 = or v5, v7
  v9 = const 4
  v10 = shl v0, v9
  return v10, v8
}

global func @shr32(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 32
  v3 = const 0
  v4 = const 31
  v5 = shr_s v1, v4
  return v1, v5
}

global func @rotl40(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 40
  v3 = const 0
  v4 = const 24
  v5 = shr_u v0, v4
  v6 = const 8
  v7 = shl v1, v6
  v8 = or v5, v7
  v9 = const 24
  v10 = shr_u v1, v9
  v11 = const 8
  v12 = shl v0, v11
  v13 = or v10, v12
  return v8, v13
}

global func @rotr(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = const 0
  v5 = sub v4, v2
  v6 = rotl64 v0, v1, v5
  v7 = rotl64 v1, v0, v5
  return v6, v7
}

global func @clz(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = clz v1
  v3 = clz v0
  v4 = const 32
  v5 = add v3, v4
  v6 = select v1, v2, v5
  v7 = const 0
  return v6, v7
}

global func @div(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = or v2, v3
  v5 = const 0
  v6 = cmp.eq v4, v5
  trap_if v6, division_by_zero !1
  v7 = const -1
  v8 = cmp64.eq v2, v3, v7, v7
  v9 = const 0
  v10 = const -2147483648
  v11 = cmp64.eq v0, v1, v9, v10
  v12 = and v11, v8
  trap_if v12, integer_overflow !1
  v13, v14, v15, v16 = call @__aeabi_ldivmod(v0, v1, v2, v3): (i64, i64) -> (i64, i64) helper !1
  return v13, v14
}

global func @rem(i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4 = or v2, v3
  v5 = const 0
  v6 = cmp.eq v4, v5
  trap_if v6, division_by_zero !2
  v7 = const -1
  v8 = cmp64.eq v2, v3, v7, v7
  v9 = const 1
  v10 = const 0
  v11 = select v8, v9, v2
  v12 = select v8, v10, v3
  v13, v14, v15, v16 = call @__aeabi_ldivmod(v0, v1, v11, v12): (i64, i64) -> (i64, i64) helper !2
  return v15, v16
}

global func @rem10(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = const 10
  v3 = const 0
  v4, v5, v6, v7 = call @__aeabi_uldivmod(v0, v1, v2, v3): (i64, i64) -> (i64, i64) helper !3
  return v6, v7
}

global func @extend(i64) -> (i64) {
b0(v0: i32, v1: i32):
  v2 = sext16 v0
  v3 = const 31
  v4 = shr_s v2, v3
  return v2, v4
}

global undefined func @__aeabi_ldivmod

global undefined func @__aeabi_uldivmod
