//! The run-time routines: integer division, memory copies, soft floats.
//!
//! In an object the `__aeabi_*` ones are undefined symbols, which the host's
//! compiler library supplies; the `__synth_*` ones, which no library has, come
//! as COMDAT bodies. An image, which no other tool links, gets all that it
//! needs. All are compiled for the CPU by synth itself.

use synth_ir::{Definition, Program};
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

/// The routines that a program calls, compiled for its CPU.
///
/// # Errors
/// See [`program`].
pub fn compile_for(user: &Program, options: &Options) -> Result<Vec<Compiled>, Error> {
    let integer = program()?;
    let missing = |name: &str| integer.find(name).is_none();
    let needs_floats = user
        .symbols
        .values()
        .any(|s| matches!(s.def, Definition::UndefinedFunction) && missing(&s.name));
    // A 64-bit division or a copy in the float routines is one of these.
    let mut compiled = vec![compile_program(integer.clone(), options, &mut ())?.0];
    if needs_floats {
        compiled.push(compile_program(float_program()?, options, &mut ())?.0);
    }
    Ok(compiled)
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
    let undefined =
        |s: &synth_ir::Symbol| matches!(s.def, Definition::UndefinedFunction) && own(&s.name);
    if program.symbols.values().any(undefined) {
        let mut library = float_program()?;
        run_pipeline(&mut library, options.level, &Thumb(options.cpu), &mut ());
        supply(program, &library, own);
    }
    Ok(())
}
