;; Exports whose names are those of imports. An exported memory's symbol is not
;; named for the export.
(module
  (import "host" "h0" (func $h0 (param i32) (result i32)))
  (memory (export "h0") (export "other") 1 2)
  (data (i32.const 4) "\01\02\03\04")

  ;; call load 4
  ;; call load 65532
  ;; call load 65533
  (func (export "load") (param i32) (result i32)
    (i32.store (i32.const 8) (call $h0 (local.get 0)))
    (i32.load (local.get 0))))
