//! Compiles a program in the text form and prints its machine code:
//! `cargo run -p synth-thumb --example asm -- FILE [CPU]`.
use synth_ir::Program;
use synth_thumb::{Effort, Listing, Options, Prefer, compile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let text = std::fs::read_to_string(args.next().ok_or("a file is missing")?)?;
    let cpu = args.next().unwrap_or_else(|| "cortex-m4".to_string()).parse()?;
    let program = Program::parse(&text)?;
    let options = Options {
        cpu,
        prefer: Prefer::Size,
        effort: Effort::Best,
        share_traps: true,
        far_tables: false,
        stack_limit: None,
        pure_code: false,
        outline: false,
        tails: Default::default(),
    };
    for (id, function) in program.functions() {
        let code = compile(function, &options)?;
        print!("{}", Listing { name: &program.symbols[id].name, code: &code, program: &program });
    }
    Ok(())
}
