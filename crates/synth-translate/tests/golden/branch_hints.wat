;; options: unchecked
;; `metadata.code.branch_hint`: of `if`, `br_if`, `br_if` out of the function, and a
;; branch without any.
(module
  (import "env" "f" (func $f (param i32)))
  (func (export "hinted") (param i32 i32)
    (block
      (@metadata.code.branch_hint "\01")
      (br_if 0 (local.get 0))
      (@metadata.code.branch_hint "\00")
      (if (local.get 1) (then (call $f (i32.const 1))))
      (br_if 0 (local.get 1))
      (call $f (i32.const 2)))
    (@metadata.code.branch_hint "\00")
    (br_if 0 (local.get 1))
    (call $f (i32.const 3))))
;; ==== expected
loc 1 = @hinted + 96
loc 2 = @hinted + 100
loc 3 = @hinted + 102
loc 4 = @hinted + 104
loc 5 = @hinted + 106
loc 6 = @hinted + 109
loc 7 = @hinted + 111
loc 8 = @hinted + 113
loc 9 = @hinted + 115
loc 10 = @hinted + 118
loc 11 = @hinted + 120
loc 12 = @hinted + 122
loc 13 = @hinted + 124

global undefined func @f

global func @hinted(i32, i32) -> () {
b0(v0: i32, v1: i32):
  branch v0, b6, b1, likely !1
b1:
  branch v1, b2, b3, unlikely !2
b2:
  v2 = const 1 !3
  call @f(v2): (i32) -> () !4
  jump b4 !5
b3:
  jump b4 !5
b4:
  branch v1, b6, b5 !6
b5:
  v3 = const 2 !7
  call @f(v3): (i32) -> () !8
  jump b6 !9
b6:
  branch v1, b7, b8, unlikely !10
b7:
  return !10
b8:
  v4 = const 3 !11
  call @f(v4): (i32) -> () !12
  return !13
}
