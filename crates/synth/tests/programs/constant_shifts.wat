;; Shifts by constants, zero and beyond the width included.
;; run: i32.shl 1 => 148718743
;; run: i32.shl -1 => -148718743
;; run: i32.shl 0x87654321 => -1106486153
;; run: i32.shr_s 1 => -1614093613
;; run: i32.shr_s -1 => 1178192311
;; run: i32.shr_s 0x87654321 => 1607179942
;; run: i32.shr_u 1 => -1614093613
;; run: i32.shr_u -1 => 140845213
;; run: i32.shr_u 0x87654321 => 569832844
;; run: i32.rotl 1 => 148718743
;; run: i32.rotl -1 => 1178192311
;; run: i32.rotl 0x87654321 => 853557036
;; run: i32.rotr 1 => 1643526585
;; run: i32.rotr -1 => 1178192311
;; run: i32.rotr 0x87654321 => 336157490
;; run: i64.shl 1 => 3450052888221684
;; run: i64.shl -1 => -3450052888221684
;; run: i64.shl 0x8765432112345678 => -8398364649452916128
;; run: i64.shl 0x80000000 => 319170607587524608
;; run: i64.shr_s 1 => 6975757458
;; run: i64.shr_s -1 => -7411742281
;; run: i64.shr_s 0x8765432112345678 => 9184297067110099657
;; run: i64.shr_s 0x80000000 => -3025416243825497519
;; run: i64.shr_u 1 => 6975757458
;; run: i64.shr_u -1 => 4768366948402187259
;; run: i64.shr_u 0x8765432112345678 => -4494080050785522419
;; run: i64.shr_u 0x80000000 => -3025416243825497519
;; run: i64.rotl 1 => 3450052888221684
;; run: i64.rotl -1 => -7411742281
;; run: i64.rotl 0x8765432112345678 => 4311217117064306879
;; run: i64.rotl 0x80000000 => 319170918972658481
;; run: i64.rotr 1 => 4768366962789686998
;; run: i64.rotr -1 => -7411742281
;; run: i64.rotr 0x8765432112345678 => 2257006904852501741
;; run: i64.rotr 0x80000000 => -7637101016712369583
(module
  (func (export "i32.shl") (param $x i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 0))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 1))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 7))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 31))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 32))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 33))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 63))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const 64))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shl (local.get $x) (i32.const -1))))
    (local.get $sum))
  (func (export "i32.shr_s") (param $x i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 0))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 1))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 7))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 31))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 32))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 33))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 63))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const 64))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_s (local.get $x) (i32.const -1))))
    (local.get $sum))
  (func (export "i32.shr_u") (param $x i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 0))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 1))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 7))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 31))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 32))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 33))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 63))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const 64))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.shr_u (local.get $x) (i32.const -1))))
    (local.get $sum))
  (func (export "i32.rotl") (param $x i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 0))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 1))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 7))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 31))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 32))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 33))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 63))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const 64))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotl (local.get $x) (i32.const -1))))
    (local.get $sum))
  (func (export "i32.rotr") (param $x i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 0))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 1))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 7))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 31))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 32))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 33))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 63))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const 64))))
    (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 17)) (i32.rotr (local.get $x) (i32.const -1))))
    (local.get $sum))
  (func (export "i64.shl") (param $x i64) (result i64)
    (local $sum i64)
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 0))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 1))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 7))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 31))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 32))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 33))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 63))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const 64))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shl (local.get $x) (i64.const -1))))
    (local.get $sum))
  (func (export "i64.shr_s") (param $x i64) (result i64)
    (local $sum i64)
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 0))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 1))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 7))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 31))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 32))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 33))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 63))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const 64))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_s (local.get $x) (i64.const -1))))
    (local.get $sum))
  (func (export "i64.shr_u") (param $x i64) (result i64)
    (local $sum i64)
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 0))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 1))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 7))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 31))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 32))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 33))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 63))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const 64))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.shr_u (local.get $x) (i64.const -1))))
    (local.get $sum))
  (func (export "i64.rotl") (param $x i64) (result i64)
    (local $sum i64)
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 0))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 1))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 7))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 31))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 32))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 33))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 63))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const 64))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotl (local.get $x) (i64.const -1))))
    (local.get $sum))
  (func (export "i64.rotr") (param $x i64) (result i64)
    (local $sum i64)
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 0))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 1))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 7))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 31))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 32))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 33))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 63))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const 64))))
    (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 17)) (i64.rotr (local.get $x) (i64.const -1))))
    (local.get $sum))
)
