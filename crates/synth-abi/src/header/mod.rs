//! Headers of an object's interface, in C and in Rust.
//!
//! The C header is C99 with static assertions, and C++11. It declares what the
//! object defines, and under a comment of its own what the host must define;
//! defines the records that these mention, with assertions on size and offsets;
//! and places the contract's note ([`crate::contract_symbol`]). Macros choose:
//!
//! | macro | effect |
//! |---|---|
//! | `SYNTH_NO_TYPES` | the host's own headers define the types; they are only checked |
//! | `SYNTH_NO_IMPORTS` | what the host defines is not declared |
//! | `SYNTH_NO_NOTE` | no note: the file links whatever the version |

mod c;
mod declarator;
mod order;
mod rust;

use crate::interface::Interface;

pub(crate) use declarator::declaration;

impl Interface {
    /// The C header.
    ///
    /// ```
    /// let mut interface = synth_abi::Interface::new("pid.o", "native", &Default::default());
    /// let entry = interface.function("step", None, None);
    /// interface.exports.push(entry);
    /// assert!(interface.to_c_header().contains("void step(void);"));
    /// ```
    pub fn to_c_header(&self) -> String {
        c::header(self)
    }

    /// The declarations in Rust: an `extern` block with the types that it
    /// mentions.
    pub fn to_rust(&self) -> String {
        rust::module(self)
    }
}

/// Whether a name can be written in C.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name as an identifier.
fn identifier(name: &str) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        out.insert(0, '_');
    }
    out
}
