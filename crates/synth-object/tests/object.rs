//! What other tools read in our objects, and that linkers refuse what does
//! not fit together.

mod common;

use common::{Fixture, everything, run, scratch, text, try_run};
use object::{Object as _, ObjectSection as _};
use synth_ir::{
    AbiType, Builder, Definition, Function, Linkage, Signature, Source, TrapCode, Type,
};
use synth_object::{ObjectError, ObjectOptions, TrapTable, VfpArgs, decode_traps};
use synth_thumb::{RelocKind, TrapSite};

/// Columns of `readelf -sW` for a symbol: value, size, type, binding,
/// visibility.
fn symbol(table: &str, name: &str) -> Option<String> {
    table.lines().find_map(|line| {
        let c: Vec<_> = line.split_whitespace().collect();
        (c.len() == 8 && c[7] == name)
            .then(|| format!("{} {} {} {} {}", c[1], c[2], c[3], c[4], c[5]))
    })
}

#[test]
fn symbols_are_what_readelf_says() {
    let dir = scratch("symbols");
    let object = everything().object("cortex-m3", &ObjectOptions::default());
    std::fs::write(dir.join("o.o"), object.write().unwrap()).unwrap();
    for tool in ["arm-none-eabi-readelf", "llvm-readelf-19"] {
        let table = run(&dir, tool, &["-sW", "o.o"]);
        let expected = [
            ("count", "00000001 16 FUNC GLOBAL DEFAULT"),
            ("helper", "00000001 4 FUNC LOCAL DEFAULT"),
            ("shared", "00000001 4 FUNC WEAK DEFAULT"),
            ("counter", "00000000 4 OBJECT GLOBAL HIDDEN"),
            ("counter_high", "00000002 2 OBJECT WEAK DEFAULT"),
            ("zeros", "00000000 64 OBJECT GLOBAL DEFAULT"),
            ("absolute", "12345678 0 NOTYPE GLOBAL DEFAULT"),
            ("host_add_one", "00000000 0 NOTYPE GLOBAL DEFAULT"),
            ("host_maybe", "00000000 0 NOTYPE WEAK DEFAULT"),
        ];
        for (name, row) in expected {
            assert_eq!(symbol(&table, name).as_deref(), Some(row), "{tool}: {name}\n{table}");
        }
        assert_eq!(symbol(&table, "never_referenced"), None);
    }
    let sections = run(&dir, "arm-none-eabi-readelf", &["-SgW", "o.o"]);
    assert!(
        sections.contains("COMDAT group section [    1] `.group' [shared] contains 5 sections"),
        "{sections}"
    );
    assert!(sections.contains(".init_array       INIT_ARRAY"), "{sections}");
    assert!(!sections.contains("Warning"), "{sections}");
}

