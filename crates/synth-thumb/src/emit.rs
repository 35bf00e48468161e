//! x
/// x
pub fn emit(_: &crate::mach::MFunction, _: &crate::frame::Frame, _: &crate::compile::Options) -> Result<(), crate::compile::CompileError> { Ok(()) }
