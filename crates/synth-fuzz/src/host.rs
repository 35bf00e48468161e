//! The host that generated modules import from. All engines answer the same:
//! results are a checksum of everything the host has been called with.

use synth_wasm::ValType;

/// What a module may import, in the text format. The imports' field names are
/// the symbols.
pub const HOST_MODULE: &str = r#"(module
    (import "host" "h0" (func (param i32) (result i32)))
    (import "host" "h1" (func (param i64 i32) (result i64)))
    (import "host" "h2" (func (param i32 i32 i64 i32 i32)))
    (import "host" "h3" (func (result i64 i32)))
    (import "host" "h4" (func (param f32 f64) (result f64)))
    (import "host" "g0" (global i32))
    (import "host" "g1" (global (mut i64)))
    (import "host" "g2" (global (mut i32)))
    (import "host" "m" (memory 1 3)))"#;

/// Values of the imported globals when the program starts.
pub(crate) const GLOBALS: [(&str, ValType, u64); 3] = [
    ("g0", ValType::I32, 24),
    ("g1", ValType::I64, 0x1234_5678_9abc_def0),
    ("g2", ValType::I32, 7),
];

/// Pages of the imported memory: at first, and at most.
pub(crate) const PAGES: (u32, u32) = (1, 3);

/// The host's state.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// Checksum of all calls.
    pub state: u64,
}

impl Host {
    fn mix(&mut self, word: u64) {
        let mixed = (self.state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.state = mixed ^ (mixed >> 29);
    }

    /// A call: gives the bits of the results.
    pub fn call(&mut self, name: &str, args: &[u64]) -> Vec<u64> {
        let results: &[ValType] = match name {
            "h0" => &[ValType::I32],
            "h1" => &[ValType::I64],
            "h3" => &[ValType::I64, ValType::I32],
            "h4" => &[ValType::F64],
            _ => &[],
        };
        name.bytes().for_each(|b| self.mix(b.into()));
        args.iter().for_each(|&arg| self.mix(arg));
        let mut state = self.clone();
        let result = |ty: &ValType| {
            state.mix(1);
            match ty {
                ValType::I32 => state.state & 0xffff_ffff,
                // Finite numbers, which every engine passes on bit by bit.
                ValType::F32 => state.state & 0xbfff_ffff & 0xff7f_ffff,
                ValType::F64 => state.state & 0xbfff_ffff_ffff_ffff,
                _ => state.state,
            }
        };
        results.iter().map(result).collect()
    }
}
