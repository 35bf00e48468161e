;; Operators of f64 with one operand; a NaN result is shown as 77.
;; run: abs 0 => 0.0
;; run: abs -0 => 0.0
;; run: abs 1 => 1.0
;; run: abs -1 => 1.0
;; run: abs 1.5 => 1.5
;; run: abs -2.5 => 2.5
;; run: abs 0.5 => 0.5
;; run: abs 2.5 => 2.5
;; run: abs 1e10 => 10000000000.0
;; run: abs -1e10 => 10000000000.0
;; run: abs 1e-40 => 1e-40
;; run: abs 3.4e38 => 3.4e38
;; run: abs inf => inf
;; run: abs -inf => inf
;; run: abs nan => 77.0
;; run: abs 3.5 => 3.5
;; run: abs 4.5 => 4.5
;; run: abs -0.3 => 0.3
;; run: abs -3.5 => 3.5
;; run: neg 0 => -0.0
;; run: neg -0 => 0.0
;; run: neg 1 => -1.0
;; run: neg -1 => 1.0
;; run: neg 1.5 => -1.5
;; run: neg -2.5 => 2.5
;; run: neg 0.5 => -0.5
;; run: neg 2.5 => -2.5
;; run: neg 1e10 => -10000000000.0
;; run: neg -1e10 => 10000000000.0
;; run: neg 1e-40 => -1e-40
;; run: neg 3.4e38 => -3.4e38
;; run: neg inf => -inf
;; run: neg -inf => inf
;; run: neg nan => 77.0
;; run: neg 3.5 => -3.5
;; run: neg 4.5 => -4.5
;; run: neg -0.3 => 0.3
;; run: neg -3.5 => 3.5
;; run: ceil 0 => 0.0
;; run: ceil -0 => -0.0
;; run: ceil 1 => 1.0
;; run: ceil -1 => -1.0
;; run: ceil 1.5 => 2.0
;; run: ceil -2.5 => -2.0
;; run: ceil 0.5 => 1.0
;; run: ceil 2.5 => 3.0
;; run: ceil 1e10 => 10000000000.0
;; run: ceil -1e10 => -10000000000.0
;; run: ceil 1e-40 => 1.0
;; run: ceil 3.4e38 => 3.4e38
;; run: ceil inf => inf
;; run: ceil -inf => -inf
;; run: ceil nan => 77.0
;; run: ceil 3.5 => 4.0
;; run: ceil 4.5 => 5.0
;; run: ceil -0.3 => -0.0
;; run: ceil -3.5 => -3.0
;; run: floor 0 => 0.0
;; run: floor -0 => -0.0
;; run: floor 1 => 1.0
;; run: floor -1 => -1.0
;; run: floor 1.5 => 1.0
;; run: floor -2.5 => -3.0
;; run: floor 0.5 => 0.0
;; run: floor 2.5 => 2.0
;; run: floor 1e10 => 10000000000.0
;; run: floor -1e10 => -10000000000.0
;; run: floor 1e-40 => 0.0
;; run: floor 3.4e38 => 3.4e38
;; run: floor inf => inf
;; run: floor -inf => -inf
;; run: floor nan => 77.0
;; run: floor 3.5 => 3.0
;; run: floor 4.5 => 4.0
;; run: floor -0.3 => -1.0
;; run: floor -3.5 => -4.0
;; run: trunc 0 => 0.0
;; run: trunc -0 => -0.0
;; run: trunc 1 => 1.0
;; run: trunc -1 => -1.0
;; run: trunc 1.5 => 1.0
;; run: trunc -2.5 => -2.0
;; run: trunc 0.5 => 0.0
;; run: trunc 2.5 => 2.0
;; run: trunc 1e10 => 10000000000.0
;; run: trunc -1e10 => -10000000000.0
;; run: trunc 1e-40 => 0.0
;; run: trunc 3.4e38 => 3.4e38
;; run: trunc inf => inf
;; run: trunc -inf => -inf
;; run: trunc nan => 77.0
;; run: trunc 3.5 => 3.0
;; run: trunc 4.5 => 4.0
;; run: trunc -0.3 => -0.0
;; run: trunc -3.5 => -3.0
;; run: nearest 0 => 0.0
;; run: nearest -0 => -0.0
;; run: nearest 1 => 1.0
;; run: nearest -1 => -1.0
;; run: nearest 1.5 => 2.0
;; run: nearest -2.5 => -2.0
;; run: nearest 0.5 => 0.0
;; run: nearest 2.5 => 2.0
;; run: nearest 1e10 => 10000000000.0
;; run: nearest -1e10 => -10000000000.0
;; run: nearest 1e-40 => 0.0
;; run: nearest 3.4e38 => 3.4e38
;; run: nearest inf => inf
;; run: nearest -inf => -inf
;; run: nearest nan => 77.0
;; run: nearest 3.5 => 4.0
;; run: nearest 4.5 => 4.0
;; run: nearest -0.3 => -0.0
;; run: nearest -3.5 => -4.0
;; run: sqrt 0 => 0.0
;; run: sqrt -0 => -0.0
;; run: sqrt 1 => 1.0
;; run: sqrt -1 => 77.0
;; run: sqrt 1.5 => 1.224744871391589
;; run: sqrt -2.5 => 77.0
;; run: sqrt 0.5 => 0.7071067811865476
;; run: sqrt 2.5 => 1.5811388300841898
;; run: sqrt 1e10 => 100000.0
;; run: sqrt -1e10 => 77.0
;; run: sqrt 1e-40 => 1e-20
;; run: sqrt 3.4e38 => 1.8439088914585774e19
;; run: sqrt inf => inf
;; run: sqrt -inf => 77.0
;; run: sqrt nan => 77.0
;; run: sqrt 3.5 => 1.8708286933869707
;; run: sqrt 4.5 => 2.1213203435596424
;; run: sqrt -0.3 => 77.0
;; run: sqrt -3.5 => 77.0
(module
  (func (export "abs") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.abs (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "neg") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.neg (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "ceil") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.ceil (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "floor") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.floor (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "trunc") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.trunc (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "nearest") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.nearest (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "sqrt") (param f64) (result f64) (local $x f64)
    (local.set $x (f64.sqrt (local.get 0)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x)))))
