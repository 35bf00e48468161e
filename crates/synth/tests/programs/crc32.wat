;; A table-driven checksum: bytes, shifts, a table in memory that code fills.
;; run: crc => 0xcbf43926
(module
  (memory 1)
  (data (i32.const 4096) "123456789")
  (func $fill
    (local $n i32) (local $c i32) (local $k i32)
    (loop $outer
      (local.set $c (local.get $n)) (local.set $k (i32.const 8))
      (loop $inner
        (local.set $c (i32.xor (i32.shr_u (local.get $c) (i32.const 1))
          (i32.and (i32.const 0xedb88320) (i32.sub (i32.const 0) (i32.and (local.get $c) (i32.const 1))))))
        (br_if $inner (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
      (i32.store (i32.shl (local.get $n) (i32.const 2)) (local.get $c))
      (br_if $outer (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 256)))))
  (func (export "crc") (result i32)
    (local $c i32) (local $p i32)
    (call $fill)
    (local.set $c (i32.const -1)) (local.set $p (i32.const 4096))
    (loop $l
      (local.set $c (i32.xor (i32.load (i32.shl (i32.and (i32.xor (local.get $c) (i32.load8_u (local.get $p))) (i32.const 255)) (i32.const 2)))
        (i32.shr_u (local.get $c) (i32.const 8))))
      (br_if $l (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 4105))))
    (i32.xor (local.get $c) (i32.const -1))))
