;; Block parameters only where paths with different values meet.
(module
  ;; the loop changes 0 and 2; 1 is read only
  (func (export "loop") (param i32 i32) (result i32) (local i32)
    loop
      local.get 2 local.get 1 i32.add local.set 2
      local.get 0 i32.const 1 i32.sub local.tee 0
      br_if 0
    end
    local.get 2)

  ;; both arms give the same value: no parameter
  (func (export "same") (param i32 i32) (result i32)
    local.get 0
    if (result i32) local.get 1 else local.get 1 end)

  ;; a local that is set on one path only is zero on the other
  (func (export "one_path") (param i32) (result i64) (local i64)
    local.get 0
    if i64.const 5 local.set 1 end
    local.get 1)

  ;; what is set and never read leaves nothing behind
  (func (export "dead") (param i32) (local i32)
    loop
      local.get 1 i32.const 1 i32.add local.set 1
      local.get 0 br_if 0
    end)

  (func (export "swap") (param i32 i32) (result i32)
    loop
      local.get 0 local.get 1 local.set 0 local.set 1
      local.get 0 br_if 0
    end
    local.get 1))
;; ==== expected
loc 1 = @loop + 83
loc 2 = @loop + 89
loc 3 = @loop + 94
loc 4 = @loop + 96
loc 5 = @loop + 99
loc 6 = @loop + 104
loc 7 = @same + 109
loc 8 = @same + 113
loc 9 = @same + 116
loc 10 = @same + 117
loc 11 = @one_path + 124
loc 12 = @one_path + 126
loc 13 = @one_path + 130
loc 14 = @one_path + 133
loc 15 = @dead + 138
loc 16 = @dead + 142
loc 17 = @dead + 144
loc 18 = @dead + 149
loc 19 = @dead + 152
loc 20 = @swap + 155
loc 21 = @swap + 167
loc 22 = @swap + 172

global func @loop(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = const 0
  jump b1(v2, v0) !1
b1(v3: i32, v4: i32):
  v5 = add v3, v1 !2
  v6 = const 1 !3
  v7 = sub v4, v6 !4
  branch v7, b1(v5, v7), b2 !5
b2:
  return v5 !6
}

global func @same(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  branch v0, b1, b2 !7
b1:
  jump b3 !8
b2:
  jump b3 !9
b3:
  return v1 !10
}

global func @one_path(i32) -> (i64) {
b0(v0: i32):
  v1 = const 0
  branch v0, b1, b2 !11
b1:
  v2 = const 5 !12
  v3 = const 0 !12
  jump b3(v2, v3) !13
b2:
  jump b3(v1, v1) !13
b3(v4: i32, v5: i32):
  return v4, v5 !14
}

global func @dead(i32) -> () {
b0(v0: i32):
  v1 = const 0
  jump b1(v1) !15
b1(v2: i32):
  v3 = const 1 !16
  v4 = add v2, v3 !17
  branch v0, b1(v4), b2 !18
b2:
  return !19
}

global func @swap(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  jump b1(v0, v1) !20
b1(v2: i32, v3: i32):
  branch v3, b1(v3, v2), b2 !21
b2:
  return v2 !22
}
