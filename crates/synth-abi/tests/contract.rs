//! Contract files: what they say, and how mistakes are reported.

use synth_abi::{Contract, PointerSide};

fn refused(text: &str) -> String {
    Contract::parse("c.toml", text).unwrap_err().to_string()
}

#[test]
fn all_parts() {
    let text = include_str!("contracts/all.toml");
    let contract = Contract::parse("all.toml", text).unwrap();
    assert_eq!(contract.symbol("k_spin_lock"), "k_spin_lock_shim");
    assert_eq!(contract.symbol("printk"), "vprintk");
    assert_eq!(contract.symbol("fast_isr"), "TIM2_IRQHandler");
    assert_eq!(contract.symbol("other"), "other");
    let isr = &contract.functions["fast_isr"];
    assert_eq!((isr.section.as_deref(), isr.align), (Some(".ramfunc"), Some(64)));
    assert_eq!(isr.pointer, Some(PointerSide::Host));
    let buffer = &contract.data["dma_buffer"];
    assert_eq!((buffer.align, buffer.volatile, buffer.readonly), (Some(32), Some(false), None));
    let declared: Vec<_> = contract.declarations.functions.keys().collect();
    assert_eq!(declared, ["fast_isr", "k_spin_lock", "printk"]);
    assert!(contract.declarations.functions["printk"].variadic);
}

#[test]
fn sections_by_the_longest_name() {
    let text = "[section.\".cal\"]\nreadonly = true\n[section.\".cal.user\"]\nreadonly = false\n";
    let contract = Contract::parse("c.toml", text).unwrap();
    let readonly = |name: &str| contract.section(name).and_then(|rules| rules.readonly);
    assert_eq!(readonly(".cal"), Some(true));
    assert_eq!(readonly(".cal.x"), Some(true));
    assert_eq!(readonly(".cal.user.y"), Some(false));
    assert_eq!(readonly(".calx"), None);
}

/// Text and the whole message.
const REFUSED: &[(&str, &str)] = &[
    ("[functoin.f]\nalign = 4", "c.toml:1:2: unknown key 'functoin': did you mean 'function'?"),
    ("[function.f]\n  algin = 4", "c.toml:2:3: unknown key 'algin': did you mean 'align'?"),
    ("[section.x]\ncolour = 1", "c.toml:2:1: unknown key 'colour'; there are readonly, volatile"),
    ("[function.f]\nalign = 12", "c.toml:2:9: an alignment is a power of two up to 65536"),
    ("[function.f]\nalign = \"4\"", "c.toml:2:9: expected a number of bytes, found string"),
    ("[function]\nf = 1", "c.toml:2:5: expected a table, found integer"),
    ("[data.x]\nreadonly = 1", "c.toml:2:12: expected true or false, found integer"),
    ("[rename]\na = \"\"", "c.toml:2:5: this is no name of a symbol"),
    (
        "[rename]\na = \"b\"\n[function.a]\nsymbol = \"c\"",
        "c.toml:3:11: 'a' has got a symbol already",
    ),
    ("[function.f]\npointer = \"hots\"", "c.toml:2:11: unknown side 'hots': did you mean 'host'?"),
    ("[function.f]\nprototype = 'int g(int)'", "c.toml:2:13: this is not the prototype of 'f'"),
    ("[function.f]\nprototype = 'int f(itn)'", "c.toml:2:20: there is no type 'itn'"),
    (
        "# types\ndeclarations = '''\nstruct a { int x; };\nint f(struct a, strct b);\n'''",
        "c.toml:4:17: there is no type 'strct'",
    ),
    (
        "declarations = \"\"\"\n  int f(void)\n  int g(void);\"\"\"",
        "c.toml:3:3: expected ';', found 'int'",
    ),
];

#[test]
fn mistakes_have_a_place() {
    for (text, message) in REFUSED {
        assert_eq!(refused(text), *message, "{text}");
    }
    // The message is the TOML parser's own.
    for (text, place) in [("a = \n", "c.toml:1:"), ("[a]\nb = 1\nb = 2\n", "c.toml:3:1: ")] {
        assert!(refused(text).starts_with(place), "{}", refused(text));
    }
}
