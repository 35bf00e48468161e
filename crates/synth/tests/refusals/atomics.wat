;; error: memory.atomic.wait32 at offset
;; error: there is no other thread that shares the memory
(module (memory 1 1 shared)
  (func $f (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))))
