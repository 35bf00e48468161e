//! The memory protection unit: the board's memory and timers, nothing else.
//!
//! QEMU's boards answer many reserved addresses with zero, where a program
//! that strays should fault. Only the regions of the memory map are allowed,
//! the server's code is read-only, and data is not executable. Regions 5 to 7
//! are free for the user (`Machine::poke`).
//!
//! ARMv7-M ARM B3.5 (PMSAv7), ARMv8-M ARM B9 (PMSAv8).

use std::ops::Range;

use crate::board::Description;
use crate::server::Variant;

const MPU_CTRL: u32 = 0xe000_ed94;
const MPU_RNR: u32 = 0xe000_ed98;
const MPU_RBAR: u32 = 0xe000_ed9c;
/// RASR on ARMv7-M, RLAR on ARMv8-M.
const MPU_RASR: u32 = 0xe000_eda0;
/// Enabled, off in HardFault, no background region.
const CTRL_ENABLE: u32 = 1;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Execute,
    Code,
    Data,
}

/// The stores to system registers that set the unit up.
pub(crate) fn setup(board: &Description) -> Vec<(u32, u32)> {
    let rom = board.server.load_address();
    let server_code = rom..board.code.start;
    // On ARMv7-M the region with the higher number wins; on ARMv8-M regions
    // must not overlap.
    let code = match board.server {
        Variant::V7m => rom..board.code.end,
        Variant::V8m => board.code.clone(),
    };
    let ram = board.stack.start..board.stack.start + (board.code.end - rom);
    let timers = board.server.timers();
    let regions = [
        (code, Access::Code),
        (server_code, Access::Execute),
        (ram, Access::Data),
        (board.large.clone(), Access::Data),
        (timers, Access::Data),
    ];
    let mut stores = Vec::new();
    for (number, (range, access)) in (0..).zip(&regions) {
        let (base, attributes) = match board.server {
            Variant::V7m => pmsa_v7(range, *access),
            Variant::V8m => pmsa_v8(range, *access),
        };
        stores.extend([(MPU_RNR, number), (MPU_RBAR, base), (MPU_RASR, attributes)]);
    }
    stores.push((MPU_CTRL, CTRL_ENABLE));
    stores
}

/// RBAR and RASR. The range has a power of two as its size and is aligned to it.
fn pmsa_v7(range: &Range<u32>, access: Access) -> (u32, u32) {
    let size = (range.end - range.start).trailing_zeros() - 1;
    let permission = if access == Access::Execute { 0b110 } else { 0b011 };
    let never_execute = u32::from(access == Access::Data);
    (range.start, never_execute << 28 | permission << 24 | size << 1 | 1)
}

/// RBAR and RLAR.
fn pmsa_v8(range: &Range<u32>, access: Access) -> (u32, u32) {
    let permission = if access == Access::Execute { 0b11 } else { 0b01 };
    let never_execute = u32::from(access == Access::Data);
    (range.start | permission << 1 | never_execute, (range.end - 1) & !0x1f | 1)
}
