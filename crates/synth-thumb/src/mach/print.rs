//! The text of machine instructions, for `--emit ir` after selection and for
//! messages: one line each, in the manner of ARM assembly.

use std::fmt;

use super::{MFunction, MInst, Reg};

impl fmt::Debug for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_virtual() {
            Some(v) if self.is_float() => write!(f, "%f{v}"),
            Some(v) => write!(f, "%{v}"),
            None if self.is_float() => write!(f, "f{}", self.0 & 31),
            None => match self.0 {
                13 => f.write_str("sp"),
                14 => f.write_str("lr"),
                15 => f.write_str("pc"),
                n => write!(f, "r{n}"),
            },
        }
    }
}

impl fmt::Display for MInst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl fmt::Display for MFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, block) in self.blocks.iter().enumerate() {
            writeln!(f, "block {i} {:?}:", block.params)?;
            for located in &block.insts {
                writeln!(f, "    {}", located.inst)?;
            }
        }
        Ok(())
    }
}
