;; Arithmetic and comparison of f64; a NaN result is shown as 77.
;; run: add 1 2 => 3.0
;; run: add -1.5 2.25 => 0.75
;; run: add 0 -0 => 0.0
;; run: add -0 0 => 0.0
;; run: add inf 1 => inf
;; run: add 1e38 1e38 => 2e38
;; run: add 1e-40 1e-3 => 0.001
;; run: add 7 3 => 10.0
;; run: add nan 1 => 77.0
;; run: add 1 nan => 77.0
;; run: sub 1 2 => -1.0
;; run: sub -1.5 2.25 => -3.75
;; run: sub 0 -0 => 0.0
;; run: sub -0 0 => -0.0
;; run: sub inf 1 => inf
;; run: sub 1e38 1e38 => 0.0
;; run: sub 1e-40 1e-3 => -0.001
;; run: sub 7 3 => 4.0
;; run: sub nan 1 => 77.0
;; run: sub 1 nan => 77.0
;; run: mul 1 2 => 2.0
;; run: mul -1.5 2.25 => -3.375
;; run: mul 0 -0 => -0.0
;; run: mul -0 0 => -0.0
;; run: mul inf 1 => inf
;; run: mul 1e38 1e38 => 9.999999999999999e75
;; run: mul 1e-40 1e-3 => 9.999999999999999e-44
;; run: mul 7 3 => 21.0
;; run: mul nan 1 => 77.0
;; run: mul 1 nan => 77.0
;; run: div 1 2 => 0.5
;; run: div -1.5 2.25 => -0.6666666666666666
;; run: div 0 -0 => 77.0
;; run: div -0 0 => 77.0
;; run: div inf 1 => inf
;; run: div 1e38 1e38 => 1.0
;; run: div 1e-40 1e-3 => 9.999999999999999e-38
;; run: div 7 3 => 2.3333333333333335
;; run: div nan 1 => 77.0
;; run: div 1 nan => 77.0
;; run: min 1 2 => 1.0
;; run: min -1.5 2.25 => -1.5
;; run: min 0 -0 => -0.0
;; run: min -0 0 => -0.0
;; run: min inf 1 => 1.0
;; run: min 1e38 1e38 => 1e38
;; run: min 1e-40 1e-3 => 1e-40
;; run: min 7 3 => 3.0
;; run: min nan 1 => 77.0
;; run: min 1 nan => 77.0
;; run: max 1 2 => 2.0
;; run: max -1.5 2.25 => 2.25
;; run: max 0 -0 => 0.0
;; run: max -0 0 => 0.0
;; run: max inf 1 => inf
;; run: max 1e38 1e38 => 1e38
;; run: max 1e-40 1e-3 => 0.001
;; run: max 7 3 => 7.0
;; run: max nan 1 => 77.0
;; run: max 1 nan => 77.0
;; run: copysign 1 2 => 1.0
;; run: copysign -1.5 2.25 => 1.5
;; run: copysign 0 -0 => -0.0
;; run: copysign -0 0 => 0.0
;; run: copysign inf 1 => inf
;; run: copysign 1e38 1e38 => 1e38
;; run: copysign 1e-40 1e-3 => 1e-40
;; run: copysign 7 3 => 7.0
;; run: copysign nan 1 => 77.0
;; run: copysign 1 nan => 1.0
;; run: eq 1 2 => 0
;; run: eq -1.5 2.25 => 0
;; run: eq 0 -0 => 1
;; run: eq -0 0 => 1
;; run: eq inf 1 => 0
;; run: eq 1e38 1e38 => 1
;; run: eq 1e-40 1e-3 => 0
;; run: eq 7 3 => 0
;; run: eq nan 1 => 0
;; run: eq 1 nan => 0
;; run: ne 1 2 => 1
;; run: ne -1.5 2.25 => 1
;; run: ne 0 -0 => 0
;; run: ne -0 0 => 0
;; run: ne inf 1 => 1
;; run: ne 1e38 1e38 => 0
;; run: ne 1e-40 1e-3 => 1
;; run: ne 7 3 => 1
;; run: ne nan 1 => 1
;; run: ne 1 nan => 1
;; run: lt 1 2 => 1
;; run: lt -1.5 2.25 => 1
;; run: lt 0 -0 => 0
;; run: lt -0 0 => 0
;; run: lt inf 1 => 0
;; run: lt 1e38 1e38 => 0
;; run: lt 1e-40 1e-3 => 1
;; run: lt 7 3 => 0
;; run: lt nan 1 => 0
;; run: lt 1 nan => 0
;; run: gt 1 2 => 0
;; run: gt -1.5 2.25 => 0
;; run: gt 0 -0 => 0
;; run: gt -0 0 => 0
;; run: gt inf 1 => 1
;; run: gt 1e38 1e38 => 0
;; run: gt 1e-40 1e-3 => 0
;; run: gt 7 3 => 1
;; run: gt nan 1 => 0
;; run: gt 1 nan => 0
;; run: le 1 2 => 1
;; run: le -1.5 2.25 => 1
;; run: le 0 -0 => 1
;; run: le -0 0 => 1
;; run: le inf 1 => 0
;; run: le 1e38 1e38 => 1
;; run: le 1e-40 1e-3 => 1
;; run: le 7 3 => 0
;; run: le nan 1 => 0
;; run: le 1 nan => 0
;; run: ge 1 2 => 0
;; run: ge -1.5 2.25 => 0
;; run: ge 0 -0 => 1
;; run: ge -0 0 => 1
;; run: ge inf 1 => 1
;; run: ge 1e38 1e38 => 1
;; run: ge 1e-40 1e-3 => 0
;; run: ge 7 3 => 1
;; run: ge nan 1 => 0
;; run: ge 1 nan => 0
(module
  (func (export "add") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.add (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "sub") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.sub (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "mul") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.mul (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "div") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.div (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "min") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.min (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "max") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.max (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "copysign") (param f64 f64) (result f64) (local $x f64)
    (local.set $x (f64.copysign (local.get 0) (local.get 1)))
    (select (f64.const 77) (local.get $x) (f64.ne (local.get $x) (local.get $x))))
  (func (export "eq") (param f64 f64) (result i32) (f64.eq (local.get 0) (local.get 1)))
  (func (export "ne") (param f64 f64) (result i32) (f64.ne (local.get 0) (local.get 1)))
  (func (export "lt") (param f64 f64) (result i32) (f64.lt (local.get 0) (local.get 1)))
  (func (export "gt") (param f64 f64) (result i32) (f64.gt (local.get 0) (local.get 1)))
  (func (export "le") (param f64 f64) (result i32) (f64.le (local.get 0) (local.get 1)))
  (func (export "ge") (param f64 f64) (result i32) (f64.ge (local.get 0) (local.get 1))))
