(module
  ;; nothing branches to the block: none is made
  (func (export "plain") (result i32) block (result i32) i32.const 1 end)

  (func (export "switch") (param i32) (result i32)
    block block block
      local.get 0 br_table 0 1 0 2
    end i32.const 5 return
    end i32.const 9 return
    end i32.const 11)

  ;; arguments are passed once for each label
  (func (export "values") (param i32) (result i32)
    block (result i32)
      block (result i32)
        i32.const 7 local.get 0 br_table 0 1 0 1
      end
      i32.const 1 i32.add
    end)

  (func (export "leave") (param i32)
    local.get 0 br_if 0
    local.get 0 br_table 0 0
    unreachable)

  ;; what follows a branch is not translated, not even what is refused
  (func (export "dead") (result i32)
    i32.const 1 return
    f32.const 1 f32.const 2 f32.add drop
    loop br 0 end))
;; ==== expected
loc 1 = @plain + 83
loc 2 = @plain + 86
loc 3 = @switch + 97
loc 4 = @switch + 104
loc 5 = @switch + 106
loc 6 = @switch + 108
loc 7 = @switch + 110
loc 8 = @switch + 112
loc 9 = @switch + 114
loc 10 = @values + 121
loc 11 = @values + 125
loc 12 = @values + 132
loc 13 = @values + 134
loc 14 = @values + 135
loc 15 = @values + 136
loc 16 = @leave + 141
loc 17 = @leave + 145
loc 18 = @dead + 153
loc 19 = @dead + 155

global func @plain() -> (i32) {
b0:
  v0 = const 1 !1
  return v0 !2
}

global func @switch(i32) -> (i32) {
b0(v0: i32):
  switch v0, [b1, b2, b1], b3 !3
b1:
  v1 = const 5 !4
  return v1 !5
b2:
  v2 = const 9 !6
  return v2 !7
b3:
  v3 = const 11 !8
  return v3 !9
}

global func @values(i32) -> (i32) {
b0(v0: i32):
  v1 = const 7 !10
  switch v0, [b2, b1, b2], b1 !11
b1:
  jump b3(v1) !11
b2:
  v2 = const 1 !12
  v3 = add v1, v2 !13
  jump b3(v3) !14
b3(v4: i32):
  return v4 !15
}

global func @leave(i32) -> () {
b0(v0: i32):
  branch v0, b1, b2 !16
b1:
  return !16
b2:
  switch v0, [b3], b3 !17
b3:
  return !17
}

global func @dead() -> (i32) {
b0:
  v0 = const 1 !18
  return v0 !19
}
