//! The committed bytes of the start code are what gas makes of `runtime.s`.

mod common;

use std::fmt::Write;

use common::{run, scratch};
use object::read::elf::ElfFile32;
use object::{Endianness, Object, ObjectSection, ObjectSymbol, RelocationFlags, elf};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/image/runtime.s");
const CODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/image/runtime_code.rs");

/// Assembles the source and writes it down as Rust.
fn assemble() -> String {
    let dir = scratch("runtime");
    run(&dir, "arm-none-eabi-as", &[SOURCE, "-o", "runtime.o"]);
    let bytes = std::fs::read(dir.join("runtime.o")).unwrap();
    let file = ElfFile32::<Endianness>::parse(&*bytes).unwrap();
    let mut out = String::from(
        "//! The start code, exits and fault handlers of images: `runtime.s`, assembled.\n//!\n\
         //! Made by `cargo test -p synth-object --test runtime -- --ignored`.\n\n\
         use synth_thumb::Span;\n\n\
         use super::runtime::RuntimeSection;\nuse crate::reloc::RelocKind;\n\n\
         pub(super) const SECTIONS: &[RuntimeSection] = &[\n",
    );
    let names =
        |s: &object::read::elf::ElfSection32<'_, '_, Endianness>| s.name().unwrap().to_string();
    for section in file.sections().filter(|s| names(s).starts_with(".text.")) {
        let name = names(&section).replacen(".text.", "", 1);
        writeln!(out, "    RuntimeSection {{\n        name: {name:?},").unwrap();
        let bytes: Vec<_> = section.data().unwrap().iter().map(|b| format!("{b:#04x}")).collect();
        writeln!(out, "        bytes: &[{}],", bytes.join(", ")).unwrap();
        let mut spans: Vec<_> = file
            .symbols()
            .filter(|s| s.section_index() == Some(section.index()))
            .filter(|s| s.name().unwrap().starts_with('$'))
            .map(|s| (s.address(), s.name().unwrap() == "$t"))
            .collect();
        spans.sort();
        let spans: Vec<_> = spans
            .iter()
            .map(|(at, code)| format!("({at}, Span::{})", if *code { "Thumb" } else { "Data" }))
            .collect();
        writeln!(out, "        spans: &[{}],", spans.join(", ")).unwrap();
        out.push_str("        relocs: &[\n");
        for (offset, reloc) in section.relocations() {
            let RelocationFlags::Elf { r_type } = reloc.flags() else { panic!() };
            let kind = match r_type {
                elf::R_ARM_ABS32 => "Abs32",
                elf::R_ARM_THM_JUMP24 => "ThmJump24",
                other => panic!("relocation {other:?}"),
            };
            let object::RelocationTarget::Symbol(symbol) = reloc.target() else { panic!() };
            let symbol = file.symbol_by_index(symbol).unwrap();
            let target = symbol.name().unwrap();
            writeln!(out, "            ({offset}, RelocKind::{kind}, {target:?}),").unwrap();
        }
        out.push_str("        ],\n    },\n");
    }
    out.push_str("];\n");
    std::fs::write(dir.join("code.rs"), out).unwrap();
    run(
        &dir,
        "rustfmt",
        &["--edition", "2024", "--config", "max_width=100,use_small_heuristics=Max", "code.rs"],
    );
    std::fs::read_to_string(dir.join("code.rs")).unwrap()
}

#[test]
fn committed_code_is_the_source() {
    let committed = std::fs::read_to_string(CODE).unwrap();
    assert!(
        assemble() == committed,
        "runtime.s has changed: cargo test -p synth-object --test runtime -- --ignored"
    );
}

#[test]
#[ignore = "renews runtime_code.rs"]
fn renew() {
    std::fs::write(CODE, assemble()).unwrap();
}
