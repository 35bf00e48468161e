//! The CPUs, named as gcc and clang name them, and what each has.

use std::fmt;
use std::str::FromStr;

/// The instruction set architecture of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Arch {
    /// Armv7-M.
    V7M,
    /// Armv7E-M: Armv7-M with the DSP extension.
    V7EM,
    /// Armv8-M with the Main extension.
    V8MMain,
}

/// The floating-point unit of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fpu {
    /// None: software arithmetic.
    None,
    /// FPv4-SP-D16: single precision.
    Fpv4Sp,
    /// FPv5-SP-D16: single precision, with VSEL, VRINT, VMAXNM.
    Fpv5Sp,
    /// FPv5-D16: double precision too.
    Fpv5,
}

/// Who computes with floats, and how they travel, as gcc's `-mfloat-abi=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FloatAbi {
    /// Routines compute, floats travel in core registers: no instruction of a
    /// floating-point unit is used even if there is one.
    Soft,
    /// The floating-point unit computes if there is one, floats travel in core
    /// registers.
    #[default]
    SoftFp,
    /// The floating-point unit computes, floats travel in its registers.
    Hard,
}

impl FloatAbi {
    /// All, with their names.
    pub const ALL: [(&'static str, FloatAbi); 3] =
        [("soft", FloatAbi::Soft), ("softfp", FloatAbi::SoftFp), ("hard", FloatAbi::Hard)];
}

impl FromStr for FloatAbi {
    type Err = FloatAbiError;

    fn from_str(name: &str) -> Result<Self, FloatAbiError> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, abi)| abi).ok_or_else(|| FloatAbiError::Unknown(name.to_string()))
    }
}

impl fmt::Display for FloatAbi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.into_iter().find(|(_, abi)| abi == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

/// Why there is no such float ABI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FloatAbiError {
    /// No such name.
    #[error("there is no float ABI '{0}'; there are soft, softfp and hard")]
    Unknown(String),
    /// The hard-float variant needs VFP registers.
    #[error("the float ABI 'hard' needs a floating-point unit, which {0} has not")]
    NoUnit(Cpu),
}

/// A core and the features that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cpu {
    /// The name without features, as in `-mcpu=`.
    pub core: &'static str,
    /// The instruction set.
    pub arch: Arch,
    /// Whether it has the DSP extension.
    pub dsp: bool,
    /// The floating-point unit.
    pub fpu: Fpu,
}

const fn cpu(core: &'static str, arch: Arch, dsp: bool, fpu: Fpu) -> Cpu {
    Cpu { core, arch, dsp, fpu }
}

impl Cpu {
    /// Every core, with all that it may have.
    pub const ALL: &'static [Cpu] = &[
        cpu("cortex-m3", Arch::V7M, false, Fpu::None),
        cpu("cortex-m4", Arch::V7EM, true, Fpu::Fpv4Sp),
        cpu("cortex-m7", Arch::V7EM, true, Fpu::Fpv5),
        cpu("cortex-m33", Arch::V8MMain, true, Fpu::Fpv5Sp),
    ];

    /// The core with the floating-point unit that code of a float ABI may use.
    ///
    /// # Errors
    /// The float ABI needs a unit that the core has not.
    pub fn with_float_abi(self, abi: FloatAbi) -> Result<Cpu, FloatAbiError> {
        match (abi, self.fpu) {
            (FloatAbi::Soft, _) => Ok(Cpu { fpu: Fpu::None, ..self }),
            (FloatAbi::Hard, Fpu::None) => Err(FloatAbiError::NoUnit(self)),
            (FloatAbi::SoftFp | FloatAbi::Hard, _) => Ok(self),
        }
    }

    /// Whether instructions of the DSP extension may be used.
    pub fn has_dsp(self) -> bool {
        self.dsp
    }

    /// Names of the features that this core may lack, after a plus sign.
    pub fn features(self) -> Vec<&'static str> {
        let mut names = match self.fpu {
            Fpu::None => vec![],
            Fpu::Fpv4Sp | Fpu::Fpv5Sp => vec!["nofp"],
            Fpu::Fpv5 => vec!["nofp", "nofp.dp"],
        };
        // On Armv7E-M the extension is part of the architecture.
        if self.arch == Arch::V8MMain && self.dsp {
            names.push("nodsp");
        }
        names
    }
}

