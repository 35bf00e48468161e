//! `cargo xtask bench`.

use clap::Args;
use synth::{Bounds, Cpu, Level};
use synth_count::native::{self, Compiler};
use synth_count::{Call, Count, wasm};

use super::{Result, bench_dir, geometric_mean, programs, read, wasm_file};

/// Compare code from WebAssembly with native code: size and cycles of every
/// program in bench/src.
///
/// Sizes are bytes of flash of a program's own code, literal pools, constants
/// and initialisation, at -Os; cycles are estimated for the CPU
/// (`synth_count::timing`), at -O2. Native is the better of gcc and clang for
/// each program and figure. All ways of compiling must give the same result.
#[derive(Args)]
pub(super) struct Arguments {
    /// Only these programs
    #[arg(value_name = "PROGRAM")]
    only: Vec<String>,
    /// The CPU: cortex-m3 or cortex-m4
    #[arg(long, default_value = "cortex-m4+nofp")]
    cpu: Cpu,
    /// Print the figures of every compiler and level
    #[arg(long)]
    all: bool,
}

/// One way of compiling a program, and what came of it.
struct Sample {
    way: String,
    size: u64,
    count: Count,
}

/// Ratios to native code, without and with bounds checks.
#[derive(Clone, Copy)]
struct Ratios {
    size: f64,
    cycles: f64,
    instructions: f64,
    checked_size: f64,
    checked_cycles: f64,
}

const FIELDS: [fn(&Ratios) -> f64; 5] =
    [|r| r.size, |r| r.cycles, |r| r.instructions, |r| r.checked_size, |r| r.checked_cycles];

pub(super) fn run(arguments: &Arguments) -> Result {
    let wanted =
        |name: &String| arguments.only.is_empty() || arguments.only.iter().any(|n| n == name);
    let names: Vec<String> = programs()?.into_iter().filter(wanted).collect();
    if names.is_empty() {
        return Err("no such program".into());
    }
    println!("{}, code by gcc, clang and synth; ratios to the better native code", arguments.cpu);
    println!("                 -Os bytes        -O2 cycles         instr.  with bounds checks");
    println!("program      native    ratio    native      ratio    ratio   bytes  cycles");
    let mut all = vec![];
    let mut failures = vec![];
    for name in &names {
        match program(name, arguments) {
            Ok(ratios) => all.push(ratios),
            Err(failure) => {
                println!("{name:11} {failure}");
                failures.push(name.as_str());
            }
        }
    }
    if !failures.is_empty() {
        return Err(format!("failed: {}", failures.join(", ")).into());
    }
    let [size, cycles, instructions, checked_size, checked_cycles] =
        FIELDS.map(|field| geometric_mean(all.iter().map(field)));
    println!(
        "mean                   {size:6.2}            {cycles:8.2} {instructions:8.2} {checked_size:7.2} {checked_cycles:7.2}",
    );
    println!(
        "bench: size {size:.3} cycles {cycles:.3} checked-size {checked_size:.3} checked-cycles {checked_cycles:.3}"
    );
    Ok(())
}

/// Measures a program and prints its line.
fn program(name: &str, arguments: &Arguments) -> Result<Ratios> {
    let native = native_samples(name, arguments.cpu)?;
    let plain = synth_samples(name, arguments.cpu, Bounds::None)?;
    let checked = synth_samples(name, arguments.cpu, Bounds::Check)?;
    let result = native[0].count.registers[0];
    for sample in native.iter().chain(&plain).chain(&checked) {
        if sample.count.registers[0] != result {
            let (way, found) = (&sample.way, sample.count.registers[0]);
            return Err(format!("{way} gives {found:#x}, gcc -Os {result:#x}").into());
        }
        if let Some((address, _)) = sample.count.unmodelled.first_key_value() {
            return Err(format!("{}: no timing at {address:#x}", sample.way).into());
        }
    }
    let least = |level: &str, cost: fn(&Sample) -> u64| {
        let samples = native.iter().filter(|s| s.way.ends_with(level));
        samples.map(cost).min().unwrap_or_default()
    };
    let size = least("-Os", |s| s.size);
    let cycles = least("-O2", |s| s.count.cycles);
    let instructions = least("-O2", |s| s.count.executed);
    let ratio = |value: u64, base: u64| value as f64 / base as f64;
    let [small, fast] = &plain;
    let ratios = Ratios {
        size: ratio(small.size, size),
        cycles: ratio(fast.count.cycles, cycles),
        instructions: ratio(fast.count.executed, instructions),
        checked_size: ratio(checked[0].size, size),
        checked_cycles: ratio(checked[1].count.cycles, cycles),
    };
    let [r_size, r_cycles, r_instructions, r_checked_size, r_checked_cycles] =
        FIELDS.map(|field| field(&ratios));
    println!(
        "{name:11} {size:7}   {r_size:6.2}  {cycles:8}   {r_cycles:8.2} {r_instructions:8.2} {r_checked_size:7.2} {r_checked_cycles:7.2}",
    );
    if arguments.all {
        for Sample { way, size, count } in native.iter().chain(&plain).chain(&checked) {
            let Count { executed, cycles, stack, .. } = count;
            println!(
                "    {way:20} {size:6} bytes {executed:9} instructions {cycles:9} cycles {stack:5} stack"
            );
        }
    }
    Ok(ratios)
}

fn native_samples(name: &str, cpu: Cpu) -> Result<Vec<Sample>> {
    let source = bench_dir().join(format!("src/{name}.c"));
    let function = format!("bench_{name}");
    let mut samples = vec![];
    for compiler in Compiler::ALL {
        for level in ["s", "2"] {
            let build =
                native::Build { source: &source, function: &function, cpu: cpu.core, level };
            let program = build.run(compiler)?;
            let way = format!("{compiler} -O{level}");
            let count = program.load(wasm::core(cpu)?)?.call_symbol(&function, &Call::words(&[]));
            let count = count.map_err(|e| format!("{way}: {e}"))?;
            samples.push(Sample { way, size: program.size, count });
        }
    }
    Ok(samples)
}

/// The program from the module at -Os and at -O2.
fn synth_samples(name: &str, cpu: Cpu, bounds: Bounds) -> Result<[Sample; 2]> {
    let sample = |level: Level| -> Result<Sample> {
        let checks = if bounds == Bounds::Check { " checked" } else { "" };
        let way = format!("synth -O{level}{checks}");
        let module = read(&wasm_file(name, level.name()))?;
        let program = wasm::Build { cpu, level, bounds }.run(&module);
        let program = program.map_err(|e| format!("{way}: {e}"))?;
        let counter = program.load(wasm::core(cpu)?);
        let count =
            counter.and_then(|mut c| c.call_symbol(&format!("bench_{name}"), &Call::words(&[])));
        let count = count.map_err(|e| format!("{way}: {e}"))?;
        Ok(Sample { way, size: program.size, count })
    };
    Ok([sample(Level::Os)?, sample(Level::O2)?])
}
