//! What an object must and must not be.

use synth_wasm::{FeaturePolicy, Module, Object};

use crate::declare::unsupported;
use crate::error::Error;
use crate::options::Options;

/// Refuses what can't become a native object.
pub(super) fn check(module: &Module, object: &Object, options: &Options) -> Result<(), Error> {
    let shared = object.feature("shared-mem") == Some(FeaturePolicy::Disallowed);
    if shared && !options.single_context {
        return Err(unsupported(
            "an object whose atomic operations or thread-local variables became plain ones \
             (feature -shared-mem)",
            0,
            "compile it with -matomics -mbulk-memory, or say --single-context if neither \
             an interrupt nor another thread runs while its code does",
        ));
    }
    let segment = object.segments.iter().find(|segment| segment.tls).map(|s| s.name.clone());
    let symbol = object.symbols.iter().find(|symbol| symbol.tls).map(|s| s.name.clone());
    if let Some(name) = segment.or(symbol) {
        return Err(unsupported(
            &format!("the thread-local variable or section `{name}`"),
            0,
            "use a variable of the host's thread structure, or compile without -matomics \
             and say --single-context",
        ));
    }
    if module.memories.iter().any(|memory| memory.ty.is_64) {
        return Err(unsupported("a 64-bit memory", 0, "build the module for wasm32"));
    }
    Ok(())
}
