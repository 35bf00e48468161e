//! Compiled code, read back: by the project's decoder and by llvm-objdump, which
//! must find the same instructions at the same places and know them all.

mod common;

use std::process::Command;

use common::targets;
use synth_object::{Object, ObjectOptions};
use synth_testkit::{Config, Rng, check_code, compile, generate};
use synth_thumb::inst::decode;
use synth_thumb::{Code, Options, Span};

/// Offset and size of each instruction, as the decoder sees them.
fn instructions(code: &Code) -> Vec<(u32, u32)> {
    let ends = code.spans.iter().skip(1).map(|(start, _)| *start);
    let ends = ends.chain([code.bytes.len() as u32]);
    let mut list = vec![];
    for ((start, span), end) in code.spans.iter().zip(ends) {
        let mut at = *start;
        while *span == Span::Thumb && at < end {
            let size = decode(&code.bytes[at as usize..]).map_or(end - at, |(_, size)| size);
            list.push((at, size));
            at += size;
        }
    }
    list
}

/// The same from the text of llvm-objdump, for each section; its complaints.
fn disassembly(text: &str) -> Vec<(String, Vec<(u32, u32)>)> {
    let mut sections: Vec<(String, Vec<(u32, u32)>)> = vec![];
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("Disassembly of section ") {
            sections.push((name.trim_end_matches(':').to_string(), vec![]));
            continue;
        }
        let Some((address, rest)) = line.split_once(':') else { continue };
        let Ok(address) = u32::from_str_radix(address.trim(), 16) else { continue };
        let (bytes, instruction) = rest.trim_start().split_once('\t').unwrap_or((rest, ""));
        if instruction.starts_with('.') {
            continue;
        }
        assert!(!line.contains("<unknown>"), "{line}");
        let size = bytes.split_whitespace().map(|half| half.len() as u32 / 2).sum();
        if let Some((_, list)) = sections.last_mut() {
            list.push((address, size));
        }
    }
    sections
}

fn compare(seed: u64, options: &Options) -> usize {
    let mut rng = Rng::new(seed);
    let statements = *rng.pick(&[10, 60, 200]);
    let mut program = generate(&mut rng, &Config { statements, functions: 8, traps: true });
    let codes = compile(&mut program, options).expect("compiles");
    let object = Object::from_program(&program, &codes, options.cpu, &ObjectOptions::default());
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let bytes = object.expect("an object").write().expect("an ELF file");
    std::fs::write(file.path(), bytes).expect("written");
    let output = Command::new("llvm-objdump-19")
        .args(["-d", "--no-print-imm-hex", &format!("--mcpu={}", options.cpu.core)])
        .arg(file.path())
        .output()
        .expect("llvm-objdump-19 (Debian package llvm-19)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let sections = disassembly(&String::from_utf8_lossy(&output.stdout));
    let mut count = 0;
    for (id, code) in &codes {
        check_code(code).expect("decodes");
        let name = format!(".text.{}", program.symbols[*id].name);
        let found = sections.iter().find(|(section, _)| *section == name);
        let (_, found) = found.unwrap_or_else(|| panic!("seed {seed}: no section {name}"));
        assert_eq!(*found, instructions(code), "seed {seed}: {name}");
        count += found.len();
    }
    count
}

#[test]
fn objdump_agrees() {
    for (number, (_, options)) in targets().into_iter().enumerate() {
        let count: usize = (0..6).map(|seed| compare(100 * number as u64 + seed, &options)).sum();
        assert!(count > 2000, "{count} instructions");
    }
}
