//! Objects that clang makes while the test runs: what is refused, by which
//! name, and what is not. The messages say what to do; the sources say why.

use std::path::Path;

use crate::tools::{SYNTH, run, scratch, text, try_run};

/// What becomes of an object.
enum End {
    /// It compiles in silence.
    Compiles,
    /// It compiles, with this on standard error.
    Warns(&'static str),
    /// It is refused with a message that has these parts.
    Refused(&'static [&'static str]),
}

use End::{Compiles, Refused, Warns};

struct Case {
    name: &'static str,
    source: &'static str,
    /// In addition to those of the native model.
    clang: &'static [&'static str],
    /// A contract file, if not empty.
    contract: &'static str,
    synth: &'static [&'static str],
    end: End,
}

const fn case(name: &'static str, source: &'static str, end: End) -> Case {
    Case { name, source, clang: &[], contract: "", synth: &[], end }
}

const FRAME: &str = "void host(int *); int f(int n) { int a[4] = {n}; host(a); return a[0]; }";
const ATOMIC: &str = "_Atomic int x; int f(void) { return x++; }";
const SETJMP: &str = "int setjmp(int *); _Noreturn void longjmp(int *, int); void g(void);\n\
                      int b[20]; int f(void) { if (setjmp(b)) return 1; g(); return 0; }\n\
                      void h(void) { longjmp(b, 1); }";
const CLASS: &str = "extern \"C\" int host(int);\n\
    struct Base { virtual int get(int) = 0; virtual ~Base(); int k; };\n\
    Base::~Base() { host(1); }\n\
    struct Derived : Base { int get(int a) override { return host(a) + k; } };\n\
    static Derived object;\n\
    extern \"C\" int f(int a) { static int calls = host(3); Base *b = &object;\n\
        return b->get(a) + calls++; }";
const LOG: &str = "int log_it(int, ...); int f(int a) { return log_it(1, a, 2.5, 3ll); }";
const VARIADIC: &str = "[variadic]\nlog_it = \"vlog_it\"\n";

const CASES: &[Case] = &[
    case("frame", FRAME, Compiles),
    case("atomic", ATOMIC, Compiles),
    Case {
        clang: &["-mno-atomics"],
        ..case("atomic_lowered", ATOMIC, Refused(&["-shared-mem", "--single-context"]))
    },
    Case {
        clang: &["-mno-atomics"],
        synth: &["--single-context"],
        ..case("atomic_single", ATOMIC, Compiles)
    },
    case(
        "stack_switch",
        "void f(void *p) { __asm__(\"local.get %0\\nglobal.set __stack_pointer\" ::\"r\"(p)); }",
        Refused(&["'f'", "another __stack_pointer than it was entered with"]),
    ),
    case("setjmp", SETJMP, Refused(&["'setjmp' may return twice"])),
    Case {
        clang: &["-mllvm", "-wasm-enable-sjlj"],
        ..case("setjmp_lowered", SETJMP, Refused(&["setjmp or longjmp"]))
    },
    case(
        "grow",
        "int f(void) { return __builtin_wasm_memory_grow(0, 1); }",
        Refused(&["`f`", "memory.grow", "malloc"]),
    ),
    case(
        "thread_local",
        "_Thread_local int t; int f(void) { return t++; }",
        Refused(&["`.tbss.t`"]),
    ),
    Case { clang: &["-flto"], ..case("bitcode", FRAME, Refused(&["LLVM bitcode", "-flto"])) },
    Case {
        clang: &["-msimd128", "-O3"],
        ..case(
            "vectors",
            "void f(int *a, int *b) { for (int i = 0; i < 64; i++) a[i] += b[i]; }",
            Refused(&["`f`", "v128.load", "simd"]),
        )
    },
    case(
        "complex",
        "float _Complex f(float _Complex a) { return a; }",
        Refused(&["'f'", "complex"]),
    ),
    case(
        "long_double",
        "long double f(long double a) { return a; }",
        Refused(&["'f'", "long double"]),
    ),
    Case { clang: &["-xc++", "-fno-exceptions"], ..case("classes", CLASS, Compiles) },
    Case { clang: &["-xc++", "-fno-exceptions", "-O0"], ..case("classes_O0", CLASS, Compiles) },
    Case {
        clang: &["-xc++", "-fwasm-exceptions"],
        ..case(
            "exceptions",
            "extern \"C\" void e(); extern \"C\" int f() { try { e(); } catch (...) { return 5; } return 0; }",
            Refused(&["exception"]),
        )
    },
    case("variadic", LOG, Refused(&["'log_it'", "log_it = \"vlog_it\""])),
    Case { contract: VARIADIC, ..case("variadic_bound", LOG, Compiles) },
    Case {
        clang: &["-g0"],
        ..case(
            "variadic_known",
            "int printf(const char *, ...); int f(int a) { return printf(\"%d\", a); }",
            Refused(&["'printf'", "printf = \"vprintf\""]),
        )
    },
    Case {
        contract: "\n[function.g]\nsection = \".ram\"\n",
        ..case("rule_for_nothing", FRAME, Warns("c.toml:2: [function.g] has no effect"))
    },
    Case {
        contract: "[function.host]\nalign = 8\n",
        ..case("rule_for_an_import", FRAME, Warns("c.toml:1: [function.host] has no effect"))
    },
    Case {
        contract: "[data.buffer]\nvolatile = false\n",
        ..case("rule_for_no_data", FRAME, Warns("c.toml:1: [data.buffer] has no effect"))
    },
    Case {
        contract: "[section.\".slow\"]\nreadonly = true\n",
        ..case("rule_for_no_section", FRAME, Warns("c.toml:1: [section.\".slow\"] has no effect"))
    },
    Case {
        contract: "[function.f]\nalign = 8\n[data.x]\nalign = 64\n[section.\".bss\"]\nvolatile = false\n",
        ..case("rules_for_something", "int x; int f(void) { return x; }", Compiles)
    },
];

