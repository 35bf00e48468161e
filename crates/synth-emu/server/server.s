@ The server image: a resident program on an emulated Cortex-M board that takes
@ requests over semihosting and calls code which the host placed in memory.
@
@ Invariants:
@  * The server runs in Thread mode on the main stack; the code under test runs
@    in Thread mode on the process stack. A fault in the code under test
@    therefore never depends on its stack pointer, and the server's own stack
@    is a plain stack of suspended calls: `enter` pushes a frame, `hostcall`
@    runs a nested `serve` on top of it, `unwind` drops back to the last frame.
@  * The two timer reads around the code under test are always the same number
@    of instructions away from it, so the host can subtract them.
@  * Everything the host needs to judge a call is in the reply record; the
@    server compares nothing.
@
@ ARMv7-M ARM: B1.5 (exceptions), B3.2 (system control), B1.4 (CONTROL, PSP).
@ ARMv8-M ARM: B3.21 (stack limits). Semihosting: Arm 100863.
@
@ Assembled once for each `Variant` of src/server.rs, with symbols:
@   RAM           64 KiB for the server's data and stack
@   TIMER0/1      CMSDK APB timers: TIMER0 runs freely, TIMER1 is the watchdog
@   TIMER1_IRQ    interrupt number of the watchdog
@   V8M           1 on ARMv8-M: PSPLIM, SecureFault

    .syntax unified
    .thumb
    .if V8M
    .arch armv8-m.main
    .else
    .arch armv7-m
    .endif
    .fpu fpv4-sp-d16

@ Request record: 32 words. Other operations use `op` and the first words.
    .equ REQ_WORDS, 32
    .equ Q_OP, 0x00
    .equ Q_ADDR, 0x04           @ function, or address
    .equ Q_LEN, 0x08            @ stack pointer at entry, or length, or value
    .equ Q_FLAGS, 0x0c          @ F_*, or the byte to fill with
    .equ Q_R0, 0x10             @ r0-r3
    .equ Q_LIMIT, 0x20          @ stack limit (ARMv8-M)
    .equ Q_WATCHDOG, 0x24       @ ticks of TIMER1 until the call is cut off
    .equ Q_STACK_WORDS, 0x28    @ number of stack argument words that follow
    .equ Q_S0, 0x40             @ s0-s15

    .equ F_FPU, 1
    .equ F_CCR, 0x18            @ CCR.UNALIGN_TRP and CCR.DIV_0_TRP, in place

@ Reply record: 64 words.
    .equ REPLY_WORDS, 64
    .equ P_KIND, 0x00
    .equ P_R0, 0x04             @ r0-r3
    .equ P_SP, 0x14
    .equ P_INDEX, 0x18          @ host call index, or exception number
    .equ P_T0, 0x1c             @ TIMER0 before the code under test
    .equ P_T1, 0x20             @ TIMER0 after it (it counts down)
    .equ P_PC, 0x24
    .equ P_LR, 0x28
    .equ P_PSR, 0x2c
    .equ P_CFSR, 0x30
    .equ P_HFSR, 0x34
    .equ P_MMFAR, 0x38
    .equ P_BFAR, 0x3c
    .equ P_S0, 0x40             @ s0-s15
    .equ P_R4, 0x80             @ r4-r11
    .equ P_S16, 0xa0            @ s16-s31
    .equ P_R12, 0xe0
    .equ P_CODE, 0xe4           @ the undefined instruction, or breakpoint
    .equ P_SFSR, 0xe8
    .equ P_SFAR, 0xec

    .equ K_RETURNED, 1
    .equ K_FAULT, 2
    .equ K_HOSTCALL, 3

@ Server data.
    .equ request, RAM
    .equ reply, RAM + 0x100
    .equ sh_block, RAM + 0x200  @ semihosting parameter block
    .equ in_handle, RAM + 0x210
    .equ out_handle, RAM + 0x214
    .equ current, RAM + 0x218   @ main stack pointer of the innermost call
    .equ stack_top, RAM + 0x10000

@ System control.
    .equ FPCCR, 0xe000ef34
    .equ CFSR, 0xe000ed28
    .equ SCB, 0xe000ed00
    .equ SCB_CCR, 0x14
    .equ SCB_SHCSR, 0x24
    .equ SCB_CFSR, 0x28
    .equ SCB_HFSR, 0x2c
    .equ SCB_MMFAR, 0x34
    .equ SCB_BFAR, 0x38
    .equ SCB_CPACR, 0x88
    .equ SCB_SFSR, 0xe4
    .equ SCB_SFAR, 0xe8
    .equ NVIC_ISER0, 0xe000e100
    .equ NVIC_ICPR0, 0xe000e280
    .equ STACKING_ERRORS, 0x00101010    @ STKOF, STKERR, MSTKERR
    .equ UNDEFINSTR, 0x00010000

