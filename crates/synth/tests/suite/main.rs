//! Tests of the whole compiler, in one program so that they link once.

mod book;
mod border;
mod cli;
mod determinism;
mod directives;
mod explain;
mod fresh;
mod hostile;
mod hosts;
mod large;
mod link;
mod native;
mod oracle;
mod programs;
mod refusals;
mod stack;
mod tools;
