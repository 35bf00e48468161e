//! The timing model on sequences whose cycles are worked out by hand from the
//! manuals' tables, run through the emulator. The halfwords are those of gas
//! for the assembly beside them.

use crate::{Access, Call, Core, Count, Counter, Error};

const CODE: u32 = 0x1000;
const DATA: u32 = 0x2000_0000;

/// `bx lr`, which every sequence ends with: 1 + 2 (an address in a register).
const RETURN: (u16, u64) = (0x4770, 3);

fn run(core: Core, program: &[u16], words: &[u32]) -> Count {
    let mut counter = Counter::new(core).expect("the emulator starts");
    counter.map(DATA, 0x1000).expect("free addresses");
    let halves = program.iter().chain(&[RETURN.0]);
    let bytes: Vec<u8> = halves.flat_map(|half| half.to_le_bytes()).collect();
    counter.code(CODE, &bytes).expect("free addresses");
    let count = counter.call(CODE, &Call::words(words)).expect("it returns");
    let by_address: u64 = count.profile.values().map(|cost| cost.cycles).sum();
    assert_eq!(by_address, count.cycles);
    assert!(count.unmodelled.is_empty());
    count
}

#[track_caller]
fn check(program: &[u16], words: &[u32], m3: u64, m4: u64) {
    for (core, cycles) in [(Core::M3, m3), (Core::M4, m4)] {
        let count = run(core, program, words);
        assert_eq!(count.cycles - RETURN.1, cycles, "{core:?}");
    }
}

#[test]
fn loads_and_stores_pipeline_as_in_section_3_3_2() {
    let pointers = &[DATA, DATA, DATA + 8, DATA + 16];
    // ldr r0, [r1]; ldr r1, [r2]: "normally three cycles total"
    check(&[0x6808, 0x6811], pointers, 3, 3);
    // ldr r0, [r1, r2]; str r0, [r3, #20] with r2 = 8: three
    let index = &[DATA, DATA, 8, DATA + 16];
    check(&[0x5888, 0x6158], index, 3, 3);
    // ldr r0, [r1, r2]; str r1, [r3, r2]: three
    check(&[0x5888, 0x5099], index, 3, 3);
    // ldr r0, [r1]; ldr r1, [r2]; ldr r2, [r3, #4]: four
    check(&[0x6808, 0x6811, 0x685a], pointers, 4, 4);
    // ldr r0, [r1] twice, where the second uses the result (the memory holds 0;
    // so does the page of the address): no pipelining
    let mut counter = Counter::new(Core::M4).unwrap();
    counter.write(DATA, &DATA.to_le_bytes()).unwrap();
    // ldr r0, [r1]; ldr r0, [r0]; bx lr
    counter.code(CODE, &[0x08, 0x68, 0x00, 0x68, 0x70, 0x47]).unwrap();
    let count = counter.call(CODE, &Call::words(pointers)).unwrap();
    assert_eq!(count.cycles - RETURN.1, 4);
    // str r0, [r1]; str r0, [r1, #4]: one each
    check(&[0x6008, 0x6048], pointers, 2, 2);
    // str r0, [r1, r2]; ldr r0, [r1]: nothing pipelines after a store
    check(&[0x5088, 0x6808], index, 4, 4);
    // ldrd r2, r3, [r0]: three; ldr after it two
    check(&[0xe9d0, 0x2300, 0x6808], pointers, 5, 5);
    // adds r1, r1, #4; ldr r0, [r1]: the address stalls
    check(&[0x3104, 0x6808], pointers, 4, 4);
    // adds r2, #4; ldr r0, [r1]: it does not
    check(&[0x3204, 0x6808], pointers, 3, 3);
}

