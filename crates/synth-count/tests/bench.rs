//! The benchmark programs give the same result from gcc and from WebAssembly,
//! at every level, with and without bounds checks, on both cores.

use std::path::{Path, PathBuf};

use synth::{Bounds, Level};
use synth_count::native::{self, Compiler};
use synth_count::{Call, Core, wasm};

fn programs() -> Vec<(String, PathBuf)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench");
    let sources = std::fs::read_dir(dir.join("src")).expect("bench/src is there");
    let mut programs: Vec<_> = sources
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    programs.sort();
    programs
}

fn check(core: Core, cpu: &str, level: &str) {
    let programs = programs();
    assert!(programs.len() >= 12);
    for (name, source) in &programs {
        let function = format!("bench_{name}");
        let base = cpu.split('+').next().unwrap();
        let build = native::Build { source, function: &function, cpu: base, level };
        let native = build.run(Compiler::Gcc).unwrap();
        let call = Call::words(&[]);
        let expected = native.load(core).unwrap().call_symbol(&function, &call).unwrap();
        let module = source.with_file_name(format!("../wasm/{name}.O{level}.wasm"));
        let module = std::fs::read(&module).unwrap_or_else(|e| panic!("{name}: {e}"));
        let checked = Level::ALL.iter().map(|&level| (level, Bounds::Check));
        for (level, bounds) in checked.chain([(Level::O2, Bounds::None), (Level::Os, Bounds::None)])
        {
            let build = wasm::Build { cpu: cpu.parse().unwrap(), level, bounds };
            let found = build
                .run(&module)
                .and_then(|module| module.load(core)?.call_symbol(&function, &call))
                .unwrap_or_else(|e| panic!("{name} -O{level}: {e}"));
            assert_eq!(found.registers[0], expected.registers[0], "{name} -O{level} {bounds:?}");
            assert!(found.unmodelled.is_empty(), "{name}: {:x?}", found.unmodelled);
        }
    }
}

#[test]
fn results_agree_with_gcc_on_cortex_m3() {
    check(Core::M3, "cortex-m3", "s");
}

#[test]
fn results_agree_with_gcc_on_cortex_m4() {
    check(Core::M4, "cortex-m4+nofp", "2");
}