/// Instructions are decoded and pool words are not: mapping symbols work.
#[test]
fn disassemblers_tell_code_from_data() {
    let dir = scratch("disassemble");
    let object = everything().object("cortex-m3", &ObjectOptions::default());
    std::fs::write(dir.join("o.o"), object.write().unwrap()).unwrap();
    let mcpu = "--mcpu=cortex-m3";
    let llvm = run(
        &dir,
        "llvm-objdump-19",
        &["-dr", mcpu, "--no-show-raw-insn", "--no-print-imm-hex", "o.o"],
    );
    let gnu = run(&dir, "arm-none-eabi-objdump", &["-dr", "--no-show-raw-insn", "o.o"]);
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [squeeze(&llvm), squeeze(&gnu)] {
        for part in [
            "R_ARM_THM_CALL host_add_one",
            "R_ARM_THM_JUMP24 host_add_one",
            "R_ARM_THM_MOVW_ABS_NC zeros",
            "movt r0, #65528",
            "R_ARM_ABS32 host_maybe",
            ".word 0x00000004",
            "udf #2",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let sizes = run(&dir, "llvm-readelf-19", &["--stack-sizes", "o.o"]);
    let call_host = sizes.lines().find(|l| l.ends_with(" call_host")).unwrap_or_default();
    assert_eq!(squeeze(call_host), "8 call_host", "{sizes}");
}

/// A function `name(f32) -> f32` with the code `bx lr`.
fn float_fixture(name: &str, linkage: Linkage, hard_float: bool) -> Fixture {
    let mut f = Fixture::new();
    let id = f.function(name, linkage, &[0x4770]);
    let signature = Signature::new([AbiType::F32], [AbiType::F32]);
    let mut body = Function::new(if hard_float { signature.with_vfp() } else { signature });
    let entry = body.add_block();
    let value = body.add_param(entry, Type::F32);
    Builder::new(&mut body, entry).inst(synth_ir::InstData::Return(vec![value]));
    f.program.symbols[id].def = Definition::Function(Box::new(body));
    f
}

/// Attributes as `readelf -A` prints them, those that we give only.
fn attributes(text: &str, names: &[&str]) -> Vec<String> {
    let found = |name: &&str| {
        let line = text.lines().map(str::trim).find(|l| l.starts_with(&format!("Tag_{name}:")));
        // gcc leaves out a tag whose value is 0.
        line.filter(|l| *l != "Tag_ABI_VFP_args: AAPCS").unwrap_or("none").to_string()
    };
    names.iter().map(found).collect()
}

#[test]
fn attributes_mean_what_gcc_and_clang_mean() {
    let dir = scratch("attributes");
    std::fs::write(dir.join("x.c"), "float f(float x) { return x + 1; }").unwrap();
    let as_gcc = [
        "CPU_arch",
        "CPU_arch_profile",
        "THUMB_ISA_use",
        "FP_arch",
        "ABI_FP_denormal",
        "ABI_FP_number_model",
        "ABI_align_needed",
        "ABI_align_preserved",
        "ABI_HardFP_use",
        "ABI_VFP_args",
        "CPU_unaligned_access",
        "DSP_extension",
    ];
    let as_clang = ["CPU_name", "ARM_ISA_use", "ABI_PCS_R9_use", "conformance"];
    let float_tags = ["FP_arch", "ABI_FP_denormal", "ABI_FP_number_model", "ABI_HardFP_use"];
    for cpu in [
        "cortex-m3",
        "cortex-m4",
        "cortex-m4+nofp",
        "cortex-m7",
        "cortex-m7+nofp.dp",
        "cortex-m7+nofp",
        "cortex-m33",
        "cortex-m33+nofp",
        "cortex-m33+nodsp",
        "cortex-m33+nofp+nodsp",
    ] {
        let has_fp = cpu != "cortex-m3" && !cpu.ends_with("+nofp") && !cpu.contains("+nofp+");
        for hard_float in [false, true] {
            if hard_float && !has_fp {
                continue;
            }
            let options = ObjectOptions::default();
            let f = float_fixture("f", Linkage::Global, hard_float);
            std::fs::write(dir.join("o.o"), f.object(cpu, &options).write().unwrap()).unwrap();
            let ours = run(&dir, "arm-none-eabi-readelf", &["-A", "o.o"]);
            let abi = match (hard_float, has_fp) {
                (true, _) => "-mfloat-abi=hard",
                (false, true) => "-mfloat-abi=softfp",
                (false, false) => "-mfloat-abi=soft",
            };
            let mcpu = format!("-mcpu={cpu}");
            run(&dir, "arm-none-eabi-gcc", &[&mcpu, "-mthumb", abi, "-c", "x.c", "-o", "gcc.o"]);
            let gcc = run(&dir, "arm-none-eabi-readelf", &["-A", "gcc.o"]);
            assert_eq!(attributes(&ours, &as_gcc), attributes(&gcc, &as_gcc), "{cpu} {abi}");
            let core = format!("-mcpu={}", cpu.split('+').next().unwrap());
            let target = "--target=thumbv7m-none-eabi";
            run(&dir, "clang-19", &[target, &core, abi, "-c", "x.c", "-o", "clang.o"]);
            let clang = run(&dir, "arm-none-eabi-readelf", &["-A", "clang.o"]);
            assert_eq!(attributes(&ours, &as_clang), attributes(&clang, &as_clang), "{cpu}");
            if !cpu.contains('+') {
                let tags = [&float_tags[..], &["ABI_VFP_args"]].concat();
                assert_eq!(attributes(&ours, &tags), attributes(&clang, &tags), "{cpu} {abi}");
            }
        }
    }
}

#[test]
fn float_variants_link_only_with_their_kind() {
    let dir = scratch("float-abi");
    std::fs::write(dir.join("x.c"), "float g(float x) { return x + 1; }").unwrap();
    for abi in ["softfp", "hard"] {
        let (flag, out) = (format!("-mfloat-abi={abi}"), format!("{abi}.o"));
        run(
            &dir,
            "arm-none-eabi-gcc",
            &["-mcpu=cortex-m4", "-mthumb", &flag, "-c", "x.c", "-o", &out],
        );
    }
    let mut plain = Fixture::new();
    plain.function("f", Linkage::Global, &[0x4770]);
    let inside = float_fixture("f", Linkage::Local, false);
    let inside_hard = float_fixture("f", Linkage::Local, true);
    let border = float_fixture("f", Linkage::Global, false);
    let hard = float_fixture("f", Linkage::Global, true);
    // The program, what it says, links with softfp, with hard.
    let cases = [
        (&plain, VfpArgs::Compatible, true, true),
        (&inside, VfpArgs::Compatible, true, true),
        (&inside_hard, VfpArgs::Compatible, true, true),
        (&border, VfpArgs::Base, true, false),
        (&hard, VfpArgs::Vfp, false, true),
    ];
    for (f, says, with_soft, with_hard) in cases {
        let object = f.object("cortex-m4", &ObjectOptions::default());
        assert_eq!(object.attributes.unwrap().vfp_args, says);
        std::fs::write(dir.join("o.o"), object.write().unwrap()).unwrap();
        for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
            for (host, ok) in [("softfp.o", with_soft), ("hard.o", with_hard)] {
                // gcc leaves out the tag of the base variant, which is why we
                // do not: lld compares only tags that are there.
                let ok = ok || (linker == "ld.lld-19" && says == VfpArgs::Vfp);
                let output = try_run(&dir, linker, &["-e0", "o.o", host, "-o", "x.elf"]);
                assert_eq!(
                    output.status.success(),
                    ok,
                    "{linker} {says:?} {host}: {}",
                    text(&output)
                );
            }
        }
    }
}

/// Traps of code that was dropped disappear from the table.
#[test]
fn trap_tables_follow_their_functions() {
    let dir = scratch("traps");
    let mut f = Fixture::new();
    for (name, offset) in [("dead", 0x11), ("alive", 0x22)] {
        // nop; udf #1
        let id = f.function(name, Linkage::Global, &[0xbf00, 0xde01]);
        let source = Source { function: Some(id), offset, ..Source::default() };
        let loc = f.program.add_source(source);
        f.code().traps.push(TrapSite { offset: 2, code: TrapCode::Unreachable, loc });
    }
    let script = "SECTIONS { .text 0x8000 : { *(.text*) } .synth.traps : { *(.synth.traps) } }";
    std::fs::write(dir.join("x.ld"), script).unwrap();
    for traps in [TrapTable::Debug, TrapTable::Allocated] {
        let options = ObjectOptions { traps, ..ObjectOptions::default() };
        std::fs::write(dir.join("o.o"), f.object("cortex-m3", &options).write().unwrap()).unwrap();
        for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
            for gc in [false, true] {
                let gc_flag = if gc { "--gc-sections" } else { "--no-gc-sections" };
                run(&dir, linker, &[gc_flag, "-ealive", "-Tx.ld", "o.o", "-o", "x.elf"]);
                let bytes = std::fs::read(dir.join("x.elf")).unwrap();
                let file = object::read::elf::ElfFile32::<object::Endianness>::parse(&*bytes);
                let file = file.unwrap();
                let table = file.section_by_name(".synth.traps").unwrap();
                let lines: Vec<_> = decode_traps(table.data().unwrap())
                    .iter()
                    .map(|t| format!("{:#x} {} {:#x}", t.address, t.function, t.wasm_offset))
                    .collect();
                let expected: &[&str] = match gc {
                    true => &["0x8002 alive 0x22"],
                    false => &["0x8002 dead 0x11", "0x8006 alive 0x22"],
                };
                assert_eq!(lines, expected, "{linker} {traps:?} {gc}");
            }
        }
    }
}