/// The flags that the documentation of the native model gives.
const CLANG: &[&str] = &[
    "--target=wasm32",
    "-Os",
    "-g",
    "-matomics",
    "-mbulk-memory",
    "-funsigned-char",
    "-fshort-enums",
    "-Wno-incompatible-library-redeclaration",
    "-Wno-return-type-c-linkage",
];

fn clang(dir: &Path, flags: &[&str], source: &str, output: &str) {
    std::fs::write(dir.join("source.c"), source).unwrap();
    run(dir, "clang-19", &[CLANG, flags, &["-c", "source.c", "-o", output]].concat());
}

#[test]
fn objects_compile_or_are_refused_by_name() {
    let dir = scratch("fresh");
    let mut failures = vec![];
    for case in CASES {
        clang(&dir, case.clang, case.source, "module.wo");
        std::fs::write(dir.join("c.toml"), case.contract).unwrap();
        let contract: &[&str] =
            if case.contract.is_empty() { &[] } else { &["--contract", "c.toml"] };
        let inputs = ["compile", "module.wo", "-o", "module.o"];
        let output = try_run(&dir, SYNTH, &[&inputs, contract, case.synth].concat());
        let (ok, message) = (output.status.success(), text(&output));
        let right = match case.end {
            Compiles => ok && message.is_empty(),
            Warns(warning) => ok && message.lines().count() == 1 && message.contains(warning),
            Refused(parts) => {
                output.status.code() == Some(1) && parts.iter().all(|part| message.contains(part))
            }
        };
        if !right {
            failures.push(format!("{} ({}): {message}", case.name, output.status));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A finished module whose stack pointer others may set.
#[test]
fn an_exported_stack_pointer_is_refused() {
    let dir = scratch("fresh-stack-pointer");
    clang(&dir, &[], FRAME, "module.wo");
    let link = ["--no-entry", "--allow-undefined", "--emit-relocs", "--export=f", "module.wo"];
    let compile = ["compile", "--model", "native", "module.wasm", "-o", "module.o"];
    run(&dir, "wasm-ld-19", &[&link[..], &["-o", "module.wasm"]].concat());
    run(&dir, SYNTH, &compile);
    let export = ["--export=__stack_pointer", "-o", "module.wasm"];
    run(&dir, "wasm-ld-19", &[&link[..], &export].concat());
    let output = try_run(&dir, SYNTH, &compile);
    let message = text(&output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("the exported global `__stack_pointer`"), "{message}");
}
