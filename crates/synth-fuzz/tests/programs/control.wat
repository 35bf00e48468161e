(module
  ;; call switch 0
  ;; call switch 1
  ;; call switch 2
  ;; call switch 3
  ;; call switch -1
  (func (export "switch") (param i32) (result i32)
    block block block
      local.get 0 br_table 0 1 0 2
    end i32.const 5 return
    end i32.const 9 return
    end i32.const 11)

  ;; call carry 0
  ;; call carry 1
  ;; call carry 2
  ;; call carry 9
  (func (export "carry") (param i32) (result i64 i32)
    block (result i64 i32)
      block (result i64 i32)
        block (result i64 i32)
          i64.const 0x123456789a i32.const 77
          local.get 0 br_table 0 1 2 0
        end
        i32.const 1 i32.add
        br 1
      end
      i32.const 2 i32.add
      local.get 0 br_if 0
      i32.const 100 i32.mul
    end)

  ;; call table_return 0
  ;; call table_return 1
  ;; call table_return 2
  (func (export "table_return") (param i32) (result i64)
    block (result i64)
      i64.const -9 local.get 0 br_table 0 1 1
    end
    i64.const 1000 i64.add)

  ;; call gcd 48 18
  ;; call gcd 0 5
  ;; call gcd 1071 462
  (func (export "gcd") (param i32 i32) (result i32)
    (local i32)
    loop
      local.get 1
      if
        local.get 0 local.get 1 i32.rem_u local.set 2
        local.get 1 local.set 0
        local.get 2 local.set 1
        br 1
      end
    end
    local.get 0)

  ;; swaps variables on the way around: the copies must be parallel
  ;; call fib 0
  ;; call fib 1
  ;; call fib 10
  ;; call fib 90
  (func (export "fib") (param i32) (result i64)
    (local i64 i64)
    i64.const 1 local.set 2
    block loop
      local.get 0 i32.eqz br_if 1
      local.get 2
      local.get 1 local.get 2 i64.add local.set 2
      local.set 1
      local.get 0 i32.const 1 i32.sub local.set 0
      br 0
    end end
    local.get 1)

  ;; call loop_params 5 7
  ;; call loop_params 0 7
  (func (export "loop_params") (param i32 i32) (result i32 i32)
    local.get 0 local.get 1
    loop (param i32 i32) (result i32 i32)
      local.set 1 local.set 0
      local.get 1 i32.const 3 i32.mul
      local.get 0 i32.const 1 i32.sub
      local.get 0 i32.const 0 i32.gt_s
      br_if 0
    end)

  ;; `if` without else: its parameters are its results
  ;; call if_params 0 4
  ;; call if_params 1 4
  (func (export "if_params") (param i32 i64) (result i64)
    local.get 1
    local.get 0
    if (param i64) (result i64)
      i64.const 10 i64.mul
    end)

  ;; call if_else 0
  ;; call if_else 3
  (func (export "if_else") (param i32) (result i32)
    (local i32)
    local.get 0
    if (result i32)
      i32.const 8 local.set 1
      local.get 1 local.get 0 i32.add
    else
      local.get 1
    end
    local.get 1 i32.add)

  ;; call tee 3
  (func (export "tee") (param i32) (result i32)
    local.get 0
    i32.const 5 local.tee 0
    i32.sub
    local.get 0 i32.const 7 local.set 0
    i32.add local.get 0 i32.add)

  ;; what follows a branch is not reached
  ;; call dead 1
  ;; call dead 0
  (func (export "dead") (param i32) (result i32)
    block (result i32)
      local.get 0
      if
        i32.const 4 br 1
        block loop unreachable br 0 end end
        if unreachable else f32.const 1 f32.const 2 f32.add drop end
      else
        i32.const 6 return
        drop i32.add drop
      end
      unreachable
    end
    i32.const 1 i32.add)

  ;; a local set on one path only
  ;; call half_set 0
  ;; call half_set 1
  (func (export "half_set") (param i32) (result i64)
    (local i64)
    block
      local.get 0 br_if 0
      i64.const 42 local.set 1
    end
    local.get 1)

  ;; call nested 4
  (func (export "nested") (param i32) (result i32)
    (local i32 i32 i32)
    loop $outer
      i32.const 0 local.set 2
      loop $inner
        local.get 3 local.get 1 local.get 2 i32.mul i32.add local.set 3
        local.get 2 i32.const 1 i32.add local.tee 2
        local.get 0 i32.lt_u br_if $inner
      end
      local.get 1 i32.const 1 i32.add local.tee 1
      local.get 0 i32.lt_u br_if $outer
    end
    local.get 3)

  ;; call infinite_exit 3
  (func (export "infinite_exit") (param i32) (result i32)
    loop
      local.get 0 i32.const 1 i32.sub local.tee 0
      i32.eqz if i32.const 99 return end
      br 0
    end
    unreachable)

  ;; call multi 3 -4
  (func $two (param i32 i64) (result i64 i32 i64)
    local.get 1 local.get 0 local.get 1 i64.const 1 i64.add)
  (func (export "multi") (param i32 i64) (result i64)
    (local i32 i64)
    local.get 0 local.get 1 call $two
    local.set 3 local.set 2
    local.get 3 i64.mul local.get 2 i64.extend_i32_s i64.sub)

  ;; call recursive 10
  (func $fact (export "recursive") (param i64) (result i64)
    local.get 0 i64.eqz
    if (result i64) i64.const 1
    else local.get 0 local.get 0 i64.const 1 i64.sub call $fact i64.mul end)

  ;; call trap 0
  (func (export "trap") (param i32) (result i32) unreachable)

  ;; call select64 0 1 2
  ;; call select64 5 1 2
  (func (export "select64") (param i32 i64 i64) (result i64)
    local.get 1 local.get 2 local.get 0 select (result i64))
)
