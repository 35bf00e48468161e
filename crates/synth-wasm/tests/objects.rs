//! Objects of clang 19, `wasm-ld -r`, `wasm-ld --emit-relocs` and what
//! wasm-opt makes of them. `objects/rebuild.sh` builds them; expected values
//! are what the sources say.

use synth_wasm::{
    Binding, Comdat, DataPlace, Error, FeaturePolicy, Module, Object, ObjectSymbol, RelocKind,
    Relocation, SymbolKind, is_archive, read_archive, select_members,
};

macro_rules! object {
    ($name:literal) => {
        Module::parse(include_bytes!(concat!("objects/", $name))).unwrap()
    };
}

fn symbol<'a>(object: &'a Object, name: &str) -> &'a ObjectSymbol {
    object.symbols.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no symbol {name}"))
}

fn group<'a>(object: &'a Object, name: &str) -> &'a Comdat {
    object.comdats.iter().find(|c| c.name == name).unwrap()
}

fn place(object: &Object, name: &str) -> DataPlace {
    match symbol(object, name).kind {
        SymbolKind::Data { place: Some(place) } => place,
        kind => panic!("{name}: {kind:?}"),
    }
}

fn relocs_of<'a>(object: &'a Object, relocs: &'a [Relocation], name: &str) -> Vec<&'a Relocation> {
    relocs.iter().filter(|r| object.target(r).is_some_and(|s| s.name == name)).collect()
}

#[test]
fn symbols() {
    let module = object!("basic.o");
    let object = module.check_relocations().unwrap();
    assert!(object.relocatable);
    let weak = symbol(object, "weak_fn");
    assert_eq!((weak.binding, weak.undefined, weak.hidden), (Binding::Weak, false, true));
    let weak = symbol(object, "weak_ext");
    assert_eq!((weak.binding, weak.undefined), (Binding::Weak, true));
    assert_eq!(symbol(object, "local").binding, Binding::Local);
    let ext = symbol(object, "ext_fn");
    let SymbolKind::Function(index) = ext.kind else { panic!() };
    assert!(ext.undefined && module.functions[index as usize].import.is_some());
    let f = symbol(object, "f");
    let SymbolKind::Function(index) = f.kind else { panic!() };
    assert_eq!((f.binding, &module.function_name(index)[..]), (Binding::Global, "f"));
    assert_eq!(symbol(object, "ext_data").kind, SymbolKind::Data { place: None });
    assert!(symbol(object, "exported").exported);
    assert!(symbol(object, "kept").no_strip);
    assert!(symbol(object, "counter").hidden && !symbol(object, "shown").hidden);
    assert!(matches!(symbol(object, "__stack_pointer").kind, SymbolKind::Global(_)));
    assert!(matches!(symbol(object, "__indirect_function_table").kind, SymbolKind::Table(0)));
    let SymbolKind::Section(section) = symbol(object, ".debug_str").kind else { panic!() };
    assert_eq!(module.customs[section as usize].name, ".debug_str");
}

#[test]
fn segments() {
    let module = object!("basic.o");
    let object = module.check_relocations().unwrap();
    let zeros = place(object, "zeros");
    let segment = &object.segments[zeros.segment as usize];
    assert_eq!((&segment.name[..], segment.align), (".bss.zeros", 16));
    assert_eq!((zeros.offset, zeros.size), (0, 400));
    let segment = &object.segments[place(object, "kept").segment as usize];
    assert_eq!((&segment.name[..], segment.retain), (".noinit.buf", true));
    let text = place(object, ".L.str");
    let segment = &object.segments[text.segment as usize];
    assert!(segment.strings && segment.name.starts_with(".rodata") && segment.align == 1);
    assert_eq!(module.data_bytes(text.segment), Some(&b"hello\0"[..]));
    // Without -matomics a thread-local variable is an ordinary one.
    let tls = &object.segments[place(object, "tls").segment as usize];
    assert_eq!((&tls.name[..], tls.tls), (".data.tls", false));
    assert_eq!(object.feature("shared-mem"), Some(FeaturePolicy::Disallowed));
    assert_eq!(object.feature("mutable-globals"), Some(FeaturePolicy::Used));
    assert_eq!(object.features[0].to_string().chars().next(), Some('+'));
}

