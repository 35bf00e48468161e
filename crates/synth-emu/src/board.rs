//! The boards: which core QEMU gives them and where their memory lies.
//!
//! The memory maps are those of QEMU's `mps2` and `mps2-tz` machines (ARM
//! Application Notes 385, 386, 500 and 505).

use std::ops::Range;

use crate::server::Variant;

/// An emulated board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Board {
    /// `mps2-an385`: Cortex-M3, neither DSP nor floating-point instructions.
    Mps2An385,
    /// `mps2-an386`: Cortex-M4 with DSP and single-precision unit.
    Mps2An386,
    /// `mps2-an500`: Cortex-M7 with DSP and double-precision unit.
    Mps2An500,
    /// `mps2-an505`: Cortex-M33 with DSP, single-precision unit and TrustZone.
    /// Code runs in Secure state.
    Mps2An505,
}

/// Where code and data may be placed. The regions are disjoint, and no region
/// shares a page with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryMap {
    /// For code and constants. Keep what is written often out of it: QEMU
    /// translates the page again after each store to it.
    pub code: Range<u32>,
    /// The stack. Nothing lies below its start, so that running over it
    /// faults: [`FaultKind::StackLimit`](crate::FaultKind::StackLimit).
    pub stack: Range<u32>,
    /// For data. Nothing else is placed in it.
    pub data: Range<u32>,
    /// A large region (16 MiB) for data, surrounded by unmapped addresses.
    pub large: Range<u32>,
}

/// What differs between boards.
pub(crate) struct Description {
    pub name: &'static str,
    pub cpu: &'static str,
    pub has_fpu: bool,
    pub server: Variant,
    /// Period of the board's timers.
    pub tick_ns: u32,
    pub code: Range<u32>,
    pub stack: Range<u32>,
    pub data: Range<u32>,
    pub large: Range<u32>,
}

const MIB: u32 = 1 << 20;

impl Board {
    /// Every board.
    pub const ALL: [Self; 4] = [Self::Mps2An385, Self::Mps2An386, Self::Mps2An500, Self::Mps2An505];

    pub(crate) fn description(self) -> Description {
        let (name, cpu, has_fpu) = match self {
            Self::Mps2An385 => ("mps2-an385", "cortex-m3", false),
            Self::Mps2An386 => ("mps2-an386", "cortex-m4", true),
            Self::Mps2An500 => ("mps2-an500", "cortex-m7", true),
            Self::Mps2An505 => ("mps2-an505", "cortex-m33", true),
        };
        let (server, tick_ns, rom, ram, large) = match self {
            Self::Mps2An385 | Self::Mps2An386 => (Variant::V7m, 40, 0, 0x2000_0000, 0x2100_0000),
            Self::Mps2An500 => (Variant::V7m, 40, 0, 0x2000_0000, 0x6000_0000),
            Self::Mps2An505 => (Variant::V8m, 50, 0x1000_0000, 0x3800_0000, 0x8000_0000_u32),
        };
        Description {
            name,
            cpu,
            has_fpu,
            server,
            tick_ns,
            // The server has the first 64 KiB of ROM and the last 64 KiB of RAM.
            code: rom + 0x1_0000..rom + 4 * MIB,
            stack: ram..ram + 0x4_0000,
            data: ram + 0x4_0000..ram + 4 * MIB - 0x1_0000,
            large: large..large + 16 * MIB,
        }
    }

    /// The name that QEMU gives the board (`-M`).
    #[must_use]
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// The name of the core, as gcc and clang write it (`-mcpu`).
    #[must_use]
    pub fn cpu(self) -> &'static str {
        self.description().cpu
    }

    /// The board of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.name() == name)
    }

    /// The board with this core, without `+extension` suffixes.
    #[must_use]
    pub fn by_cpu(cpu: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.cpu() == cpu)
    }

    /// Whether the core has a floating-point unit.
    #[must_use]
    pub fn has_fpu(self) -> bool {
        self.description().has_fpu
    }

    /// Where code and data may be placed.
    #[must_use]
    pub fn memory(self) -> MemoryMap {
        let Description { code, stack, data, large, .. } = self.description();
        MemoryMap { code, stack, data, large }
    }
}

impl std::fmt::Display for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl MemoryMap {
    /// Whether a region holds all of `length` bytes at `address`. A range that
    /// spans two regions which touch is inside as well.
    #[must_use]
    pub fn contains(&self, address: u32, length: u32) -> bool {
        let mut at = u64::from(address);
        let end = at + u64::from(length);
        for region in [&self.code, &self.stack, &self.data, &self.large] {
            if (u64::from(region.start)..=u64::from(region.end)).contains(&at) {
                at = at.max(end.min(u64::from(region.end)));
            }
        }
        at == end
    }
}
