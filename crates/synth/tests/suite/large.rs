//! Large functions give the results of wasmi: they are allocated by another
//! algorithm, their frames and branches need the long forms.

use synth::{Argument, Compiler, Level, Options};
use synth_emu::Board;
use synth_testkit::hostile::SHAPES;
use synth_testkit::{AbiVal, Imports, Loader};

use crate::oracle;

/// Shapes, sizes, and the arguments of `f`.
const RUNS: &[(&str, u32, &[i32])] = &[
    ("nested_blocks", 3_000, &[5]),
    ("nested_ifs", 5_000, &[5]),
    ("nested_block_values", 3_000, &[9]),
    ("locals", 900, &[7]),
    ("locals", 9_000, &[7]),
    ("locals_in_loops", 2_000, &[0]),
    ("table_of_one_target", 3_000, &[2999]),
    ("table_of_many_targets", 500, &[300]),
    ("table_of_many_targets", 6_000, &[5_999]),
    ("table_of_many_targets", 6_000, &[6_000]),
    ("arithmetic", 30_000, &[5, 77]),
    ("deep_operands", 1_000, &[3]),
    ("deep_operands", 9_000, &[3]),
    ("calls", 9_000, &[3]),
    ("constants", 9_000, &[3]),
    ("if_else_chain", 700, &[699]),
    ("if_else_chain", 5_000, &[4_999]),
    ("branches_out", 5_000, &[4_321, 1]),
    ("loops_in_a_row", 3_000, &[1, 2]),
    ("selects", 9_000, &[3, -7]),
    ("results", 300, &[3]),
    ("results", 1_000, &[3]),
    ("block_values", 60, &[0]),
    ("block_values", 700, &[0]),
];

#[test]
fn large_functions_give_the_results_of_wasmi() {
    let mut loader = Loader::start(Board::Mps2An386).unwrap();
    let mut failures = vec![];
    for &(name, size, args) in RUNS {
        let shape = SHAPES.iter().find(|shape| shape.name == name).unwrap();
        let module = (shape.module)(size);
        let args: Vec<Argument> = args.iter().map(|&v| Argument::I32(v)).collect();
        let expected = oracle::call(&module, "f", &args);
        for level in [Level::O0, Level::Os] {
            let options = Options { level, threads: 1, ..Options::default() };
            let mark = loader.mark();
            let actual = call(&mut loader, options, &module, &args);
            loader.release(mark);
            if actual != expected {
                failures.push(format!("{name} {size} -O{level}: {actual:?}, not {expected:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn call(
    loader: &mut Loader<'_>,
    options: Options,
    module: &[u8],
    args: &[Argument],
) -> Result<i32, String> {
    let compiled = Compiler::new(options).compile(module).map_err(|e| e.to_string())?;
    let loaded = loader.load(&compiled.program, &compiled.codes, &Imports::default());
    let signature = compiled.signature("f").map_err(|e| e.to_string())?;
    let args: Vec<AbiVal> = args
        .iter()
        .map(|arg| match arg {
            Argument::I32(v) => AbiVal::I32(*v),
            _ => unreachable!("all arguments are words"),
        })
        .collect();
    let loaded = loaded.map_err(|e| e.to_string())?;
    match loader.call(loaded, "f", signature, &args).map_err(|e| e.to_string())?[..] {
        [AbiVal::I32(value)] => Ok(value),
        ref other => Err(format!("{other:?}")),
    }
}
