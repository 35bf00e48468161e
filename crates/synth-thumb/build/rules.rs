//! Compiles the selection rules with the ISLE compiler.

use std::path::PathBuf;

const FILES: [&str; 2] = ["src/select/prelude.isle", "src/select/rules.isle"];

/// Writes `select.rs` to the build directory.
pub fn generate() -> Result<(), String> {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    let options = cranelift_isle::codegen::CodegenOptions {
        exclude_global_allow_pragmas: true,
        ..Default::default()
    };
    let code = cranelift_isle::compile::from_files(FILES, &options)
        .map_err(|e| format!("selection rules: {:?}", e.errors))?;
    let out = std::env::var("OUT_DIR").map_err(|e| e.to_string())?;
    std::fs::write(PathBuf::from(out).join("select.rs"), code).map_err(|e| e.to_string())
}
