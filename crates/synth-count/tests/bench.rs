//! The benchmark programs give the same result from gcc and from WebAssembly, at
//! every level: with bounds checks in the linear model on cortex-m3, and in the
//! native model on cortex-m4. `cargo xtask bench` compares all combinations.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use synth::{Bounds, FloatAbi, Level};
use synth_count::native::{self, Compiler, Native, Target};
use synth_count::{Call, Core, wasm};

fn bench(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench").join(path)
}

/// The programs of C, by name.
fn programs() -> Vec<String> {
    let sources = std::fs::read_dir(bench("src")).expect("bench/src is there");
    let mut programs: Vec<_> = sources
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    programs.sort();
    programs
}

/// A core with the modules and objects that run on it.
struct Case {
    core: Core,
    target: Target<'static>,
    /// The level of clang that made the modules.
    level: &'static str,
}

impl Case {
    fn check(&self) {
        let programs = programs();
        assert!(programs.len() >= 24);
        // Large ones take longest.
        programs.par_iter().with_max_len(1).for_each(|name| self.program(name));
    }

    fn program(&self, name: &str) {
        let function = &format!("bench_{name}");
        let (source, target, level) = (&bench(&format!("src/{name}.c")), self.target, self.level);
        let native = native::Build { source, function, target, level }.run(Compiler::Gcc).unwrap();
        let expected = self.result(name, &native);
        let module = read(&format!("wasm/{name}.O{level}.wasm"));
        let object = read(&format!("wasm/{name}.O{level}.o"));
        for &level in Level::ALL {
            for (input, bounds, wanted) in [
                (&module, Bounds::Check, !self.target.hard_float),
                // The code without checks differs little from that with them.
                (&module, Bounds::None, level == Level::O2),
                (&object, Bounds::None, self.target.hard_float),
            ] {
                if wanted {
                    let result = self.synth(name, function, input, level, bounds);
                    assert_eq!(result, expected, "{name} -O{level} {bounds:?}");
                }
            }
        }
    }

    fn synth(&self, name: &str, function: &str, input: &[u8], level: Level, bounds: Bounds) -> u32 {
        let float_abi = if self.target.hard_float { FloatAbi::Hard } else { FloatAbi::Soft };
        let cpu = self.target.cpu.parse().unwrap();
        let object = wasm::Build { cpu, level, bounds, float_abi }.object(input, function);
        let object = object.unwrap_or_else(|e| panic!("{name} -O{level}: {e}"));
        self.result(name, &Native::link_bytes(&object, function, self.target).unwrap())
    }

    fn result(&self, name: &str, program: &Native) -> u32 {
        let mut counter = program.load(self.core).unwrap_or_else(|e| panic!("{name}: {e}"));
        let count = counter.call_symbol(&format!("bench_{name}"), &Call::words(&[]));
        let count = count.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(count.unmodelled.is_empty(), "{name}: {:x?}", count.unmodelled);
        count.registers[0]
    }
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(bench(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn results_agree_with_gcc_on_cortex_m3() {
    Case { core: Core::M3, target: Target::soft("cortex-m3"), level: "s" }.check();
}

#[test]
fn results_agree_with_gcc_on_cortex_m4() {
    let target = Target { cpu: "cortex-m4", hard_float: true };
    Case { core: Core::M4, target, level: "2" }.check();
}