/// Whatever a module calls its functions, linkers see the same names.
#[test]
fn any_name_can_be_linked() {
    let dir = scratch("names");
    let long = "n".repeat(5000);
    let names = [
        "a b",
        "naïve",
        "quo\"te",
        "x@y",
        "z@@z",
        "back\\slash",
        "new\nline",
        ".text",
        "$t",
        &long,
    ];
    let mut user = Fixture::new();
    let mut host = Fixture::new();
    // One bl for each name, and a local function of each name.
    let code: Vec<u16> = names.iter().flat_map(|_| [0xf7ff, 0xfffe]).collect();
    user.function("user", Linkage::Global, &code);
    for (i, name) in names.iter().enumerate() {
        let id = user.undefined(name, Linkage::Global);
        user.reloc(i as u32 * 4, RelocKind::ThmCall, id, 0);
        host.function(name, Linkage::Global, &[0x4770]);
    }
    for name in names.iter().chain(&["", "nul\0inside"]) {
        user.function(name, Linkage::Local, &[0x4770]);
    }
    for (f, file) in [(&user, "user.o"), (&host, "host.o")] {
        let object = f.object("cortex-m3", &ObjectOptions::default());
        std::fs::write(dir.join(file), object.write().unwrap()).unwrap();
    }
    for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
        run(&dir, linker, &["-euser", "user.o", "host.o", "-o", "x.elf"]);
        let table = run(&dir, "arm-none-eabi-nm", &["x.elf"]);
        for name in ["a b", "naïve", "x@y", ".$t", &long] {
            assert!(table.lines().any(|l| l.ends_with(&format!(" {name}"))), "{linker} {name}");
        }
    }
}

