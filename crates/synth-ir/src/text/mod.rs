//! The text form: prints and parses whole programs.
//!
//! Printing is canonical: parsing what was printed and printing it again
//! gives the same text. Values, blocks and slots keep their numbers; use
//! [`Function::compact`](crate::Function::compact) for consecutive ones.
//!
//! A program is a list of symbols, one statement a line; `;` starts a
//! comment. A symbol starts with its linkage (`local`, `global`, `weak`,
//! `comdat`), then `hidden`, `retain`, `section("NAME")` and `align N` (of a function) if they
//! apply, then its kind:
//!
//! ```text
//! global func @NAME(PARAMS) -> (RESULTS) [internal|helper] { … }
//! local data|const|noinit|init_array|fini_array @NAME size N align N [{ … }]
//! global alias @NAME = @TARGET + OFFSET
//! global absolute @NAME = NUMBER
//! global undefined func @NAME
//! weak undefined data @NAME
//! ```
//!
//! Parameters that are one aggregate stand in braces: `(i32, {f32, f32})`.
//! The contents of data are lines `bytes OFFSET "HEX"` and `ref OFFSET
//! @SYMBOL + ADDEND`; everything else is zero. A name with other characters
//! than letters, digits, `_`, `.` and `$` is quoted; names that occur twice are
//! told apart by a number, `@name#3`. `loc N = @FUNCTION + OFFSET [inlined M]`
//! fills the table of source locations, and `!N` after an instruction refers
//! to it.
//!
//! ```
//! use synth_ir::Program;
//!
//! let text = r#"loc 1 = @sum + 34
//!
//! local data @buffer size 64 align 4 {
//!   bytes 0 "01020304"
//!   ref 8 @sum
//! }
//!
//! global undefined func @report
//!
//! global func @sum(i32, i64) -> (i32) {
//!   slot0: size 16, align 8
//! b0(v0: i32, v1: i32, v2: i32):
//!   v3 = symbol_addr @buffer + 4
//!   v4 = load.i32 memory0[v3 + 8] !1
//!   v5 = cmp.ult v0, v4
//!   trap_if v5, out_of_bounds_memory !1
//!   v6 = add_hi v1, v2, v4, v0
//!   v7 = const -1
//!   v8 = slot_addr slot0
//!   store.i8 stack[v8], v7
//!   branch v0, b1(v6), b2, unlikely
//! b1(v9: i32):
//!   v10 = call @report(v9): (i32) -> (i32)
//!   v11 = call_indirect v10(): () -> (i64)
//!   switch v10, [b1(v9), b2], b2
//! b2:
//!   tail_call @report(v7): (i32) -> (i32)
//! }
//! "#;
//! // The call has the two results of an i64, so this names one too few.
//! assert_eq!(Program::parse(text).unwrap_err().line, 24);
//!
//! let text = text.replace("v11 = call_ind", "v11, v12 = call_ind");
//! let program = Program::parse(&text).unwrap();
//! assert_eq!(program.to_string(), text);
//! ```

mod function;
mod instruction;
mod lexer;
mod parse;
mod print;

pub use parse::ParseError;
pub use print::{FunctionText, SymbolNames};
