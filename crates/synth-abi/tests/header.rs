//! Generated headers: golden files, which gcc, clang, g++, clang++ and rustc
//! must accept, and whose assertions must hold for ARM.

mod common;

use std::path::Path;

use common::{run, scratch, try_run};
use synth_abi::{Contract, Interface, Item};
use synth_ir::{AbiType, Signature};

/// An interface with everything that `header.toml` declares: functions whose
/// names begin with `host_` are the host's.
fn interface() -> Interface {
    let contract = Contract::parse("header.toml", include_str!("golden/header.toml")).unwrap();
    let declared = &contract.declarations;
    let mut interface = Interface::new("demo.o", "native", declared);
    for (name, prototype) in &declared.functions {
        let prototype = match prototype.variadic {
            true => interface.va_list_form(prototype),
            false => prototype.clone(),
        };
        let entry = interface.function(contract.symbol(name), Some(&prototype), None);
        match name.starts_with("host_") {
            true => interface.imports.push(entry),
            false => interface.exports.push(entry),
        }
    }
    let signature = Signature::new([AbiType::I32, AbiType::I64], [AbiType::F64]);
    let entry = interface.function("undeclared", None, Some(&signature));
    interface.exports.push(entry.clone());
    interface.imports.push(synth_abi::Entry { symbol: "host_undeclared".into(), ..entry });
    for (name, ty) in &declared.variables {
        let item = Item::Variable(Some(*ty));
        interface.imports.push(synth_abi::Entry { symbol: name.clone(), item, known: true });
    }
    interface
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("SYNTH_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name} differs (SYNTH_BLESS=1 renews it):\n{text}");
}

#[test]
fn c_header() {
    let header = interface().to_c_header();
    golden("demo.h", &header);
    let dir = scratch("c-header");
    std::fs::write(dir.join("demo.h"), &header).unwrap();
    // Twice: the guard; once more after the host's own types.
    let host =
        "#include \"demo.h\"\n#include \"demo.h\"\nint use(struct point p) { return p.x; }\n";
    std::fs::write(dir.join("host.c"), host).unwrap();
    std::fs::copy(dir.join("host.c"), dir.join("host.cpp")).unwrap();
    let gcc = ["-mcpu=cortex-m4", "-mthumb"];
    let clang = ["--target=arm-none-eabi", "-mcpu=cortex-m4", "-fshort-enums"];
    let newlib = run(&dir, "arm-none-eabi-gcc", &["-print-sysroot"]);
    let newlib = format!("--sysroot={}", newlib.trim());
    for (tool, base) in [("arm-none-eabi-gcc", &gcc[..]), ("clang-19", &clang)] {
        // C99 has no unnamed unions, which the types have.
        for standard in [&["-std=c99"][..], &["-std=c11", "-Wpedantic"]] {
            let rest = ["-Wall", "-Wextra", "-Werror", &newlib, "-c", "host.c"];
            let rest = [standard, &rest[..]].concat();
            run(&dir, tool, &[base, &rest].concat());
        }
    }
    for (tool, base) in [("arm-none-eabi-g++", &gcc[..]), ("clang++-19", &clang)] {
        let rest = ["-Wall", "-Wextra", "-Werror", "-std=c++11", &newlib, "-c", "host.cpp"];
        run(&dir, tool, &[base, &rest].concat());
    }
}

#[test]
fn a_host_with_another_layout_is_refused() {
    let dir = scratch("c-layout");
    std::fs::write(dir.join("demo.h"), interface().to_c_header()).unwrap();
    let types = include_str!("golden/header.toml").split("'''").nth(1).unwrap();
    let types: Vec<&str> = types.split("/* functions */").collect();
    let compile = |types: &str| {
        let host = format!(
            "#include <stdint.h>\n#include <stddef.h>\n#include <stdbool.h>\n{types}\n\
             #define SYNTH_NO_TYPES\n#include \"demo.h\"\n"
        );
        std::fs::write(dir.join("host.c"), host).unwrap();
        try_run(&dir, "arm-none-eabi-gcc", &["-mcpu=cortex-m4", "-mthumb", "-c", "host.c"])
    };
    let (success, text) = compile(types[0]);
    assert!(success, "{text}");
    let (success, text) =
        compile(&types[0].replace("struct point { short x, y; }", "struct point { int x, y; }"));
    assert!(!success && text.contains("sizeof(struct point) == 4"), "{text}");
}

#[test]
fn rust_declarations() {
    let rust = interface().to_rust();
    golden("demo.rs", &rust);
    // The host's pointers are wider: without assertions it compiles all the same.
    let dir = scratch("rust-header");
    let plain: String =
        rust.lines().filter(|l| !l.contains("assert!")).map(|l| format!("{l}\n")).collect();
    std::fs::write(dir.join("demo.rs"), plain).unwrap();
    let flags = ["--edition=2024", "--crate-type=lib", "--emit=metadata", "-Dwarnings"];
    run(&dir, "rustc", &[&flags[..], &["-Aimproper_ctypes", "demo.rs"]].concat());
}

#[test]
fn contract_text() {
    golden("demo.contract", &interface().to_contract_text("soft"));
}
