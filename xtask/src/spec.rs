//! `cargo xtask spec`: the specification's own test suite, executed.
//!
//! Every module is compiled and loaded into an emulated core, every call runs
//! there. A directive that needs what is not compiled is skipped, and listed
//! with the reason; no failure may be skipped.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use clap::Args;
use synth::{Cpu, FloatAbi, Level, StackCheck};

mod effects;
mod engine;
mod instances;
mod link;
mod report;
mod runner;
mod script;
mod suite;
mod value;

use engine::Engine;
use report::{Entry, Report};
use runner::{Runner, Verdict};
use script::{Directive, Kind};
use suite::Script;

/// Run the specification suite on emulated cores.
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
    /// The optimisation levels: O0, O1, O2, Os, Oz.
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', default_value = "Os",
          value_parser = parse_level)]
    level: Vec<Level>,
    /// How the stack is checked in the files that exhaust it; psplim is for
    /// cortex-m33
    #[arg(long, value_name = "KIND", default_value = "limit", value_parser = parse_check)]
    stack_check: StackCheck,
    /// Only the files whose name (SET/FILE) contains this.
    #[arg(long, value_name = "FILTER", default_value = "")]
    file: String,
    /// Stop at the first failure.
    #[arg(long)]
    fail_fast: bool,
    /// List each skipped directive.
    #[arg(long)]
    verbose: bool,
    /// Say only why how many were skipped, not where.
    #[arg(long, conflicts_with = "verbose")]
    brief: bool,
}

fn parse_level(name: &str) -> Result<Level, String> {
    name.strip_prefix('O').unwrap_or(name).parse()
}

fn parse_check(name: &str) -> Result<StackCheck, String> {
    match name {
        "none" => Ok(StackCheck::None),
        "limit" => Ok(StackCheck::Limit),
        "psplim" => Ok(StackCheck::Register),
        _ => Err("none, limit or psplim".to_string()),
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> crate::Result {
    let scripts = suite::scripts(&arguments.file)?;
    let mut failed = 0;
    let mut last_skips = String::new();
    for &level in &arguments.level {
        for &cpu in &arguments.cpu {
            let start = Instant::now();
            let entries = run_all(&scripts, cpu, level, arguments)?;
            let report = Report::new(&entries);
            print!("{}", report.failures());
            println!("{}", report.summary(&cpu.to_string()));
            println!("  -O{level}, {:.1} s: {}", start.elapsed().as_secs_f64(), report.judges());
            let skips = match (arguments.verbose, arguments.brief) {
                (true, _) => report.each_skip(),
                (_, true) => report.reasons(),
                _ => report.skips() + &report.reasons(),
            };
            if !skips.is_empty() && skips == last_skips {
                println!("  skipped as before");
            } else {
                print!("{skips}");
                last_skips = skips;
            }
            failed += report.failed;
            if failed > 0 && arguments.fail_fast {
                break;
            }
        }
    }
    if failed > 0 { Err(format!("{failed} directives failed").into()) } else { Ok(()) }
}

/// Runs scripts on a CPU, one core of the machine and one emulator for each
/// of several at a time.
fn run_all(
    scripts: &[Script],
    cpu: Cpu,
    level: Level,
    arguments: &Arguments,
) -> Result<Vec<Entry>, String> {
    // Long scripts first, so that none is left alone in the end.
    let mut order: Vec<usize> = (0..scripts.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(scripts[i].directives.len()));
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let results = Mutex::new(vec![]);
    let work = || -> Result<(), String> {
        // Modules are small: their functions are compiled one by one.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        pool.map_err(|e| e.to_string())?.install(|| {
            let mut engine = Engine::start(cpu, arguments.float_abi, level, arguments.stack_check)?;
            while let Some(&number) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let (mut entries, mut lost) = run_script(&mut engine, &scripts[number]);
                if lost {
                    // Perhaps the machine had too much to do.
                    engine = Engine::start(cpu, arguments.float_abi, level, arguments.stack_check)?;
                    (entries, lost) = run_script(&mut engine, &scripts[number]);
                }
                if arguments.fail_fast
                    && entries.iter().any(|e| matches!(e.verdict, Verdict::Failed(_)))
                {
                    stop.store(true, Ordering::Relaxed);
                }
                results.lock().map_err(|e| e.to_string())?.push((number, entries));
                if lost {
                    engine = Engine::start(cpu, arguments.float_abi, level, arguments.stack_check)?;
                }
            }
            Ok(())
        })
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, Result<(), String>>| {
            worker.join().unwrap_or_else(|_| Err("a worker panicked".to_string()))
        };
        workers.into_iter().map(join).collect::<Result<Vec<()>, String>>()
    })?;
    let mut results = results.into_inner().map_err(|e| e.to_string())?;
    results.sort_by_key(|(number, _)| *number);
    Ok(results.into_iter().flat_map(|(_, entries)| entries).collect())
}

/// The entries of a script, and whether the emulator was lost.
fn run_script(engine: &mut Engine, script: &Script) -> (Vec<Entry>, bool) {
    // Elsewhere the code is that without checks.
    let exhausts = |d: &Directive| matches!(d.kind, Kind::Exhaustion(_));
    engine.check_stack(script.directives.iter().any(|(directive, _)| exhausts(directive)));
    let mut runner = Runner::new(engine, script.features);
    let mut entries = vec![];
    for (directive, counts) in &script.directives {
        let verdict = runner.run(directive);
        // What fails counts in any case.
        if *counts || matches!(verdict, Verdict::Failed(_)) {
            entries.push(Entry::new(&script.name, directive.line, &directive.kind, verdict));
        }
    }
    (entries, runner.lost)
}
