;; Accesses at every alignment, whatever the hint says.
;; run: words 0 => -1433901500
;; run: words 1 => -861239194
;; run: words 2 => -288576888
;; run: words 3 => 284085418
;; run: longs 0 => 8598835211352713864
;; run: longs 1 => -8469206896431149910
;; run: longs 3 => -1171909557888020242
;; run: longs 4 => 2517438019616977680
;; run: longs 7 => -4861259614718752138
;; run: halves 1 => -8773
;; run: hinted 5 => -4.4458199109977355e61
(module
  (memory 1)
  (data (i32.const 0) "\00\11\22\33\44\55\66\77\88\99\aa\bb\cc\dd\ee\ff\01\23\45\67\89\ab\cd\ef\02\46\8a\ce")
  (func (export "words") (param i32) (result i32)
    (i32.store offset=64 (local.get 0) (i32.add (i32.load (local.get 0)) (i32.load offset=4 (local.get 0))))
    (i32.load offset=64 align=1 (local.get 0)))
  (func (export "longs") (param i32) (result i64)
    (i64.store offset=64 (local.get 0) (i64.add (i64.load (local.get 0)) (i64.load offset=8 (local.get 0))))
    (i64.load offset=64 align=1 (local.get 0)))
  (func (export "halves") (param i32) (result i32)
    (i32.add (i32.load16_u (local.get 0)) (i32.load16_s offset=9 (local.get 0))))
  (func (export "hinted") (param i32) (result f64)
    (f64.store offset=64 align=8 (local.get 0) (f64.load align=8 (local.get 0)))
    (f64.load offset=64 (local.get 0))))
