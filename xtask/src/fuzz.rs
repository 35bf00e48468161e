//! `cargo xtask fuzz`: generated modules on all engines, against wasmi, until
//! time is up or something differs.

use std::time::{Duration, Instant};

use clap::Args;
use synth_emu::Board;
use synth_fuzz::{Case, Emulated, End, Engine, Interpreted, Oracle, Verdict, check, generate};
use synth_opt::Level;

use crate::Result;

/// Cores and levels; each module runs on one of them, in turn.
const CORES: [(Board, &str, Level); 5] = [
    (Board::Mps2An385, "cortex-m3", Level::Os),
    (Board::Mps2An386, "cortex-m4", Level::O0),
    (Board::Mps2An505, "cortex-m33", Level::O2),
    (Board::Mps2An500, "cortex-m7", Level::Oz),
    (Board::Mps2An385, "cortex-m3", Level::O1),
];

/// Compare our engines with wasmi on generated modules.
#[derive(Args)]
pub struct Arguments {
    /// How long to run.
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u64,
    /// The first module's seed; those that follow count up from it.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Run this seed only, on all cores.
    #[arg(long)]
    once: bool,
    /// Do not run machine code: the interpreter only.
    #[arg(long)]
    no_emulator: bool,
}

/// What was compared.
#[derive(Default)]
struct Counts {
    modules: u64,
    returned: usize,
    trapped: usize,
    skipped: u64,
}

pub fn run(arguments: &Arguments) -> Result {
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    let mut counts = Counts::default();
    let mut seed = arguments.seed;
    let mut plain = Interpreted::default();
    let mut optimised = Interpreted { level: Some(Level::Os), ..Interpreted::default() };
    let mut cores = vec![];
    for (board, cpu, level) in CORES.iter().filter(|_| !arguments.no_emulator) {
        cores.push(Emulated::start(*board, cpu, *level)?);
    }
    loop {
        if let Some(case) = generate(seed) {
            let mut engines: Vec<&mut dyn Engine> = vec![&mut plain, &mut optimised];
            let turn = seed as usize % CORES.len();
            let chosen = cores.iter_mut().enumerate();
            let chosen = chosen.filter(|(index, _)| arguments.once || *index == turn);
            engines.extend(chosen.map(|(_, core)| core as &mut dyn Engine));
            compare(seed, &case, &mut engines, &mut counts)?;
        }
        seed = seed.wrapping_add(1);
        if arguments.once || Instant::now() >= end {
            break;
        }
    }
    println!(
        "fuzz: seeds {} to {}, {} modules equal, {} calls returned, {} trapped, {} skipped",
        arguments.seed,
        seed.wrapping_sub(1),
        counts.modules,
        counts.returned,
        counts.trapped,
        counts.skipped
    );
    Ok(())
}

fn compare(seed: u64, case: &Case, engines: &mut [&mut dyn Engine], counts: &mut Counts) -> Result {
    match check(case, &mut Oracle::default(), engines) {
        Verdict::Equal(trace) => {
            let returned = trace.ends[1..].iter().filter(|e| matches!(e, End::Returned(_))).count();
            counts.modules += 1;
            counts.returned += returned;
            counts.trapped += trace.ends.len() - 1 - returned;
        }
        Verdict::Skipped(_) => counts.skipped += 1,
        Verdict::Mismatch(mismatch) => {
            let directory = crate::root().join("target").join("fuzz");
            std::fs::create_dir_all(&directory)?;
            let path = directory.join(format!("seed-{seed}.wasm"));
            std::fs::write(&path, case.module.bytes())?;
            return Err(format!(
                "seed {seed}: {mismatch}\nthe module is in {}; `cargo xtask fuzz --once --seed \
                 {seed}` repeats the run",
                path.display()
            )
            .into());
        }
    }
    Ok(())
}
