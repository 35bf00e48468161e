//! Builds and runs programs, all ways side by side on all threads.
//!
//! Invariant: what is reported of a program has the same result from every way
//! of compiling it, on every CPU; nothing is kept from one run to the next.

use rayon::prelude::*;
use synth::{Cpu, FloatAbi};
use synth_count::native::{self, Compiler, Native, Target};
use synth_count::{Call, Core, wasm, wasm2c};

use super::super::{Set, bench_dir, read};
use super::way::{Language, Tool, Way};

/// A program of the benchmark.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub set: Set,
    pub name: String,
    pub language: Language,
}

/// A core with its way to compute with floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub core: Core,
    /// As in `-mcpu=`.
    pub cpu: &'static str,
    /// Whether the floating-point unit is used.
    pub hard_float: bool,
}

impl Machine {
    /// The machines; the first is that of the last line.
    pub(super) const ALL: [Self; 2] = [
        Self { core: Core::M4, cpu: "cortex-m4", hard_float: true },
        Self { core: Core::M3, cpu: "cortex-m3", hard_float: false },
    ];

    fn target(&self) -> Target<'static> {
        Target { cpu: self.cpu, hard_float: self.hard_float }
    }

    fn float_abi(&self) -> FloatAbi {
        if self.hard_float { FloatAbi::Hard } else { FloatAbi::Soft }
    }
}

/// What came of a program on a machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub size: u64,
    pub instructions: u64,
    pub cycles: u64,
    pub stack: u64,
    result: u32,
}

/// Ways and what came of them, in the order of [`Way::all`].
pub(super) type Samples = Vec<(Way, Sample)>;

/// The ways of a program on a machine: all on the first, unless only the main
/// ones are wanted.
fn ways(program: &Program, machine: &Machine, quick: bool) -> Vec<Way> {
    Way::all(program.language, quick || *machine != Machine::ALL[0])
}

/// Why a program can't be reported.
type Problem = String;

/// Measures programs on machines: for each program, the samples by machine.
pub(super) fn measure(
    programs: &[Program],
    machines: &[Machine],
    quick: bool,
) -> Vec<Result<Vec<Samples>, Problem>> {
    let jobs: Vec<(&Program, &Machine, Way)> = programs
        .iter()
        .flat_map(|program| machines.iter().map(move |machine| (program, machine)))
        .flat_map(|(program, machine)| {
            ways(program, machine, quick).into_iter().map(move |way| (program, machine, way))
        })
        .collect();
    let run = |&(program, machine, way): &(&Program, &Machine, Way)| {
        sample(program, machine, way).map_err(|e| format!("{} {way}: {e}", machine.cpu))
    };
    let mut samples = jobs.par_iter().with_max_len(1).map(run).collect::<Vec<_>>().into_iter();
    let mut of_program = |program: &Program| {
        let mut all = vec![];
        for machine in machines {
            let ways = ways(program, machine, quick);
            let values: Vec<_> = samples.by_ref().take(ways.len()).collect();
            all.push(ways.into_iter().zip(values).collect::<Vec<_>>());
        }
        let complete = |of_machine: Vec<(Way, Result<Sample, Problem>)>| {
            of_machine.into_iter().map(|(way, sample)| Ok((way, sample?))).collect()
        };
        let all = all.into_iter().map(complete).collect::<Result<Vec<Samples>, Problem>>()?;
        agree(&all)?;
        Ok(all)
    };
    programs.iter().map(&mut of_program).collect()
}

/// Whether all ways gave the same result.
fn agree(machines: &[Samples]) -> Result<(), Problem> {
    let mut samples = machines.iter().flatten();
    let Some((first, expected)) = samples.next() else { return Ok(()) };
    match samples.find(|(_, sample)| sample.result != expected.result) {
        Some((way, sample)) => {
            Err(format!("{way} gives {:#x}, {first} {:#x}", sample.result, expected.result))
        }
        None => Ok(()),
    }
}

fn sample(program: &Program, machine: &Machine, way: Way) -> Result<Sample, Problem> {
    let built = build(program, machine, way)?;
    let mut counter = built.load(machine.core).map_err(|e| e.to_string())?;
    let count = counter.call_symbol(&program.function(), &Call::words(&[]));
    let count = count.map_err(|e| e.to_string())?;
    if let Some((address, _)) = count.unmodelled.first_key_value() {
        return Err(format!("no timing for the instruction at {address:#x}"));
    }
    Ok(Sample {
        size: built.size,
        instructions: count.executed,
        cycles: count.cycles,
        stack: u64::from(count.stack),
        result: count.registers[0],
    })
}

impl Program {
    /// The function that is called.
    pub(super) fn function(&self) -> String {
        format!("bench_{}", self.name)
    }
}

fn build(program: &Program, machine: &Machine, way: Way) -> Result<Native, Problem> {
    let (function, target, name) = (&program.function(), machine.target(), &program.name);
    let from_c = |compiler: Compiler| {
        let source = &program.set.source(name);
        native::Build { source, function, target, level: way.level }.run(compiler)
    };
    let input = |path: &std::path::Path| read(path).map_err(|e| e.to_string());
    let module = program.set.module(name, way.source_level());
    let built = match way.tool {
        Tool::Gcc => from_c(Compiler::Gcc),
        Tool::Clang => from_c(Compiler::Clang),
        Tool::Rustc => {
            let float = if machine.hard_float { "hard" } else { "soft" };
            Native::link(&[&program.set.native(name, float, way.level)], function, target)
        }
        Tool::Wasm2c { checked } => {
            let shim = bench_dir().join("wasm2c/shim.c");
            wasm2c::Unit { module: &module, function, target, level: way.level, checked }.run(&shim)
        }
        Tool::Linear(bounds) => {
            let synth = synth(machine, way, bounds)?;
            let object = synth.object(&input(&module)?, function).map_err(|e| e.to_string())?;
            Native::link_bytes(&object, function, target)
        }
        Tool::Native => {
            let synth = synth(machine, way, synth::Bounds::None)?;
            let object = input(&program.set.object(name, way.source_level()))?;
            let object = synth.object(&object, function).map_err(|e| e.to_string())?;
            Native::link_bytes(&object, function, target)
        }
    };
    built.map_err(|e| e.to_string())
}

fn synth(machine: &Machine, way: Way, bounds: synth::Bounds) -> Result<wasm::Build, Problem> {
    let cpu: Cpu = machine.cpu.parse().map_err(|_| format!("no CPU '{}'", machine.cpu))?;
    let level = way.synth_level().ok_or_else(|| format!("no level '{}'", way.level))?;
    Ok(wasm::Build { cpu, level, bounds, float_abi: machine.float_abi() })
}
