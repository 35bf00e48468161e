;; error: function `v` (index 0): v128.const at offset
;; error: the simd proposal is not compiled; disable it
(module
  (func $v (drop (v128.const i32x4 0 1 2 3))))
