//! Calls on every board: results, the calling convention, faults by kind,
//! calls back to the host. The programs are halfwords that llvm-mc and gas give
//! for the assembly beside them.

use std::time::{Duration, Instant};

use synth_emu::{
    Board, CallArgs, Error, FaultKind, Host, HostCall, HostError, Machine, Outcome, Preserved,
    Registers, Run,
};

/// Writes a program at the start of the code region, at `offset`.
fn load(machine: &mut Machine, offset: u32, program: &[u16]) -> u32 {
    let address = machine.memory().code.start + offset;
    let bytes: Vec<u8> = program.iter().flat_map(|half| half.to_le_bytes()).collect();
    machine.write(address, &bytes).expect("the code region holds the program");
    address
}

fn call(machine: &mut Machine, program: &[u16], args: &CallArgs) -> Outcome {
    let address = load(machine, 0, program);
    machine.call(address, args).expect("the emulator answers").outcome
}

fn result(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Returned(registers) => registers.r[0],
        other => panic!("{other:x?}"),
    }
}

fn fault(outcome: Outcome) -> synth_emu::Fault {
    match outcome {
        Outcome::Fault(fault) => *fault,
        other => panic!("{other:x?}"),
    }
}

fn each_board(test: impl Fn(&mut Machine)) {
    for board in Board::ALL {
        let mut machine = Machine::start(board).expect("QEMU starts");
        test(&mut machine);
        // Whatever the test did, the machine takes the next call.
        assert_eq!(result(&call(&mut machine, ADD, &CallArgs::words(&[3, 4]))), 7);
        assert_eq!(machine.restarts(), 0, "{board}");
    }
}

/// adds r0, r0, r1; bx lr
const ADD: &[u16] = &[0x1840, 0x4770];

#[test]
fn arguments_and_results() {
    each_board(|machine| {
        assert_eq!(result(&call(machine, ADD, &CallArgs::words(&[u32::MAX, 5]))), 4);
        // ldr r0, [sp]; ldr r1, [sp, #4]; subs r0, r0, r1; bx lr
        let stack = &[0x9800, 0x9901, 0x1a40, 0x4770];
        let args = CallArgs::words(&[0, 0, 0, 0, 50, 8]);
        assert_eq!(result(&call(machine, stack, &args)), 42);
        // mov r0, sp; bx lr: with an odd number of words it stays 8-byte aligned
        let odd = CallArgs::words(&[0, 0, 0, 0, 1]);
        assert_eq!(result(&call(machine, &[0x4668, 0x4770], &odd)) & 7, 0);
    });
}

#[test]
fn memory_round_trip() {
    each_board(|machine| {
        let memory = machine.memory().clone();
        for region in [memory.code, memory.stack.clone(), memory.data, memory.large] {
            machine.fill(region.start, region.end - region.start, 0xa5).unwrap();
            machine.fill(region.start + 1, 6, 0x11).unwrap();
            machine.write(region.end - 3, &[1, 2, 3]).unwrap();
            let head = machine.read(region.start, 9).unwrap();
            assert_eq!(head, [0xa5, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0xa5, 0xa5]);
            assert_eq!(machine.read(region.end - 5, 5).unwrap(), [0xa5, 0xa5, 1, 2, 3]);
            let outside = machine.read(region.end - 4, 5 + 0x1_0000);
            if region.end != memory.stack.end {
                assert!(matches!(outside, Err(Error::Address { .. })), "{outside:?}");
            }
        }
        assert!(matches!(machine.write(u32::MAX, &[0, 0]), Err(Error::Address { .. })));
    });
}

#[test]
fn preserved_registers_are_checked() {
    each_board(|machine| {
        // mov r4, r0; mov r9, r0; bx lr
        let outcome = call(machine, &[0x4604, 0x4681, 0x4770], &CallArgs::words(&[1]));
        let Outcome::Violation { clobbered, registers } = outcome else { panic!("{outcome:?}") };
        assert_eq!(clobbered, [Preserved::R(4), Preserved::R(9)]);
        assert_eq!(registers.r[0], 1);
        // push {r0}; bx lr
        let outcome = call(machine, &[0xb401, 0x4770], &CallArgs::default());
        let Outcome::Violation { clobbered, .. } = outcome else { panic!("{outcome:?}") };
        assert!(
            matches!(clobbered[..], [Preserved::Sp { before, after }] if before == after + 4),
            "{clobbered:?}"
        );
        if machine.board().has_fpu() {
            // vmov.f32 s16, s0; bx lr
            let args = CallArgs { fpu: true, ..CallArgs::default() };
            let outcome = call(machine, &[0xeeb0, 0x8a40, 0x4770], &args);
            let Outcome::Violation { clobbered, .. } = outcome else { panic!("{outcome:?}") };
            assert_eq!(clobbered, [Preserved::S(16)]);
        }
    });
}

