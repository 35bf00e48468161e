//! The primitives in a linked program with their scenarios.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use synth_count::native::{LINKER, finish};
use synth_count::{Call, Core, Counter};
use tempfile::TempDir;

use super::super::{Result, read};
use super::kernel_dir;

/// A way to compile the primitives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Gcc(&'static str),
    Clang(&'static str),
    Synth(&'static str),
}

impl Way {
    /// All of them, in the order of the columns.
    pub(super) const ALL: [Self; 6] = [
        Self::Synth("s"),
        Self::Gcc("s"),
        Self::Clang("s"),
        Self::Synth("2"),
        Self::Gcc("2"),
        Self::Clang("2"),
    ];

    pub(super) fn level(self) -> &'static str {
        match self {
            Self::Gcc(level) | Self::Clang(level) | Self::Synth(level) => level,
        }
    }

    pub(super) fn is_native(self) -> bool {
        !matches!(self, Self::Synth(_))
    }

    /// Compiles a file of the primitives.
    fn compile(self, source: &Path, cpu: &str, output: &Path) -> Result {
        let level = format!("-O{}", self.level());
        let mut command = match self {
            Self::Gcc(_) => Command::new(LINKER),
            Self::Clang(_) => {
                let mut clang = Command::new("clang-19");
                clang.arg("--target=arm-none-eabi");
                clang
            }
            Self::Synth(_) => {
                let mut synth = Command::new(std::env::current_exe()?);
                let stem = source.file_stem().unwrap_or_default().to_string_lossy();
                let object = format!("../wasm/{stem}.O{}.o", self.level());
                let cpu = if cpu == "cortex-m4" { "cortex-m4+nofp" } else { cpu };
                synth.args(["synth", "compile", "--cpu", cpu, &level]);
                synth.arg(kernel_dir().join(object)).arg("-o").arg(output);
                return Ok(finish(&mut synth)?);
            }
        };
        command.args([&format!("-mcpu={cpu}"), "-mthumb", "-mfloat-abi=soft", &level]);
        command.args(["-std=gnu11", "-fwrapv", "-fno-strict-aliasing", "-fshort-enums"]);
        command.args(["-ffunction-sections", "-fdata-sections"]);
        Ok(finish(command.arg("-c").arg(source).arg("-o").arg(output))?)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gcc(level) => write!(f, "gcc -O{level}"),
            Self::Clang(level) => write!(f, "clang -O{level}"),
            Self::Synth(level) => write!(f, "synth -O{level}"),
        }
    }
}

/// What a primitive costs.
#[derive(Clone, Copy, Default)]
pub(super) struct Measured {
    pub bytes: u64,
    pub instructions: u64,
    pub cycles: u64,
}

/// The primitives with their scenarios.
pub(super) struct Program {
    core: Core,
    dir: TempDir,
    objects: Vec<PathBuf>,
}

impl Program {
    /// Compiles the files of the primitives, and the scenarios by gcc.
    pub(super) fn build(cpu: &str, way: Way) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let core = if cpu == "cortex-m3" { Core::M3 } else { Core::M4 };
        let mut objects = vec![dir.path().join("scenarios.o")];
        Way::Gcc("s").compile(&kernel_dir().join("scenarios.c"), cpu, &objects[0])?;
        for source in sources()? {
            let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let output = dir.path().join(format!("subject-{name}.o"));
            way.compile(&source, cpu, &output).map_err(|e| format!("{name}: {e}"))?;
            objects.push(output);
        }
        Ok(Self { core, dir, objects })
    }

    /// Measures each primitive that has scenarios.
    pub(super) fn measure(&self, only: Option<&str>) -> Result<BTreeMap<String, Measured>> {
        let scenarios = scenarios()?;
        let keep: Vec<&str> = scenarios.iter().map(|(_, scenario)| scenario.as_str()).collect();
        let mut counter = self.load(&keep)?;
        let mut measured: BTreeMap<String, Measured> = BTreeMap::new();
        for (primitive, scenario) in &scenarios {
            if only.is_some_and(|only| !primitive.contains(only)) {
                continue;
            }
            let entry = measured.entry(primitive.clone()).or_default();
            let (start, end) = subject(&counter)?;
            let count = counter.call_symbol(scenario, &Call::words(&[]));
            let count = count.map_err(|e| format!("{scenario}: {e}"))?;
            for (_, cost) in count.profile.range(start..end) {
                entry.instructions += cost.executed;
                entry.cycles += cost.cycles;
            }
        }
        for (primitive, measured) in &mut measured {
            let (start, end) = subject(&self.load(&[primitive])?)?;
            measured.bytes = u64::from(end - start);
        }
        Ok(measured)
    }

    /// Links what these symbols need.
    fn load(&self, keep: &[&str]) -> Result<Counter> {
        let image = self.dir.path().join("program.elf");
        let mut link = Command::new("arm-none-eabi-ld");
        link.args(["--gc-sections", "--no-warn-rwx-segments", "-e", keep[0]]);
        for symbol in keep {
            link.args(["-u", symbol]);
        }
        link.arg("-T").arg(kernel_dir().join("scenarios.ld"));
        finish(link.args(&self.objects).arg("-o").arg(&image))?;
        let mut counter = Counter::new(self.core)?;
        counter.load(&read(&image)?)?;
        Ok(counter)
    }
}

/// The addresses of the primitives' code.
fn subject(counter: &Counter) -> Result<(u32, u32)> {
    Ok((counter.symbol("__subject_start")?, counter.symbol("__subject_end")?))
}

/// The files with primitives that have scenarios.
fn sources() -> Result<Vec<PathBuf>> {
    let mut sources = vec![];
    for name in ["sem", "mutex", "stack", "msgq", "queue"] {
        sources.push(kernel_dir().join(format!("kernel.{name}.c")));
    }
    Ok(sources)
}

/// Primitives and scenarios, in the order of the file.
fn scenarios() -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(kernel_dir().join("scenarios.c"))?;
    let lines = text.lines().filter_map(|line| line.strip_prefix("SCENARIO(")?.strip_suffix(')'));
    let pairs = lines.filter_map(|line| line.split_once(", "));
    Ok(pairs.map(|(p, case)| (p.to_string(), format!("scenario_{p}__{case}"))).collect())
}
