//! Passes over the intermediate representation.
//!
//! A pass is one file with one [`Pass`] (of functions) or one function
//! `run` (of programs). [`PIPELINE`] is the only place that says in which
//! order they run at which [`Level`]; [`run_pipeline`] runs it.

pub mod addresses;
pub mod aligned;
pub mod atomics;
pub mod cfg_cleanup;
pub mod checks;
pub mod const_data;
pub mod copies;
pub mod counted;
pub mod dce;
pub mod dead_symbols;
pub mod divide;
mod edit;
pub mod equalities;
mod frames;
pub mod guards;
pub mod gvn;
pub mod induction;
pub mod inline;
pub mod jump_threading;
pub mod licm;
mod linear;
mod link;
pub mod lookup;
mod low_bits;
pub mod machine_stack;
pub mod memory;
mod pipeline;
pub mod pointers;
mod pressure;
pub mod ranges;
pub mod shifts;
pub mod simplify;
pub mod slots;
pub mod soften;
pub mod switches;
pub mod unroll;

pub use link::{Input, LinkError, Linked, Problem, link};
pub use pipeline::{
    Change, Context, Level, Observer, PIPELINE, Pass, PassError, PassOptions, Printer, Renumbering,
    Stage, Step, find_stage, run_pipeline,
};
