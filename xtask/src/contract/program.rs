//! Programs with every function twice: built, linked, run, read.
//!
//! The functions under test and the driver that calls them keep their names. The
//! native functions and a second copy of the driver get names with a prefix, so
//! that the object under test reaches the linker as the compiler wrote it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rayon::prelude::*;
use synth_emu::{ImageEnd, run_image_with};

use super::directory;
use super::report::Report;
use super::subject::Subject;
use super::target::{Linker, Target};
use super::unit::{Unit, is_rust};
use crate::Result;

/// Before the names of native functions and of their driver's variables.
const PREFIX: &str = "native_";

/// How native code is compiled, and drivers.
const FLAGS: [&str; 9] = [
    "-std=gnu11",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-ffp-contract=off",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wall",
    "-Wno-infinite-recursion",
    "-Werror",
];

/// Longer than all tests take together.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What the programs of a target have in common.
pub(super) struct Program<'a> {
    target: &'static Target,
    units: &'a [Unit],
    dir: PathBuf,
    main: PathBuf,
    script: PathBuf,
    libraries: Vec<String>,
    /// By unit: the driver, then what carries the prefix.
    natives: Vec<Vec<PathBuf>>,
}

/// The functions under test, by unit; or why they can't be compiled.
pub(super) struct Built {
    subject: Subject,
    units: Vec<std::result::Result<Vec<PathBuf>, String>>,
}

/// The name of a C file without its ending.
pub(super) fn stem(source: &Path) -> String {
    source.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Compiles a C file.
pub(super) fn compile_c(target: &Target, source: &Path, flags: &[&str], output: &Path) -> Result {
    let mut gcc = target.gcc();
    gcc.args(FLAGS).args(flags).arg("-I").arg(directory().join("harness"));
    finish(gcc.arg("-c").arg(source).arg("-o").arg(output)).map(|_| ())
}

/// Compiles a file under test natively; an object of Rust is there already.
pub(super) fn compile_native(
    target: &Target,
    source: &Path,
    flags: &[&str],
    output: &Path,
) -> Result {
    if !is_rust(source) {
        return compile_c(target, source, flags, output);
    }
    let convention = if target.float == "hard" { "hard" } else { "soft" };
    let object = directory().join(format!("native/{}.{convention}.o", stem(source)));
    std::fs::copy(object, output)?;
    Ok(())
}

/// Runs a program to its end; its output, or what it complained about.
fn finish(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{name}: {e} (cargo xtask setup)"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl<'a> Program<'a> {
    /// Builds what does not depend on the functions under test.
    pub(super) fn prepare(target: &'static Target, units: &'a [Unit], dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let harness = directory().join("harness");
        let (main, script) = (dir.join("main.o"), dir.join("link.ld"));
        compile_c(target, &harness.join("main.c"), &["-Os"], &main)?;
        target.write_script(&harness.join("link.ld"), &script)?;
        let natives: Vec<Result<Vec<PathBuf>>> =
            units.par_iter().map(|unit| native(target, unit, dir)).collect();
        let natives = natives.into_iter().collect::<Result<_>>()?;
        let libraries = target.libraries()?;
        Ok(Self { target, units, dir: dir.to_path_buf(), main, script, libraries, natives })
    }

    /// Compiles the functions under test.
    pub(super) fn subject(&self, subject: &Subject) -> Result<Built> {
        let dir = self.dir.join(subject.file_name());
        std::fs::create_dir_all(&dir)?;
        let units = self.units.par_iter();
        let units = units.map(|unit| subject.compile(unit, self.target, &dir)).collect();
        Ok(Built { subject: *subject, units })
    }

    /// Links and runs.
    pub(super) fn run(&self, built: &Built, linker: Linker) -> Result<Report> {
        let title = format!("{} {}, {}", self.target.name(), built.subject.name(), linker.name());
        let mut failures: Vec<Option<String>> =
            built.units.iter().map(|unit| unit.as_ref().err().cloned()).collect();
        let image = loop {
            match self.link(built, &failures, linker)? {
                Ok(image) => break image,
                // Leave out the units that the linker complains about.
                Err(complaint) => self.blame(&mut failures, &complaint)?,
            }
        };
        let mut cases = vec![];
        for (unit, failure) in self.units.iter().zip(&failures) {
            if let Some(reason) = failure {
                let case = |test: &String| (unit.name.clone(), test.clone(), Some(reason.clone()));
                cases.extend(unit.tests.iter().map(case));
            }
        }
        let live: Vec<(&str, &str)> = self.live(&failures).flat_map(Unit::cases).collect();
        self.emulate(&image, &live, &mut cases)?;
        Ok(Report { title, cases })
    }

    /// The units that are in the program.
    fn live(&self, failures: &[Option<String>]) -> impl Iterator<Item = &'a Unit> {
        let live: Vec<bool> = failures.iter().map(Option::is_none).collect();
        self.units.iter().zip(live).filter(|(_, live)| *live).map(|(unit, _)| unit)
    }

    /// Links the units that have no failure; the linker's complaint if it has one.
    fn link(
        &self,
        built: &Built,
        failures: &[Option<String>],
        linker: Linker,
    ) -> Result<std::result::Result<PathBuf, String>> {
        let base = format!("{}-{}", built.subject.file_name(), linker.name().replace(' ', "-"));
        let list = self.dir.join(format!("{base}.c"));
        std::fs::write(&list, self.list(failures))?;
        let (table, image) = (list.with_extension("o"), list.with_extension("elf"));
        compile_c(self.target, &list, &["-Os"], &table)?;
        let mut link = linker.command();
        // Not every object says that it needs no executable stack.
        link.args(["--gc-sections", "--fatal-warnings", "-z", "noexecstack"]);
        if linker == Linker::Gnu {
            link.arg("--no-warn-rwx-segments");
        }
        link.arg("-T").arg(&self.script).arg(&self.main).arg(&table);
        for (unit, native) in built.units.iter().zip(&self.natives) {
            if let Ok(objects) = unit
                && failures[self.index(native)].is_none()
            {
                link.args(native).args(objects);
            }
        }
        link.args(["--start-group"]).args(&self.libraries).arg("--end-group");
        match finish(link.arg("-o").arg(&image)) {
            Ok(_) => Ok(Ok(image)),
            Err(complaint) => Ok(Err(complaint.to_string())),
        }
    }

    fn index(&self, native: &[PathBuf]) -> usize {
        self.natives.iter().position(|other| other == native).unwrap_or_default()
    }

    /// Marks the units whose files the linker names.
    fn blame(&self, failures: &mut [Option<String>], complaint: &str) -> Result {
        let mut found = false;
        for (unit, failure) in self.units.iter().zip(failures) {
            let of_unit =
                |line: &&str| line.contains(&format!("/{}.", unit.name)) && !line.contains(".elf");
            let lines: Vec<&str> = complaint.lines().filter(of_unit).collect();
            if failure.is_none() && !lines.is_empty() {
                *failure = Some(lines.join("\n"));
                found = true;
            }
        }
        if found { Ok(()) } else { Err(format!("can't link: {complaint}").into()) }
    }

    /// The table of tests, in C.
    fn list(&self, failures: &[Option<String>]) -> String {
        let mut text = "#include \"contract.h\"\n".to_string();
        let mut rows = String::new();
        for Unit { name, .. } in self.live(failures) {
            // It can't fail: the text is in memory.
            let _ = writeln!(text, "extern const struct test {name}_tests[];");
            let _ = writeln!(text, "extern const struct test {PREFIX}{name}_tests[];");
            let _ = writeln!(rows, "    {{\"{name}\", {name}_tests, {PREFIX}{name}_tests}},");
        }
        text + "const struct {\n    const char *name;\n    const struct test *a, *b;\n} units[] = {\n"
            + &rows
            + "    {0, 0, 0},\n};\n"
    }

    /// Runs the program, again behind each test that ends it.
    fn emulate(
        &self,
        image: &Path,
        live: &[(&str, &str)],
        cases: &mut Vec<(String, String, Option<String>)>,
    ) -> Result {
        let mut next = 0;
        while next < live.len() {
            let first = next.to_string();
            let run = run_image_with(image, &["contract", &first], self.target.board, TIMEOUT)?;
            let text = run.text();
            let mut lines = text.lines().peekable();
            let begin = next;
            while let Some(line) = lines.next() {
                let Some(name) = line.strip_prefix("begin ") else { continue };
                let (unit, test) = live.get(next).copied().unwrap_or_default();
                if name != format!("{unit} {test}") {
                    return Err(format!("{unit} {test} expected, {name} ran").into());
                }
                let end = lines.next_if(|line| !line.starts_with("begin "));
                let failure = match end {
                    Some("ok") => None,
                    Some(line) => Some(line.trim_start_matches("FAIL ").to_string()),
                    None if run.end == ImageEnd::Timeout => Some("it does not end".to_string()),
                    None => Some(format!("the program ended: {}", run.errors.trim())),
                };
                cases.push((unit.to_string(), test.to_string(), failure));
                next += 1;
            }
            if next == begin {
                let (unit, test) = live[next];
                let reason = format!("the program did not start: {}{}", text, run.errors);
                cases.push((unit.to_string(), test.to_string(), Some(reason)));
                next += 1;
            }
        }
        Ok(())
    }
}

