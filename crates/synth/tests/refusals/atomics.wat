;; error: i32.atomic.rmw.add at offset
;; error: the threads proposal is not compiled
(module (memory 1) (func $f (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))))
