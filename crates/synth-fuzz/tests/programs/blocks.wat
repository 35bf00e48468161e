;; Blocks with parameters, below which lie locals. `used` fills the stack with
;; what must not be seen.
(module
  (func $used (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64) local.get 7)
  (func $fill
    (drop (call $used
      (i64.const 7) (i64.const 7) (i64.const 7) (i64.const 7)
      (i64.const 7) (i64.const 7) (i64.const 7) (i64.const 7))))
  (func $one (result i32) i32.const 1)

  (func $block (param i32) (result i64) (local i64)
    local.get 1
    call $one
    block (param i32)
      br_if 0
      block
      end
    end)
  (func $loop (param i32) (result i64) (local i64)
    local.get 1
    call $one
    loop (param i32)
      block (param i32)
        br_if 0
        block
        end
      end
    end)
  (func $if (param i32) (result i64) (local i64)
    local.get 1
    call $one
    local.get 0
    if (param i32)
      drop
    else
      block (param i32)
        br_if 0
        block
        end
      end
    end)

  ;; call block 0
  ;; call loop 0
  ;; call if 0
  ;; call if 1
  (func (export "block") (param i32) (result i64) call $fill (call $block (local.get 0)))
  (func (export "loop") (param i32) (result i64) call $fill (call $loop (local.get 0)))
  (func (export "if") (param i32) (result i64) call $fill (call $if (local.get 0))))
