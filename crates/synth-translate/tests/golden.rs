//! Golden tests: each file of `golden/` is a module in the text format, the
//! line `;; ==== expected`, and the program that it is translated to.
//! `SYNTH_BLESS=1` writes what results into the files, to be reviewed as a
//! diff. That programs do what they should is not tested here but in the
//! `synth-fuzz` crate.
//!
//! A comment `;; options: NAME[=VALUE]…` in the module sets options.

use std::fs;
use std::path::Path;

use synth_translate::{Alignment, Bounds, Init, Options, translate};

const SEPARATOR: &str = ";; ==== expected\n";

fn options(wat: &str, file: &str) -> Options {
    let mut options = Options::default();
    let line = wat.lines().find_map(|line| line.strip_prefix(";; options: "));
    for option in line.into_iter().flat_map(str::split_whitespace) {
        match option.split_once('=').unwrap_or((option, "")) {
            ("unchecked", _) => options.bounds = Bounds::None,
            ("trusted", _) => options.alignment = Some(Alignment::Trusted),
            ("init-symbol", _) => options.init = Init::Symbol,
            ("export-memory", _) => options.export_memory = true,
            ("unsupported-traps", _) => options.unsupported_traps = true,
            ("pages", n) => options.memory_max_pages = Some(n.parse().unwrap()),
            ("entries", n) => options.table_max_entries = Some(n.parse().unwrap()),
            ("prefix", prefix) => options.prefix = prefix.to_string(),
            ("import", names) => {
                let (name, symbol) = names.split_once(':').unwrap();
                options.import_symbols.insert(name.to_string(), symbol.to_string());
            }
            (name, _) => panic!("{file}: no option {name}"),
        }
    }
    options
}

#[test]
fn golden_files() {
    let bless = std::env::var_os("SYNTH_BLESS").is_some();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut different = vec![];
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let (wat, expected) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
        let module = synth_wasm::Module::parse(wat.as_bytes()).unwrap();
        let mut program = translate(&module, &options(wat, &file)).unwrap();
        assert_eq!(synth_ir::verify(&program), Ok(()), "{file}");
        program.functions_mut().for_each(|(_, func)| func.compact());
        let found = program.to_string();
        if found == expected {
            continue;
        }
        if bless {
            fs::write(&path, format!("{wat}{SEPARATOR}{found}")).unwrap();
        } else {
            different.push(format!("{file} is now:\n{found}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
