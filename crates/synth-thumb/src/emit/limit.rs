//! The check of the stack pointer against a limit, for cores without a limit
//! register (Armv8-M has PSPLIM and MSPLIM).
//!
//! Below the limit lies a reserve of twice [`SMALL`] bytes. A function whose
//! frame is small compares the stack pointer with the limit as it is; its
//! frame may reach into the reserve, and so may that of a function that calls
//! nothing and is not checked at all. A larger frame is subtracted before.

use synth_ir::{SourceLoc, SymbolId, TrapCode};

use super::alu::{choose, compare};
use super::{Emitter, Item};
use crate::compile::CompileError;
use crate::imm;
use crate::inst::Cond;
use crate::mach::{AluOp, CmpOp, IP, LR, MFunction, MInst, Mode, Reg, Rhs, SP, Width};

/// Bytes that a frame may have without being subtracted.
pub const SMALL: u32 = 128;

/// Bytes that must be free below a stack limit. What runs on the same stack
/// and is not checked comes on top: functions of the host, exception frames.
pub const RESERVE: u32 = 2 * SMALL;

impl Emitter<'_> {
    /// Compares the stack pointer with the limit, behind the push of registers
    /// and before the rest of the frame is made.
    pub(super) fn check_limit(&mut self, symbol: SymbolId) -> Result<(), CompileError> {
        let total = self.frame.total();
        if !self.function.calls && total <= SMALL {
            return Ok(());
        }
        self.loc = self.first_loc();
        let limit = self.free_register();
        self.emit_symbol_addr(limit, symbol, 0)?;
        let mode = Mode::Offset(limit, 0);
        self.emit_access(&MInst::Load { width: Width::Word, rd: limit, mode })?;
        if total > SMALL {
            let rhs = match imm::is_add(total) {
                true => Rhs::Imm(total),
                false => {
                    self.emit_pair(IP, total)?;
                    Rhs::Reg(IP)
                }
            };
            let (op, rd, rn) = (AluOp::Add, limit, limit);
            let add = MInst::Alu { op, s: false, tied: false, rd, rn, rhs };
            self.push(choose(&add, true), &add)?;
        }
        let rhs = Rhs::Reg(limit);
        let against = MInst::Cmp { op: CmpOp::Cmp, rn: SP, rhs };
        self.push(compare(CmpOp::Cmp, SP, rhs), &against)?;
        let target = self.trap_label(TrapCode::StackOverflow);
        self.item(Item::Branch { cond: Some(Cond::Lo), target });
        Ok(())
    }

    /// The place in the source that the start of the function stands for.
    pub(super) fn first_loc(&self) -> SourceLoc {
        let mut locs = self.function.blocks.iter().flat_map(|b| &b.insts).map(|l| l.loc);
        locs.find(|loc| loc.0 != 0).unwrap_or_default()
    }

    /// A register that holds nothing at the start: one that was pushed, a low
    /// one if possible, or one that no argument is in. A large frame has one
    /// besides r12.
    fn free_register(&self) -> Reg {
        let arguments = argument_registers(self.function);
        let pushed = |number: &u8| self.frame.saved & 1 << number != 0;
        (4..8)
            .find(pushed)
            .or_else(|| (0..4).rev().find(|number| arguments & 1 << number == 0))
            .map(Reg::machine)
            .unwrap_or(if pushed(&14) { LR } else { IP })
    }
}

/// The registers in which arguments arrive that are used, as a bit set.
fn argument_registers(function: &MFunction) -> u16 {
    let insts = function.blocks.first().into_iter().flat_map(|block| &block.insts);
    let lists = insts.filter_map(|located| match &located.inst {
        MInst::Args(list) => Some(list),
        _ => None,
    });
    lists.flatten().fold(0, |set, &(_, at)| set | 1 << at)
}
