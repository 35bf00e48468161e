//! Runs `llvm-mc` over many instructions at once: as an assembler over our text
//! and as a disassembler over our bytes; both must agree with the table.

use crate::cpu::{Arch, Cpu, Fpu};
use crate::inst::{Cond, Feature, Inst, ItBlock};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// The program that is asked.
pub const LLVM_MC: &str = "llvm-mc-19";

/// Why a check could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program is missing.
    #[error("{LLVM_MC} is missing: install the Debian package llvm-19 ({0})")]
    Missing(std::io::Error),
    /// The program broke off.
    #[error("{LLVM_MC} does not run: {0}")]
    Io(#[from] std::io::Error),
    /// The output has another shape than expected.
    #[error("{LLVM_MC} printed {found} instructions for {wanted}; the last good one is `{last}`")]
    OutOfStep {
        /// Instructions printed.
        found: usize,
        /// Instructions asked for.
        wanted: usize,
        /// The last line that agreed.
        last: String,
    },
}

/// An instruction, outside an IT block or as the only one in it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The instruction.
    pub inst: Inst,
    /// Its condition in an IT block.
    pub it: Option<Cond>,
}

impl Case {
    /// The case with what must stand around it: the IT instruction before a
    /// conditional one, NOPs after an IT instruction.
    fn expand(&self) -> Vec<(String, Vec<u8>)> {
        let line = |inst: Inst, it| (inst.in_it(it).to_string(), inst.encode().to_vec());
        let mut lines = Vec::new();
        if let Some(block) = self.it.and_then(|c| ItBlock::new(c, &[])) {
            lines.push(line(Inst::It { block }, None));
        }
        lines.push(line(self.inst, self.it));
        if let Inst::It { block } = self.inst {
            lines.extend(block.conds().map(|c| line(Inst::NopT1, Some(c))));
        }
        lines
    }
}

/// Compares every case with `llvm-mc` for the smallest CPU that has `feature`, and
/// gives a line for each disagreement.
pub fn check(feature: Feature, cases: &[Case]) -> Result<Vec<String>, Error> {
    let lines: Vec<(String, Vec<u8>)> = cases.iter().flat_map(Case::expand).collect();
    let (mut wrong, target) = (Vec::new(), &target(feature));

    let (assembled, texts) = std::thread::scope(|scope| {
        let texts = scope.spawn(|| disassemble(target, lines.iter().map(|l| l.1.as_slice())));
        let assembled = assemble(target, lines.iter().map(|l| l.0.as_str()));
        (assembled, texts.join().unwrap_or_else(|p| std::panic::resume_unwind(p)))
    });
    let ((assembled, errors), texts) = (assembled?, texts?);
    let mut assembled = assembled.into_iter();
    for (i, (text, bytes)) in lines.iter().enumerate() {
        if let Some(error) = errors.get(&i) {
            wrong.push(format!("`{text}` ({bytes:02x?}): the assembler says: {error}"));
            continue;
        }
        let step = |found| Error::OutOfStep { found, wanted: lines.len(), last: text.clone() };
        let (_, theirs) = assembled.next().ok_or_else(|| step(i))?;
        if theirs != *bytes && !is_narrow_mul(text, &theirs) {
            wrong.push(format!("`{text}` is {bytes:02x?}; the assembler makes {theirs:02x?}"));
        }
    }

    for ((text, bytes), theirs) in lines.iter().zip(&texts) {
        if *text != synonym(theirs) {
            wrong.push(format!("{bytes:02x?} is `{text}`; the disassembler prints `{theirs}`"));
        }
    }
    if texts.len() != lines.len() {
        let last = lines.iter().zip(&texts).take_while(|(l, t)| l.0 == **t).last();
        let last = last.map(|(l, _)| l.0.clone()).unwrap_or_default();
        return Err(Error::OutOfStep { found: texts.len(), wanted: lines.len(), last });
    }
    Ok(wrong)
}

/// Which of these texts the assembler for this feature's smallest CPU refuses.
pub fn refused(feature: Feature, texts: &[String]) -> Result<Vec<bool>, Error> {
    refused_by(&target(feature), texts)
}

/// Which of these texts the assembler for this CPU refuses.
pub fn refused_on(cpu: Cpu, texts: &[String]) -> Result<Vec<bool>, Error> {
    refused_by(&cpu_target(cpu), texts)
}

fn refused_by(target: &Target, texts: &[String]) -> Result<Vec<bool>, Error> {
    let (_, errors) = assemble(target, texts.iter().map(String::as_str))?;
    Ok((0..texts.len()).map(|i| errors.contains_key(&i)).collect())
}

/// Inside an IT block, `mul` has no text of its own for the 32-bit encoding where
/// the 16-bit one fits, and the assembler takes the shorter.
fn is_narrow_mul(text: &str, bytes: &[u8]) -> bool {
    text.starts_with("mul") && !text.starts_with("muls") && bytes.len() == 2
}

