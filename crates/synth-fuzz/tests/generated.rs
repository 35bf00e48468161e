//! A short run on generated modules with fixed seeds.

use synth_fuzz::{End, Interpreted, Oracle, Verdict, check, generate};
use synth_ir::{BinaryOp, InstData, Program};

/// Counts of what was compared.
#[derive(Debug, Default)]
struct Counts {
    modules: usize,
    returned: usize,
    trapped: usize,
    skipped: usize,
}

fn run(seeds: std::ops::Range<u64>, engine: &mut Interpreted) -> (Counts, Option<String>) {
    let mut counts = Counts::default();
    for seed in seeds {
        let Some(case) = generate(seed) else { continue };
        match check(&case, &mut Oracle::default(), &mut [&mut *engine]) {
            Verdict::Equal(trace) => {
                counts.modules += 1;
                for end in &trace.ends[1..] {
                    match end {
                        End::Returned(_) => counts.returned += 1,
                        _ => counts.trapped += 1,
                    }
                }
            }
            Verdict::Skipped(_) => counts.skipped += 1,
            Verdict::Mismatch(mismatch) => {
                return (counts, Some(format!("seed {seed}: {mismatch}")));
            }
        }
    }
    (counts, None)
}

#[test]
fn interpreter_agrees_with_wasmi() {
    let (counts, mismatch) = run(0..300, &mut Interpreted::default());
    assert_eq!(mismatch, None);
    eprintln!("{counts:?}");
    assert!(counts.modules > 200 && counts.returned > 500, "too little was compared: {counts:?}");
}

/// The comparison can fail: a program that is changed is found.
#[test]
fn a_wrong_program_is_found() {
    fn subtract(program: &mut Program) {
        for (_, function) in program.functions_mut() {
            for data in function.insts.values_mut() {
                if let InstData::Binary { op: op @ BinaryOp::Add, .. } = data {
                    *op = BinaryOp::Sub;
                }
            }
        }
    }
    let mut engine = Interpreted { transform: Some(subtract), ..Interpreted::default() };
    let (_, mismatch) = run(0..300, &mut engine);
    assert!(mismatch.is_some());
}
