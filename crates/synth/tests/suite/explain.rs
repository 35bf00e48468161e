//! `synth explain` as a library: the page is well formed whatever names the
//! input has, the output does not depend on threads, and the parts agree with
//! each other.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use synth::explain::{Explanation, Place};
use synth::{After, Compiler, Error, ExplainOptions, Level, Options, Source};

use crate::tools::repository;

fn explain(wat: &[u8], options: Options, after: After) -> Explanation {
    let sources = [Source { name: "<input>.wat", bytes: wat }];
    let explain = ExplainOptions { functions: vec![], after };
    Compiler::new(options).explain(&sources, &explain).unwrap()
}

/// A module whose function has this name.
fn named(name: &str) -> Vec<u8> {
    let escaped: String = name.bytes().map(|b| format!("\\{b:02x}")).collect();
    format!(
        r#"(module (func (export "{escaped}") (param i32) (result i32)
            (i32.mul (local.get 0) (i32.const 5))))"#
    )
    .into_bytes()
}

/// Checks that tags are balanced and that the tokenizer finds no error; gives
/// the tags and the contents of scripts with data.
fn parse(html: &str) -> (Vec<String>, Vec<String>) {
    const VOID: [&str; 2] = ["meta", "input"];
    let (mut open, mut tags, mut data) = (vec![], vec![], vec![]);
    let mut in_data = false;
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8(tag.name.to_vec()).unwrap();
                in_data = tag.attributes.values().any(|v| v.as_slice() == b"application/json");
                if !VOID.contains(&&name[..]) {
                    open.push(name.clone());
                }
                tags.push(name);
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8(tag.name.to_vec()).unwrap();
                assert_eq!(open.pop(), Some(name));
            }
            Token::String(text) if in_data => {
                data.push(String::from_utf8(text.to_vec()).unwrap());
            }
            Token::Error(error) => panic!("{error:?}"),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    (tags, data)
}

#[test]
fn pages_of_hostile_names_are_well_formed() {
    let (plain, _) = parse(&explain(&named("f"), Options::default(), After::All).to_html());
    let names = [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "]]>&lt;\"'`<img src=x onerror=alert(1)>",
        "\u{202e}\u{2028}\n\t\u{1b}[31m\u{7f}",
        "\\u003c",
    ];
    for name in names {
        let explanation = explain(&named(name), Options::default(), After::All);
        let (tags, data) = parse(&explanation.to_html());
        assert_eq!(tags, plain, "{name}");
        let value: serde_json::Value = serde_json::from_str(&data[0]).unwrap();
        let shown = value["name"].as_str().unwrap();
        if !name.chars().any(|c| c.is_control() || c == '\u{2028}') {
            assert_eq!(shown, name);
        }
        let controls = |text: &str| text.chars().filter(|c| c.is_control() && *c != '\n').count();
        assert_eq!(controls(&explanation.to_text()), 0);
        assert_eq!(controls(shown), 0);
    }
}

#[test]
fn the_output_does_not_depend_on_threads() {
    let pid = std::fs::read(repository("examples/pid.wat")).unwrap();
    let with = |threads| {
        let explanation = explain(&pid, Options { threads, ..Options::default() }, After::All);
        (explanation.to_text(), explanation.to_html())
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn parts_agree() {
    let pid = std::fs::read(repository("examples/pid.wat")).unwrap();
    for &level in Level::ALL {
        let options = Options { level, ..Options::default() };
        let compiled = Compiler::new(options.clone()).compile(&pid).unwrap();
        let explanation = explain(&pid, options, After::All);
        assert_eq!(explanation.functions.len(), compiled.codes.len());
        for (function, (_, code)) in explanation.functions.iter().zip(&compiled.codes) {
            let machine = &function.machine;
            assert_eq!(machine.sizes.total() as usize, code.bytes.len());
            let in_blocks: u32 = machine.blocks.iter().map(|block| block.bytes).sum();
            assert_eq!(in_blocks, machine.sizes.code);
            let cycles: u64 = machine.lines.iter().filter_map(|line| line.cycles).sum();
            assert_eq!(cycles, machine.blocks.iter().map(|block| block.cycles).sum::<u64>());
        }
    }
}

/// All that code comes from stands in the text of the functions.
#[test]
fn places_are_operators() {
    let wat = std::fs::read(repository("crates/synth/tests/cli/inputs/names.wat")).unwrap();
    let explanation = explain(&wat, Options::default(), After::All);
    let function = &explanation.functions[0];
    let operators: Vec<Place> =
        function.wasm.iter().flat_map(|b| &b.lines).flat_map(|l| &l.places).copied().collect();
    let code = function.machine.lines.iter().map(|l| &l.places);
    let lines = function.versions.iter().flat_map(|v| &v.lines).map(|l| &l.places);
    let mut inlined = 0;
    for place in code.chain(lines).flatten() {
        assert!(operators.contains(place), "{place:?}");
        inlined += usize::from(place.function != function.number);
    }
    assert!(inlined > 0);
    assert_eq!(function.wasm.len(), 2);
}

#[test]
fn functions_without_code_say_why() {
    let wat = std::fs::read(repository("crates/synth/tests/cli/inputs/names.wat")).unwrap();
    let explain = |name: &str| {
        let sources = [Source { name: "names.wat", bytes: &wat }];
        let options = ExplainOptions { functions: vec![name.to_string()], ..Default::default() };
        Compiler::default().explain(&sources, &options).unwrap_err()
    };
    match explain("helper") {
        Error::NoCode { into, .. } => assert_eq!(into, ["a<b>&\"c\""]),
        error => panic!("{error}"),
    }
    match explain("nothing") {
        Error::NoFunction { functions, .. } => {
            assert_eq!(functions, ["__synth_init", "a<b>&\"c\""]);
        }
        error => panic!("{error}"),
    }
}