@ CMSDK APB timer registers.
    .equ T_CTRL, 0
    .equ T_VALUE, 4
    .equ T_RELOAD, 8
    .equ T_INTCLEAR, 12

@ Semihosting operations.
    .equ SYS_OPEN, 0x01
    .equ SYS_WRITE, 0x05
    .equ SYS_READ, 0x06
    .equ SYS_EXIT_EXTENDED, 0x20
    .equ APPLICATION_EXIT, 0x20026

    .text
vectors:
    .word stack_top
    .word reset + 1
    .rept 14 + 32               @ all exceptions and the first 32 interrupts
    .word fault + 1
    .endr
    .word hostcall + 1          @ read by the host to build its stubs

    .thumb_func
reset:
    ldr r0, =SCB
    ldr r1, [r0, #SCB_SHCSR]
    orr r1, #0x00070000         @ MemManage, BusFault, UsageFault
    .if V8M
    orr r1, #0x00080000         @ SecureFault
    .endif
    str r1, [r0, #SCB_SHCSR]
    @ No floating-point state is stacked on exceptions: no handler uses it, and
    @ faults keep one frame layout.
    ldr r0, =FPCCR
    ldr r1, [r0]
    bic r1, #0xc0000000         @ ASPEN, LSPEN
    str r1, [r0]
    ldr r0, =NVIC_ISER0
    mov r1, #1 << TIMER1_IRQ
    str r1, [r0]
    ldr r0, =TIMER0
    mvn r1, #0
    str r1, [r0, #T_RELOAD]
    str r1, [r0, #T_VALUE]
    movs r1, #1
    str r1, [r0, #T_CTRL]
    movs r0, #1                 @ "rb"
    bl open
    ldr r1, =in_handle
    str r0, [r1]
    movs r0, #5                 @ "wb"
    bl open
    ldr r1, =out_handle
    str r0, [r1]
    bl serve
    b quit

@ Opens the console; r0 = mode.
open:
    ldr r1, =sh_block
    str r0, [r1, #4]
    adr r0, console
    str r0, [r1]
    movs r0, #3
    str r0, [r1, #8]
    movs r0, #SYS_OPEN
    bkpt #0xab
    bx lr
    .balign 4
console:
    .asciz ":tt"

@ Receives r1 bytes at r0. At the end of the input the machine stops.
receive:
    push {r4-r7, lr}
    ldr r6, =in_handle
    movs r7, #SYS_READ
    b transfer
@ Sends r1 bytes from r0.
send:
    push {r4-r7, lr}
    ldr r6, =out_handle
    movs r7, #SYS_WRITE
transfer:
    ldr r6, [r6]
    mov r4, r0
    mov r5, r1
1:  cbz r5, 2f
    ldr r1, =sh_block
    str r6, [r1]
    str r4, [r1, #4]
    str r5, [r1, #8]
    mov r0, r7
    bkpt #0xab                  @ r0 = bytes not transferred
    cmp r0, r5
    bhs quit
    subs r1, r5, r0
    add r4, r1
    mov r5, r0
    b 1b
2:  pop {r4-r7, pc}

quit:
    movs r2, #0
    b exit
@ The server itself faulted: leave with a code that the host can tell.
broken:
    movs r2, #70
exit:
    ldr r1, =sh_block
    ldr r0, =APPLICATION_EXIT
    str r0, [r1]
    str r2, [r1, #4]
    movs r0, #SYS_EXIT_EXTENDED
    bkpt #0xab
    b .

@ Takes requests until RESUME; the end of the input ends the machine. Re-entrant.
serve:
    push {r3-r5, lr}
next:
    ldr r0, =request
    movs r1, #REQ_WORDS * 4
    bl receive
    ldr r4, =request
    ldr r0, [r4, #Q_OP]
    cmp r0, #(op_table_end - op_table)
    bhs broken
    tbb [pc, r0]
op_table:
    .byte (op_write - op_table) / 2
    .byte (op_read - op_table) / 2
    .byte (op_fill - op_table) / 2
    .byte (op_poke - op_table) / 2
    .byte (op_peek - op_table) / 2
    .byte (op_call - op_table) / 2
    .byte (op_resume - op_table) / 2
    .byte (op_abort - op_table) / 2
op_table_end:
    .balign 2
op_write:
    ldr r0, [r4, #Q_ADDR]
    ldr r1, [r4, #Q_LEN]
    bl receive
    b next
op_read:
    ldr r0, [r4, #Q_ADDR]
    ldr r1, [r4, #Q_LEN]
    bl send
    b next
op_fill:
    ldr r0, [r4, #Q_ADDR]
    ldr r1, [r4, #Q_LEN]
    ldr r2, [r4, #Q_FLAGS]
    bl fill
    b next
op_poke:
    ldr r0, [r4, #Q_ADDR]
    ldr r1, [r4, #Q_LEN]
    str r1, [r0]
    dsb
    isb
    b next
op_peek:
    ldr r0, [r4, #Q_ADDR]
    ldr r0, [r0]
    ldr r1, =reply
    str r0, [r1]
    mov r0, r1
    movs r1, #4
    bl send
    b next
op_call:
    ldr r0, [r4, #Q_LEN]        @ stack arguments go straight to their place
    ldr r1, [r4, #Q_STACK_WORDS]
    lsls r1, #2
    bl receive
    bl enter
    b next
op_resume:
    pop {r3-r5, pc}
op_abort:
    b unwind_silently

@ Fills r1 bytes at r0 with the byte r2; words where it can.
fill:
    uxtb r2, r2
    orr r2, r2, r2, lsl #8
    orr r2, r2, r2, lsl #16
1:  tst r0, #3
    beq 2f
    cbz r1, 4f
    strb r2, [r0], #1
    subs r1, #1
    b 1b
2:  subs r1, #4
    blo 3f
    str r2, [r0], #4
    b 2b
3:  adds r1, #4
    beq 4f
5:  strb r2, [r0], #1
    subs r1, #1
    bne 5b
4:  bx lr

@ Calls the function of the request and sends the reply.
@ Frame: current, CCR, CPACR, pad; then r4-r11, lr of `serve`.
enter:
    push {r4-r11, lr}
    ldr r5, =SCB
    ldr r0, =current
    ldr r0, [r0]
    ldr r1, [r5, #SCB_CCR]
    ldr r2, [r5, #SCB_CPACR]
    push {r0-r2}
    ldr r0, =current
    str sp, [r0]
    ldr r3, [r4, #Q_FLAGS]
    bic r1, #F_CCR
    and r6, r3, #F_CCR
    orr r1, r6
    str r1, [r5, #SCB_CCR]
    bic r2, #0x00f00000
    tst r3, #F_FPU
    it ne
    orrne r2, #0x00f00000
    str r2, [r5, #SCB_CPACR]
    dsb
    isb
    tst r3, #F_FPU
    beq 1f
    movs r0, #0
    vmsr fpscr, r0
    add r0, r4, #Q_S0
    vldm r0, {s0-s15}
    adr r0, s_patterns
    vldm r0, {s16-s31}
1:  ldr r0, [r4, #Q_LEN]
    msr psp, r0
    .if V8M
    ldr r0, [r4, #Q_LIMIT]
    msr psplim, r0
    .endif
    ldr r0, [r4, #Q_WATCHDOG]
    bl watchdog_start
    movs r0, #2                 @ CONTROL.SPSEL: from here on the process stack
    msr control, r0
    isb
    ldr r12, [r4, #Q_ADDR]
    ldr lr, =returned + 1
    ldr r6, =reply
    ldr r0, [r4, #Q_R0]
    ldr r1, [r4, #Q_R0 + 4]
    ldr r2, [r4, #Q_R0 + 8]
    ldr r3, [r4, #Q_R0 + 12]
    ldr r7, =TIMER0
    ldr r5, [r7, #T_VALUE]
    str r5, [r6, #P_T0]
    adr r4, r_patterns
    ldm r4, {r4-r11}
    bx r12

    .balign 4
r_patterns:                     @ the host compares with `register_pattern`
    .word 0xa5c30004, 0xa5c30005, 0xa5c30006, 0xa5c30007
    .word 0xa5c30008, 0xa5c30009, 0xa5c3000a, 0xa5c3000b
s_patterns:
    .word 0xa5c30010, 0xa5c30011, 0xa5c30012, 0xa5c30013
    .word 0xa5c30014, 0xa5c30015, 0xa5c30016, 0xa5c30017
    .word 0xa5c30018, 0xa5c30019, 0xa5c3001a, 0xa5c3001b
    .word 0xa5c3001c, 0xa5c3001d, 0xa5c3001e, 0xa5c3001f

@ The code under test returned, on its own stack.
    .thumb_func
returned:
    ldr r12, =TIMER0
    ldr r12, [r12, #T_VALUE]
    ldr lr, =reply
    str r12, [lr, #P_T1]
    str r0, [lr, #P_R0]
    str r1, [lr, #P_R0 + 4]
    str r2, [lr, #P_R0 + 8]
    str r3, [lr, #P_R0 + 12]
    mov r0, sp
    str r0, [lr, #P_SP]
    add r0, lr, #P_R4
    stm r0, {r4-r11}
    movs r0, #0
    msr control, r0
    isb
    movs r0, #K_RETURNED
    b leave

@ The handler returned here, on the main stack at the frame of `enter`.
    .thumb_func
unwound:
    movs r0, #0
    msr control, r0
    isb
    movs r0, #K_FAULT

@ Sends the reply of kind r0 and drops the innermost call.
leave:
    ldr r4, =reply
    str r0, [r4, #P_KIND]
    bl watchdog_stop
    bl fpu_enabled
    beq 1f
    add r0, r4, #P_S0
    vstm r0, {s0-s15}
    add r0, r4, #P_S16
    vstm r0, {s16-s31}
1:  mov r0, r4
    movs r1, #REPLY_WORDS
    lsls r1, #2
    bl send
    b drop

@ The host gave up a suspended call: back to the frame of its `enter`.
unwind_silently:
    ldr r0, =current
    ldr sp, [r0]
drop:
    .if V8M
    movs r0, #0
    msr psplim, r0
    .endif
    pop {r0-r2}
    ldr r3, =current
    str r0, [r3]
    ldr r3, =SCB
    str r1, [r3, #SCB_CCR]
    str r2, [r3, #SCB_CPACR]
    dsb
    isb
    pop {r4-r11, pc}

@ Sets the flags to NE when the floating-point unit is on. Clobbers r0.
fpu_enabled:
    ldr r0, =SCB
    ldr r0, [r0, #SCB_CPACR]
    tst r0, #0x00f00000
    bx lr

@ The code under test calls the host function with index r12; its arguments
@ are where AAPCS puts them. Frame on the main stack: PSP, PSPLIM, ticks left,
@ FPSCR (s16-s31 above it when the unit is on).
    .thumb_func
hostcall:
    push {r4-r11, lr}
    ldr r4, =TIMER0
    ldr r4, [r4, #T_VALUE]
    ldr r5, =reply
    str r4, [r5, #P_T1]
    str r0, [r5, #P_R0]
    str r1, [r5, #P_R0 + 4]
    str r2, [r5, #P_R0 + 8]
    str r3, [r5, #P_R0 + 12]
    str r12, [r5, #P_INDEX]
    str lr, [r5, #P_LR]
    add r0, sp, #36
    str r0, [r5, #P_SP]
    movs r0, #K_HOSTCALL
    str r0, [r5, #P_KIND]
    movs r0, #0
    msr control, r0             @ from here on the main stack
    isb
    bl watchdog_stop            @ r0 = ticks left
    mov r8, r0
    mrs r6, psp
    movs r7, #0
    .if V8M
    mrs r7, psplim
    movs r0, #0
    msr psplim, r0
    .endif
    movs r9, #0
    bl fpu_enabled
    beq 1f
    add r0, r5, #P_S0
    vstm r0, {s0-s15}
    vpush {s16-s31}
    vmrs r9, fpscr
1:  push {r6-r9}
    mov r0, r5
    movs r1, #REPLY_WORDS
    lsls r1, #2
    bl send
    bl serve
    pop {r6-r9}
    ldr r4, =request
    bl fpu_enabled
    beq 2f
    vmsr fpscr, r9
    vpop {s16-s31}
    add r0, r4, #Q_S0
    vldm r0, {s0-s15}
2:  msr psp, r6
    .if V8M
    msr psplim, r7
    .endif
    mov r0, r8
    bl watchdog_start
    movs r0, #2
    msr control, r0
    isb
    ldr r0, [r4, #Q_R0]
    ldr r1, [r4, #Q_R0 + 4]
    ldr r2, [r4, #Q_R0 + 8]
    ldr r3, [r4, #Q_R0 + 12]
    ldr r12, =0xdeadbeef        @ a caller may rely on neither r12 nor flags
    ldr r5, =TIMER0
    ldr r6, =reply
    ldr r5, [r5, #T_VALUE]
    str r5, [r6, #P_T0]
    cmp r5, r5
    pop {r4-r11, pc}

@ Starts TIMER1 with r0 ticks. Clobbers r1, r2.
watchdog_start:
    ldr r1, =TIMER1
    str r0, [r1, #T_RELOAD]
    str r0, [r1, #T_VALUE]
    movs r2, #9                 @ enable, interrupt
    str r2, [r1, #T_CTRL]
    bx lr

@ Stops TIMER1, so that the server is never interrupted. Returns the ticks
@ left in r0, at least one. Clobbers r1, r2.
watchdog_stop:
    ldr r1, =TIMER1
    movs r2, #0
    str r2, [r1, #T_CTRL]
    ldr r0, [r1, #T_VALUE]
    cmp r0, #0
    it eq
    moveq r0, #1
    movs r2, #1
    str r2, [r1, #T_INTCLEAR]
    ldr r1, =NVIC_ICPR0
    ldr r2, =1 << TIMER1_IRQ
    str r2, [r1]
    bx lr

@ Every exception: record what happened and return to the innermost call.
    .thumb_func
fault:
    ldr r0, =TIMER0
    ldr r0, [r0, #T_VALUE]
    ldr r3, =reply
    mrs r2, ipsr
    tst lr, #4                  @ EXC_RETURN.SPSEL: on which stack was it
    beq fault_on_main
    str r0, [r3, #P_T1]
    str r2, [r3, #P_INDEX]
    add r0, r3, #P_R4
    stm r0, {r4-r11}
    mrs r4, psp
    str r4, [r3, #P_SP]
    ldr r6, =SCB
    ldr r7, [r6, #SCB_CFSR]
    str r7, [r3, #P_CFSR]
    str r7, [r6, #SCB_CFSR]     @ write one to clear
    ldr r0, [r6, #SCB_HFSR]
    str r0, [r3, #P_HFSR]
    str r0, [r6, #SCB_HFSR]
    ldr r0, [r6, #SCB_MMFAR]
    str r0, [r3, #P_MMFAR]
    ldr r0, [r6, #SCB_BFAR]
    str r0, [r3, #P_BFAR]
    movs r0, #0
    movs r1, #0
    .if V8M
    ldr r0, [r6, #SCB_SFSR]
    str r0, [r6, #SCB_SFSR]
    ldr r1, [r6, #SCB_SFAR]
    .endif
    str r0, [r3, #P_SFSR]
    str r1, [r3, #P_SFAR]
    movs r0, #0
    str r0, [r3, #P_CODE]
    ldr r0, =STACKING_ERRORS
    tst r7, r0
    bne unwind                  @ no exception frame was written
    ldm r4!, {r0, r1, r2, r5}
    str r0, [r3, #P_R0]
    str r1, [r3, #P_R0 + 4]
    str r2, [r3, #P_R0 + 8]
    str r5, [r3, #P_R0 + 12]
    ldm r4!, {r0, r1, r2, r5}   @ r12, lr, pc, xPSR
    str r0, [r3, #P_R12]
    str r1, [r3, #P_LR]
    str r2, [r3, #P_PC]
    str r5, [r3, #P_PSR]
    tst r5, #0x200              @ the frame was aligned by a word
    it ne
    addne r4, #4
    str r4, [r3, #P_SP]
    tst r7, #UNDEFINSTR
    bne 1f
    cmp r7, #0
    bne unwind
    ldr r0, [r3, #P_HFSR]       @ a breakpoint leaves nothing but this
    cmp r0, #0
    beq unwind
1:  ldrh r0, [r2]               @ the instruction, first halfword on top
    lsls r1, r0, #16
    lsrs r0, r0, #11
    cmp r0, #0x1d               @ 32-bit encodings: 0b11101, 0b11110, 0b11111
    itt hs
    ldrhhs r0, [r2, #2]
    orrhs r1, r0
    str r1, [r3, #P_CODE]
unwind:
    @ Return to Thread mode on the main stack through a made-up frame.
    ldr r0, =current
    ldr r0, [r0]
    subs r0, #32
    mov sp, r0
    ldr r1, =unwound
    bic r1, #1
    str r1, [r0, #24]
    mov r1, #0x01000000
    str r1, [r0, #28]
    movs r1, #0
    msr primask, r1
    msr faultmask, r1
    msr basepri, r1
    bl watchdog_stop
    dsb
    mvn lr, #6                  @ EXC_RETURN 0xfffffff9
    bx lr

@ The watchdog may fire just as the server takes over: nothing to do then.
fault_on_main:
    cmp r2, #16 + TIMER1_IRQ
    bne broken
    ldr r1, =TIMER1
    movs r2, #1
    str r2, [r1, #T_INTCLEAR]
    bx lr

    .ltorg