#[test]
fn several_registers_take_one_more_than_their_number() {
    // push {r4, r5, r6, lr}; pop {r4, r5, r6, lr} (wide)
    let count = run(Core::M4, &[0xb570, 0xe8bd, 0x4070], &[]);
    assert_eq!((count.cycles - RETURN.1, count.stack), (10, 16));
    // push {r4, lr}; pop {r4, pc}: 3 + (1 + 2 + 3)
    let mut counter = Counter::new(Core::M4).unwrap();
    counter.code(CODE, &[0x10, 0xb5, 0x10, 0xbd]).unwrap();
    assert_eq!(counter.call(CODE, &Call::words(&[])).unwrap().cycles, 9);
}

#[test]
fn multiplications_differ_between_cores() {
    // muls r0, r1, r0
    check(&[0x4348], &[3, 4], 1, 1);
    // mla r0, r1, r2, r3
    check(&[0xfb01, 0x3002], &[0, 1, 2, 3], 2, 1);
    // umull r0, r1, r2, r3 with both, one, no factor below 2^16
    let umull = &[0xfba2, 0x0103];
    check(umull, &[0, 0, 5, 7], 3, 1);
    check(umull, &[0, 0, 5, 1 << 20], 4, 1);
    check(umull, &[0, 0, 1 << 20, 1 << 20], 5, 1);
    // umlal r0, r1, r2, r3
    check(&[0xfbe2, 0x0103], &[0, 0, 5, 7], 4, 1);
    check(&[0xfbe2, 0x0103], &[0, 0, 1 << 20, 1 << 20], 7, 1);
}

#[test]
fn divisions_end_early() {
    // udiv r0, r0, r1
    let udiv = &[0xfbb0, 0xf0f1];
    check(udiv, &[5, 0], 2, 2);
    check(udiv, &[5, 7], 2, 2);
    check(udiv, &[7, 5], 3, 3);
    check(udiv, &[u32::MAX, 1], 12, 12);
    // sdiv r0, r0, r1
    check(&[0xfb90, 0xf0f1], &[-7i32 as u32, 5], 3, 3);
}

#[test]
fn branches_refill_the_pipeline() {
    // 1: subs r0, #1; bne 1b with r0 = 3: 3 + (2 + 2 + 1)
    check(&[0x3801, 0xd1fd], &[3], 8, 8);
    // b over a nop: 1 + 1
    check(&[0xe000, 0xbf00], &[], 2, 2);
    // b to a wide mov.w that straddles a word boundary: 1 + 2, and its 1
    check(&[0xe001, 0xbf00, 0xbf00, 0xf04f, 0x0000], &[], 4, 4);
    // cbz r0, taken over a nop and not taken
    check(&[0xb100, 0xbf00], &[0], 2, 2);
    check(&[0xb100, 0xbf00], &[1], 2, 2);
    // mov r1, pc; adds r1, #6; bx r1 (address of the next instruction, odd)
    check(&[0x4679, 0x3103, 0x4708], &[], 5, 5);
}

#[test]
fn floating_point_follows_table_7_1() {
    // vmov s0, r0; vmov s1, r1; vdiv.f32 s0, s0, s1; vmov r0, s0
    let program = [0xee00, 0x0a10, 0xee00, 0x1a90, 0xee80, 0x0a20, 0xee10, 0x0a10];
    let count = run(Core::M4, &program, &[3f32.to_bits(), 2f32.to_bits()]);
    assert_eq!((count.registers[0], count.cycles - RETURN.1), (1.5f32.to_bits(), 17));
    // vpush {d8}; vpop {d8}
    let count = run(Core::M4, &[0xed2d, 0x8b02, 0xecbd, 0x8b02], &[]);
    assert_eq!((count.stack, count.cycles - RETURN.1), (8, 6));
}

