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
global func @plain() -> (i32) {
b0:
  v0 = const 1
  return v0
}

global func @switch(i32) -> (i32) {
b0(v0: i32):
  switch v0, [b1, b2, b1], b3
b1:
  v1 = const 5
  return v1
b2:
  v2 = const 9
  return v2
b3:
  v3 = const 11
  return v3
}

global func @values(i32) -> (i32) {
b0(v0: i32):
  v1 = const 7
  switch v0, [b2, b1, b2], b1
b1:
  jump b3(v1)
b2:
  v2 = const 1
  v3 = add v1, v2
  jump b3(v3)
b3(v4: i32):
  return v4
}

global func @leave(i32) -> () {
b0(v0: i32):
  branch v0, b1, b2
b1:
  return
b2:
  switch v0, [b3], b3
b3:
  return
}

global func @dead() -> (i32) {
b0:
  v0 = const 1
  return v0
}
