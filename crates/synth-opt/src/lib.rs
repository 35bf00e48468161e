//! Passes over the intermediate representation.

pub mod soften;
