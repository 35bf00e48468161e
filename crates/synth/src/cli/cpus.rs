//! `synth cpus`: the table of CPUs.

use std::fmt::Write;

use synth_thumb::{Arch, Cpu, Fpu};

/// One line for each CPU: name, architecture, extensions, unit, features that
/// can be left out.
pub(super) fn table() -> String {
    let mut out = format!(
        "{:<12} {:<13} {:<4} {:<26} {}\n",
        "CPU", "architecture", "DSP", "floating point", "may be left out"
    );
    for cpu in Cpu::ALL {
        let arch = match cpu.arch {
            Arch::V7M => "Armv7-M",
            Arch::V7EM => "Armv7E-M",
            Arch::V8MMain => "Armv8-M Main",
        };
        let fpu = match cpu.fpu {
            Fpu::None => "none",
            Fpu::Fpv4Sp => "FPv4-SP: single",
            Fpu::Fpv5Sp => "FPv5-SP: single",
            Fpu::Fpv5 => "FPv5: single and double",
        };
        let dsp = if cpu.has_dsp() { "yes" } else { "no" };
        let without: Vec<String> = cpu.features().iter().map(|name| format!("+{name}")).collect();
        let without = without.join(" ");
        let line = format!("{:<12} {arch:<13} {dsp:<4} {fpu:<26} {without}", cpu.core);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
