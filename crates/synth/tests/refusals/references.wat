;; References as values: every function that uses them is listed.
;; error: function `take` (index 0): a signature with externref at offset
;; error: function `null` (index 1): ref.null at offset
;; error: function `get` (index 2): table.get at offset
;; error: use indices into a table and call_indirect
(module
  (table 1 funcref)
  (func $take (param externref))
  (func $null (drop (ref.null func)))
  (func $get (drop (table.get 0 (i32.const 0)))))
