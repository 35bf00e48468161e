//! Golden tests of code generation: `tests/golden/*.ir` hold a program and,
//! behind `;> CPU size|speed [limit] [outline] [pure]`, the listing of its code, each line after `;| `.
//!
//! `SYNTH_BLESS=1 cargo test -p synth-thumb --test golden` writes the listings
//! anew, to be reviewed as a diff. That the code computes what the program
//! says is tested elsewhere, by running it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use synth_ir::{Definition, Linkage, Program, SymbolId};
use synth_thumb::{Draft, Effort, Listing, Options, Prefer, TAIL_RETURNS, TailCalls, draft};

fn listing(program: &Program, heading: &str) -> String {
    let pure_code = heading.ends_with(" pure");
    let heading = heading.trim_end_matches(" pure");
    let outline = heading.ends_with(" outline");
    let heading = heading.trim_end_matches(" outline");
    let (cpu, prefer) =
        heading.split_once(' ').expect("`;> CPU size|speed [limit] [outline] [pure]`");
    let (prefer, limit) = prefer.split_once(' ').unwrap_or((prefer, ""));
    let stack_limit = match limit {
        "" => None,
        "limit" => program.find("__synth_stack_limit"),
        other => panic!("not limit: {other}"),
    };
    let prefer = match prefer {
        "size" => Prefer::Size,
        "speed" => Prefer::Speed,
        other => panic!("neither size nor speed: {other}"),
    };
    let cpu = cpu.parse().expect("a CPU");
    let (share_traps, far_tables) = (true, false);
    let weak = program.symbols.iter().filter(|(_, s)| {
        s.linkage == Linkage::Weak && matches!(s.def, Definition::UndefinedFunction)
    });
    let weak = weak.map(|(id, _)| id).collect::<BTreeSet<_>>().into();
    let tails =
        TailCalls { siblings: stack_limit.is_none(), weak, returns: program.find(TAIL_RETURNS) };
    let options = Options {
        cpu,
        prefer,
        effort: Effort::Best,
        share_traps,
        far_tables,
        stack_limit,
        pure_code,
        outline,
        tails,
    };
    let draft = |(id, function)| match draft(function, &options) {
        Ok(draft) => (id, draft),
        Err(e) => panic!("{}: {e}", program.symbols[id].name),
    };
    let mut drafts: Vec<(SymbolId, Draft)> = program.functions().map(draft).collect();
    let mut outlined = program.clone();
    if options.outline {
        synth_thumb::outline(&mut outlined, &mut drafts);
    }
    let mut out = String::new();
    for (id, draft) in drafts {
        let name = &outlined.symbols[id].name;
        let code = draft.finish().unwrap_or_else(|e| panic!("{name}: {e}"));
        out += &Listing { name, code: &code, program: &outlined }.to_string();
    }
    out
}

fn expected(path: &Path) -> (String, String) {
    let text = std::fs::read_to_string(path).expect("a golden file");
    let source: Vec<&str> = text.lines().take_while(|l| !l.starts_with(";>")).collect();
    let program = Program::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    synth_ir::verify(&program).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
    let headings: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix(";> ")).collect();
    assert!(!headings.is_empty(), "{} asks for no listing", path.display());
    let mut now = source.join("\n").trim_end().to_string() + "\n";
    for heading in headings {
        now += &format!("\n;> {heading}\n");
        for line in listing(&program, heading).lines() {
            now += format!(";| {line}").trim_end();
            now.push('\n');
        }
    }
    (text, now)
}

#[test]
fn golden() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("golden files")
        .map(|f| f.expect("a file").path())
        .collect();
    files.sort();
    let mut different = vec![];
    for path in &files {
        let (text, now) = expected(path);
        if text != now {
            if std::env::var_os("SYNTH_BLESS").is_some() {
                std::fs::write(path, now).expect("writable");
            } else {
                different.push(format!("{}:\n{now}", path.display()));
            }
        }
    }
    assert!(different.is_empty(), "listings differ:\n{}", different.join("\n"));
    assert!(files.len() > 5, "golden files are missing");
}