/// More sections than 16 bits number (SHN_XINDEX).
#[test]
fn many_functions() {
    let dir = scratch("many");
    let mut f = Fixture::new();
    let callee = f.function("f0", Linkage::Global, &[0x4770]);
    for i in 1..14_000 {
        f.function(&format!("f{i}"), Linkage::Global, &[0xf7ff, 0xbffe]);
        f.reloc(0, RelocKind::ThmJump24, callee, 0);
    }
    let object = f.object("cortex-m3", &ObjectOptions::default()).write().unwrap();
    std::fs::write(dir.join("o.o"), object).unwrap();
    for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
        run(&dir, linker, &["--gc-sections", "-ef13999", "o.o", "-o", "x.elf"]);
        let table = run(&dir, "arm-none-eabi-nm", &["x.elf"]);
        let functions = table.lines().filter(|l| l.contains(" T f")).count();
        assert_eq!(functions, 2, "{linker}: {table}");
    }
}

/// COMDAT functions of two objects become one.
#[test]
fn comdat_groups_merge() {
    let dir = scratch("comdat");
    let mut users = vec![];
    for (i, name) in ["one", "two"].into_iter().enumerate() {
        let mut f = Fixture::new();
        // nop for padding, so that the copies differ: the first must win.
        let code: &[u16] = if i == 0 { &[0x4770] } else { &[0xbf00, 0x4770] };
        let shared = f.function("__synth_shared", Linkage::Comdat, code);
        f.function(name, Linkage::Global, &[0xf7ff, 0xbffe]);
        f.reloc(0, RelocKind::ThmJump24, shared, 0);
        let file = format!("{name}.o");
        let object = f.object("cortex-m3", &ObjectOptions::default());
        std::fs::write(dir.join(&file), object.write().unwrap()).unwrap();
        users.push(object);
    }
    for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
        run(&dir, linker, &["--fatal-warnings", "-eone", "one.o", "two.o", "-o", "x.elf"]);
        let table = run(&dir, "arm-none-eabi-readelf", &["-sW", "x.elf"]);
        let rows: Vec<_> = table.lines().filter(|l| l.ends_with("__synth_shared")).collect();
        assert!(rows.len() == 1 && rows[0].contains(" 2 FUNC "), "{linker}: {rows:?}");
    }
}

