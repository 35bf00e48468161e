;; References of the gc proposal: every function that uses them is listed.
;; error: function `take` (index 0): a signature with ref at offset
;; error: function `null` (index 1): ref.null at offset
;; error: function `make` (index 2): ref.i31 at offset
;; error: the gc proposal is not compiled
(module
  (func $take (param anyref))
  (func $null (drop (ref.null eq)))
  (func $make (drop (ref.i31 (i32.const 0)))))