/// Texts of the disassembler that have another name in the manual: the beginning
/// and what stands for it.
const SYNONYMS: [(&str, &str); 6] = [
    ("__brkdiv0", "udf #249"),
    ("trap", "udf #254"),
    ("msr apsr,", "msr apsr_nzcvq,"),
    ("msr iapsr,", "msr iapsr_nzcvq,"),
    ("msr eapsr,", "msr eapsr_nzcvq,"),
    ("msr xpsr,", "msr xpsr_nzcvq,"),
];

fn synonym(theirs: &str) -> String {
    let found = SYNONYMS.iter().find_map(|(t, ours)| Some((ours, theirs.strip_prefix(t)?)));
    found.map_or(theirs.to_string(), |(ours, rest)| format!("{ours}{rest}"))
}

/// Options that say which CPU to assemble for: `-triple`, `-mcpu`, `-mattr`.
type Target = [String; 3];

/// The smallest CPU that has a feature.
fn target(feature: Feature) -> Target {
    let (arch, cpu, attributes) = match feature {
        Feature::V6m => ("v6m", "cortex-m0", ""),
        Feature::V7m => ("v7m", "cortex-m3", ""),
        Feature::Dsp => ("v7em", "cortex-m4", "-fpregs,-fp16"),
        Feature::V8m => ("v8m.main", "cortex-m33", "-fpregs,-fp16"),
        Feature::Fpv4Sp => ("v7em", "cortex-m4", ""),
        Feature::Fpv5Sp => ("v7em", "cortex-m7", "-fp64,-fpregs64"),
        Feature::Fpv5 => ("v7em", "cortex-m7", ""),
    };
    options(arch, cpu, attributes)
}

fn cpu_target(cpu: Cpu) -> Target {
    let arch = match cpu.arch {
        Arch::V7M => "v7m",
        Arch::V7EM => "v7em",
        Arch::V8MMain => "v8m.main",
    };
    let dsp = if cpu.dsp { "+dsp" } else { "-dsp" };
    let fpu = match cpu.fpu {
        Fpu::None => "-fpregs,-fp16",
        Fpu::Fpv4Sp | Fpu::Fpv5Sp => "-fp64,-fpregs64",
        Fpu::Fpv5 => "+fp64",
    };
    options(arch, cpu.core, &format!("{dsp},{fpu}"))
}

fn options(arch: &str, cpu: &str, attributes: &str) -> Target {
    let triple = format!("-triple=thumb{arch}-none-eabi");
    [triple, format!("-mcpu={cpu}"), format!("-mattr={attributes}")]
}

type Assembled = Vec<(String, Vec<u8>)>;

/// The canonical text and the bytes of each accepted line, and the errors by line.
fn assemble<'a>(
    target: &Target,
    lines: impl Iterator<Item = &'a str>,
) -> Result<(Assembled, BTreeMap<usize, String>), Error> {
    let source: String = lines.flat_map(|l| [l, "\n"]).collect();
    let (out, err) = run(target, "-show-encoding", source)?;
    let encodings = out.lines().filter_map(|l| l.split_once("@ encoding: "));
    let parse = |(text, bytes): (&str, &str)| {
        let bytes = bytes.trim_matches(['[', ']']).split(',');
        let byte = |b: &str| u8::from_str_radix(b.trim_start_matches("0x"), 16).ok();
        (plain(text), bytes.filter_map(byte).collect())
    };
    Ok((encodings.map(parse).collect(), errors(&err)))
}

fn disassemble<'a>(
    target: &Target,
    insts: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<String>, Error> {
    let line = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:#04x} ")).collect::<String>() + "\n";
    let source: String = insts.map(line).collect();
    let (out, _) = run(target, "-disassemble", source)?;
    let lines = out.lines().map(plain);
    Ok(lines.filter(|l| !l.is_empty() && !l.starts_with('.')).collect())
}

/// `<stdin>:LINE:COLUMN: error: message`, with lines from 0.
fn errors(stderr: &str) -> BTreeMap<usize, String> {
    let error = |line: &str| {
        let (at, message) = line.strip_prefix("<stdin>:")?.split_once(": error: ")?;
        let number: usize = at.split(':').next()?.parse().ok()?;
        Some((number - 1, message.to_string()))
    };
    stderr.lines().filter_map(error).collect()
}

/// Without tabs and without the comment.
fn plain(line: &str) -> String {
    let line = line.split('@').next().unwrap_or(line);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(target: &Target, mode: &str, input: String) -> Result<(String, String), Error> {
    let mut child = Command::new(LLVM_MC)
        .args(target)
        .arg(mode)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::Missing)?;
    let stdin = child.stdin.take();
    let writer = std::thread::spawn(move || match stdin {
        Some(mut stdin) => stdin.write_all(input.as_bytes()),
        None => Ok(()),
    });
    let output = child.wait_with_output()?;
    // A broken pipe shows in the output.
    let _ = writer.join();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(&output.stdout), text(&output.stderr)))
}
