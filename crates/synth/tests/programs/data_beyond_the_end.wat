;; Earlier segments are written before one that does not fit traps.
;; start: trap: out_of_bounds_memory

(module
  (memory 1)
  (data (i32.const 0) "abc")
  (data (i32.const 65534) "xyz"))
