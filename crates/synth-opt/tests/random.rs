//! Random programs through each pass and through the whole pipeline, run in
//! the interpreter before and after.

mod common;
#[path = "common/generate.rs"]
mod generate;
#[path = "common/shadow.rs"]
mod shadow;

use synth_ir::cfg::{Cfg, DomTree, is_reducible};
use synth_ir::{Program, verify};
use synth_opt::{Context, Level, PIPELINE, find_stage, run_pipeline};

fn check(stage: &str, before: &Program, after: &Program) {
    assert_eq!(verify(after), Ok(()), "after {stage}:\n{before}\n{after}");
    for (_, func) in after.functions() {
        let cfg = Cfg::new(func);
        assert!(is_reducible(func, &cfg, &DomTree::new(func, &cfg)), "after {stage}:\n{after}");
    }
}

#[test]
fn passes_keep_the_meaning() {
    let cx = Context::new(&common::TestTarget);
    let mut names: Vec<&str> = PIPELINE.iter().map(|stage| stage.name).collect();
    names.sort();
    names.dedup();
    let (mut defined, mut active) = (0, vec![]);
    for seed in 0..60 {
        let before = generate::program(seed);
        assert_eq!(verify(&before), Ok(()), "{before}");
        for name in &names {
            let mut after = before.clone();
            let (changed, _) = find_stage(name).unwrap().run(&mut after, &cx).unwrap();
            active.extend((!changed.is_empty()).then_some(*name));
            check(name, &before, &after);
            defined += common::check_same(&before, &after, 4);
        }
    }
    assert!(defined > 1000, "{defined}");
    // The generator makes what they are for.
    for name in ["checks", "copies", "counted", "guards", "overlaps", "licm", "addresses", "lookup"]
    {
        let times = active.iter().filter(|&&active| active == name).count();
        assert!(times >= 5, "{name} changed {times} programs");
    }
}

#[test]
fn the_pipeline_keeps_the_meaning() {
    for seed in 1000..1150 {
        let before = generate::program(seed);
        for &level in Level::ALL {
            let mut after = before.clone();
            let mut observer = |stage: &str, program: &Program, _: &[_]| {
                check(stage, &before, program);
            };
            run_pipeline(&mut after, level, &common::TestTarget, &mut observer).unwrap();
            common::check_same(&before, &after, 6);
            // The text form holds all of it.
            let text = after.to_string();
            assert_eq!(Program::parse(&text).unwrap().to_string(), text);
        }
    }
}

/// A second run of the passes finds little more to do, and does not undo.
#[test]
fn the_pipeline_settles() {
    for seed in 2000..2040 {
        let mut program = generate::program(seed);
        let target = &common::TestTarget;
        let mut text = String::new();
        for round in 0..6 {
            run_pipeline(&mut program, Level::Os, target, &mut ()).unwrap();
            let now = program.to_string();
            if now == text {
                break;
            }
            assert!(round < 5, "{text}\n{now}");
            text = now;
        }
    }
}

/// Programs with a few characters, tokens or lines exchanged: whatever the
/// parser and the verifier accept goes through the pipeline and runs.
#[test]
fn broken_text_never_panics() {
    let mut random = generate::Random(7);
    let (mut refused, mut wrong, mut good) = (0, 0, 0);
    for seed in 3000..3020 {
        let text = generate::program(seed).to_string();
        let lines: Vec<&str> = text.lines().collect();
        for _ in 0..20 {
            let mut lines = lines.clone();
            let (i, j) = (random.below(lines.len()), random.below(lines.len()));
            let words: Vec<&str> = lines[j].split(' ').collect();
            let word = words[random.below(words.len())];
            let old: Vec<&str> = lines[i].split(' ').collect();
            let edited = lines[i].replace(old[random.below(old.len())], word);
            match random.below(4) {
                0 => lines.swap(i, j),
                1 => _ = lines.remove(i),
                _ => lines[i] = &edited,
            }
            let Ok(mut program) = Program::parse(&lines.join("\n")) else {
                refused += 1;
                continue;
            };
            if verify(&program).is_err() {
                wrong += 1;
                continue;
            }
            good += 1;
            let before = program.clone();
            run_pipeline(&mut program, Level::Os, &common::TestTarget, &mut ()).unwrap();
            assert_eq!(verify(&program), Ok(()), "{before}");
            if before.find("f").is_some() {
                common::check_same(&before, &program, 2);
            }
        }
    }
    assert!(refused > 20 && wrong > 20 && good > 20, "{refused} {wrong} {good}");
}

/// Shadow-stack code: the machine's frames hold what the shadow stack's did.
#[test]
fn shadow_frames_keep_the_meaning() {
    let (mut defined, mut promoted) = (0, 0);
    for seed in 0..80 {
        let before = shadow::program(seed);
        assert_eq!(verify(&before), Ok(()), "{before}");
        for &level in Level::ALL {
            let mut after = before.clone();
            let mut observer = |stage: &str, program: &Program, _: &[_]| {
                check(stage, &before, program);
            };
            run_pipeline(&mut after, level, &common::TestTarget, &mut observer).unwrap();
            assert!(!after.to_string().contains("symbol_addr @__stack_pointer"), "{after}");
            promoted += usize::from(!after.to_string().contains("slot"));
            defined += common::check_same(&before, &after, 8);
        }
    }
    assert!(defined > 1500 && promoted > 60, "{defined} {promoted}");
}
