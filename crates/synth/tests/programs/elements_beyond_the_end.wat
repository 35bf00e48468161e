;; An element segment that does not fit traps.
;; start: trap: out_of_bounds_table

(module
  (table 2 funcref)
  (func $f)
  (elem (i32.const 1) $f $f))
