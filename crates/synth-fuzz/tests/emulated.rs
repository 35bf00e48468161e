//! A short run of machine code on generated modules with fixed seeds.

use synth_fuzz::{
    Case, Emulated, End, Engine, Interpreted, Oracle, Setup, Verdict, check, generate,
};
use synth_opt::Level;

/// The written programs, whose calls must all be compared.
#[test]
fn programs_on_every_core() {
    let mut cores = [
        Emulated::start(&Setup::new("cortex-m3", Level::O0)).unwrap(),
        Emulated::start(&Setup::new("cortex-m4", Level::O2)).unwrap(),
        Emulated::start(&Setup::new("cortex-m7", Level::Os)).unwrap(),
        Emulated::start(&Setup::new("cortex-m33", Level::Oz)).unwrap(),
    ];
    let mut engines: Vec<&mut dyn Engine> = Vec::new();
    engines.extend(cores.iter_mut().map(|core| core as &mut dyn Engine));
    const NAMES: [&str; 10] = [
        "bulk",
        "control",
        "memories",
        "memory",
        "pages",
        "references",
        "start",
        "table",
        "tables",
        "tails",
    ];
    for name in NAMES {
        let path = format!("{}/tests/programs/{name}.wat", env!("CARGO_MANIFEST_DIR"));
        let case = Case::from_wat(&std::fs::read_to_string(path).unwrap()).unwrap();
        match check(&case, &mut Oracle::default(), &mut engines) {
            Verdict::Equal(trace) => assert_eq!(trace.ends.len(), case.calls.len() + 1),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn machine_code_agrees_with_wasmi() {
    let mut optimised = Interpreted { level: Some(Level::O2), ..Interpreted::default() };
    let mut cores = [
        Emulated::start(&Setup::new("cortex-m3", Level::Os)).unwrap(),
        Emulated::start(&Setup::new("cortex-m4", Level::O0)).unwrap(),
        Emulated::start(&Setup::new("cortex-m33", Level::O2)).unwrap(),
        Emulated::start(&Setup::new("cortex-m7", Level::O2).hard()).unwrap(),
    ];
    let mut returned = 0;
    for seed in 0..60 {
        let Some(case) = generate(seed) else { continue };
        let turn = seed as usize % cores.len();
        let core = &mut cores[turn];
        let mut engines: [&mut dyn Engine; 2] = [&mut optimised, core];
        match check(&case, &mut Oracle::default(), &mut engines) {
            Verdict::Equal(trace) => {
                returned +=
                    trace.ends[1..].iter().filter(|e| matches!(e, End::Returned(_))).count();
            }
            Verdict::Skipped(_) => {}
            Verdict::Mismatch(mismatch) => panic!("seed {seed}: {mismatch}"),
        }
    }
    assert!(returned > 150, "too little was compared: {returned}");
}

/// Its values of float types are moved only, which turned the core's unit not on.
#[test]
fn floats_that_are_only_moved_find_the_unit_on() {
    let case = generate(88307).unwrap();
    let mut core = Emulated::start(&Setup::new("cortex-m33", Level::O2)).unwrap();
    let mut engines: [&mut dyn Engine; 1] = [&mut core];
    match check(&case, &mut Oracle::default(), &mut engines) {
        Verdict::Equal(_) => {}
        other => panic!("{other:?}"),
    }
}
