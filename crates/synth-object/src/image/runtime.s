@ The start code, exit and fault handler of an image. `runtime_code.rs` holds
@ the assembled bytes; a test compares the two and says how to renew them.
@ Any Armv7-M or Armv8-M mainline core runs it. The linker defines the symbols
@ that are not defined here.

    .syntax unified
    .cpu cortex-m3
    .thumb

@ Resets the core's control registers, fills memory, runs the constructors and
@ the entry function, and exits with its result.
    .section .text.__synth_reset, "ax", %progbits
    .global __synth_reset
    .type __synth_reset, %function
__synth_reset:
    ldr     r0, =__stack_top            @ a boot loader may have used another
    mov     sp, r0
    ldr     r1, =0xe000ed00             @ system control block
    ldr     r0, =__synth_vectors
    str     r0, [r1, #0x08]             @ VTOR
    ldr     r0, [r1, #0x14]             @ CCR
    orr     r0, r0, #0x200              @ STKALIGN: 8-byte aligned frames
    bic     r0, r0, #0x18               @ DIV_0_TRP, UNALIGN_TRP
    str     r0, [r1, #0x14]
    ldr     r0, [r1, #0x88]             @ CPACR
    ldr     r2, =__synth_cpacr
    orrs    r0, r2
    str     r0, [r1, #0x88]
    movs    r0, #0
    str     r0, [r1, #0x98]             @ MPU_RNR: what lies below the stack
    ldr     r0, =__synth_guard_base     @ can't be written, so that an overflow
    str     r0, [r1, #0x9c]             @ faults; without MPU nothing happens
    ldr     r0, =__synth_guard_attributes
    str     r0, [r1, #0xa0]
    ldr     r0, =__synth_guard_control
    str     r0, [r1, #0x94]
    dsb
    isb
@ Copies: records of source, destination and end of destination.
    ldr     r4, =__synth_copy_start
    ldr     r5, =__synth_copy_end
1:  cmp     r4, r5
    beq     3f
    ldmia   r4!, {r0, r1, r2}
2:  cmp     r1, r2
    beq     1b
    ldr     r3, [r0], #4
    str     r3, [r1], #4
    b       2b
@ Zeros: records of start and end.
3:  ldr     r4, =__synth_zero_start
    ldr     r5, =__synth_zero_end
    movs    r3, #0
4:  cmp     r4, r5
    beq     6f
    ldmia   r4!, {r1, r2}
5:  cmp     r1, r2
    beq     4b
    str     r3, [r1], #4
    b       5b
6:  ldr     r4, =__init_array_start
    ldr     r5, =__init_array_end
7:  cmp     r4, r5
    beq     8f
    ldr     r0, [r4], #4
    blx     r0
    b       7b
8:  ldr     r4, =__synth_entry          @ 0 if there is none
    movs    r0, #0
    cbz     r4, 9f
    blx     r4
9:  ldr     r1, =__synth_status_mask    @ 0 if the entry function has no result
    ands    r0, r1
    b.w     __synth_exit

@ Resets a core of Armv8-M, which itself checks the stack from then on.
    .section .text.__synth_reset_v8, "ax", %progbits
    .global __synth_reset_v8
    .type __synth_reset_v8, %function
    .arch   armv8-m.main
__synth_reset_v8:
    ldr     r0, =__stack_limit
    msr     msplim, r0
    b.w     __synth_reset
    .cpu    cortex-m3

@ Without a debugger: sleep for ever.
    .section .text.__synth_exit_bare, "ax", %progbits
    .global __synth_exit_bare
    .type __synth_exit_bare, %function
__synth_exit_bare:
1:  wfi
    b       1b

@ Without a debugger: stop where one that is attached later finds the exception
@ frame in r4, the fault status register in r6 and, if the frame is in the
@ stack, the address of the instruction in r5.
    .section .text.__synth_fault_bare, "ax", %progbits
    .global __synth_fault_bare
    .type __synth_fault_bare, %function
__synth_fault_bare:
    tst     lr, #4                      @ EXC_RETURN.SPSEL
    ite     eq
    mrseq   r4, msp
    mrsne   r4, psp
    ldr     r0, =0xe000ed28             @ CFSR
    ldr     r6, [r0]
    ldr     r0, =__stack_limit
    cmp     r4, r0
    it      hs
    ldrhs   r5, [r4, #24]
1:  b       1b

@ SYS_EXIT_EXTENDED with the status in r0.
    .section .text.__synth_exit_semihosting, "ax", %progbits
    .global __synth_exit_semihosting
    .type __synth_exit_semihosting, %function
__synth_exit_semihosting:
    mov     r2, r0
    ldr     r1, =0x20026                @ ADP_Stopped_ApplicationExit
    push    {r1, r2}
    mov     r1, sp
    movs    r0, #0x20
    bkpt    0xab
1:  b       1b

@ Names the trap or fault by SYS_WRITE0 and exits: status 128 plus the number
@ of the trap code, or 255 for any other fault.
    .section .text.__synth_fault_semihosting, "ax", %progbits
    .global __synth_fault_semihosting
    .type __synth_fault_semihosting, %function
__synth_fault_semihosting:
    tst     lr, #4                      @ EXC_RETURN.SPSEL
    ite     eq
    mrseq   r4, msp
    mrsne   r4, psp
    ldr     r0, =__stack_top            @ nothing returns: use the stack anew
    mov     sp, r0
    movs    r7, #9                      @ stack_overflow
    ldr     r1, =__stack_limit
    cmp     r4, r1
    blo     .Loverflow                  @ the exception frame missed the stack
    ldr     r2, =0xe000ed28             @ CFSR
    ldr     r6, [r2]
    lsls    r5, r6, #11                 @ UFSR.STKOF: beyond MSPLIM
    bmi     .Loverflow
    mov     r3, r1
    lsls    r5, r6, #24                 @ MMARVALID: the address of the access
    it      mi
    ldrmi   r3, [r2, #0x0c]             @ MMFAR
    lsls    r5, r6, #16                 @ BFARVALID
    it      mi
    ldrmi   r3, [r2, #0x10]             @ BFAR
    subs    r1, #1
    subs    r1, r1, r3                  @ at most 64 KiB below the stack
    lsrs    r1, r1, #16
    beq     .Loverflow
    movs    r5, #0
    subs    r0, #32
    cmp     r4, r0
    bhi     .Lother
    ldr     r5, [r4, #24]               @ the address of the instruction
    lsls    r0, r6, #15                 @ UFSR.UNDEFINSTR
    bpl     .Lother
    ldrh    r7, [r5]
    lsrs    r0, r7, #8
    cmp     r0, #0xde                   @ udf #imm8
    bne     .Lother
    uxtb    r7, r7
    bl      .Lname
    b       .Ltable

.Loverflow:
    bl      .Lname
    b       .Lend

@ Prints "trap: " and the name of code r7.
.Lname:
    mov     r8, lr
    adr     r1, .Ltrap
    bl      .Lputs
    ldr     r1, =__synth_trap_names     @ strings in the order of their numbers
    ldr     r2, =__synth_trap_count
    cmp     r7, r2
    ite     lo
    movlo   r2, r7
    movhs   r2, #0
    cbz     r2, 2f
1:  ldrb    r0, [r1], #1
    cmp     r0, #0
    bne     1b
    subs    r2, #1
    bne     1b
2:  bl      .Lputs
    bx      r8

@ Looks for the address r5 with the code r7 in the trap table: blocks of a base
@ address, a number of records, the size of a name, the records, the name.
.Ltable:
    ldr     r4, =__synth_traps_start
    ldr     r9, =__synth_traps_end
    movs    r10, #0                     @ places found
.Lblock:
    cmp     r4, r9
    bhs     .Ldone
    ldmia   r4!, {r0, r1, r2}
    add     r3, r4, r1, lsl #3          @ the name
    add     r11, r3, r2                 @ the next block
    subs    r6, r5, r0
    lsrs    r0, r6, #24
    bne     .Lnext                      @ other code
    orr     r6, r7, r6, lsl #8
.Lrecord:
    cmp     r4, r3
    beq     .Lnext
    ldmia   r4!, {r0, r2}
    cmp     r0, r6
    bne     .Lrecord
    cmp     r10, #0
    beq     1f
    adr     r1, .Lor
    bl      .Lputs
1:  adds    r10, #1
    adr     r1, .Lfunction
    bl      .Lputs
    mov     r1, r3
    bl      .Lputs
    adr     r1, .Loffset
    bl      .Lputs
    mov     r1, r2
    bl      .Lhex
    b       .Lrecord
.Lnext:
    mov     r4, r11
    b       .Lblock

.Lother:
    adr     r1, .Lfault
    bl      .Lputs
    mov     r1, r6
    bl      .Lhex
    movs    r7, #127
    movs    r10, #0
.Ldone:
    cmp     r10, #0
    bne     .Lend
    adr     r1, .Lat                    @ no place in the source: the address
    bl      .Lputs
    mov     r1, r5
    bl      .Lhex
.Lend:
    adr     r1, .Lnewline
    bl      .Lputs
    adds    r7, #128
    mov     r0, r7
    b.w     __synth_exit

@ Prints r1 in hexadecimal. Changes r0, r1, r12.
.Lhex:
    sub     sp, #16
    add     r12, sp, #15
    movs    r0, #0
    strb    r0, [r12]
1:  and     r0, r1, #15
    cmp     r0, #10
    ite     lo
    addlo   r0, #'0'
    addhs   r0, #'a' - 10
    strb    r0, [r12, #-1]!
    lsrs    r1, #4
    bne     1b
    mov     r1, r12
    movs    r0, #4                      @ SYS_WRITE0
    bkpt    0xab
    add     sp, #16
    bx      lr

@ Prints the string at r1. Changes r0.
.Lputs:
    movs    r0, #4                      @ SYS_WRITE0
    bkpt    0xab
    bx      lr

    .align  2
.Ltrap:     .asciz "trap: "
    .align  2
.Lor:       .asciz ", or"
    .align  2
.Lfunction: .asciz " in function \""
    .align  2
.Loffset:   .asciz "\" at wasm offset 0x"
    .align  2
.Lfault:    .asciz "fault: status 0x"
    .align  2
.Lat:       .asciz " at address 0x"
    .align  2
.Lnewline:  .asciz "\n"
