//! `cargo xtask fuzz`: generated modules on all engines, against wasmi, until
//! time is up or something differs.

use std::time::{Duration, Instant};

use clap::Args;
use synth_fuzz::{
    Case, Emulated, End, Engine, Interpreted, Oracle, Setup, Verdict, check, generate,
};
use synth_ir::TrapCode;
use synth_opt::Level;

use crate::Result;

/// Cores, levels and float ABIs; each module runs on one of them, in turn.
const CORES: [Setup; 12] = [
    Setup::new("cortex-m3", Level::Os),
    Setup::new("cortex-m4", Level::O0),
    Setup::new("cortex-m33", Level::O2),
    Setup::new("cortex-m7", Level::Oz),
    Setup::new("cortex-m4", Level::O2).hard(),
    Setup::new("cortex-m3", Level::O1),
    Setup::new("cortex-m7", Level::O1).hard(),
    Setup::new("cortex-m4+nofp", Level::Oz),
    Setup::new("cortex-m33", Level::Os).hard(),
    Setup::new("cortex-m7", Level::O2),
    Setup::new("cortex-m33+nofp", Level::O0),
    Setup::new("cortex-m7+nofp.dp", Level::Os),
];

/// Cores without checks of accesses, for modules that no check stops.
const UNCHECKED: [Setup; 3] = [
    Setup::new("cortex-m3", Level::O2).unchecked(),
    Setup::new("cortex-m7", Level::Os).hard().unchecked(),
    Setup::new("cortex-m33", Level::Oz).unchecked(),
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
    unchecked: u64,
    functions: usize,
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
    let setups = |setups: &'static [Setup]| match arguments.no_emulator {
        true => &[][..],
        false => setups,
    };
    let mut cores = Cores::new(setups(&CORES));
    let mut unchecked = Cores::new(setups(&UNCHECKED));
    loop {
        if let Some(case) = generate(seed) {
            let mut engines: Vec<&mut dyn Engine> = vec![&mut plain, &mut optimised];
            engines.extend(cores.in_turn(seed, arguments.once)?);
            if let Some(true) = compare(seed, &case, &mut engines, &mut counts)? {
                let mut engines: Vec<&mut dyn Engine> = vec![];
                engines.extend(unchecked.in_turn(seed, arguments.once)?);
                counts.unchecked += 1;
                compare(seed, &case, &mut engines, &mut Counts::default())?;
            }
        }
        seed = seed.wrapping_add(1);
        if arguments.once || Instant::now() >= end {
            break;
        }
    }
    println!(
        "fuzz: seeds {} to {}, {} modules equal ({} functions), {} of them without checks too, \
         {} calls returned, {} trapped, {} skipped",
        arguments.seed,
        seed.wrapping_sub(1),
        counts.modules,
        counts.functions,
        counts.unchecked,
        counts.returned,
        counts.trapped,
        counts.skipped
    );
    Ok(())
}

/// Emulated cores, each started when it is its turn.
struct Cores {
    setups: &'static [Setup],
    started: Vec<Option<Emulated>>,
}

impl Cores {
    fn new(setups: &'static [Setup]) -> Cores {
        Cores { setups, started: setups.iter().map(|_| None).collect() }
    }

    /// The core whose turn it is, or all.
    fn in_turn(&mut self, seed: u64, all: bool) -> Result<Vec<&mut dyn Engine>> {
        let turn = seed as usize % self.setups.len().max(1);
        let mut chosen: Vec<&mut dyn Engine> = vec![];
        for (index, (core, setup)) in self.started.iter_mut().zip(self.setups).enumerate() {
            if all || index == turn {
                if core.is_none() {
                    *core = Some(Emulated::start(setup)?);
                }
                chosen.extend(core.iter_mut().map(|core| core as &mut dyn Engine));
            }
        }
        Ok(chosen)
    }
}

/// Says of a module that all agree on whether no access was out of bounds.
fn compare(
    seed: u64,
    case: &Case,
    engines: &mut [&mut dyn Engine],
    counts: &mut Counts,
) -> Result<Option<bool>> {
    match check(case, &mut Oracle::default(), engines) {
        Verdict::Equal(trace) => {
            let returned = trace.ends[1..].iter().filter(|e| matches!(e, End::Returned(_))).count();
            let bodies = (0..case.module.functions.len() as u32).map(|i| case.module.body(i));
            counts.functions += bodies.flatten().count();
            counts.modules += 1;
            counts.returned += returned;
            counts.trapped += trace.ends.len() - 1 - returned;
            let outside = End::Trapped(TrapCode::MemoryOutOfBounds);
            return Ok(Some(!trace.ends.contains(&outside)));
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
    Ok(None)
}
