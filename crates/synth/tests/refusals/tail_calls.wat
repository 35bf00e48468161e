;; error: function `f` (index 0): return_call at offset
;; error: the tail-call proposal is not compiled
(module (func $f (return_call $f)))
