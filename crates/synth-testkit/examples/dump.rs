//! Prints a random program: `--example dump -- SEED [FUNCTIONS STATEMENTS]`.
use synth_testkit::{Config, Rng, generate};

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let get = |i: usize, or: u64| args.get(i).copied().unwrap_or(or);
    let config = Config {
        functions: get(1, 4) as usize,
        statements: get(2, 30) as usize,
        ..Config::default()
    };
    print!("{}", generate(&mut Rng::new(get(0, 0)), &config));
}
