(module
  (type $ii (func (param i32) (result i32)))
  (type $l (func (param i64 i32) (result i64 i32)))
  (table $t 8 8 funcref)
  (table $u (export "u") 4 10 funcref)
  (elem (table $t) (i32.const 1) func $inc $dec $wide)
  (elem (table $t) (i32.const 3) func $dec)
  (elem $p func $inc $dec $wide $inc)
  (elem $n funcref (ref.func $dec) (ref.null func) (ref.func $wide))

  (func $inc (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func $dec (param i32) (result i32) local.get 0 i32.const 1 i32.sub)
  (func $wide (param i64 i32) (result i64 i32)
    local.get 0 local.get 1 i64.extend_i32_s i64.add local.get 1)

  ;; call t 0 10
  ;; call t 1 10
  ;; call t 2 10
  ;; call t 3 10
  ;; call t 7 10
  ;; call t 8 10
  ;; call t -1 10
  ;; call t 0x20000001 10
  ;; call wide 1 5 6
  ;; call wide 3 5 6
  ;; call constant 4
  ;; call init 4 0 4
  ;; call t 4 1
  ;; call t 5 1
  ;; call wide 6 -1 1
  ;; call t 7 1
  ;; call init 5 0 4
  ;; call init 8 4 0
  ;; call init 9 4 0
  ;; call init 0 5 0
  ;; call init_n 0 0 3
  ;; call t 0 3
  ;; call t 1 3
  ;; call wide 2 9 9
  ;; call copy 3 0 5
  ;; call t 3 3
  ;; call t 4 3
  ;; call copy 4 0 5
  ;; call copy 8 8 0
  ;; call copy 9 0 0
  ;; call copy 0 9 0
  ;; call across 0 0 4
  ;; call tu 0 7
  ;; call tu 1 7
  ;; call tu 4 7
  ;; call across 1 0 4
  ;; call drop
  ;; call init 0 0 0
  ;; call init 0 0 1
  ;; call size
  (func (export "t") (param i32 i32) (result i32)
    local.get 1 local.get 0 call_indirect $t (type $ii))
  (func (export "tu") (param i32 i32) (result i32)
    local.get 1 local.get 0 call_indirect $u (param i32) (result i32))
  (func (export "wide") (param i32 i64 i32) (result i64 i32)
    local.get 1 local.get 2 local.get 0 call_indirect $t (type $l))
  (func (export "constant") (param i32) (result i32)
    local.get 0 i32.const 2 call_indirect $t (type $ii))
  (func (export "init") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 table.init $t $p)
  (func (export "init_n") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 table.init $t $n)
  (func (export "copy") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 table.copy $t $t)
  (func (export "across") (param i32 i32 i32)
    local.get 0 local.get 1 local.get 2 table.copy $u $t)
  (func (export "drop") elem.drop $p)
  (func (export "size") (result i32 i32) table.size $t table.size $u)

  ;; a constant table, with all of its mistakes
  (table $c 3 funcref)
  (elem (table $c) (i32.const 0) func $inc $wide)
  ;; call c 0 1
  ;; call c 1 1
  ;; call c 2 1
  ;; call c 3 1
  (func (export "c") (param i32 i32) (result i32)
    local.get 1 local.get 0 call_indirect $c (type $ii))
)