#[test]
fn init_functions_and_groups() {
    let module = object!("basic.o");
    let object = module.check_relocations().unwrap();
    let name = |i: usize| &object.symbols[object.init_functions[i].symbol as usize].name[..];
    let priority = |i: usize| object.init_functions[i].priority;
    assert_eq!((name(0), priority(0)), ("first", 200));
    assert_eq!((name(1), priority(1)), ("later", 65535));
    let module = object!("group.o");
    let object = module.check_relocations().unwrap();
    assert_eq!(object.comdats.len(), 2);
    let SymbolKind::Function(shared) = symbol(object, "shared").kind else { panic!() };
    assert_eq!(group(object, "shared").functions, [shared]);
    assert_eq!(group(object, "data").segments, [place(object, "data").segment]);
}

#[test]
fn relocations() {
    let module = object!("basic.o");
    let object = module.check_relocations().unwrap();
    // &zeros[3], of which the source says three elements more
    let zeros = relocs_of(object, &object.code_relocs, "zeros");
    assert_eq!((zeros[0].kind, zeros[0].addend), (RelocKind::MemoryAddrSleb, 12));
    let at = zeros[0].offset as usize;
    assert_eq!(object.code_reloc_at(at), Some(zeros[0]));
    assert_eq!(object.code_reloc_at(at + 1), None);
    assert_eq!(module.bytes()[at - 1], 0x41, "i32.const");
    let pair = relocs_of(object, &object.code_relocs, "pair");
    assert_eq!((pair[0].kind, pair[0].addend), (RelocKind::MemoryAddrLeb, 4));
    let ext = relocs_of(object, &object.code_relocs, "ext_data");
    assert_eq!((ext[0].kind, ext[0].addend), (RelocKind::MemoryAddrSleb, 0));
    let call = relocs_of(object, &object.code_relocs, "weak_fn");
    assert_eq!(call[0].kind, RelocKind::FunctionIndexLeb);
    for (variable, target, kind, addend) in [
        ("inside", "zeros", RelocKind::MemoryAddrI32, 28),
        ("msg", ".L.str", RelocKind::MemoryAddrI32, 0),
        ("undefined_callback", "ext_fn", RelocKind::TableIndexI32, 0),
        ("local_callback", "local", RelocKind::TableIndexI32, 0),
    ] {
        let relocs = object.segment_relocs(place(object, variable).segment);
        let reloc = relocs_of(object, relocs, target)[0];
        assert_eq!((reloc.kind, reloc.offset, reloc.addend), (kind, 0, addend), "{variable}");
    }
    let info = object.custom_relocs.iter().find(|(i, _)| module.customs[*i].name == ".debug_info");
    assert!(info.unwrap().1.iter().any(|r| r.kind == RelocKind::FunctionOffsetI32));
}

/// The same program, linked: `-r` keeps sections, `--emit-relocs` merges them.
#[test]
fn linked() {
    let module = object!("linked.o");
    let object = module.check_relocations().unwrap();
    assert!(object.relocatable);
    assert_eq!(object.segments[place(object, "zeros").segment as usize].name, ".bss.zeros");
    assert!(!symbol(object, "shared").undefined);
    let module = object!("finished.wasm");
    let object = module.check_relocations().unwrap();
    assert!(!object.relocatable);
    let zeros = place(object, "zeros");
    assert_eq!((module.data_bytes(zeros.segment).map(<[u8]>::len), zeros.size), (Some(400), 400));
    assert_eq!(symbol(object, "ext_data").kind, SymbolKind::Data { place: None });
    // wasm-ld gives it a body, which traps, but the address 0.
    let weak = symbol(object, "weak_ext");
    assert_eq!((weak.binding, weak.undefined), (Binding::Weak, true));
}

#[test]
fn every_kind_of_object_is_true() {
    for bytes in [
        &include_bytes!("objects/threads.o")[..],
        include_bytes!("objects/pic.o"),
        include_bytes!("objects/group.o"),
    ] {
        let module = Module::parse(bytes).unwrap();
        assert!(!module.check_relocations().unwrap().code_relocs.is_empty());
    }
    let threads = object!("threads.o");
    let object = threads.object.as_ref().unwrap();
    assert!(symbol(object, "tls").tls);
    assert_eq!(object.feature("atomics"), Some(FeaturePolicy::Used));
}

