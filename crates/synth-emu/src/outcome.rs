//! How a call ended: results, broken calling convention, or a fault by kind.
//!
//! Faults are told apart by the exception number and the fault status
//! registers: ARMv7-M ARM B3.2.15 (CFSR) and B3.2.16 (HFSR), ARMv8-M ARM D1.2
//! (STKOF, SFSR). `udf` instructions are told apart by their immediate.

use std::fmt;

use crate::board::MemoryMap;
use crate::protocol::{Reply, register_pattern};

/// Argument or result registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// r0 to r3.
    pub r: [u32; 4],
    /// s0 to s15 as bit patterns; meaningful only with the floating-point unit
    /// on. A double dN is s2N (low word) and s2N+1.
    pub s: [u32; 16],
}

impl Registers {
    /// r0 and r1 as a 64-bit value.
    #[must_use]
    pub fn word_pair(&self) -> u64 {
        u64::from(self.r[1]) << 32 | u64::from(self.r[0])
    }
}

impl From<[u32; 4]> for Registers {
    fn from(r: [u32; 4]) -> Self {
        Self { r, s: [0; 16] }
    }
}

impl From<u32> for Registers {
    fn from(value: u32) -> Self {
        Self::from([value, 0, 0, 0])
    }
}

impl From<u64> for Registers {
    fn from(value: u64) -> Self {
        Self::from([value as u32, (value >> 32) as u32, 0, 0])
    }
}

impl From<()> for Registers {
    fn from((): ()) -> Self {
        Self::default()
    }
}

/// A call's outcome and cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How the call ended.
    pub outcome: Outcome,
    /// Instructions executed by the code under test, its final return included,
    /// host functions and their stubs excluded; `None` unless
    /// [`Options::counting`](crate::Options::counting). The instruction
    /// that faults is not counted.
    pub instructions: Option<u64>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function returned and kept to the calling convention.
    Returned(Registers),
    /// The function returned, but these registers did not have their values.
    Violation {
        /// The results.
        registers: Registers,
        /// The registers that AAPCS says are preserved and that were not.
        clobbered: Vec<Preserved>,
    },
    /// The function faulted.
    Fault(Box<Fault>),
    /// The function ran longer than [`CallArgs::timeout`](crate::CallArgs).
    /// The machine is usable; if [`Machine::restarts`](crate::Machine::restarts)
    /// changed, its memory is lost.
    Timeout,
}

/// A register that a function must preserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preserved {
    /// The stack pointer.
    Sp {
        /// Its value at entry.
        before: u32,
        /// Its value after the return.
        after: u32,
    },
    /// r4 to r11.
    R(u8),
    /// s16 to s31.
    S(u8),
}

/// Where and why a call faulted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The reason.
    pub kind: FaultKind,
    /// The address of the instruction that faulted (of the next one for
    /// [`FaultKind::SupervisorCall`] and imprecise faults); `None` where the
    /// core did not save it because the stack was gone.
    pub pc: Option<u32>,
    /// lr at the fault; 0 where `pc` is `None`.
    pub lr: u32,
    /// The stack pointer at the fault.
    pub sp: u32,
    /// r0 to r12 at the fault; r0-r3 and r12 are stale where `pc` is `None`.
    pub r: [u32; 13],
    /// xPSR at the fault.
    pub psr: u32,
    /// The exception number.
    pub exception: u32,
    /// Configurable Fault Status Register.
    pub cfsr: u32,
    /// HardFault Status Register.
    pub hfsr: u32,
    /// The address of the access, where the core recorded it.
    pub address: Option<u32>,
}

/// Kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// A `udf` instruction, with its immediate (8 or 16 bits).
    Udf(u16),
    /// Another undefined instruction, its first halfword on top (the low half
    /// is 0 for a 16-bit instruction).
    Undefined(u32),
    /// An attempt to leave Thumb state, or an invalid IT state.
    InvalidState,
    /// An invalid exception return.
    InvalidPc,
    /// A coprocessor that is off or absent; floating-point instructions when
    /// the unit is off.
    NoCoprocessor,
    /// An unaligned access that the instruction or CCR.UNALIGN_TRP forbids.
    Unaligned,
    /// A division by zero with CCR.DIV_0_TRP.
    DivideByZero,
    /// The stack ran over its limit (PSPLIM, or the addresses without memory
    /// below the stack region).
    StackLimit,
    /// A data access to an address without memory. (The boards' reserved
    /// regions read as zero; the MPU makes them fault, as BusFault would.)
    Unmapped,
    /// BusFault on a data access inside the memory map.
    Bus,
    /// BusFault that the core reports after the instruction.
    ImpreciseBus,
    /// BusFault: no memory at an instruction address.
    InstructionBus,
    /// MemManage: a data access inside the memory map, against the MPU.
    Memory,
    /// An instruction fetch from outside the code region.
    InstructionMemory,
    /// SecureFault (ARMv8-M), with SFSR.
    Secure(u32),
    /// A `bkpt` instruction.
    Breakpoint,
    /// An `svc` instruction.
    SupervisorCall,
    /// A HardFault that no other kind describes.
    Hard,
    /// An exception or interrupt that is no fault, by number.
    Exception(u32),
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Udf(code) => return write!(f, "udf #{code}"),
            Self::Undefined(code) => return write!(f, "undefined instruction {code:#010x}"),
            Self::Secure(sfsr) => return write!(f, "SecureFault {sfsr:#x}"),
            Self::Exception(number) => return write!(f, "exception {number}"),
            Self::InvalidState => "invalid state",
            Self::InvalidPc => "invalid exception return",
            Self::NoCoprocessor => "no coprocessor",
            Self::Unaligned => "unaligned access",
            Self::DivideByZero => "division by zero",
            Self::StackLimit => "stack limit",
            Self::Unmapped => "access to an address without memory",
            Self::Bus => "BusFault",
            Self::ImpreciseBus => "imprecise BusFault",
            Self::InstructionBus => "BusFault on instruction fetch",
            Self::Memory => "MemManage fault",
            Self::InstructionMemory => "MemManage fault on instruction fetch",
            Self::Breakpoint => "breakpoint",
            Self::SupervisorCall => "supervisor call",
            Self::Hard => "HardFault",
        };
        f.write_str(text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(pc) = self.pc {
            write!(f, " at {pc:#010x}")?;
        }
        if let Some(address) = self.address {
            write!(f, ", address {address:#010x}")?;
        }
        Ok(())
    }
}

impl Outcome {
    /// Judges a return against AAPCS (section 6.1.1: r4-r11, sp; 6.1.2:
    /// s16-s31).
    pub(crate) fn returned(reply: &Reply, entry_sp: u32, fpu: bool) -> Self {
        let s = if fpu { reply.s } else { [0; 16] };
        let registers = Registers { r: reply.r, s };
        let mut clobbered = Vec::new();
        if reply.sp != entry_sp {
            clobbered.push(Preserved::Sp { before: entry_sp, after: reply.sp });
        }
        let changed = |values: &[u32], first: u8| {
            (first..)
                .zip(values.to_vec())
                .filter(|&(number, value)| value != register_pattern(number.into()))
                .map(|(number, _)| number)
                .collect::<Vec<_>>()
        };
        clobbered.extend(changed(&reply.r4_r11, 4).into_iter().map(Preserved::R));
        if fpu {
            clobbered.extend(changed(&reply.s16_s31, 16).into_iter().map(Preserved::S));
        }
        if clobbered.is_empty() {
            Self::Returned(registers)
        } else {
            Self::Violation { registers, clobbered }
        }
    }

