//! The run-time routines: integer division, memory copies, soft floats.
//!
//! In an object the `__aeabi_*` ones are undefined symbols, which the host's
//! compiler library supplies; the `__synth_*` ones, which no library has, come
//! as COMDAT bodies. An image, which no other tool links, gets all that it
//! needs. All are compiled for the CPU by synth itself.

use synth_ir::{Definition, Linkage, Program, Symbol};
use synth_opt::run_pipeline;
use synth_thumb::Thumb;
use synth_wasm::Module;

use crate::compiler::{Compiled, compile_program};
use crate::supply::supply;
use crate::{Error, Options};

/// The integer and memory routines, in the text form of the representation.
pub const INTEGER: &str = include_str!("../../../runtime/int.ir");

/// The float routines, a module made from the C sources beside it.
pub const FLOAT: &[u8] = include_bytes!("../../../runtime/float.wasm");

/// The integer and memory routines as a program.
///
/// # Errors
/// Never, unless the routines themselves are broken.
pub fn program() -> Result<Program, Error> {
    Program::parse(INTEGER).map_err(|e| Error::Runtime(e.to_string()))
}

/// The float routines as a program.
///
/// # Errors
/// Never, unless the routines themselves are broken.
pub fn float_program() -> Result<Program, Error> {
    let module = Module::parse(FLOAT).map_err(|e| Error::Runtime(e.to_string()))?;
    let options = synth_translate::Options::default();
    synth_translate::translate(&module, &options).map_err(|e| Error::Runtime(e.to_string()))
}

/// The routines that a program calls and what these need, compiled for its
/// CPU; nothing if it calls none.
///
/// # Errors
/// See [`program`].
pub fn compile_for(user: &Program, options: &Options) -> Result<Option<Compiled>, Error> {
    let mut routines = undefined_functions(user, |_| true);
    // Few programs need the float routines, which are slower to read.
    supply(&mut routines, &program()?, |_| true);
    if routines.symbols.values().any(is_undefined) {
        supply(&mut routines, &float_program()?, |_| true);
    }
    if routines.functions().next().is_none() {
        return Ok(None);
    }
    Ok(Some(compile_program(routines, options, &mut ())?.0))
}

fn is_undefined(symbol: &Symbol) -> bool {
    matches!(symbol.def, Definition::UndefinedFunction)
}

/// A program of nothing but the undefined functions of another for which
/// `wanted` holds.
fn undefined_functions(user: &Program, wanted: impl Fn(&str) -> bool) -> Program {
    let mut program = Program::new();
    for symbol in user.symbols.values().filter(|s| is_undefined(s) && wanted(&s.name)) {
        program.add(symbol.name.clone(), Linkage::Global, Definition::UndefinedFunction);
    }
    program
}

/// All routines, compiled for a CPU.
///
/// # Errors
/// See [`program`].
pub fn compile_all(options: &Options) -> Result<Vec<Compiled>, Error> {
    let integer = compile_program(program()?, options, &mut ())?.0;
    let float = compile_program(float_program()?, options, &mut ())?.0;
    Ok(vec![integer, float])
}

/// Defines the `__synth_*` routines that a program calls.
///
/// # Errors
/// See [`program`].
pub(crate) fn supply_own(program: &mut Program, options: &Options) -> Result<(), Error> {
    let own = |name: &str| name.starts_with("__synth_");
    let mut routines = undefined_functions(program, own);
    if routines.symbols.is_empty() {
        return Ok(());
    }
    supply(&mut routines, &float_program()?, own);
    run_pipeline(&mut routines, options.passes(), &Thumb(options.cpu), &mut ())
        .map_err(Error::Pass)?;
    supply(program, &routines, own);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Argument, Compiler, Session};

    fn compiled(text: &str) -> Compiled {
        let cpu = "cortex-m3".parse().expect("a CPU");
        let compiler = Compiler::new(Options { cpu, ..Options::default() });
        compiler.compile(text.as_bytes()).expect("compiles")
    }

    fn defined(program: &Program) -> Vec<&str> {
        program.functions().map(|(id, _)| program.symbols[id].name.as_str()).collect()
    }

    #[test]
    fn only_what_is_called_is_compiled() {
        let none = compiled(r#"(module (func (export "f") (result i32) i32.const 1))"#);
        assert!(compile_for(&none.program, none.options()).expect("compiles").is_none());

        let sum = compiled(
            r#"(module (func (export "f") (param f64 f64) (result f64)
                local.get 0 local.get 1 f64.add))"#,
        );
        assert_eq!(defined(&sum.program), ["f"]);
        let routines = compile_for(&sum.program, sum.options()).expect("compiles");
        let mut names: Vec<&str> = routines.iter().flat_map(|r| defined(&r.program)).collect();
        names.sort_unstable();
        assert_eq!(names, ["__aeabi_dadd", "__synth_f64_pack", "__synth_u64_shift_sticky"]);
    }

    /// Routines of ours come with the object, and share helpers with those that
    /// the image adds.
    #[test]
    fn objects_and_images_share_helpers() {
        let both = compiled(
            r#"(module (func (export "f") (param f64 f64) (result f64)
                local.get 0 f64.sqrt local.get 1 f64.mul))"#,
        );
        let mut names = defined(&both.program);
        names.sort_unstable();
        let own = ["__synth_f64_exponent", "__synth_f64_normal", "__synth_f64_sqrt"];
        assert_eq!(names, [&own[..], &["f"]].concat());
        let mut session = Session::start(&both, false).expect("starts");
        let arguments = [2.0f64, 3.0].map(|value| Argument::F64(value.to_bits()));
        let result = session.invoke("f", &arguments).expect("returns");
        assert_eq!(result.values, [Argument::F64((2f64.sqrt() * 3.0).to_bits())]);
    }
}