/// Why a name is not that of a CPU.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CpuError {
    /// No such core.
    #[error("there is no CPU '{0}'; there are {names}", names = core_names())]
    Unknown(String),
    /// A feature that the core can't lack.
    #[error("CPU '{core}' has no feature '+{feature}'{}", known_features(core))]
    Feature {
        /// The core.
        core: String,
        /// The feature's name, without the plus sign.
        feature: String,
    },
}

fn core_names() -> String {
    Cpu::ALL.iter().map(|cpu| cpu.core).collect::<Vec<_>>().join(", ")
}

fn known_features(core: &str) -> String {
    let cpu = Cpu::ALL.iter().find(|cpu| cpu.core == core);
    match cpu.map(|cpu| cpu.features()).unwrap_or_default()[..] {
        [] => String::new(),
        ref names => format!("; it has +{}", names.join(", +")),
    }
}

impl FromStr for Cpu {
    type Err = CpuError;

    /// Parses `core[+nofp][+nofp.dp][+nodsp]`, as gcc's `-mcpu=`.
    fn from_str(name: &str) -> Result<Self, CpuError> {
        let mut parts = name.split('+');
        let core = parts.next().unwrap_or_default();
        let mut cpu = *Cpu::ALL
            .iter()
            .find(|c| c.core == core)
            .ok_or_else(|| CpuError::Unknown(core.to_string()))?;
        let known = cpu.features();
        for feature in parts {
            match feature {
                "nofp" if known.contains(&feature) => cpu.fpu = Fpu::None,
                "nofp.dp" if known.contains(&feature) => {
                    // Without any unit there is none for doubles either.
                    if cpu.fpu == Fpu::Fpv5 {
                        cpu.fpu = Fpu::Fpv5Sp;
                    }
                }
                "nodsp" if known.contains(&feature) => cpu.dsp = false,
                _ => {
                    return Err(CpuError::Feature {
                        core: core.to_string(),
                        feature: feature.to_string(),
                    });
                }
            }
        }
        Ok(cpu)
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.core)?;
        let full = Cpu::ALL.iter().find(|c| c.core == self.core).unwrap_or(self);
        match (full.fpu, self.fpu) {
            (a, b) if a == b => {}
            (_, Fpu::None) => f.write_str("+nofp")?,
            _ => f.write_str("+nofp.dp")?,
        }
        if full.dsp && !self.dsp {
            f.write_str("+nodsp")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for name in ["cortex-m3", "cortex-m4+nofp", "cortex-m7+nofp.dp", "cortex-m33+nofp+nodsp"] {
            assert_eq!(name.parse::<Cpu>().map(|c| c.to_string()), Ok(name.to_string()));
        }
    }

    #[test]
    fn float_abis_want_a_unit_or_do_without() {
        let cpu = |name: &str| name.parse::<Cpu>().expect("a CPU");
        let fpu = |name, abi| cpu(name).with_float_abi(abi).map(|cpu| cpu.fpu);
        assert_eq!(fpu("cortex-m7", FloatAbi::Soft), Ok(Fpu::None));
        assert_eq!(fpu("cortex-m7", FloatAbi::SoftFp), Ok(Fpu::Fpv5));
        assert_eq!(fpu("cortex-m3", FloatAbi::SoftFp), Ok(Fpu::None));
        let error = FloatAbiError::NoUnit(cpu("cortex-m4+nofp"));
        assert_eq!(fpu("cortex-m4+nofp", FloatAbi::Hard), Err(error));
    }

    #[test]
    fn features_that_a_core_cannot_lack_are_refused() {
        for name in ["cortex-m3+nofp", "cortex-m4+nodsp", "cortex-m4+nofp.dp", "cortex-a9", ""] {
            assert!(name.parse::<Cpu>().is_err(), "{name}");
        }
    }
}
