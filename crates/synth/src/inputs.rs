//! From files to the modules that are compiled into one program: objects as
//! they are, of archives the members that they need.

use miette::Diagnostic;
use synth_wasm::{Module, is_archive, read_archive, select_members};

use crate::Error;

/// A file to compile.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// A module in the binary or the text format, a wasm object, or an
    /// archive of objects.
    pub bytes: &'a [u8],
}

/// A module with the name that messages call it by.
#[derive(Debug)]
pub(crate) struct Unit {
    /// The file, and the member if that is an archive: `libm.a(sin.o)`.
    pub name: String,
    pub module: Module,
}

/// Reads the modules. Of an archive those members are taken that something
/// before them needs; all, with `whole` or if no input is anything else.
pub(crate) fn read(sources: &[Source<'_>], whole: bool) -> Result<Vec<Unit>, Error> {
    let (archives, files) =
        sources.iter().partition::<Vec<&Source<'_>>, _>(|source| is_archive(source.bytes));
    let mut units = Vec::new();
    for file in &files {
        units.push(Unit { name: file.name.to_string(), module: parse(file)? });
    }
    let mut members = Vec::new();
    for archive in &archives {
        for member in read_archive(archive.bytes).map_err(|e| in_file(archive.name, e))? {
            let name = format!("{}({})", archive.name, member.name);
            let module = parse(&Source { name: &name, bytes: member.bytes })?;
            members.push(Unit { name, module });
        }
    }
    if whole || files.is_empty() {
        // Metadata and members without code define nothing.
        units.extend(members.into_iter().filter(|member| member.module.object.is_some()));
    } else {
        let objects: Vec<&Module> = units.iter().map(|unit| &unit.module).collect();
        let from: Vec<&Module> = members.iter().map(|unit| &unit.module).collect();
        let order = select_members(&objects, &from);
        let mut members: Vec<Option<Unit>> = members.into_iter().map(Some).collect();
        units.extend(order.into_iter().filter_map(|i| members[i].take()));
    }
    check(&units)?;
    Ok(units)
}

/// What is linked must say how.
fn check(units: &[Unit]) -> Result<(), Error> {
    if units.is_empty() {
        return Err(Error::NothingToCompile);
    }
    match units.iter().find(|unit| unit.module.object.as_ref().is_none_or(|o| !o.relocatable)) {
        None => Ok(()),
        Some(unit) => Err(match unit.module.check_relocations() {
            Err(error @ synth_wasm::Error::Object { .. }) => in_file(&unit.name, error),
            _ => Error::Finished { file: unit.name.clone() },
        }),
    }
}

fn parse(source: &Source<'_>) -> Result<Module, Error> {
    Module::parse(source.bytes).map_err(|error| in_file(source.name, error))
}

/// The error with the file that it is in.
pub(crate) fn in_file(file: &str, error: impl Into<Error>) -> Error {
    let error = Box::new(error.into());
    let help = error.help().map(|help| help.to_string());
    Error::InFile { file: file.to_string(), error, help }
}
