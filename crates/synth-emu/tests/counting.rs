//! Executed instructions are counted exactly: the expected numbers are read off
//! the programs.

use synth_emu::{Board, CallArgs, FaultKind, HostCall, HostError, Machine, Options, Outcome, Run};

fn each_board(test: impl Fn(&mut Machine)) {
    for board in Board::ALL {
        let options = Options { board, counting: true };
        test(&mut Machine::with_options(options).expect("QEMU starts"));
    }
}

fn load(machine: &mut Machine, offset: u32, program: &[u16]) -> u32 {
    let address = machine.memory().code.start + offset;
    let bytes: Vec<u8> = program.iter().flat_map(|half| half.to_le_bytes()).collect();
    machine.write(address, &bytes).unwrap();
    address
}

fn count(machine: &mut Machine, program: &[u16], words: &[u32]) -> u64 {
    let address = load(machine, 0, program);
    let run = machine.call(address, &CallArgs::words(words)).unwrap();
    assert!(matches!(run.outcome, Outcome::Returned(_)), "{run:?}");
    run.instructions.expect("the machine counts")
}

#[test]
fn straight_code_and_loops() {
    each_board(|machine| {
        let board = machine.board();
        // bx lr, after 0 to 40 times nop
        for n in 0..=40 {
            let mut program = vec![0xbf00; n];
            program.push(0x4770);
            assert_eq!(count(machine, &program, &[]), n as u64 + 1, "{board}, {n} nops");
        }
        // 1: ldr r2, [r1]; adds r2, #1; str r2, [r1]; subs r0, #1; bne 1b; bx lr
        let program = &[0x680a, 0x3201, 0x600a, 0x3801, 0xd1fa, 0x4770];
        let data = machine.memory().data.start;
        for n in [1_u32, 2, 3, 17, 1000, 65_537, 1_000_003] {
            let expected = 5 * u64::from(n) + 1;
            assert_eq!(count(machine, program, &[n, data]), expected, "{board}, {n} turns");
        }
        // Instructions that a condition skips count: they take their cycle.
        // cmp r0, #0; ite eq; moveq r0, #1; movne r0, #2; bx lr
        let program = &[0x2800, 0xbf0c, 0x2001, 0x2002, 0x4770];
        assert_eq!(count(machine, program, &[0]), 5, "{board}");
        assert_eq!(count(machine, program, &[1]), 5, "{board}");
    });
}

#[test]
fn host_calls_are_not_counted() {
    each_board(|machine| {
        // push {lr}; blx r0; pop {pc}
        let function = load(machine, 0, &[0xb500, 0x4780, 0xbd00]);
        let stub = function + 64;
        machine.write(stub, &machine.host_stub(0)).unwrap();
        // nop; nop; bx lr
        let other = load(machine, 128, &[0xbf00, 0xbf00, 0x4770]);
        let mut nested = None;
        let mut host = |machine: &mut Machine, _: &HostCall| {
            nested = machine.call(other, &CallArgs::default())?.instructions;
            Ok::<_, HostError>(())
        };
        let args = CallArgs::words(&[stub | 1]);
        let run = machine.call_with(function, &args, &mut host).unwrap();
        assert_eq!(run.instructions, Some(3), "{}", machine.board());
        assert_eq!(nested, Some(3), "{}", machine.board());
    });
}

#[test]
fn faulting_instructions_are_not_counted() {
    each_board(|machine| {
        let unmapped = 0x3000_0000;
        let odd = machine.memory().data.start + 2;
        // The instruction after two nops, r0, and the fault.
        let cases: &[(&[u16], u32, FaultKind)] = &[
            (&[0xde00], 0, FaultKind::Udf(0)),                 // udf #0
            (&[0xf7f1, 0xa234], 0, FaultKind::Udf(0x1234)),    // udf.w #0x1234
            (&[0xb600], 0, FaultKind::Undefined(0xb600_0000)), // undefined
            (&[0xee30, 0x0a20], 0, FaultKind::NoCoprocessor),  // vadd.f32 s0, s0, s1
            (&[0xdf01], 0, FaultKind::SupervisorCall),         // svc #1
            (&[0xbe01], 0, FaultKind::Breakpoint),             // bkpt #1
            (&[0x6800], unmapped, FaultKind::Unmapped),        // ldr r0, [r0]
            (&[0xe9d0, 0x0100], odd, FaultKind::Unaligned),    // ldrd r0, r1, [r0]
            (&[0xfbb0, 0xf0f1], odd, FaultKind::DivideByZero), // udiv r0, r0, r1
        ];
        for &(instruction, argument, kind) in cases {
            let address = load(machine, 0, &[&[0xbf00, 0xbf00], instruction].concat());
            let args = CallArgs { trap_divide_by_zero: true, ..CallArgs::words(&[argument]) };
            let Run { outcome, instructions } = machine.call(address, &args).unwrap();
            let Outcome::Fault(fault) = outcome else { panic!("{outcome:?}") };
            assert_eq!(fault.kind, kind);
            assert_eq!(instructions, Some(2), "{kind} on {}", machine.board());
        }
    });
}

#[test]
fn counting_is_off_by_default() {
    let mut machine = Machine::start(Board::Mps2An385).unwrap();
    let function = load(&mut machine, 0, &[0x4770]);
    assert_eq!(machine.call(function, &CallArgs::default()).unwrap().instructions, None);
}
