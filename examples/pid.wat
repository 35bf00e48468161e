;; A proportional-integral-derivative controller in Q16.16 fixed point.
;;
;; The gains are set once; then `pid_step` is called at every period with the
;; set point and the measured value and returns the actuator's value. The
;; integral is clamped, so that it does not wind up while the actuator is at
;; its limit.
(module
  (global $kp (mut i32) (i32.const 0x0001_8000)) ;; 1.5
  (global $ki (mut i32) (i32.const 0x0000_2000)) ;; 0.125
  (global $kd (mut i32) (i32.const 0x0000_4000)) ;; 0.25
  (global $integral (mut i32) (i32.const 0))
  (global $last (mut i32) (i32.const 0))
  (global $limit (mut i32) (i32.const 0x0064_0000)) ;; 100

  ;; The product of two Q16.16 numbers.
  (func $mul (param $a i32) (param $b i32) (result i32)
    (i32.wrap_i64
      (i64.shr_s
        (i64.mul (i64.extend_i32_s (local.get $a)) (i64.extend_i32_s (local.get $b)))
        (i64.const 16))))

  (func $clamp (param $x i32) (result i32)
    (local $low i32)
    (local.set $low (i32.sub (i32.const 0) (global.get $limit)))
    (if (i32.gt_s (local.get $x) (global.get $limit))
      (then (return (global.get $limit))))
    (select (local.get $low) (local.get $x) (i32.lt_s (local.get $x) (local.get $low))))

  (func (export "pid_set_gains") (param $p i32) (param $i i32) (param $d i32)
    (global.set $kp (local.get $p))
    (global.set $ki (local.get $i))
    (global.set $kd (local.get $d)))

  (func (export "pid_reset")
    (global.set $integral (i32.const 0))
    (global.set $last (i32.const 0)))

  (func (export "pid_step") (param $target i32) (param $measured i32) (result i32)
    (local $error i32)
    (local $change i32)
    (local.set $error (i32.sub (local.get $target) (local.get $measured)))
    (local.set $change (i32.sub (local.get $error) (global.get $last)))
    (global.set $last (local.get $error))
    (global.set $integral
      (call $clamp
        (i32.add (global.get $integral) (call $mul (global.get $ki) (local.get $error)))))
    (call $clamp
      (i32.add
        (i32.add (call $mul (global.get $kp) (local.get $error)) (global.get $integral))
        (call $mul (global.get $kd) (local.get $change))))))
