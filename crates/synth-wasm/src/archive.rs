//! Archives of objects (`ar`, Rust's `.rlib`), and which of their members a
//! program needs.

use std::collections::HashMap;

use object::read::archive::ArchiveFile;

use crate::error::Error;
use crate::module::Module;
use crate::object::{Binding, ObjectSymbol, SymbolKind};

/// A member of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its file name.
    pub name: &'a str,
    /// Its contents.
    pub bytes: &'a [u8],
}

/// Whether the bytes are those of an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"!<arch>\n") || bytes.starts_with(b"!<thin>\n")
}

/// The members of an archive that are wasm modules or meant to be objects.
/// The symbol index and the metadata of Rust libraries are left out.
///
/// # Errors
/// If the archive is malformed, or thin: its members are other files then.
pub fn read_archive(bytes: &[u8]) -> Result<Vec<Member<'_>>, Error> {
    let failed = |e: object::read::Error| Error::Archive(e.to_string());
    let archive = ArchiveFile::parse(bytes).map_err(failed)?;
    if archive.is_thin() {
        let message = "it is thin: make one that holds its members (ar without T)";
        return Err(Error::Archive(message.to_string()));
    }
    let mut members = Vec::new();
    for member in archive.members() {
        let member = member.map_err(failed)?;
        let Ok(name) = std::str::from_utf8(member.name()) else {
            return Err(Error::Archive("a member's name is not UTF-8".to_string()));
        };
        let bytes = member.data(bytes).map_err(failed)?;
        if !name.ends_with(".rmeta") {
            members.push(Member { name, bytes });
        }
    }
    Ok(members)
}

impl Module {
    fn linker_symbols(&self) -> impl Iterator<Item = &ObjectSymbol> {
        let symbols = self.object.iter().flat_map(|object| &object.symbols);
        symbols.filter(|s| s.binding != Binding::Local && !matches!(s.kind, SymbolKind::Section(_)))
    }
}

/// Which members of libraries a program of these objects needs: a member that
/// defines what is undefined so far, and what that needs in turn. Gives their
/// places in `members`, in the order in which they were found to be needed.
/// A weak reference needs nothing. Of two members that define one symbol, the
/// first is taken; the order of objects and libraries does not matter.
pub fn select_members(objects: &[&Module], members: &[&Module]) -> Vec<usize> {
    let mut definer: HashMap<&str, usize> = HashMap::new();
    for (i, member) in members.iter().enumerate() {
        for symbol in member.linker_symbols().filter(|s| !s.undefined) {
            definer.entry(&symbol.name).or_insert(i);
        }
    }
    let defined = objects.iter().flat_map(|o| o.linker_symbols().filter(|s| !s.undefined));
    for symbol in defined {
        definer.remove(&symbol.name[..]);
    }
    let mut taken = vec![false; members.len()];
    let mut order = Vec::new();
    let mut need = |module: &Module, order: &mut Vec<usize>| {
        for symbol in module.linker_symbols() {
            if symbol.undefined
                && symbol.binding == Binding::Global
                && let Some(&i) = definer.get(&symbol.name[..])
                && !std::mem::replace(&mut taken[i], true)
            {
                order.push(i);
            }
        }
    };
    for object in objects {
        need(object, &mut order);
    }
    let mut next = 0;
    while let Some(&i) = order.get(next) {
        need(members[i], &mut order);
        next += 1;
    }
    order
}