/// What faults, how it is classified, and where: the offset of the faulting
/// instruction.
#[test]
fn faults_by_kind() {
    let program: &[(&str, &[u16], u32, FaultKind, u32)] = &[
        ("udf #0", &[0xde00], 0, FaultKind::Udf(0), 0),
        ("nop; udf #200", &[0xbf00, 0xdec8], 0, FaultKind::Udf(200), 2),
        ("udf.w #0x1234", &[0xf7f1, 0xa234], 0, FaultKind::Udf(0x1234), 0),
        ("ldrd r0, r1, [r0]", &[0xe9d0, 0x0100], 2, FaultKind::Unaligned, 0),
        ("ldr r0, [r0]", &[0x6800], 0x5000_0002, FaultKind::Unaligned, 0),
        ("udiv r0, r0, r1", &[0xfbb0, 0xf0f1], 1, FaultKind::DivideByZero, 0),
        ("bx r0", &[0x4700], 0x100, FaultKind::InvalidState, 0x100),
        ("vadd.f32 s0, s0, s1", &[0xee30, 0x0a20], 0, FaultKind::NoCoprocessor, 0),
        ("svc #1", &[0xdf01], 0, FaultKind::SupervisorCall, 2),
        ("bkpt #1", &[0xbe01], 0, FaultKind::Breakpoint, 0),
        ("undefined", &[0xb600], 0, FaultKind::Undefined(0xb600_0000), 0),
    ];
    each_board(|machine| {
        let base = machine.memory().data.start;
        for &(text, halves, argument, kind, offset) in program {
            let argument = match kind {
                FaultKind::Unaligned => base + (argument & 0xff),
                FaultKind::InvalidState => machine.memory().code.start + argument,
                _ => argument,
            };
            let args = CallArgs {
                trap_unaligned: true,
                trap_divide_by_zero: true,
                ..CallArgs::words(&[argument])
            };
            let fault = fault(call(machine, halves, &args));
            assert_eq!(fault.kind, kind, "{text} on {}: {fault:x?}", machine.board());
            let pc = machine.memory().code.start + offset;
            assert_eq!(fault.pc, Some(pc), "{text} on {}", machine.board());
            assert_eq!(fault.sp, machine.memory().stack.end, "{text}");
        }
    });
}

