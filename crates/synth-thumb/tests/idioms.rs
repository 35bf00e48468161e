//! The idioms that Thumb-2 code must use, each with the golden listing that
//! shows it: `tests/golden/FILE.ir`, a function in it, and what stands in one of
//! its listings. `golden.rs` keeps the listings as the code is now; here it is
//! checked that each still shows its idiom.
//!
//! Idioms that are made before selection (division by constants, lookup tables,
//! unrolling, strength reduction, inlining) have their rows in the tests of `synth-opt`.

use std::path::PathBuf;

/// Idiom, file, function, text.
const IDIOMS: &[[&str; 4]] = &[
    // Selection.
    ["16-bit three-address form", "arithmetic", "add", "adds r0, r0, r1"],
    ["16-bit form with 8-bit immediate", "arithmetic", "add_255", "adds r0, #255"],
    ["16-bit two-address form", "forms", "two_address", "ands r0, r1"],
    ["16-bit store, word", "forms", "small_offset", "str r1, [r0, #124]"],
    ["16-bit store, halfword", "forms", "small_offset", "strh r1, [r0, #62]"],
    ["negated immediate", "arithmetic", "add_minus_200", "subs r0, #200"],
    ["ADDW", "arithmetic", "add_4095", "addw r0, r0, #4095"],
    ["SUBW", "forms", "sub_4001", "subw r0, r1, #4001"],
    ["modified immediate, ORR", "forms", "patterns", "orr r0, r0, #267386880"],
    ["modified immediate, EOR", "forms", "patterns", "eor r0, r0, #2863311530"],
    ["modified immediate", "arithmetic", "add_pattern", "add.w r0, r0, #16711935"],
    ["reverse subtraction", "arithmetic", "sub_from_constant", "rsb.w r0, r0, #100"],
    ["shifted second operand", "arithmetic", "shifted", "add.w r0, r0, r1, lsl #3"],
    ["MLA", "arithmetic", "multiply_add", "mla r0, r0, r1, r2"],
    ["MLS", "arithmetic", "remainder", "mls r0, r2, r1, r0"],
    ["inverted immediate, BIC", "logic", "and_inverted_constant", "bic r0, r0, #65280"],
    ["inverted immediate, ORN", "logic", "or_inverted_constant", "orn r0, r0, #16711680"],
    ["BIC of a register", "logic", "bic", "bics r0, r1"],
    ["MVN of a pattern", "forms", "opposite", "mvn r0, #256"],
    ["MVN", "logic", "mvn", "mvns r0, r0"],
    ["literal pool for a word", "logic", "large_constant", "ldr r1, [pc, #4]"],
    ["MOVW", "held", "same_register", "movw r2, #1100"],
    ["MOVT", "anchors", "fields", "movt r2, #0"],
    ["UBFX", "logic", "field", "ubfx r0, r0, #5, #6"],
    ["SBFX", "logic", "signed_field", "sbfx r0, r0, #8, #12"],
    ["BFI", "fields", "field_masked_last", "bfi r0, r1, #14, #4"],
    ["BFC", "forms", "clear_middle", "bfc r0, #8, #12"],
    ["BFC of the low bits", "forms", "clear_low", "bfc r0, #0, #12"],
    ["UXTH", "forms", "unsigned_half", "uxth r0, r0"],
    ["SXTB", "forms", "signed_byte", "sxtb r0, r0"],
    ["UXTB", "logic", "byte", "uxtb r0, r0"],
    ["UXTAB", "extended", "add_byte", "uxtab r0, r0, r1"],
    ["SXTAH", "extended", "add_signed_half", "sxtah r0, r1, r0"],
    ["UXTAB with rotation", "packing", "add_middle_byte", "uxtab r0, r0, r1, ror #8"],
    ["SXTAB with rotation", "packing", "add_signed_byte", "sxtab r0, r0, r1, ror #16"],
    ["SXTAH with rotation", "packing", "add_inner_half", "sxtah r0, r0, r1, ror #8"],
    ["UXTB16", "packing", "bytes_to_halves", "uxtb16 r2, r1, ror #8"],
    ["SXTB16", "packing", "signed_bytes_to_halves", "sxtb16 r0, r0"],
    ["PKHBT", "packing", "pack_low", "pkhbt r0, r0, r1, lsl #16"],
    ["PKHTB", "packing", "pack_high", "pkhtb r0, r0, r1, asr #16"],
    ["BFI of a field up to the highest bit", "packing", "upper_field", "bfi r0, r1, #12, #20"],
    ["SSAT", "fields", "saturate_16", "ssat r0, #16, r0"],
    ["USAT", "fields", "saturate_byte", "usat r0, #8, r0"],
    ["CLZ", "logic", "counts", "clz r0, r0"],
    ["RBIT", "logic", "counts", "rbit r1, r1"],
    ["REV", "logic", "counts", "rev r2, r2"],
    ["REV16", "packing", "swap_in_halves", "rev16 r0, r0"],
    ["REVSH", "packing", "swap_signed_half", "revsh r0, r0"],
    ["ROR", "logic", "rotate", "rors r0, r1"],
    ["index in a register, scaled", "memory", "index", "ldr.w r0, [r0, r1, lsl #2]"],
    ["index that is needed elsewhere too", "indexed", "keeps_both", "ldr r2, [r0, r1]"],
    ["post-index", "write_back", "copy", "ldrb r3, [r1], #1"],
    ["post-index, of a store", "write_back", "copy", "strb r3, [r0], #1"],
    ["LDRD of words of the frame", "multiple", "incoming", "ldrd r4, r12, [sp, #8]"],
    ["STRD of words of the frame", "multiple", "object", "strd r0, r2, [sp, #1020]"],
    ["STM of arguments", "multiple", "outgoing", "stm.w sp, {r0, r1, r2}"],
    ["LDM of arguments", "multiple", "rising", "ldm.w sp, {r0, r1, r2}"],
    ["pre-index", "write_back", "push", "str r1, [r0, #-4]!"],
    ["post-index in an earlier block", "write_back", "compare", "ldrb r2, [r0], #1"],
    ["addresses near each other", "memory", "neighbours", "ldr r1, [r3, #4]"],
    ["MULS", "products", "both_loaded", "muls r0, r1, r0"],
    ["SMULL", "products", "both_words", "smull r2, r1, r1, r2"],
    ["UMULL", "words64", "multiply", "umull r4, r12, r0, r2"],
    ["UMLAL", "accumulate", "unsigned", "umlal r0, r1, r2, r3"],
    ["SMLAL in a loop", "accumulate", "dot", "smlal"],
    ["UMAAL", "accumulate", "digit", "umaal r3, r2, r0, r1"],
    ["SMULxy", "products", "bottom_top", "smulbt r0, r0, r1"],
    ["SMLAxy", "products", "accumulate_tops", "smlatt r0, r0, r1, r2"],
    ["SMULWy", "products", "middle", "smulwb r0, r0, r1"],
    ["SMLAWy", "products", "middle_accumulated", "smlawt r0, r0, r1, r2"],
    ["SMLALxy", "products", "long_accumulated", "smlaltb r0, r1, r3, r2"],
    ["SMMUL", "products", "high", "smmul r0, r0, r1"],
    ["SMMLA", "products", "high_accumulated", "smmla r0, r0, r1, r2"],
    ["SMMULR", "products", "high_rounded", "smmulr r0, r0, r1"],
    ["ADDS, ADC", "words64", "add", "adcs r1, r3"],
    ["SUBS, SBC", "words64", "sub_constant", "sbc r1, r1, #0"],
    ["CMP, SBCS", "words64", "less", "sbcs r1, r3"],
    ["VLDR at a trusted address", "float_memory", "offset", "vldr s1, [r0, #1020]"],
    ["VSTR of a double", "double_memory", "index", "vstr d0, [r0]"],
    // Registers.
    ["values made late where registers are short", "relieve", "chain", "ldr r2, [r1, #48]"],
    ["a life split before a loop without calls", "promote", "two_loops", "ldr r5, [sp, #8]"],
    ["a life split behind a rare call", "promote", "rare_call", "ldr r2, [sp]"],
    // Conditions.
    ["CBNZ", "shrink_wrapping", "guarded", "cbnz r2"],
    ["CBZ", "conditions", "zero_branch", "cbz r0"],
    ["bit test by a shift", "bit_tests", "one_bit", "lsls r1, r0, #25"],
    ["TST of several bits", "bit_tests", "two_bits", "tst.w r0, #24"],
    ["TEQ", "signs", "differ", "teq.w r0, r1"],
    ["flags of EORS", "signs", "difference", "eors r1, r0"],
    ["TST of a sign", "signs", "both_negative", "tst r0, r1"],
    ["CMN", "conditions", "compare_negative", "cmn.w r0, #10"],
    ["flags of ADDS", "compares", "sign", "bpl"],
    ["flags of ANDS", "forms", "flags_of_and", "beq"],
    ["flags of SUBS, counting down", "control", "count_down", "bne"],
    ["borrow in place of a comparison", "bit_tests", "wrap", "subs r0, r1, #1"],
    ["comparison under a condition", "joined", "both_equal", "cmpeq.w r1, #4294967295"],
    ["IT for a selection", "conditions", "maximum", "movle r0, r1"],
    ["addition under a condition", "conditional", "add_if", "addgt r0, r0, r1"],
    ["IT for short arms", "forms", "short_arm", "itte lt"],
    ["operation under a condition", "extended", "bit_by_sign", "addmi r0, r0, r1"],
    ["TBH", "far_arms", "far_arms", "tbh [pc, r0, lsl #1]"],
    ["TBB", "control", "table", "tbb [pc, r0]"],
    // Calls and frames.
    ["tail call", "tail_calls", "sibling", "b.w"],
    ["no frame where none is needed", "arithmetic", "add", "bx lr"],
    ["no frame on a way that needs none", "shrink_wrapping", "guarded", "bx lr"],
    ["the frame behind a loop", "shrink_wrapping", "search", "push {r3, r4, r5, lr}"],
    ["pushed with lr, popped into pc", "control", "across_calls", "pop {r3, r4, r5, pc}"],
    ["a word of the frame pushed", "forms", "word_of_frame", "push {r3, lr}"],
    ["spill slots near the stack pointer", "forms", "spills", "str r0, [sp, #8]"],
    ["slots in reach beside a large one", "tail_calls", "large", "str r0, [sp]"],
    // Shape.
    ["loops at a word's boundary", "accumulate", "dot", "nop"],
    ["traps behind the code", "conditions", "checks", "udf #4"],
    ["equal tails merged", "tails", "cases", "b #-14"],
    ["constants that registers hold", "held", "same_register", "cmp r1, r2"],
    ["addresses from one anchor", "anchors", "fields", "ldr r0, [r0, #8]"],
];

/// The lines of the listings of a function.
fn listing(file: &str, function: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(format!("{file}.ir"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut inside = false;
    let mut lines = vec![];
    for line in text.lines().filter_map(|line| line.strip_prefix(";| ")) {
        match line.strip_suffix(':') {
            Some(name) => inside = name == function,
            None if inside => lines.push(line.to_string()),
            None => {}
        }
    }
    lines
}

#[test]
fn listings_show_the_idioms() {
    let mut missing = vec![];
    for [idiom, file, function, text] in IDIOMS {
        // An instruction is the end of a line, or followed by its operands.
        let shows = |line: &String| line.contains(&format!(" {text}"));
        if !listing(file, function).iter().any(shows) {
            missing.push(format!("{idiom}: `{text}` is not in {file}.ir, {function}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
