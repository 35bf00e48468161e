//! Counts against QEMU's: every instruction that it executes takes part in its
//! virtual time, those that IT blocks skip included. The programs have loops,
//! calls, tables, IT blocks, division and words of 64 bits.

use std::path::Path;

use object::{Object, ObjectSegment};
use synth::{Bounds, FloatAbi, Level, Session};
use synth_count::native::{self, Compiler, Target};
use synth_count::{Call, Core, wasm};
use synth_emu::{Board, CallArgs, Machine, Options, Outcome};

const PROGRAMS: [&str; 6] = ["sem", "tokens", "calendar", "bignum", "machine", "sort"];

fn bench(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench").join(file)
}

fn machine(board: Board) -> Machine {
    Machine::with_options(Options { board, counting: true }).expect("QEMU starts")
}

#[test]
fn native_programs_execute_as_many_instructions() {
    for (core, board) in [(Core::M3, Board::Mps2An385), (Core::M4, Board::Mps2An386)] {
        let mut machine = machine(board);
        for name in PROGRAMS {
            let source = bench(&format!("src/{name}.c"));
            let function = format!("bench_{name}");
            let build = native::Build {
                source: &source,
                function: &function,
                target: Target::soft(board.cpu()),
                level: if core == Core::M3 { "s" } else { "2" },
            };
            let program = build.run(Compiler::Gcc).unwrap_or_else(|e| panic!("{name}: {e}"));
            // The program's variables lie where QEMU has its stack.
            let file = object::File::parse(&*program.elf).unwrap();
            for segment in file.segments() {
                let address = segment.address() as u32;
                machine.fill(address, segment.size() as u32, 0).unwrap();
                machine.write(address, segment.data().unwrap()).unwrap();
            }
            let mut counter = program.load(core).unwrap();
            let address = counter.symbol(&function).unwrap();
            let count = counter.call(address, &Call::words(&[])).unwrap();
            let run = machine.call(address, &CallArgs::words(&[])).unwrap();
            let Outcome::Returned(registers) = run.outcome else { panic!("{name}: {run:?}") };
            assert_eq!(count.registers[0], registers.r[0], "{name} on {board}");
            assert_eq!(Some(count.executed + count.skipped), run.instructions, "{name} on {board}");
        }
    }
}

#[test]
fn compiled_modules_execute_as_many_instructions() {
    let mut skipped = 0;
    for name in PROGRAMS {
        let input = std::fs::read(bench(&format!("wasm/{name}.Os.wasm"))).unwrap();
        let build = wasm::Build {
            cpu: "cortex-m4+nofp".parse().unwrap(),
            level: Level::Os,
            bounds: Bounds::Check,
            float_abi: FloatAbi::default(),
        };
        let module = build.run(&input).unwrap_or_else(|e| panic!("{name}: {e}"));
        let function = format!("bench_{name}");
        let count =
            module.load(Core::M4).unwrap().call_symbol(&function, &Call::words(&[])).unwrap();
        let mut session = Session::start(module.compiled(), true).unwrap();
        let run = session.invoke(&function, &[]).unwrap();
        assert_eq!(run.values, [synth::Argument::I32(count.registers[0] as i32)], "{name}");
        assert_eq!(Some(count.executed + count.skipped), run.instructions, "{name}");
        skipped += count.skipped;
    }
    assert!(skipped > 0, "no IT block skipped anything");
}
