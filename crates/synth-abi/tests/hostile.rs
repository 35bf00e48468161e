//! Damaged input: debug information, contracts and declarations that no tool
//! writes end in a result or an error, and headers can be made of what is read.

mod common;

use common::{run, scratch};
use synth_abi::{
    Calling, Contract, Declarations, FloatAbi, Interface, parse_declarations, read_dwarf,
};
use synth_wasm::Module;

/// A generator of numbers (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Everything that can be done with declarations.
fn use_all(declarations: &Declarations) {
    let mut interface = Interface::new("hostile", "native", declarations);
    for (name, prototype) in &declarations.functions {
        for float in [FloatAbi::Base, FloatAbi::Vfp] {
            let _ = Calling::new(&declarations.types, prototype, float).map(|c| c.wasm_type());
        }
        let entry = interface.function(name, Some(prototype), None);
        interface.exports.push(entry);
    }
    let length = interface.to_c_header().len() + interface.to_rust().len();
    assert!(length < 1 << 24, "{length} bytes of headers");
}

#[test]
fn damaged_debug_information() {
    let dir = scratch("hostile-dwarf");
    let source = concat!(
        include_str!("shapes/shapes.h"),
        "struct n { struct n *next; T6 t[3]; enum { A, B = 9 } e; int (*f)(T4, ...); };\n",
        "T22 a(T1 x, struct n *n, T34 y) { n->e = B; return *(T22 *)&y; }\n",
        "int b(T43 f, T40 g, ...) { T4 t = {1, 2}; return f(t) + g.w; }\n",
    );
    std::fs::write(dir.join("s.c"), source).unwrap();
    let flags = ["--target=wasm32", "-funsigned-char", "-g", "-O1", "-c", "s.c", "-o", "s.o"];
    run(&dir, "clang-19", &flags);
    let bytes = std::fs::read(dir.join("s.o")).unwrap();
    let module = Module::parse(&bytes).unwrap();
    use_all(&read_dwarf(&module).unwrap());
    let sections: Vec<_> =
        module.customs.iter().filter(|c| c.name.starts_with(".debug_")).collect();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    for _ in 0..600 {
        let mut bytes = bytes.clone();
        for _ in 0..1 + random.below(6) {
            let range = sections[random.below(sections.len())].range.clone();
            let at = range.start + random.below(range.len());
            bytes[at] = random.below(256) as u8;
        }
        let Ok(module) = Module::parse(&bytes) else { continue };
        if let Ok(declarations) = read_dwarf(&module) {
            use_all(&declarations);
            read += 1;
        }
    }
    assert!(read > 60, "only {read} were read");
}

/// Linkers join the debug information of several objects.
#[test]
fn linked_debug_information() {
    let dir = scratch("linked-dwarf");
    std::fs::write(dir.join("a.c"), "struct p { int x, y; }; int f(struct p p) { return p.x; }\n")
        .unwrap();
    std::fs::write(
        dir.join("b.c"),
        "struct q { char c; double d; }; double g(int n, struct q q) { return q.d * n; }\n",
    )
    .unwrap();
    for name in ["a", "b"] {
        let (input, output) = (format!("{name}.c"), format!("{name}.o"));
        run(&dir, "clang-19", &["--target=wasm32", "-g", "-O1", "-c", &input, "-o", &output]);
    }
    for flags in [
        &["-r"][..],
        &["--emit-relocs", "--no-entry", "--export-all"],
        &["--no-entry", "--export-all"],
    ] {
        run(&dir, "wasm-ld-19", &[flags, &["a.o", "b.o", "-o", "all.wasm"]].concat());
        let module = Module::parse(&std::fs::read(dir.join("all.wasm")).unwrap()).unwrap();
        let read = read_dwarf(&module).unwrap();
        let names: Vec<_> = read.functions.keys().collect();
        assert_eq!(names, ["f", "g"], "{flags:?}");
        let q = read.functions["g"].params[1].ty;
        assert_eq!((read.types.describe(q), read.types.size(q)), ("struct q".into(), Ok(16)));
    }
}

#[test]
fn damaged_text() {
    let contract = include_str!("golden/header.toml");
    let declarations = contract.split("'''").nth(1).unwrap();
    let pieces =
        ["(", ")", "{", "}", "*", "[", "]", ";", ",", "struct ", "int ", "x", ":", "=", "9", "..."];
    let mut random = Random(1);
    for _ in 0..1000 {
        let mut text = declarations.to_string();
        for _ in 0..1 + random.below(4) {
            let at = random.below(text.len());
            let end = (at + random.below(12)).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, pieces[random.below(pieces.len())]);
            }
        }
        let mut read = Declarations::default();
        if parse_declarations(&text, &mut read).is_ok() {
            use_all(&read);
        }
        let whole = contract.replace(declarations, &text);
        if let Err(error) = Contract::parse("c", &whole) {
            assert!(error.line >= 1 && error.line <= whole.lines().count() + 1, "{error}");
        }
    }
}
