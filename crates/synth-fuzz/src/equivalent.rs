//! A module that means the same and that wasmi 2.0 translates rightly.
//!
//! At a block, wasmi copies the locals that lie on the operand stack to slots
//! of their own, since the block may change them; those among the block's
//! parameters need no copy. It leaves out as many *locals* as there are
//! parameters, counted from the top of the stack, in place of as many
//! *operands* (`PreservedAllLocalsIter::find_next_local`). Where a parameter
//! is no local, a local below the parameters gets no slot at the block; it
//! gets one later, on some of the paths that use it. An empty block in front
//! of each block with parameters makes the copies, since it has none to leave
//! out.
//!
//! Another defect has no such form here, and a run that meets it ends in a mismatch
//! that is wasmi's: a `br_table` that passes two values to blocks with different
//! numbers of operands below their results. With `i32.const 7 i64.const 5 i32.const 7
//! local.get 0 br_table 0 1` in two blocks of results `i64 i32`, the outer one gives 0
//! for the 5.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{BlockType, CodeSection, Instruction, Module};
use wasmparser::{FunctionBody, Parser};

/// The module with an empty block in front of each block with parameters.
///
/// # Errors
/// If it can't be read.
pub(crate) fn for_wasmi(module: &[u8]) -> Result<Vec<u8>, Error> {
    let mut changed = Module::new();
    EmptyBlocks.parse_core_module(&mut changed, Parser::new(0), module)?;
    Ok(changed.finish())
}

struct EmptyBlocks;

impl Reencode for EmptyBlocks {
    type Error = Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let instruction = self.parse_instruction(&mut operators)?;
            // Only a block of a type of its own has parameters.
            if let Instruction::Block(BlockType::FunctionType(_))
            | Instruction::Loop(BlockType::FunctionType(_))
            | Instruction::If(BlockType::FunctionType(_)) = instruction
            {
                function.instruction(&Instruction::Block(BlockType::Empty));
                function.instruction(&Instruction::End);
            }
            function.instruction(&instruction);
        }
        code.function(&function);
        Ok(())
    }
}
