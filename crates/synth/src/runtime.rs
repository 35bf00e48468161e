//! The run-time routines: integer division, memory copies.
//!
//! In an object they are undefined symbols, which the host's compiler library
//! supplies. An image, which no other tool links, gets these, compiled for its
//! CPU.

use synth_ir::Program;

use crate::compiler::{Compiled, compile_program};
use crate::{Error, Options};

/// The integer and memory routines, in the text form of the representation.
pub const INTEGER: &str = include_str!("../../../runtime/int.ir");

/// The routines as a program.
///
/// # Errors
/// Never, unless the routines themselves are broken.
pub fn program() -> Result<Program, Error> {
    Program::parse(INTEGER).map_err(|e| Error::Runtime(e.to_string()))
}

/// The routines compiled for a CPU.
///
/// # Errors
/// See [`program`].
pub fn compile(options: &Options) -> Result<Compiled, Error> {
    Ok(compile_program(program()?, options, &mut ())?.0)
}