    /// Classifies a fault.
    pub(crate) fn fault(reply: &Reply, memory: &MemoryMap) -> Self {
        let stacking_failed = reply.cfsr & (STKOF | STKERR | MSTKERR) != 0;
        let address = if reply.cfsr & MMARVALID != 0 {
            Some(reply.mmfar)
        } else if reply.cfsr & BFARVALID != 0 {
            Some(reply.bfar)
        } else if reply.sfsr & SFARVALID != 0 {
            Some(reply.sfar)
        } else {
            None
        };
        let mut r = [0; 13];
        r[..4].copy_from_slice(&reply.r);
        r[4..12].copy_from_slice(&reply.r4_r11);
        r[12] = reply.r12;
        Self::Fault(Box::new(Fault {
            kind: kind(reply, address, memory),
            pc: (!stacking_failed).then_some(reply.pc),
            lr: if stacking_failed { 0 } else { reply.lr },
            sp: reply.sp,
            r,
            psr: reply.psr,
            exception: reply.index,
            cfsr: reply.cfsr,
            hfsr: reply.hfsr,
            address,
        }))
    }
}

const MSTKERR: u32 = 1 << 4;
const MMARVALID: u32 = 1 << 7;
const STKERR: u32 = 1 << 12;
const BFARVALID: u32 = 1 << 15;
const STKOF: u32 = 1 << 20;
const SFARVALID: u32 = 1 << 6;
const SVCALL: u32 = 11;

/// Bits of CFSR by what they mean; the first that is set decides.
const CFSR_KINDS: [(u32, FaultKind); 14] = [
    (STKOF, FaultKind::StackLimit),
    (STKERR, FaultKind::StackLimit),
    (MSTKERR, FaultKind::StackLimit),
    (1 << 16, FaultKind::Undefined(0)), // UNDEFINSTR
    (1 << 17, FaultKind::InvalidState),
    (1 << 18, FaultKind::InvalidPc),
    (1 << 19, FaultKind::NoCoprocessor),
    (1 << 24, FaultKind::Unaligned),
    (1 << 25, FaultKind::DivideByZero),
    (1 << 8, FaultKind::InstructionBus),    // IBUSERR
    (1 << 9, FaultKind::Bus),               // PRECISERR
    (1 << 10, FaultKind::ImpreciseBus),     // IMPRECISERR
    (1 << 0, FaultKind::InstructionMemory), // IACCVIOL
    (1 << 1, FaultKind::Memory),            // DACCVIOL
];

/// How far below the stack an access still counts as running over it.
const STACK_HOLE: u32 = 1 << 20;

fn kind(reply: &Reply, address: Option<u32>, memory: &MemoryMap) -> FaultKind {
    let decided = CFSR_KINDS.iter().find(|(bit, _)| reply.cfsr & bit != 0);
    match decided.map(|&(_, kind)| kind) {
        Some(FaultKind::Undefined(_)) => undefined(reply.code),
        Some(kind @ (FaultKind::Bus | FaultKind::Memory)) => {
            address.map_or(kind, |address| by_address(kind, address, memory))
        }
        Some(kind) => kind,
        None if reply.sfsr != 0 => FaultKind::Secure(reply.sfsr),
        None if reply.hfsr != 0 && reply.code >> 24 == 0xbe => FaultKind::Breakpoint,
        None if reply.index == SVCALL => FaultKind::SupervisorCall,
        None if reply.index == 3 => FaultKind::Hard,
        None => FaultKind::Exception(reply.index),
    }
}

fn by_address(kind: FaultKind, address: u32, memory: &MemoryMap) -> FaultKind {
    if (memory.stack.start - STACK_HOLE..memory.stack.start).contains(&address) {
        FaultKind::StackLimit
    } else if memory.contains(address, 1) {
        kind
    } else {
        FaultKind::Unmapped
    }
}

/// `udf` has two encodings: T1 `de00 | imm8`, T2 `f7f0 a000` with imm4:imm12.
fn undefined(code: u32) -> FaultKind {
    if code & 0xff00_ffff == 0xde00_0000 {
        FaultKind::Udf((code >> 16) as u16 & 0xff)
    } else if code & 0xfff0_f000 == 0xf7f0_a000 {
        FaultKind::Udf((code >> 4) as u16 & 0xf000 | code as u16 & 0xfff)
    } else {
        FaultKind::Undefined(code)
    }
}
