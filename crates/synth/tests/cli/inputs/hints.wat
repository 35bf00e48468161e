(module
  (memory 1)
  (func (export "first") (param i32) (result i32)
    (@metadata.code.branch_hint "\00")
    (if (i32.eqz (i32.load (local.get 0)))
      (then (i32.store offset=4 (local.get 0) (i32.const 7))
            (i32.store offset=8 (local.get 0) (i32.const 9))))
    (i32.load offset=12 (local.get 0))))
