//! Generates the instruction table from `src/inst/table/*.inst`.

#[path = "build/insts.rs"]
mod insts;
#[path = "build/insts_emit.rs"]
mod insts_emit;

fn main() {
    if let Err(message) = insts::generate("src/inst/table") {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}
