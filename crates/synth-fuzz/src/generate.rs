//! Cases from seeds, by wasm-smith.

use arbitrary::Unstructured;
use synth_wasm::{ExternKind, Module, ValType, operator_name};
use wasm_smith::{Config, InstructionKind, InstructionKinds, MemoryOffsetChoices};

use crate::case::{Call, Case};
use crate::host::HOST_MODULE;

/// A stream of numbers: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number that is often one where operators change their minds.
    fn interesting(&mut self) -> u64 {
        const EDGES: [u64; 12] = [
            0,
            1,
            2,
            31,
            32,
            63,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff,
            0x7fff_ffff_ffff_ffff,
            0x8000_0000_0000_0000,
            0xffff_ffff_ffff_ffff,
        ];
        match self.below(4) {
            0 => EDGES[self.below(EDGES.len() as u64) as usize],
            1 => self.below(256),
            2 => self.below(256).wrapping_neg(),
            _ => self.next(),
        }
    }
}

fn config(random: &mut Random, floats: bool) -> Config {
    use InstructionKind::*;
    let numeric = if floats { Numeric } else { NumericInt };
    let kinds = [numeric, Reference, Parametric, Variable, Memory, Control, Table];
    Config {
        // Engines may choose a NaN's bits: the module makes them all equal.
        canonicalize_nans: floats,
        available_imports: wat::parse_str(HOST_MODULE).ok(),
        max_imports: 8 * random.below(2) as usize,
        allowed_instructions: InstructionKinds::new(&kinds),
        export_everything: random.below(4) != 0,
        min_funcs: 3,
        max_funcs: 8,
        min_exports: 4,
        max_instructions: 30 + random.below(400) as usize,
        min_memories: 1,
        max_memories: 1 + random.below(3) as usize,
        max_memory32_bytes: 10 << 16,
        memory_max_size_required: true,
        memory_offset_choices: MemoryOffsetChoices(95, 4, 1),
        min_tables: random.below(2) as u32,
        max_tables: 1 + random.below(3) as usize,
        max_table_elements: 20,
        table_max_size_required: true,
        max_data_segments: 4,
        max_element_segments: 4,
        max_values: 6,
        max_globals: 8,
        generate_custom_sections: false,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        reference_types_enabled: random.below(4) != 0,
        custom_page_sizes_enabled: random.below(4) == 0,
        relaxed_simd_enabled: false,
        simd_enabled: false,
        tail_call_enabled: random.below(2) == 0,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}

/// The case of a seed; none if the generator gives up on it.
pub fn generate(seed: u64) -> Option<Case> {
    let mut random = Random(seed);
    let bytes: Vec<u8> = (0..4096).flat_map(|_| random.next().to_le_bytes()).collect();
    let floats = random.below(2) == 0;
    let mut generate = |floats| {
        let config = config(&mut random, floats);
        let module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
        Module::parse(&module.to_bytes()).ok()
    };
    let mut module = generate(floats)?;
    if floats && converts_nans(&module)? {
        module = generate(false)?;
    }
    let calls = calls(&module, &mut random);
    // Last, so that the modules of older seeds are the same but for their hints.
    if random.below(2) == 0 {
        module = crate::hints::with_hints(&module, || match random.below(4) {
            0 => Some(true),
            1 => Some(false),
            _ => None,
        })?;
    }
    Some(Case { module, calls })
}

/// Whether a module converts between the precisions: the NaN that results is
/// the engine's choice, and the generator does not replace it by one.
fn converts_nans(module: &Module) -> Option<bool> {
    for index in 0..module.functions.len() as u32 {
        let Some(body) = module.body(index) else { continue };
        let mut operators = body.get_operators_reader().ok()?;
        while !operators.eof() {
            let name = operator_name(&operators.read().ok()?);
            if let "f32_demote_f64" | "f64_promote_f32" = name.visitor {
                return Some(true);
            }
        }
    }
    Some(false)
}

/// A few calls of each exported function.
fn calls(module: &Module, random: &mut Random) -> Vec<Call> {
    let mut calls = Vec::new();
    for _ in 0..3 {
        for export in module.exports.iter().filter(|e| e.kind == ExternKind::Function) {
            let Some(ty) = module.function_type(export.index) else { continue };
            // What a funcref is differs between engines.
            let supported =
                |t: &ValType| (!t.is_ref() || *t == ValType::ExternRef) && *t != ValType::V128;
            if !ty.params.iter().chain(&ty.results).all(supported) {
                continue;
            }
            let arg = |ty: &ValType| match ty {
                ValType::I32 => random.interesting() & 0xffff_ffff,
                ValType::F32 => random.next() & 0xbf7f_ffff,
                ValType::F64 => random.next() & 0xbfff_ffff_ffff_ffff,
                // Null, or a word of the host.
                ValType::ExternRef => (random.next() & 0xffff_ffff) * random.below(2),
                _ => random.interesting(),
            };
            let args = ty.params.iter().map(arg).collect();
            calls.push(Call { name: export.name.clone(), args });
        }
    }
    calls
}
