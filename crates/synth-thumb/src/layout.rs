//! x
/// x
pub fn layout(_: (), _: &crate::frame::Frame, _: &crate::compile::Options) -> Result<crate::Code, crate::compile::CompileError> { Ok(Default::default()) }
