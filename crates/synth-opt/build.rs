//! Compiles the simplification rules with the ISLE compiler.

use std::path::PathBuf;

const FILES: [&str; 7] = [
    "rules/prelude.isle",
    "rules/arithmetic.isle",
    "rules/logic.isle",
    "rules/shifts.isle",
    "rules/compare.isle",
    "rules/select.isle",
    "rules/wide.isle",
];

fn main() {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    if let Err(message) = generate() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn generate() -> Result<(), String> {
    let options = cranelift_isle::codegen::CodegenOptions {
        exclude_global_allow_pragmas: true,
        ..Default::default()
    };
    let code = cranelift_isle::compile::from_files(FILES, &options)
        .map_err(|e| format!("simplification rules: {:?}", e.errors))?;
    let out = std::env::var("OUT_DIR").map_err(|e| e.to_string())?;
    std::fs::write(PathBuf::from(out).join("simplify.rs"), code).map_err(|e| e.to_string())
}
