;; A keyed hash: adds, rotations and exclusive ors of 64-bit words under pressure.
;; run: hash 0x0706050403020100 0x0f0e0d0c0b0a0908 0x0706050403020100 => -6124331488671313609
;; run: hash 0 0 0 => 2202906307356721367
;; run: hash -1 1 0x8000000000000000 => 6994951808421378112
(module
  (func $round (param $a i64) (param $b i64) (param $c i64) (param $d i64) (result i64 i64 i64 i64)
    (local.set $a (i64.add (local.get $a) (local.get $b)))
    (local.set $b (i64.xor (i64.rotl (local.get $b) (i64.const 13)) (local.get $a)))
    (local.set $a (i64.rotl (local.get $a) (i64.const 32)))
    (local.set $c (i64.add (local.get $c) (local.get $d)))
    (local.set $d (i64.xor (i64.rotl (local.get $d) (i64.const 16)) (local.get $c)))
    (local.set $a (i64.add (local.get $a) (local.get $d)))
    (local.set $d (i64.xor (i64.rotl (local.get $d) (i64.const 21)) (local.get $a)))
    (local.set $c (i64.add (local.get $c) (local.get $b)))
    (local.set $b (i64.xor (i64.rotl (local.get $b) (i64.const 17)) (local.get $c)))
    (local.set $c (i64.rotl (local.get $c) (i64.const 32)))
    (local.get $a) (local.get $b) (local.get $c) (local.get $d))
  (func (export "hash") (param $k0 i64) (param $k1 i64) (param $m i64) (result i64)
    (local $a i64) (local $b i64) (local $c i64) (local $d i64)
    (call $round
      (i64.xor (local.get $k0) (i64.const 0x736f6d6570736575))
      (i64.xor (local.get $k1) (i64.const 0x646f72616e646f6d))
      (i64.xor (local.get $k0) (i64.const 0x6c7967656e657261))
      (i64.xor (i64.xor (local.get $k1) (i64.const 0x7465646279746573)) (local.get $m)))
    (call $round)
    (local.set $d) (local.set $c) (local.set $b) (local.set $a)
    (local.set $a (i64.xor (local.get $a) (local.get $m)))
    (call $round (local.get $a) (local.get $b) (i64.xor (local.get $c) (i64.const 255)) (local.get $d))
    (call $round) (call $round) (call $round)
    (i64.xor) (i64.xor) (i64.xor)))
