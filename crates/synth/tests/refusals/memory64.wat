;; error: 64
(module (memory i64 1))
