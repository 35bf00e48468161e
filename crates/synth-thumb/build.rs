//! Generates the instruction table from `src/inst/table/*.inst` and the
//! selection rules from `src/select/*.isle`.

#[path = "build/insts.rs"]
mod insts;
#[path = "build/insts_emit.rs"]
mod insts_emit;
#[path = "build/rules.rs"]
mod rules;

fn main() {
    if let Err(message) = insts::generate("src/inst/table").and_then(|()| rules::generate()) {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}