#[test]
fn it_folds_and_skips() {
    // cmp r0, #0; it eq; moveq r1, #1: the IT folds onto the 16-bit compare
    let program = &[0x2800, 0xbf08, 0x2101];
    check(program, &[0], 2, 2);
    check(program, &[5], 2, 2);
    let count = run(Core::M3, program, &[5]);
    assert_eq!((count.executed, count.skipped), (3, 1));
    // cmp.w r0, #0; ite eq; moveq r1, #1; movne r1, #2: no folding
    let program = &[0xf1b0, 0x0f00, 0xbf0c, 0x2101, 0x2102];
    for r0 in [0, 1] {
        check(program, &[r0], 4, 4);
        let count = run(Core::M3, program, &[r0]);
        assert_eq!((count.executed, count.skipped), (4, 1));
    }
    // cmp r0, #0; it eq; bxeq lr; then bx lr
    let count = run(Core::M4, &[0x2800, 0xbf08, 0x4770], &[0]);
    assert_eq!((count.executed, count.skipped, count.cycles), (3, 0, 4));
    let count = run(Core::M4, &[0x2800, 0xbf08, 0x4770], &[1]);
    assert_eq!((count.executed, count.skipped, count.cycles), (3, 1, 5));
}

#[test]
fn faults_name_their_place() {
    let mut counter = Counter::new(Core::M3).unwrap();
    // nop; udf #7
    counter.code(CODE, &[0x00, 0xbf, 0x07, 0xde]).unwrap();
    let error = counter.call(CODE, &Call::words(&[])).unwrap_err();
    assert!(matches!(error, Error::Stopped { pc: 0x1002, executed: 1, .. }), "{error}");
    // ldr r0, [r0] of no memory
    counter.code(CODE + 0x100, &[0x00, 0x68, 0x70, 0x47]).unwrap();
    let error = counter.call(CODE + 0x100, &Call::words(&[0x5000_0000])).unwrap_err();
    assert!(matches!(error, Error::Stopped { pc: 0x1100, executed: 0, .. }), "{error}");
    // b .
    counter.code(CODE + 0x200, &[0xfe, 0xe7]).unwrap();
    let limited = Call { limit: 1000, ..Call::words(&[]) };
    assert_eq!(counter.call(CODE + 0x200, &limited), Err(Error::Limit(1000)));
    // movs r4, #1; bx lr
    counter.code(CODE + 0x300, &[0x01, 0x24, 0x70, 0x47]).unwrap();
    let error = counter.call(CODE + 0x300, &Call::words(&[])).unwrap_err();
    assert_eq!(error, Error::Clobbered("r4".to_string()));
    // blx r0 to an address without code
    counter.code(CODE + 0x400, &[0x80, 0x47]).unwrap();
    let error = counter.call(CODE + 0x400, &Call::words(&[DATA | 1])).unwrap_err();
    assert!(matches!(error, Error::Stopped { .. }), "{error}");
}

#[test]
fn what_the_table_does_not_know_is_listed() {
    let mut counter = Counter::new(Core::M4).unwrap();
    // a reserved hint, which does nothing; bx lr
    counter.code(CODE, &[0x60, 0xbf, 0x70, 0x47]).unwrap();
    let count = counter.call(CODE, &Call::words(&[0])).unwrap();
    assert_eq!((count.executed, count.unmodelled), (2, [(CODE, 1)].into()));
}

#[test]
fn accesses_are_traced() {
    let mut counter = Counter::new(Core::M4).unwrap();
    counter.write(DATA, &[1, 2, 3, 0x84]).unwrap();
    // ldrsb r1, [r0, r2] wide; strh r1, [r0, #2]; ldr r1, [r0]; bx lr
    let program = [0xf910u16, 0x1002, 0x8041, 0x6801, 0x4770];
    let bytes: Vec<u8> = program.iter().flat_map(|half| half.to_le_bytes()).collect();
    counter.code(CODE, &bytes).unwrap();
    let call = Call { trace: true, ..Call::words(&[DATA, 0, 3]) };
    let access = |pc, address, width, store, value| Access { pc, address, width, store, value };
    assert_eq!(
        counter.call(CODE, &call).unwrap().accesses,
        [
            access(CODE, DATA + 3, 1, false, 0x84),
            access(CODE + 4, DATA + 2, 2, true, 0xff84),
            access(CODE + 6, DATA, 4, false, 0xff84_0201),
        ]
    );
    assert!(counter.call(CODE, &Call::words(&[DATA, 0, 3])).unwrap().accesses.is_empty());
}
