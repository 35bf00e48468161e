//! Estimated cycles of Cortex-M3 and Cortex-M4 by ARM's published tables.
//!
//! Sources: ARM 100165 (DDI 0337) "Cortex-M3 Technical Reference Manual",
//! tables 3-1 and section 3.3.2; ARM DDI 0439D "Cortex-M4 Technical Reference
//! Manual", tables 3-1, 3-2, 7-1 and section 3.3.2. Both assume memory without wait
//! states. Where they give a range or leave a choice open, the model chooses as
//! follows; the choices do not depend on who compiled the code.
//!
//! - **Data processing**: 1 cycle.
//! - **Multiplication**: M4: 1, whatever its width. M3: `mul` 1, `mla` and `mls`
//!   2, `umull`, `smull` "3 to 5", `umlal`, `smlal` "4 to 7", by operand values:
//!   the least if both factors fit in 16 bits, the middle (4; 6) if one does,
//!   else the most.
//! - **Division**: "2 to 12": 2 if the quotient is 0 or the divisor is 0, else
//!   2 and a third of a cycle for each bit that the quotient may have (by
//!   leading zeros of the operands), rounded up, at most 12.
//! - **Single loads**: 2; 1 if the instruction executed before is a single load
//!   (or exclusive access) too and its result is not used for the address.
//! - **Single stores**: with an immediate offset always 1, write-back
//!   included; with a register offset 2, or 1 after a single load as above.
//!   Nothing pipelines after a store.
//! - **Several registers** (`ldrd`, `strd`, `ldm`, `stm`, `push`, `pop`): 1 + N.
//! - **Address stall**: a load or store whose address uses the result of the
//!   data-processing instruction just before takes 1 cycle more.
//! - **Pipeline refill** P, "1 to 3 depending on the alignment and width of the
//!   target and whether the processor manages to speculate the address early":
//!   1 after a branch to an address in the instruction, 2 after one to a
//!   register, 3 after a load to pc, `tbb` and `tbh`; 1 more, up to 3, if the
//!   target is a 32-bit instruction that straddles a word boundary. A taken
//!   branch is 1 + P, `tbb` and `tbh` 3 + P (section 3.3.2), not taken 1.
//! - **IT**: 0 if the instruction executed before is a 16-bit one that did not
//!   branch (folded), else 1. A skipped instruction in an IT block takes 1.
//! - **Floating point** (M4, table 7-1): arithmetic, moves and conversions 1,
//!   `vmla`, `vfma` and their like 3, division and square root 14, a move of two
//!   words 2, loads and stores 1 + N words. Nothing overlaps.
//! - **System**: barriers 1 (`isb` 1 + 3), `mrs`, `msr`, `cps` 2, hints and
//!   NOP 1.
//!
//! Not modelled: penalties of unaligned accesses, contention of literal loads
//! with instruction fetch, wait states, interrupts.

use crate::inst::{Feature, Flow, Inst, Reg, RegSet, Timing};

/// The cores whose timing is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Core {
    /// Cortex-M3.
    M3,
    /// Cortex-M4.
    M4,
}

/// How often a block inside `depth` loops is executed, for want of knowledge.
#[must_use]
pub fn weight(depth: u32) -> u64 {
    8u64.pow(depth.min(6))
}

/// What happened to an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The condition of its IT block kept it from being executed.
    pub skipped: bool,
    /// Where it branched to.
    pub target: Option<Target>,
    /// The values of the operands `rn` and `rm` before it, for multiplication
    /// and division.
    pub operands: [u32; 2],
}

/// The target of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its address.
    pub address: u32,
    /// The size in bytes of the instruction there.
    pub size: u32,
}

/// What the model must know of an instruction.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    timing: Timing,
    narrow: bool,
    /// Registers written.
    defs: RegSet,
    /// Registers that the address of an access depends on.
    address: RegSet,
    /// A store with an offset in a register.
    register_offset: bool,
    /// A signed division.
    signed: bool,
    /// Cycles, where they depend on neither neighbours nor values.
    fixed: u64,
    /// The refill when it branches, if the target is well placed.
    refill: u64,
}

impl Facts {
    /// The facts of an instruction; `None` if the cores that are modelled do not
    /// have it.
    #[must_use]
    pub fn of(inst: &Inst) -> Option<Self> {
        if matches!(inst.feature(), Feature::V8m | Feature::Fpv5Sp | Feature::Fpv5) {
            return None;
        }
        let timing = inst.timing();
        Some(Self {
            timing,
            narrow: inst.size() == 2,
            defs: inst.defs(),
            address: if accesses(timing) { address(inst) } else { RegSet::EMPTY },
            register_offset: register(inst, "rm").is_some(),
            signed: inst.row().name.starts_with('S'),
            fixed: match timing {
                Timing::LoadDouble | Timing::StoreDouble | Timing::BranchTable => 3,
                Timing::LoadMultiple | Timing::StoreMultiple => 1 + list_length(inst),
                Timing::System => system(inst),
                Timing::FpMulAcc | Timing::FpLoadDouble | Timing::FpStoreDouble => 3,
                Timing::FpDiv | Timing::FpSqrt => 14,
                Timing::FpMoveDouble | Timing::FpLoad | Timing::FpStore => 2,
                Timing::FpLoadMultiple | Timing::FpStoreMultiple => {
                    1 + u64::from(inst.defs().union(inst.uses()).single().count_ones())
                }
                _ => 1,
            },
            refill: refill(inst),
        })
    }
}

/// What the next instruction must know of the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    /// A single load, whose result this is.
    loaded: Option<RegSet>,
    /// The result of data processing.
    computed: RegSet,
    /// A 16-bit instruction that did not branch.
    narrow: bool,
}

