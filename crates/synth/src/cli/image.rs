//! `synth compile --emit image`: the board and the entry function.

use std::path::Path;

use miette::{IntoDiagnostic, WrapErr, miette};
use synth_ir::{AbiType, Signature};
use synth_object::{Board, Image, ImageError, ImageOptions};

use super::files::read;
use crate::{Compiled, Error};

/// The built-in board of that name, or the board of that file.
pub(super) fn find_board(name: &str) -> miette::Result<Board> {
    if Path::new(name).extension().is_none_or(|e| e != "toml") {
        return Ok(Board::built_in(name).map_err(Error::from)?);
    }
    let text = String::from_utf8(read(name.as_ref())?).into_diagnostic();
    let text = text.wrap_err_with(|| format!("{name} is no text file"))?;
    Board::parse(&text).map_err(Error::from).wrap_err_with(|| format!("in {name}"))
}

/// Links the image.
pub(super) fn link(
    compiled: &Compiled,
    board: &Board,
    entry: Option<&str>,
) -> miette::Result<Image> {
    let entry_status = match entry {
        Some(name) => !entry_signature(compiled, name)?.results.is_empty(),
        None => false,
    };
    let keep = match entry {
        Some(_) => vec![],
        None => compiled.exports.iter().map(|(n, _)| n.clone()).collect(),
    };
    let entry = entry.map(str::to_string);
    let options = ImageOptions { entry, entry_status, keep, gc_sections: true };
    compiled.image(board, &options).map_err(|error| match &error {
        Error::Image(ImageError::Undefined { .. }) => miette!(
            help = "leave the imports out of the module, or compile to an object and link it with \
                    a host that defines them",
            "{error}"
        ),
        _ => error.into(),
    })
}

/// The signature of an entry function: no parameters, and an exit status at
/// most.
fn entry_signature<'c>(compiled: &'c Compiled, name: &str) -> miette::Result<&'c Signature> {
    let found = compiled.exports.iter().find(|(n, _)| n == name);
    let Some((_, signature)) = found else {
        let names: Vec<&str> = compiled.exports.iter().map(|(n, _)| n.as_str()).collect();
        return Err(miette!(
            help = format!("it exports: {}", names.join(", ")),
            "the module exports no function '{name}' to enter"
        ));
    };
    let status = matches!(signature.results[..], [] | [AbiType::I32]);
    if signature.params.is_empty() && status {
        return Ok(signature);
    }
    Err(miette!(
        help = "an entry function has no parameters and returns nothing or the exit status, an i32",
        "'{name}' can't be entered: it has the signature {signature}"
    ))
}
