//! The contract with the host: what a wasm function is in C.
//!
//! This crate knows C types and names, and no register: where arguments travel
//! is decided by code generation.

mod prototype;

pub use prototype::c_prototype;