impl Unit {
    /// Unit and test.
    fn cases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tests.iter().map(|test| (self.name.as_str(), test.as_str()))
    }
}

/// Compiles a unit natively: the driver, and the two with the prefix.
fn native(target: &Target, unit: &Unit, dir: &Path) -> Result<Vec<PathBuf>> {
    let driver = dir.join(format!("{}.driver.o", unit.name));
    compile_c(target, &unit.driver, &["-O1"], &driver)?;
    let mut plain = vec![driver.clone()];
    for source in &unit.sources {
        let object = dir.join(format!("{}.native.o", stem(source)));
        compile_native(target, source, &["-Os"], &object)?;
        plain.push(object);
    }
    let mut nm = Command::new("arm-none-eabi-nm");
    nm.args(["--defined-only", "--extern-only", "--format=just-symbols"]).args(&plain);
    let names = finish(&mut nm)?;
    let names = names.lines().map(str::trim).filter(|l| !l.is_empty() && !l.ends_with(':'));
    let mut pairs: Vec<String> = names.map(|name| format!("{name} {PREFIX}{name}\n")).collect();
    pairs.sort();
    pairs.dedup();
    let renames = dir.join(format!("{}.names", unit.name));
    std::fs::write(&renames, pairs.concat())?;
    let mut objects = vec![driver];
    for object in plain {
        let renamed = object.with_extension("renamed.o");
        let mut objcopy = Command::new("arm-none-eabi-objcopy");
        objcopy.arg(format!("--redefine-syms={}", renames.display()));
        finish(objcopy.arg(&object).arg(&renamed))?;
        objects.push(renamed);
    }
    Ok(objects)
}
