;; error: type mismatch: expected i32, found i64
;; error: at offset 0x
(module (func (result i32) (i64.const 0)))
