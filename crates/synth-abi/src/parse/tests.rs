use super::*;
use crate::types::Types;

fn parse(text: &str) -> Declarations {
    let mut declarations = Declarations::default();
    parse_declarations(text, &mut declarations).unwrap_or_else(|e| {
        panic!("{}: {e}", &text[e.offset..]);
    });
    declarations
}

fn refused(text: &str) -> (usize, String) {
    let error = parse_declarations(text, &mut Declarations::default()).unwrap_err();
    (error.offset, error.message)
}

fn size(text: &str) -> (u32, u32) {
    let d = parse(&format!("{text} x;"));
    (d.types.size(d.variables["x"]).unwrap(), d.types.align(d.variables["x"]).unwrap())
}

#[test]
fn declarators_nest_as_in_c() {
    let d =
        parse("int (*f(void))(char *, ...); int *a[3]; int (*p)[3]; void g(int v[], void h(int));");
    let types: &Types = &d.types;
    let f = &d.functions["f"];
    assert!(f.params.is_empty());
    let Type::Pointer(to) = types.get(f.result) else { panic!() };
    let Type::Function(inner) = types.get(*to) else { panic!() };
    assert!(inner.variadic && inner.params.len() == 1);
    assert!(matches!(types.get(d.variables["a"]), Type::Array { count: Some(3), .. }));
    assert!(matches!(types.get(d.variables["p"]), Type::Pointer(_)));
    assert_eq!(types.size(d.variables["a"]), Ok(12));
    for param in &d.functions["g"].params {
        assert!(matches!(types.get(param.ty), Type::Pointer(_)), "{param:?}");
    }
}

#[test]
fn layouts() {
    assert_eq!(size("struct { char a; int b; short c; }"), (12, 4));
    assert_eq!(size("struct { char a; long long b; }"), (16, 8));
    assert_eq!(size("struct __attribute__((packed)) { char a; int b; }"), (5, 1));
    assert_eq!(size("struct { char a; } __attribute__((aligned(8)))"), (8, 8));
    assert_eq!(size("union { char a[5]; short b; }"), (6, 2));
    assert_eq!(size("struct { int a : 3, b : 30; char c; }"), (12, 4));
    assert_eq!(size("struct { char n; char rest[]; }"), (1, 1));
    assert_eq!(size("enum { A, B = 3, C = 1 << 8 }"), (2, 2));
    assert_eq!(size("struct { enum { X } e; _Alignas(16) char c; }"), (32, 16));
    assert_eq!(size("struct { struct { int a; }; union { int b; double c; }; }"), (16, 8));
}

#[test]
fn typedefs_and_tags() {
    let d = parse(
        "struct node; typedef struct node { struct node *next; uint16_t v; } node_t;
         node_t *find(const node_t *list, size_t n); extern volatile uint32_t ticks;",
    );
    assert_eq!(d.types.size(d.functions["find"].params[1].ty), Ok(4));
    let Type::Pointer(node) = d.types.resolve(d.functions["find"].result) else { panic!() };
    assert_eq!(d.types.size(*node), Ok(8));
    assert!(d.variables.contains_key("ticks"));
}

#[test]
fn refusals_name_the_place() {
    assert_eq!(refused("int f(k_sem *s);"), (6, "there is no type 'k_sem'".into()));
    assert_eq!(refused("long double f(void);").0, 0);
    assert!(refused("struct s { int : 3; };").1.contains("unnamed bitfields"));
    assert!(refused("struct s { int a : 0; };").1.contains("zero-width"));
    assert!(refused("int f(void) { }").1.contains("does not define"));
    assert_eq!(refused("int x\nint y;"), (6, "expected ';', found 'int'".into()));
    assert!(refused("#include <a.h>").1.contains("preprocessor"));
    assert!(refused("static int f(void);").1.contains("static"));
    assert!(refused("struct s { struct s x; };").1.contains("incomplete"));
    assert!(refused("int f(void); int f(int);").1.contains("twice"));
    let deep = format!("int {}x{};", "(".repeat(5000), ")".repeat(5000));
    assert!(refused(&deep).1.contains("deeply"));
}