/// The pipeline: fed with instructions as they execute, in order.
#[derive(Clone, Debug)]
pub struct Pipeline {
    core: Core,
    before: Before,
}

impl Pipeline {
    /// An empty pipeline.
    #[must_use]
    pub fn new(core: Core) -> Self {
        Self { core, before: Before::default() }
    }

    /// The cycles of the next instruction.
    pub fn step(&mut self, facts: &Facts, event: &Event) -> u64 {
        let before = std::mem::take(&mut self.before);
        self.before.narrow = facts.narrow && event.target.is_none();
        if event.skipped {
            return 1;
        }
        match facts.timing {
            Timing::Load | Timing::LoadExclusive | Timing::StoreExclusive
                if event.target.is_none() =>
            {
                self.before.loaded = Some(facts.defs);
            }
            Timing::Alu | Timing::Mul | Timing::MulAcc | Timing::LongMul | Timing::LongMulAcc => {
                self.before.computed = facts.defs;
            }
            _ => {}
        }
        let stall = u64::from(meets(before.computed, facts.address));
        let refill = event.target.map_or(0, |target| {
            let straddles = target.size == 4 && target.address % 4 == 2;
            (facts.refill + u64::from(straddles)).min(3)
        });
        stall + self.issue(facts, event, &before) + refill
    }

    /// The cycles without stall and refill.
    fn issue(&self, facts: &Facts, event: &Event, before: &Before) -> u64 {
        let pipelined = before.loaded.is_some_and(|loaded| !meets(loaded, facts.address));
        match facts.timing {
            Timing::MulAcc => self.by_core(2),
            Timing::LongMul => self.by_core(3 + wide_factors(event.operands)),
            Timing::LongMulAcc => self.by_core([4, 6, 7][wide_factors(event.operands) as usize]),
            Timing::Div => division(facts.signed, event.operands),
            Timing::Load | Timing::LoadExclusive | Timing::StoreExclusive => {
                2 - u64::from(pipelined)
            }
            Timing::Store if facts.register_offset => 2 - u64::from(pipelined),
            Timing::It => u64::from(!before.narrow),
            _ => facts.fixed,
        }
    }

    /// M4 multiplies in one cycle; M3 takes as long as given.
    fn by_core(&self, m3: u64) -> u64 {
        match self.core {
            Core::M3 => m3,
            Core::M4 => 1,
        }
    }
}

/// How many of the factors of a long multiplication need more than 16 bits.
fn wide_factors(operands: [u32; 2]) -> u64 {
    let narrow = |v: u32| v <= 0xffff || v >= 0xffff_8000;
    operands.into_iter().filter(|&v| !narrow(v)).count() as u64
}

fn division(signed: bool, [n, m]: [u32; 2]) -> u64 {
    let magnitude = |v: u32| if signed { (v as i32).unsigned_abs() } else { v };
    let (n, m) = (magnitude(n), magnitude(m));
    if m == 0 || n < m {
        return 2;
    }
    let bits = m.leading_zeros() - n.leading_zeros() + 1;
    (2 + u64::from(bits.div_ceil(3))).min(12)
}

fn system(inst: &Inst) -> u64 {
    let name = inst.row().name;
    match name {
        _ if name.starts_with("Isb") => 4,
        _ if ["Mrs", "Msr", "Cps"].iter().any(|p| name.starts_with(p)) => 2,
        _ => 1,
    }
}

/// Registers in the list of a load or store of several.
fn list_length(inst: &Inst) -> u64 {
    let row = inst.row();
    let field = row.fields.iter().find(|f| f.name == "list");
    field.map_or(0, |f| u64::from((inst.bits() & f.mask).count_ones()))
}

/// The register that an operand of this name names.
pub fn register(inst: &Inst, name: &str) -> Option<Reg> {
    let row = inst.row();
    let field = row.fields.iter().find(|f| f.name == name)?;
    let bits = inst.bits() & field.mask;
    Reg::new(u8::try_from(bits >> field.mask.trailing_zeros()).ok()?)
}

/// The registers that the address of a load or store depends on.
fn address(inst: &Inst) -> RegSet {
    let mut set = RegSet::default();
    for reg in ["rn", "rm"].into_iter().filter_map(|name| register(inst, name)) {
        set = set.union(reg.regs());
    }
    // Offsets from sp have no operand for it.
    if set.is_empty() && inst.uses().contains(Reg::SP) { Reg::SP.regs() } else { set }
}

fn meets(a: RegSet, b: RegSet) -> bool {
    !a.intersection(b).is_empty()
}

/// Whether an instruction of this class forms an address.
fn accesses(timing: Timing) -> bool {
    matches!(
        timing,
        Timing::Load
            | Timing::LoadDouble
            | Timing::LoadMultiple
            | Timing::LoadExclusive
            | Timing::Store
            | Timing::StoreDouble
            | Timing::StoreMultiple
            | Timing::StoreExclusive
            | Timing::BranchTable
            | Timing::FpLoad
            | Timing::FpLoadDouble
            | Timing::FpLoadMultiple
            | Timing::FpStore
            | Timing::FpStoreDouble
            | Timing::FpStoreMultiple
    )
}

/// The refill of the pipeline after a branch to a well-placed target.
fn refill(inst: &Inst) -> u64 {
    match (inst.timing(), inst.flow()) {
        (Timing::Branch, Flow::Jump | Flow::Cond) => 1,
        (Timing::Branch, Flow::Call) if register(inst, "rm").is_none() => 1,
        (Timing::Branch | Timing::Alu, _) => 2,
        _ => 3,
    }
}
