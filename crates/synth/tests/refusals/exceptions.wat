;; error: an exception tag
;; error: build the module without the exception-handling proposal
(module (tag $t) (func $f (throw $t)))