#[test]
fn options_of_a_call() {
    each_board(|machine| {
        let data = machine.memory().data.start;
        machine.write(data, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        // ldr r0, [r0]; bx lr
        let outcome = call(machine, &[0x6800, 0x4770], &CallArgs::words(&[data + 1]));
        assert_eq!(result(&outcome), 0x0504_0302);
        // udiv r0, r0, r1; bx lr
        let outcome = call(machine, &[0xfbb0, 0xf0f1, 0x4770], &CallArgs::words(&[5, 0]));
        assert_eq!(result(&outcome), 0);
        // vadd.f32 s0, s0, s1; bx lr
        let mut args = CallArgs { fpu: true, ..CallArgs::default() };
        args.registers.s[..2].copy_from_slice(&[1.5_f32.to_bits(), 2.25_f32.to_bits()]);
        let address = load(machine, 0, &[0xee30, 0x0a20, 0x4770]);
        match machine.call(address, &args) {
            Ok(Run { outcome: Outcome::Returned(registers), .. }) => {
                assert_eq!(f32::from_bits(registers.s[0]), 3.75);
            }
            Err(Error::NoFpu { .. }) => assert!(!machine.board().has_fpu()),
            other => panic!("{other:?}"),
        }
    });
}

/// The cores have what their names say: DSP from Cortex-M4 on, double
/// precision in Cortex-M7 alone.
#[test]
fn instruction_sets() {
    each_board(|machine| {
        let board = machine.board();
        // uadd8 r0, r0, r1; bx lr
        let dsp = call(machine, &[0xfa80, 0xf041, 0x4770], &CallArgs::words(&[0xff01, 0x0101]));
        if board == Board::Mps2An385 {
            assert!(matches!(fault(dsp).kind, FaultKind::Undefined(0xfa80_f041)));
        } else {
            assert_eq!(result(&dsp), 0x0002);
        }
        if board.has_fpu() {
            // vadd.f64 d0, d0, d1; bx lr
            let args = CallArgs { fpu: true, ..CallArgs::default() };
            let double = call(machine, &[0xee30, 0x0b01, 0x4770], &args);
            match board {
                Board::Mps2An500 => assert!(matches!(double, Outcome::Returned(_))),
                _ => assert_eq!(fault(double).kind, FaultKind::Undefined(0xee30_0b01)),
            }
        }
    });
}

#[test]
fn accesses_without_memory() {
    each_board(|machine| {
        let large = machine.memory().large.clone();
        for address in [large.start - 4, large.end, 0x3000_0000] {
            // ldr r0, [r0]; bx lr
            let fault = fault(call(machine, &[0x6800, 0x4770], &CallArgs::words(&[address])));
            assert_eq!(fault.kind, FaultKind::Unmapped, "{fault:x?}");
            assert_eq!(fault.address, Some(address));
            assert_eq!(fault.r[0], address);
        }
        // str r0, [r0]; bx lr: the server is read-only
        let server = machine.memory().code.start - 0x1_0000;
        let fault = fault(call(machine, &[0x6000, 0x4770], &CallArgs::words(&[server])));
        assert_eq!((fault.kind, fault.address), (FaultKind::Unmapped, Some(server)));
        // bx r0: data is not executable
        let data = machine.memory().data.start;
        let outcome = call(machine, &[0x4700], &CallArgs::words(&[data | 1]));
        let Outcome::Fault(fault) = outcome else { panic!("{outcome:?}") };
        assert_eq!((fault.kind, fault.pc), (FaultKind::InstructionMemory, Some(data)));
    });
}

#[test]
fn runaway_recursion_hits_the_stack_limit() {
    each_board(|machine| {
        // push {r0, lr}; bl .-2; pop {r0, pc}
        let program = &[0xb501, 0xf7ff, 0xfffd, 0xbd01];
        let fault = fault(call(machine, program, &CallArgs::default()));
        assert_eq!(fault.kind, FaultKind::StackLimit, "{fault:x?}");
    });
}

#[test]
fn endless_loops_time_out() {
    each_board(|machine| {
        let args = CallArgs { timeout: Duration::from_millis(20), ..CallArgs::default() };
        let start = Instant::now();
        // b .
        assert_eq!(call(machine, &[0xe7fe], &args), Outcome::Timeout);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    });
}

/// With interrupts off only the host can end the loop.
#[test]
fn the_host_ends_what_the_board_cannot() {
    let mut machine = Machine::start(Board::Mps2An385).unwrap();
    let args = CallArgs { timeout: Duration::from_millis(20), ..CallArgs::default() };
    // cpsid i; b .
    assert_eq!(call(&mut machine, &[0xb672, 0xe7fe], &args), Outcome::Timeout);
    assert_eq!(machine.restarts(), 1);
    assert_eq!(result(&call(&mut machine, ADD, &CallArgs::words(&[3, 4]))), 7);
}

/// push {r4, lr}; mov r4, r0; blx r1; adds r0, r0, r4; pop {r4, pc}
const CALL_AND_ADD: &[u16] = &[0xb510, 0x4604, 0x4788, 0x1900, 0xbd10];

#[test]
fn calls_to_the_host() {
    each_board(|machine| {
        let function = load(machine, 0, CALL_AND_ADD);
        let stub = function + 64;
        machine.write(stub, &machine.host_stub(0xabcd)).unwrap();
        let mut seen = None;
        let mut host = |_: &mut Machine, call: &HostCall| {
            seen = Some(*call);
            Ok::<_, HostError>(1000_u32)
        };
        let args = CallArgs::words(&[7, stub | 1, 8, 9]);
        let run = machine.call_with(function, &args, &mut host).unwrap();
        assert_eq!(result(&run.outcome), 1007);
        let seen = seen.expect("the host function ran");
        assert_eq!(seen.index, 0xabcd);
        assert_eq!(seen.registers.r, [7, stub | 1, 8, 9]);
        assert_eq!(seen.sp, machine.memory().stack.end - 8);
        assert_eq!(seen.lr, (function + 6) | 1);

        let error = machine.call(function, &args).unwrap_err();
        assert!(matches!(error, Error::NoHost { index: 0xabcd }), "{error:?}");
        let mut failing = |_: &mut Machine, _: &HostCall| Err::<u32, HostError>("no".into());
        let error = machine.call_with(function, &args, &mut failing).unwrap_err();
        assert!(matches!(error, Error::Host { index: 0xabcd, .. }), "{error:?}");
    });
}

/// Calls the target again from each host call, down to a depth, and faults there.
struct Nested {
    function: u32,
    stub: u32,
    depth: u32,
    innermost: Option<Outcome>,
}

impl Host for Nested {
    fn call(&mut self, machine: &mut Machine, call: &HostCall) -> Result<Registers, HostError> {
        let n = call.registers.r[0];
        if n == self.depth {
            let udf = machine.memory().code.start + 128;
            self.innermost = Some(machine.call(udf, &CallArgs::default())?.outcome);
            return Ok(0_u32.into());
        }
        // Other circumstances than the suspended call's.
        let args = CallArgs {
            trap_unaligned: n.is_multiple_of(2),
            ..CallArgs::words(&[n + 1, self.stub])
        };
        let run = machine.call_with(self.function, &args, self)?;
        Ok(result(&run.outcome).into())
    }
}

#[test]
fn calls_from_host_functions() {
    each_board(|machine| {
        let function = load(machine, 0, CALL_AND_ADD);
        load(machine, 128, &[0xde07]); // udf #7
        let stub = function + 64;
        machine.write(stub, &machine.host_stub(0)).unwrap();
        let mut host = Nested { function, stub: stub | 1, depth: 100, innermost: None };
        let run = machine.call_with(function, &CallArgs::words(&[1, stub | 1]), &mut host).unwrap();
        assert_eq!(result(&run.outcome), 5050);
        let innermost = host.innermost.expect("the recursion reached its depth");
        assert_eq!(fault(innermost).kind, FaultKind::Udf(7));
        host = Nested { function, stub: stub | 1, depth: 1000, innermost: None };
        let error =
            machine.call_with(function, &CallArgs::words(&[1, stub | 1]), &mut host).unwrap_err();
        assert!(matches!(error, Error::Nesting { .. }), "{error:?}");
    });
}

/// Floating-point registers survive a host call that runs floating-point code.
#[test]
fn floats_across_host_calls() {
    for board in Board::ALL.into_iter().filter(|board| board.has_fpu()) {
        let mut machine = Machine::start(board).unwrap();
        // vpush {s16}; push {r4, lr}; vmov.f32 s16, s0; blx r0;
        // vadd.f32 s0, s0, s16; pop {r4, lr}; vpop {s16}; bx lr
        let function = load(
            &mut machine,
            0,
            &[
                0xed2d, 0x8a01, 0xb510, 0xeeb0, 0x8a40, 0x4780, 0xee30, 0x0a08, 0xe8bd, 0x4010,
                0xecbd, 0x8a01, 0x4770,
            ],
        );
        // vmov.f32 s0, s1; bx lr
        let other = load(&mut machine, 128, &[0xeeb0, 0x0a60, 0x4770]);
        let stub = function + 64;
        machine.write(stub, &machine.host_stub(3)).unwrap();
        let mut host = |machine: &mut Machine, call: &HostCall| {
            let mut args = CallArgs { fpu: true, ..CallArgs::default() };
            args.registers.s[1] = (f32::from_bits(call.registers.s[0]) * 10.0).to_bits();
            match machine.call(other, &args)?.outcome {
                Outcome::Returned(registers) => Ok::<_, HostError>(registers),
                outcome => Err(format!("{outcome:?}").into()),
            }
        };
        let mut args = CallArgs { fpu: true, ..CallArgs::words(&[stub | 1]) };
        args.registers.s[0] = 1.25_f32.to_bits();
        let run = machine.call_with(function, &args, &mut host).unwrap();
        let Outcome::Returned(registers) = run.outcome else { panic!("{:?}", run.outcome) };
        assert_eq!(f32::from_bits(registers.s[0]), 13.75, "{board}");
    }
}

/// A generous bound: the suites make some hundred thousand calls.
#[test]
fn calls_are_fast() {
    let mut machine = Machine::start(Board::Mps2An385).unwrap();
    let function = load(&mut machine, 0, ADD);
    let args = CallArgs::words(&[1, 2]);
    let start = Instant::now();
    for _ in 0..1000 {
        machine.call(function, &args).unwrap();
    }
    let each = start.elapsed() / 1000;
    println!("{each:?} a call");
    assert!(each < Duration::from_millis(2), "{each:?} a call");
}
