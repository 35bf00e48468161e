//! The native model on objects: `native/` holds sources, the wasm objects made
//! of them (`build.sh`) and, in `NAME.ir`, the programs that they become.
//! `SYNTH_BLESS=1` writes those anew, to be reviewed as a diff.

use std::fs;
use std::path::{Path, PathBuf};

use synth_ir::{Definition, Linkage, Program};
use synth_translate::{Error, Model, Options, Reason, translate};
use synth_wasm::Module;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native")
}

fn module(name: &str) -> Module {
    Module::parse(&fs::read(folder().join(name)).unwrap()).unwrap()
}

fn program(name: &str, options: &Options) -> Result<Program, Error> {
    translate(&module(&format!("{name}.wasm")), options)
}

#[test]
fn golden_files() {
    let bless = std::env::var_os("SYNTH_BLESS").is_some();
    let mut different = vec![];
    for name in ["addresses", "position", "inline"] {
        let mut program = program(name, &Options::default()).unwrap();
        assert_eq!(synth_ir::verify(&program), Ok(()), "{name}");
        program.functions_mut().for_each(|(_, func)| func.compact());
        let found = program.to_string();
        let path = folder().join(format!("{name}.ir"));
        if bless {
            fs::write(path, found).unwrap();
        } else if fs::read_to_string(path).unwrap_or_default() != found {
            different.push(format!("{name} is now:\n{found}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// What the sources say, beside the golden files.
#[test]
fn symbols_are_those_of_the_source() {
    let program = program("addresses", &Options::default()).unwrap();
    let symbol = |name: &str| {
        let id = program.find(name).unwrap_or_else(|| panic!("no {name}"));
        &program.symbols[id]
    };
    for (name, linkage, section) in [
        ("count", Linkage::Local, Some(".data.count")),
        ("table", Linkage::Local, Some(".rodata.table")),
        ("zero", Linkage::Global, Some(".bss.zero")),
        ("tunable", Linkage::Weak, Some(".data.tunable")),
        ("where", Linkage::Global, Some(".rodata.where")),
        ("far", Linkage::Global, None),
        ("missing", Linkage::Weak, None),
        ("__heap_base", Linkage::Global, None),
        ("missing_function", Linkage::Weak, None),
        ("load", Linkage::Global, None),
    ] {
        let symbol = symbol(name);
        assert_eq!((symbol.linkage, symbol.section.as_deref()), (linkage, section), "{name}");
    }
    for name in ["far", "missing", "__heap_base"] {
        assert!(matches!(symbol(name).def, Definition::UndefinedData), "{name}");
    }
    // Two variables of one section keep their order, used by nothing or not.
    let Definition::Alias { target, offset: 4 } = symbol("second_hook").def else { panic!() };
    assert!(program.symbols[target].retain);
    assert!(matches!(symbol("other_name").def, Definition::Alias { offset: 0, .. }));
    let Definition::Data(data) = &symbol("where").def else { panic!() };
    assert_eq!(data.relocs.iter().map(|r| (r.offset, r.addend)).collect::<Vec<_>>(), [(0, 8)]);
}

#[test]
fn refusals_name_function_operator_and_way_out() {
    let Err(Error::Unsupported(refused)) = program("grow", &Options::default()) else { panic!() };
    let found: Vec<(&str, &str)> = refused.iter().map(|r| (&r.name[..], &r.what[..])).collect();
    assert_eq!(found, [("more", "memory.grow"), ("size", "memory.size")]);
    let bytes = module("grow.wasm").bytes().to_vec();
    assert_eq!(bytes[refused[0].offset as usize], 0x40);
    for refusal in &refused {
        assert!(matches!(refusal.reason, Reason::Native(_)));
        assert!(refusal.to_string().contains("malloc"), "{refusal}");
    }
    // In the linear model they mean something.
    let linear = Options { model: Some(Model::Linear), ..Options::default() };
    assert!(program("grow", &linear).is_ok());
}

#[test]
fn atomics_that_became_plain_need_a_single_context() {
    let error = program("lowered", &Options::default()).unwrap_err().to_string();
    for part in ["-shared-mem", "-matomics -mbulk-memory", "--single-context"] {
        assert!(error.contains(part), "{error}");
    }
    let alone = Options { single_context: true, ..Options::default() };
    assert!(program("lowered", &alone).is_ok());
}

#[test]
fn thread_local_variables_are_refused() {
    let error = program("thread_local", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("the thread-local variable or section `.tbss.own`"), "{error}");
}

/// `wasm-ld` warns of it and makes the call a trap.
#[test]
fn calls_with_another_signature_are_refused() {
    let error = program("mismatch", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("a call of `other` with another signature than it has"), "{error}");
}

#[test]
fn finished_modules_need_relocations() {
    let native = Options { model: Some(Model::Native), ..Options::default() };
    let translate = |wat: &str| {
        let module = Module::parse(wat.as_bytes()).unwrap();
        translate(&module, &native).map_err(|error| error.to_string())
    };
    let error = translate(r#"(module (memory 1) (data (i32.const 8) "x"))"#).unwrap_err();
    for part in ["without relocations", "--emit-relocs", "--model linear", "--statics constants"] {
        assert!(error.contains(part), "{error}");
    }
    // Nothing is known to be an address, so nothing is wrong.
    let pointers = r#"(module (memory 1)
        (func (export "f") (param i32) (result i32) local.get 0 i32.load offset=4))"#;
    let program = translate(pointers).unwrap();
    assert!(program.to_string().contains("load.i32 native[v0 + 4]"), "{program}");
    // A variable without contents looks like this.
    let variable = r#"(module (memory 1)
        (func $f (export "f") (result i32) i32.const 0 i32.load offset=1040))"#;
    let error = translate(variable).unwrap_err();
    assert!(error.contains("function `f` (index 0): an access at the address 1040"), "{error}");
    // A device register is beyond any memory.
    let register = r#"(module (memory 1)
        (func (export "f") (result i32) i32.const 0 i32.load offset=0x40001000))"#;
    let program = translate(register).unwrap();
    assert!(program.to_string().contains("const 1073745920"), "{program}");
    let stack = r#"(module (memory 1) (global (mut i32) (i32.const 66560)))"#;
    let error = translate(stack).unwrap_err();
    assert!(error.contains("stack pointer"), "{error}");
    let reference = r#"(module (table 1 funcref) (func (export "f") (result i32) table.size))"#;
    assert!(translate(reference).is_ok());
}