#[test]
fn what_can_not_be_written_is_an_error() {
    let cpu = common::cpu("cortex-m3");
    let options = ObjectOptions::default();
    let build = |f: &Fixture| {
        synth_object::Object::from_program(&f.program, &f.codes, cpu, &options).map(|_| ())
    };
    let name = |name: &str| name.to_string();

    let mut f = Fixture::new();
    f.function("f", Linkage::Global, &[0x4770]);
    f.undefined("f", Linkage::Weak);
    assert_eq!(build(&f), Err(ObjectError::Duplicate { name: name("f") }));

    for bad in ["", "a\0b"] {
        let mut f = Fixture::new();
        f.function(bad, Linkage::Global, &[0x4770]);
        assert_eq!(build(&f), Err(ObjectError::Name { name: name(bad) }));
    }

    // A bl whose field holds 0, not -4.
    let mut f = Fixture::new();
    let g = f.undefined("g", Linkage::Global);
    f.function("f", Linkage::Global, &[0xf000, 0xf800]);
    f.reloc(0, RelocKind::ThmCall, g, 0);
    assert_eq!(build(&f), Err(ObjectError::Relocation { name: name("f"), offset: 0 }));
    // A place that ends outside.
    f.codes[0].1.relocs[0].offset = 2;
    assert_eq!(build(&f), Err(ObjectError::Relocation { name: name("f"), offset: 2 }));

    let mut f = Fixture::new();
    let local = f.undefined("local", Linkage::Local);
    f.function("f", Linkage::Global, &[0xf7ff, 0xfffe]);
    f.reloc(0, RelocKind::ThmCall, local, 0);
    assert_eq!(build(&f), Err(ObjectError::NoDefinition { name: name("local") }));

    let mut f = Fixture::new();
    f.function("f", Linkage::Global, &[0x4770]);
    f.codes.clear();
    assert_eq!(build(&f), Err(ObjectError::NoDefinition { name: name("f") }));

    let mut f = Fixture::new();
    let data = f.data("d", Linkage::Global, synth_ir::DataKind::Variable, &[1]);
    if let Definition::Data(d) = &mut f.program.symbols[data].def {
        d.size = u32::MAX;
    }
    assert!(matches!(build(&f), Err(ObjectError::TooLarge(_))));

    let mut f = Fixture::new();
    let data = f.data("d", Linkage::Global, synth_ir::DataKind::Variable, &[1]);
    f.program.symbols[data].section = Some(".noinit.d".into());
    let section = name(".noinit.d");
    assert_eq!(build(&f), Err(ObjectError::ContentsInBss { name: name("d"), section }));
    if let Definition::Data(d) = &mut f.program.symbols[data].def {
        d.align = 3;
        d.bytes.clear();
    }
    assert_eq!(build(&f), Err(ObjectError::Alignment { name: name("d"), align: 3 }));

    // Aliases in a circle, and of something undefined.
    let mut f = Fixture::new();
    let a = f.program.add("a", Linkage::Global, Definition::Absolute(0));
    let b = f.program.add("b", Linkage::Global, Definition::Alias { target: a, offset: 0 });
    f.program.symbols[a].def = Definition::Alias { target: b, offset: 0 };
    assert!(matches!(build(&f), Err(ObjectError::AliasTarget { .. })));
    f.program.symbols[a].def = Definition::UndefinedData;
    assert_eq!(build(&f), Err(ObjectError::AliasTarget { name: name("b") }));
}

#[test]
fn same_program_same_bytes() {
    let bytes = || everything().object("cortex-m4", &ObjectOptions::default()).write().unwrap();
    assert_eq!(bytes(), bytes());
}
