//! The idioms of good code that passes make, each with the golden file that shows
//! it: `tests/golden/FILE.ir`, a function in it, and what stands, or does not
//! stand, in it after the passes. `golden.rs` keeps the files as the passes are
//! now; here it is checked that each still shows its idiom. Idioms of instructions
//! have their rows in the tests of `synth-thumb`; inlining across modules is tested
//! in `link.rs`.

use std::path::PathBuf;

/// Idiom, file, function, text; with `!` in front it must not be there.
const IDIOMS: &[[&str; 4]] = &[
    // Selection.
    ["division by a constant, unsigned", "divide", "unsigned", "umul_hi"],
    ["division by a constant, signed", "divide", "signed", "smul_hi"],
    ["no division by a constant", "divide", "unsigned", "!udiv"],
    ["high word of a signed product", "simplify_wide", "products_of_parts", "smul_hi"],
    ["reversal of the bytes of a word", "simplify_logic", "byte_reverse", "bswap"],
    ["the same, by rotations", "simplify_logic", "byte_reverse_by_rotation", "bswap"],
    ["reversal in halfwords", "simplify_logic", "reverse_in_halves", "rotr"],
    ["reversal of a loaded halfword", "simplify_logic", "reverse_half", "shr_s"],
    ["reversal of a stored halfword", "simplify_logic", "store_reversed", "!or "],
    ["rotation", "simplify_shifts", "rotate", "rotr"],
    ["rotation by a variable", "simplify_shifts", "rotate_by_variable", "rotr"],
    ["shift counts without a mask", "shifts", "masked", "shl_byte"],
    ["sign of a combination", "simplify_compare", "signs", "!xor"],
    ["comparisons for few cases", "switches", "single_cases", "cmp.eq"],
    ["a linear function for a switch", "lookup", "linear", "mul"],
    ["bits of a word for a switch", "lookup", "bits", "shr_u_byte"],
    ["bytes of a word for a switch", "lookup", "bytes", "shr_u_byte"],
    ["a table for a switch", "lookup", "table", "load.s16 const"],
    ["no bound where none is needed", "lookup", "total", "!cmp"],
    // Shape.
    ["unrolled loop", "unroll", "full", "!branch"],
    ["a loop's accesses through a pointer", "pointers", "steps", "!shl"],
    ["one counter, for the end as well", "induction", "up", "cmp.ne"],
    ["one address for neighbours", "addresses", "neighbours", "load.i32 memory0[v4 + 32]"],
    ["the same in every turn, in front", "licm", "sums", "load.i32 global"],
    ["one check for a loop", "counted", "known", "trap_if"],
    ["inlined function", "inline", "caller", "!call"],
];

/// The lines of a function after the passes.
fn function(file: &str, name: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(format!("{file}.ir"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (_, after) = text.split_once("; ==== expected\n").expect("what is expected");
    let head = format!("func @{name}(");
    let lines = after.lines().skip_while(|line| !line.contains(&head));
    lines.take_while(|line| *line != "}").map(str::to_string).collect()
}

#[test]
fn golden_files_show_the_idioms() {
    let mut missing = vec![];
    for [idiom, file, name, text] in IDIOMS {
        let lines = function(file, name);
        let (wanted, text) = match text.strip_prefix('!') {
            Some(text) => (false, text),
            None => (true, *text),
        };
        let is_there = lines.iter().skip(1).any(|line| line.contains(text));
        if lines.is_empty() || is_there != wanted {
            missing.push(format!("{idiom}: {file}.ir, {name}: `{text}` {is_there}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
