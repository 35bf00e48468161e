;; options: prefix=p_ import=env.clock:k_clock export-memory
(module
  (import "env" "log" (func $log (param i32)))
  (import "env" "log" (func $log_again (param i32)))
  (import "env" "clock" (func $clock (result i64)))
  (import "env" "counter" (global $counter (mut i32)))
  (import "env" "table" (table $hosts 2 funcref))
  (memory 1)
  (memory $second 0)
  (export "relog" (func $log))
  (func $named (export "first") (export "second") i32.const 1 call $log_again)
  (func $helper)
  (func (@name "helper"))
  (func)
  (func (export "nul\00") (drop (call $clock)))
  (global $state (mut i64) (i64.const 0x100000002))
  (global (export "version") i32 (i32.const 3))
  (global (export "ready") (export "ready2") (mut i32) (i32.const 0))
  (global $folded f64 (f64.const 1))
  (table (export "handlers") 2 funcref)
  (elem (table 1) (i32.const 0) func $helper)
  (func (export "use") (result i64 f64 i32)
    (global.set $counter (i32.const 4))
    (call_indirect $hosts (i32.const 1))
    global.get $state global.get $folded global.get 2))
;; ==== expected
loc 1 = @first + 243
loc 2 = @first + 245
loc 3 = @first + 247
loc 4 = @helper + 250
loc 5 = @helper.1 + 253
loc 6 = @"func[6]" + 256
loc 7 = @"nul\\0" + 259
loc 8 = @"nul\\0" + 262
loc 9 = @use + 265
loc 10 = @use + 267
loc 11 = @use + 269
loc 12 = @use + 271
loc 13 = @use + 274
loc 14 = @use + 276
loc 15 = @use + 278
loc 16 = @use + 280

global undefined func @log

global func @relog(i32) -> () {
b0(v0: i32):
  call @log(v0): (i32) -> ()
  return
}

global undefined func @k_clock

global func @first() -> () {
b0:
  v0 = const 1 !1
  call @log(v0): (i32) -> () !2
  return !3
}

global alias @second = @first

local func @helper() -> () {
b0:
  return !4
}

local func @helper.1() -> () {
b0:
  return !5
}

local func @"func[6]"() -> () {
b0:
  return !6
}

global func @"nul\\0"() -> () {
b0:
  v0, v1 = call @k_clock(): () -> (i64) !7
  return !8
}

global func @use() -> (i64, f64, i32) {
b0:
  v0 = const 4 !9
  v1 = symbol_addr @counter !10
  store.i32 global[v1], v0 !10
  v2 = const 1 !11
  v3 = symbol_addr @table + 8 !12
  v4 = load.i32 table[v3] !12
  v5 = const 0 !12
  v6 = cmp.eq v4, v5 !12
  trap_if v6, uninitialized_element !12
  v7 = symbol_addr @__synth_sig__ !12
  v8 = cmp.ne v4, v7 !12
  trap_if v8, indirect_call_mismatch !12
  v9 = load.i32 table[v3 + 4] !12
  call_indirect v9(): () -> () !12
  v10 = symbol_addr @state !13
  v11 = load.i32 global[v10] !13
  v12 = load.i32 global[v10 + 4] !13
  v13 = f64.const 0x3ff0000000000000 !14
  v14 = const 3 !15
  return v11, v12, v13, v14 !16
}

global data @p___linear_memory_base size 65536 align 8

global const @p___linear_memory_size size 4 align 4 {
  bytes 0 "000001"
}

global alias @p___linear_memory_end = @p___linear_memory_base + 65536

global data @p___linear_memory_base.1 size 0 align 8

global const @p___linear_memory_size.1 size 4 align 4

global alias @p___linear_memory_end.1 = @p___linear_memory_base.1

global undefined data @counter

local data @state size 8 align 8 {
  bytes 0 "0200000001"
}

global const @p_version size 4 align 4 {
  bytes 0 "03"
}

global data @p_ready size 4 align 4

global alias @p_ready2 = @p_ready

global undefined data @table

global undefined data @table_size

comdat const @__synth_sig__ size 1 align 1

global data @p_handlers size 16 align 4 {
  ref 0 @__synth_sig__
  ref 4 @helper
}

global const @p_handlers_size size 4 align 4 {
  bytes 0 "02"
}

global alias @p_handlers_end = @p_handlers + 16
