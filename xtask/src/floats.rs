//! `cargo xtask floats`: every float operator on emulated cores against the
//! host's arithmetic.

use std::time::Instant;

use clap::Args;
use synth::{Cpu, FloatAbi, Level};
use synth_emu::Board;
use synth_testkit::floats::{Cases, check, program};
use synth_testkit::{Imports, Loader, compile};

use crate::Result;

/// Compare every float operator on emulated cores with the host, on special and
/// random operands.
#[derive(Args)]
pub struct Arguments {
    /// The CPUs: names as of `synth cpus`.
    #[arg(
        long,
        value_name = "CPU",
        value_delimiter = ',',
        default_value = "cortex-m3,cortex-m4,cortex-m7,cortex-m33"
    )]
    cpu: Vec<Cpu>,
    /// The float ABI: soft, softfp or hard, which needs CPUs with a unit.
    #[arg(long, value_name = "ABI", default_value = "softfp")]
    float_abi: FloatAbi,
    /// Random operands for each operator
    #[arg(long, default_value_t = 1_000_000)]
    count: usize,
    /// Another seed gives other operands
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the command; an error if any result differs.
pub fn run(arguments: &Arguments) -> Result {
    let cases = Cases { special: usize::MAX, random: arguments.count, seed: arguments.seed };
    for &cpu in &arguments.cpu {
        let start = Instant::now();
        let cases = run_on(cpu, arguments.float_abi, cases)?;
        println!("floats {cpu}: {cases} cases agree, {:.1} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn run_on(cpu: Cpu, float_abi: FloatAbi, cases: Cases) -> Result<usize> {
    let board = Board::by_cpu(cpu.core).ok_or_else(|| format!("no board has a {cpu}"))?;
    let options = synth::Options {
        cpu,
        float_abi,
        level: Level::Os,
        threads: 1,
        ..synth::Options::default()
    };
    let mut loader = Loader::start(board)?;
    for routines in synth::runtime::compile_all(&options)? {
        loader.load(&routines.program, &routines.codes, &Imports::default())?;
    }
    let mut code = synth_testkit::options(cpu.core);
    code.cpu = cpu.with_float_abi(float_abi)?;
    let mut operators = program();
    let codes = compile(&mut operators, &code)?;
    let module = loader.load(&operators, &codes, &Imports::default())?;
    Ok(check(&mut loader, module, cases).map_err(|wrong| format!("{cpu}: {wrong}"))?)
}
