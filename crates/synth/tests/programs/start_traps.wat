;; A start function that traps.
;; start: trap: unreachable

(module
  (func $start (unreachable))
  (start $start))