#[test]
fn stale_relocations() {
    for bytes in
        [&include_bytes!("objects/stale.wasm")[..], include_bytes!("objects/stale-code.wasm")]
    {
        // They are as good as any without relocations.
        let module = Module::parse(bytes).unwrap();
        let error = module.check_relocations().unwrap_err();
        assert!(matches!(error, Error::StaleRelocation { .. } | Error::Object { .. }), "{error}");
        assert!(error.to_string().contains("wasm-opt"), "{error}");
    }
    // One changed byte anywhere under a relocation is noticed.
    let module = object!("basic.o");
    let object = module.object.as_ref().unwrap();
    for reloc in &object.code_relocs {
        let mut bytes = module.bytes().to_vec();
        bytes[reloc.offset as usize] ^= 1;
        // What is not valid any more was noticed, too.
        if let Ok(module) = Module::parse(&bytes) {
            let error = module.check_relocations().map(|_| reloc).unwrap_err();
            assert!(matches!(error, Error::StaleRelocation { .. }), "{error}");
            assert_eq!(error.offset(), Some(reloc.offset.into()));
        }
    }
    // Without the section, no address would be one.
    let at = module.bytes().windows(10).position(|w| w == b"reloc.CODE").unwrap();
    let mut bytes = module.bytes().to_vec();
    bytes[at] = b'R';
    let error = Module::parse(&bytes).unwrap().check_relocations().unwrap_err().to_string();
    assert!(error.contains("call without relocation"), "{error}");
    let module = Module::parse(b"(module (func))").unwrap();
    assert_eq!(module.check_relocations(), Err(Error::NoObject));
}

#[test]
fn archives() {
    let bytes = include_bytes!("objects/library.a");
    assert!(is_archive(bytes) && !is_archive(include_bytes!("objects/basic.o")));
    let members = read_archive(bytes).unwrap();
    let names: Vec<_> = members.iter().map(|m| m.name).collect();
    assert_eq!(names, ["basic.o", "group.o"]);
    assert_eq!(members[1].bytes, include_bytes!("objects/group.o"));
    assert!(matches!(read_archive(&bytes[..1000]), Err(Error::Archive(_))));
    assert!(matches!(read_archive(b"!<thin>\n"), Err(Error::Archive(_))));
    let empty = read_archive(b"!<arch>\n").unwrap();
    assert!(empty.is_empty());
}

/// `main` needs `middle`, which needs `leaf`; a weak reference and what is
/// defined already need nothing.
#[test]
fn members_are_taken_when_they_are_needed() {
    let members = read_archive(include_bytes!("objects/needs.a")).unwrap();
    let names: Vec<_> = members.iter().map(|m| m.name).collect();
    assert_eq!(names, ["other_leaf.o", "middle.o", "main.o", "leaf.o", "unused.o", "weak_user.o"]);
    let modules: Vec<Module> = members.iter().map(|m| Module::parse(m.bytes).unwrap()).collect();
    let select = |objects: &[usize], members: &[usize]| -> Vec<&str> {
        let objects: Vec<&Module> = objects.iter().map(|&i| &modules[i]).collect();
        let from: Vec<&Module> = members.iter().map(|&i| &modules[i]).collect();
        select_members(&objects, &from).into_iter().map(|i| names[members[i]]).collect()
    };
    let [other_leaf, middle, main, leaf, unused, weak_user] = [0, 1, 2, 3, 4, 5];
    assert_eq!(select(&[main], &[leaf, middle, unused]), ["middle.o", "leaf.o"]);
    assert_eq!(select(&[main], &[other_leaf, leaf, middle]), ["middle.o", "other_leaf.o"]);
    assert_eq!(select(&[main, leaf], &[other_leaf, middle, unused]), ["middle.o"]);
    assert_eq!(select(&[weak_user], &[leaf]), [""; 0]);
    assert_eq!(select(&[], &[main, middle, leaf]), [""; 0]);
}

/// Whatever the linking information says, it is read to the end or refused.
#[test]
fn damaged_linking_information() {
    let mut state = 1u64;
    let mut random = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    let (mut sound, mut stale) = (0, 0);
    for seed in [&include_bytes!("objects/basic.o")[..], include_bytes!("objects/linked.o")] {
        let from = seed.windows(7).position(|w| w == b"linking").unwrap() + 7;
        for _ in 0..1000 {
            let mut bytes = seed.to_vec();
            for _ in 0..=random(3) {
                let at = from + random(bytes.len() - from);
                bytes[at] = [bytes[at] ^ 1 << random(8), 0, 0x7f, 0x80, 0xff][random(5)];
            }
            let Ok(module) = Module::parse(&bytes) else { continue };
            match module.check_relocations() {
                Ok(object) => {
                    sound += 1;
                    let targets = object.code_relocs.iter().filter(|r| object.target(r).is_some());
                    assert!(targets.count() > 0);
                }
                Err(Error::StaleRelocation { .. }) => stale += 1,
                Err(_) => {}
            }
            select_members(&[&module], &[&module, &module]);
        }
    }
    assert!(sound > 100 && stale > 10, "{sound} {stale}");
}
