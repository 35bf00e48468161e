;; Accesses beside which their pointer moves: of all widths, forwards and backwards, in
;; pairs, over one another, and in loops that are left between the two.
;; run: fill 64 90 =>
;; run: copy8 0 64 33 => 6357025
;; run: copy16 256 64 20 => 6816040
;; run: copy32 513 65 9 => 6619685
;; run: down 700 70 30 => 4588220
;; run: signed8 64 40 => 733525716
;; run: signed16 64 20 => 2046120580
;; run: next 60 12 => 783670036
;; run: pairs 64 10 => -682407552
;; run: swap 64 8 => 96
;; run: overlap 800 10 => 850
;; run: fill 900 20 =>
;; run: same 64 900 90 => 5898356
;; run: same 64 64 90 => 0
;; run: find 64 231 => 151
;; run: links 1000 9 => 1108
;; run: copy8 65530 0 7 => trap: out_of_bounds_memory
;; run: sum 0 1100 => 539054391
;; run: sum 65520 16 => 700881625
(module
  (memory 1)
  (func (export "fill") (param $p i32) (param $n i32)
    (loop $l
      (i32.store8 (local.get $p) (i32.mul (local.get $n) (i32.const 77)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "copy8") (param $to i32) (param $from i32) (param $n i32) (result i32)
    (loop $l
      (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $to) (i32.shl (local.get $from) (i32.const 16))))
  (func (export "copy16") (param $to i32) (param $from i32) (param $n i32) (result i32)
    (loop $l
      (i32.store16 (local.get $to) (i32.load16_u (local.get $from)))
      (local.set $to (i32.add (local.get $to) (i32.const 2)))
      (local.set $from (i32.add (local.get $from) (i32.const 2)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $to) (i32.shl (local.get $from) (i32.const 16))))
  (func (export "copy32") (param $to i32) (param $from i32) (param $n i32) (result i32)
    (loop $l
      (i32.store (local.get $to) (i32.load (local.get $from)))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $to) (i32.shl (local.get $from) (i32.const 16))))
  ;; Downwards: the pointer moves first.
  (func (export "down") (param $to i32) (param $from i32) (param $n i32) (result i32)
    (local.set $to (i32.add (local.get $to) (local.get $n)))
    (local.set $from (i32.add (local.get $from) (local.get $n)))
    (loop $l
      (local.set $to (i32.sub (local.get $to) (i32.const 1)))
      (local.set $from (i32.sub (local.get $from) (i32.const 1)))
      (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $to) (i32.shl (local.get $from) (i32.const 16))))
  (func (export "signed8") (param $p i32) (param $n i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (i32.load8_s (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $sum) (local.get $p)))
  (func (export "signed16") (param $p i32) (param $n i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (i32.load16_s (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 2)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $sum) (local.get $p)))
  ;; The load is of where the pointer goes.
  (func (export "next") (param $p i32) (param $n i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 3)) (i32.load offset=4 (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $sum) (local.get $p)))
  (func (export "pairs") (param $p i32) (param $n i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum
        (i32.add (i32.mul (local.get $sum) (i32.const 3))
          (i32.sub (i32.load (local.get $p)) (i32.load offset=4 (local.get $p)))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor (local.get $sum) (local.get $p)))
  (func (export "swap") (param $p i32) (param $n i32) (result i32)
    (local $a i32)
    (loop $l
      (local.set $a (i32.load16_u (local.get $p)))
      (i32.store16 (local.get $p) (i32.load16_u offset=2 (local.get $p)))
      (i32.store16 offset=2 (local.get $p) (local.get $a))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $p))
  (func (export "overlap") (param $p i32) (param $n i32) (result i32)
    (loop $l
      (i32.store (local.get $p) (i32.mul (local.get $n) (i32.const 0x12345)))
      (i32.store16 offset=3 (local.get $p) (local.get $n))
      (local.set $p (i32.add (local.get $p) (i32.const 5)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $p))
  (func (export "same") (param $p i32) (param $q i32) (param $n i32) (result i32)
    (local $a i32) (local $b i32)
    (block $out
      (loop $l
        (local.set $a (i32.load8_u (local.get $p)))
        (local.set $b (i32.load8_u (local.get $q)))
        (br_if $out (i32.ne (local.get $a) (local.get $b)))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (local.set $q (i32.add (local.get $q) (i32.const 1)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (i32.add (i32.shl (local.get $n) (i32.const 16)) (i32.sub (local.get $a) (local.get $b))))
  (func (export "find") (param $p i32) (param $byte i32) (result i32)
    (block $out
      (loop $l
        (br_if $out (i32.eq (i32.load8_u (local.get $p)) (local.get $byte)))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br $l)))
    (local.get $p))
  ;; What is stored is the pointer itself.
  (func (export "links") (param $p i32) (param $n i32) (result i32)
    (loop $l
      (i32.store (local.get $p) (local.get $p))
      (local.set $p (i32.add (local.get $p) (i32.const 12)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $p))
  (func (export "sum") (param $at i32) (param $n i32) (result i32)
    (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
