//! Random programs on all cores, as they are and after the passes of a level:
//! `cargo run -p synth-testkit --example fuzz -- FIRST_SEED COUNT [FUNCTIONS STATEMENTS]`.

use synth_emu::Board;
use synth_opt::{Level, run_pipeline};
use synth_testkit::{AbiVal, Config, Differ, Loader, Rng, Verdict, compile, generate, options};
use synth_thumb::{Options, Prefer, Thumb};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<u64> = std::env::args().skip(1).map(|a| a.parse()).collect::<Result<_, _>>()?;
    let get = |i: usize, or: u64| args.get(i).copied().unwrap_or(or);
    let config = Config {
        functions: get(2, 4) as usize,
        statements: get(3, 30) as usize,
        ..Config::default()
    };
    let mut loaders: Vec<(Loader, Options)> = vec![];
    for board in Board::ALL {
        loaders.push((Loader::start(board)?, options(board.cpu())));
    }
    let (mut defined, mut calls) = (0, 0);
    for seed in get(0, 0)..get(0, 0) + get(1, 100) {
        let mut rng = Rng::new(seed);
        let program = generate(&mut rng, &config);
        let (loader, options) = &mut loaders[(seed % 4) as usize];
        options.prefer = if rng.one_in(2) { Prefer::Size } else { Prefer::Speed };
        options.share_traps = rng.one_in(2);
        let mark = loader.mark();
        let mut changed = program.clone();
        if let Some(level) = rng.pick(&[None, Some(Level::O1), Some(Level::O2)]) {
            run_pipeline(&mut changed, *level, &Thumb(options.cpu), &mut ()).unwrap();
        }
        let codes = match compile(&mut changed, options) {
            Ok(codes) => codes,
            Err(error) => {
                println!("seed {seed}: {error}");
                continue;
            }
        };
        let mut differ = match Differ::with_codes(&program, &changed, codes, loader) {
            Ok(differ) => differ,
            Err(error) => {
                println!("seed {seed}: {error}");
                continue;
            }
        };
        'functions: for (id, function) in program.functions() {
            for _ in 0..6 {
                let values: Vec<AbiVal> = function
                    .signature
                    .params
                    .iter()
                    .map(|ty| AbiVal::from_bits(*ty, rng.doubleword()))
                    .collect();
                calls += 1;
                match differ.call(id, &values) {
                    Ok(verdict) => defined += usize::from(verdict == Verdict::Same),
                    Err(difference) => {
                        println!("seed {seed}: {difference}");
                        break 'functions;
                    }
                }
            }
        }
        drop(differ);
        loader.release(mark);
    }
    println!("{defined} of {calls} calls are defined");
    Ok(())
}
