;; error: unknown operator or unexpected token
;; error: 3:16
(module (func (i32.nop)))
