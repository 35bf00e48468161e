//! Bad and hostile input ends in an error or an object: never in a panic, and
//! within bounds of time and memory. `cargo xtask hostile` runs the large
//! sizes and compares the times of one size and its double.

use std::path::Path;
use std::time::Instant;

use synth::{Compiler, Level, Options, Source};
use synth_testkit::Rng;
use synth_testkit::hostile::{SHAPES, compile_limited};

use crate::directives;
use crate::tools::{SYNTH, scratch};

/// Compiles to an object and to text, if it compiles.
fn compile(input: &[u8], level: Level) {
    let options = Options { level, threads: 1, ..Options::default() };
    if let Ok(compiled) = Compiler::new(options).compile(input) {
        let _ = compiled.object().map(|object| object.write());
        let _ = compiled.assembly();
    }
}

/// Small modules to damage.
fn seeds() -> Vec<Vec<u8>> {
    let names = [
        "br_table_values.wat",
        "call_indirect_arguments.wat",
        "constant_expressions.wat",
        "data_segments.wat",
        "imported_table.wat",
        "memory_init.wat",
        "multi_value_blocks.wat",
        "names.wat",
        "results.wat",
        "table_operations.wat",
    ];
    let programs = directives::all("programs");
    let find = |name: &&str| programs.iter().find(|p| p.name() == **name).unwrap();
    names.iter().map(|name| wat::parse_str(&find(name).text).unwrap()).collect()
}

/// Objects and an archive to damage.
const OBJECTS: &[&[u8]] = &[
    include_bytes!("../../../synth-wasm/tests/objects/basic.o"),
    include_bytes!("../../../synth-wasm/tests/objects/group.o"),
    include_bytes!("../../../synth-wasm/tests/objects/linked.o"),
    include_bytes!("../../../synth-wasm/tests/objects/threads.o"),
    include_bytes!("../../../synth-wasm/tests/objects/finished.wasm"),
    include_bytes!("../../../synth-wasm/tests/objects/needs.a"),
];

/// Compiles the input alone and linked with a sound object.
fn compile_linked(input: &[u8], level: Level) {
    let options = Options { level, threads: 1, ..Options::default() };
    let input = Source { name: "input", bytes: input };
    let other = Source { name: "other", bytes: OBJECTS[1] };
    for sources in [&[input][..], &[other, input]] {
        if let Ok(compiled) = Compiler::new(options.clone()).compile_sources(sources, &mut ()) {
            let _ = compiled.object().map(|object| object.write());
        }
    }
}

fn damage(bytes: &mut [u8], rng: &mut Rng, from: usize) {
    for _ in 0..=rng.below(3) {
        let at = from + rng.below(bytes.len() - from);
        bytes[at] = match rng.below(4) {
            0 => bytes[at] ^ 1 << rng.below(8),
            1 => bytes[at].wrapping_add(1),
            2 => *rng.pick(&[0, 0x7f, 0x80, 0xff]),
            _ => rng.bits() as u8,
        };
    }
}

/// Half of the changes are to linking information, which stands last.
#[test]
fn objects_with_changed_bytes() {
    let mut rng = Rng::new(3);
    for round in 0..2000 {
        let mut object = OBJECTS[round % OBJECTS.len()].to_vec();
        let linking = object.windows(7).position(|w| w == b"linking").unwrap_or(0);
        let from = if round % 4 < 2 { linking } else { 0 };
        damage(&mut object, &mut rng, from);
        compile_linked(&object, if round % 8 < 4 { Level::Os } else { Level::O0 });
    }
}

#[test]
fn modules_cut_at_every_byte() {
    for seed in seeds() {
        for end in 0..seed.len() {
            compile(&seed[..end], Level::Os);
        }
    }
}

#[test]
fn modules_with_changed_bytes() {
    let seeds = seeds();
    let mut rng = Rng::new(1);
    for round in 0..6000 {
        let mut module = seeds[round % seeds.len()].clone();
        damage(&mut module, &mut rng, 0);
        compile(&module, if round % 2 == 0 { Level::Os } else { Level::O0 });
    }
}

#[test]
fn random_bytes() {
    let mut rng = Rng::new(2);
    for round in 0..2000 {
        let mut bytes: Vec<u8> = (0..rng.below(200)).map(|_| rng.bits() as u8).collect();
        if round % 2 == 0 {
            bytes.splice(0..0, *b"\0asm\x01\0\0\0");
        }
        compile(&bytes, Level::Os);
    }
}

#[test]
fn text_that_nests_deeply() {
    let dir = scratch("nested-text");
    let nested = |open: &str, close: &str| {
        format!("(module (func {} {}))", open.repeat(100_000), close.repeat(100_000))
    };
    for (name, text) in [
        ("open", "(".repeat(1_000_000)),
        ("folded", nested("(block", ")")),
        ("flat", nested(" block", " end")),
        ("comment", "(;".repeat(500_000)),
        ("string", format!("(module (data \"{}", "\\00".repeat(1_000_000))),
    ] {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        limited(name, &path, &[], 3);
    }
}

/// Exit status 0 or 1 within limits.
fn limited(name: &str, path: &Path, options: &[&str], gibibytes: u32) -> String {
    let run = compile_limited(Path::new(SYNTH), path, options, gibibytes * 1024, 120).unwrap();
    assert!(matches!(run.status, Some(0 | 1)), "{name} {options:?}: {run:?}");
    assert!(!run.message.contains("panicked"), "{name} {options:?}: {}", run.message);
    let status = run.status == Some(0);
    assert!(status || run.message.starts_with("error: "), "{name} {options:?}: {}", run.message);
    run.message
}

/// A tenth of the large sizes.
#[test]
fn hostile_shapes_compile_within_limits() {
    let dir = scratch("hostile");
    for shape in SHAPES {
        let start = Instant::now();
        let path = dir.join(shape.name);
        std::fs::write(&path, (shape.module)((shape.size / 10).max(2))).unwrap();
        for level in ["-O0", "-Os"] {
            let message = limited(shape.name, &path, &[level], 3);
            assert!(!message.contains("invalid"), "{}: {message}", shape.name);
        }
        eprintln!("{}: {:.1} s", shape.name, start.elapsed().as_secs_f64());
        std::fs::remove_file(path).unwrap();
    }
}
