//! `cargo xtask count`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use synth::{Bounds, Cpu, FloatAbi, Level};
use synth_count::native::{self, Compiler, Target};
use synth_count::{Call, Count, wasm};

use super::{Result, profile, read};

/// Count what a function of a module costs, at each level.
///
/// Size is that of the module's own code and constants, cycles are estimated
/// (`synth_count::timing`). With --c, a C function is counted beside it; the
/// ratios are to the smaller size at -Os and the fewer cycles at -O2 of gcc
/// and clang.
#[derive(Args)]
pub(super) struct Arguments {
    /// The module, .wasm or .wat
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// The exported function to call
    #[arg(long, value_name = "NAME")]
    invoke: String,
    /// Its arguments: decimal or hexadecimal numbers
    #[arg(value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
    /// The CPU: cortex-m3 or cortex-m4
    #[arg(long, default_value = "cortex-m4+nofp")]
    cpu: Cpu,
    /// Only this level
    #[arg(long)]
    level: Option<Level>,
    /// How accesses to linear memory are checked
    #[arg(long, value_enum, default_value_t = BoundsArg::Check)]
    bounds: BoundsArg,
    /// A C file to compare with
    #[arg(long, value_name = "FILE", requires = "function")]
    c: Option<PathBuf>,
    /// The function of the C file
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Print each executed instruction with its costs (of the level -Os
    /// unless --level says otherwise)
    #[arg(long)]
    profile: bool,
    /// Print memory accesses outside the stack (same level)
    #[arg(long)]
    trace: bool,
}

/// Names of [`Bounds`].
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BoundsArg {
    /// An access outside the memory traps
    Check,
    /// No check
    None,
}

impl From<BoundsArg> for Bounds {
    fn from(arg: BoundsArg) -> Self {
        match arg {
            BoundsArg::Check => Bounds::Check,
            BoundsArg::None => Bounds::None,
        }
    }
}

/// A line of the table.
struct Line {
    name: String,
    size: u64,
    count: Count,
}

pub(super) fn run(arguments: &Arguments) -> Result {
    if arguments.profile || arguments.trace {
        return show(arguments);
    }
    let native = native_lines(arguments)?;
    let levels = Level::ALL.iter().filter(|level| arguments.level.is_none_or(|l| l == **level));
    let mut lines = vec![];
    for &level in levels {
        let (module, call) = compile(arguments, level)?;
        let count =
            module.load(wasm::core(arguments.cpu)?)?.call_symbol(&arguments.invoke, &call)?;
        lines.push(Line { name: format!("synth -O{level}"), size: module.size, count });
    }
    let best = |level: &str, cost: fn(&Line) -> u64| {
        native.iter().filter(|line| line.name.ends_with(level)).map(cost).min()
    };
    let size = best("-Os", |line| line.size);
    let cycles = best("-O2", |line| line.count.cycles);
    println!(
        "                 size           executed    skipped     cycles          stack  result"
    );
    for line in native.iter().chain(&lines) {
        let Line { name, size: bytes, count } = line;
        println!(
            "{name:11} {bytes:9} {:6} {:12} {:10} {:10} {:6} {:7}  {:#x}",
            ratio(*bytes, size),
            count.executed,
            count.skipped,
            count.cycles,
            ratio(count.cycles, cycles),
            count.stack,
            count.registers[0],
        );
        for (address, times) in &count.unmodelled {
            println!("    no timing for the instruction at {address:#x}, executed {times} times");
        }
    }
    Ok(())
}

fn ratio(value: u64, base: Option<u64>) -> String {
    base.map_or(String::new(), |base| format!("{:.2}", value as f64 / base.max(1) as f64))
}

fn compile(arguments: &Arguments, level: Level) -> Result<(wasm::Module, Call)> {
    let (cpu, bounds) = (arguments.cpu, arguments.bounds.into());
    let build = wasm::Build { cpu, level, bounds, float_abi: FloatAbi::default() };
    let module = build.run(&read(&arguments.input)?)?;
    let call = module.call(&arguments.invoke, &arguments.args)?;
    Ok((module, call))
}

fn native_lines(arguments: &Arguments) -> Result<Vec<Line>> {
    let (Some(source), Some(function)) = (&arguments.c, &arguments.function) else {
        return Ok(vec![]);
    };
    let (_, call) = compile(arguments, Level::O0)?;
    let mut lines = vec![];
    for compiler in Compiler::ALL {
        for level in ["s", "2"] {
            let target = Target::soft(arguments.cpu.core);
            let build = native::Build { source, function, target, level };
            let program = build.run(compiler)?;
            let count = program.load(wasm::core(arguments.cpu)?)?.call_symbol(function, &call)?;
            lines.push(Line { name: format!("{compiler} -O{level}"), size: program.size, count });
        }
    }
    Ok(lines)
}

/// Shows one run in detail.
fn show(arguments: &Arguments) -> Result {
    let (module, mut call) = compile(arguments, arguments.level.unwrap_or_default())?;
    call.trace = arguments.trace;
    let mut counter = module.load(wasm::core(arguments.cpu)?)?;
    let count = counter.call_symbol(&arguments.invoke, &call)?;
    if arguments.profile {
        print!("{}", profile::listing(&counter, &count)?);
    }
    for access in count.accesses.iter().filter(|access| !counter.on_stack(access.address)) {
        let kind = if access.store { "store" } else { "load" };
        let bits = 8 * access.width;
        println!("{:#010x}: {kind}{bits} {:#010x} {:#x}", access.pc, access.address, access.value);
    }
    Ok(())
}
