//! Programs of many small functions, compared on every CPU.

#![allow(dead_code, reason = "each test file uses a part")]

use synth_emu::Board;
use synth_ir::AbiType::I32;
use synth_ir::{
    AbiType, Builder, Convention, Data, Definition, Function, Linkage, Program, Signature,
    SymbolId, Value,
};
use synth_testkit::{AbiVal, Differ, Loader, Verdict, options};
use synth_thumb::{Options, Prefer};

/// A CPU, its board and what code is chosen for.
pub fn targets() -> Vec<(Board, Options)> {
    let speed = |cpu| Options { prefer: Prefer::Speed, ..options(cpu) };
    vec![
        (Board::Mps2An385, options("cortex-m3")),
        (Board::Mps2An386, speed("cortex-m4")),
        (Board::Mps2An500, Options { share_traps: false, ..options("cortex-m7") }),
        (Board::Mps2An505, speed("cortex-m33")),
    ]
}

pub fn word(value: u32) -> AbiVal {
    AbiVal::I32(value as i32)
}

pub fn words(values: &[u32]) -> Vec<AbiVal> {
    values.iter().map(|value| word(*value)).collect()
}

/// Functions with the arguments to call each with.
#[derive(Default)]
pub struct Suite {
    pub program: Program,
    pub calls: Vec<(SymbolId, Vec<AbiVal>)>,
}

impl Suite {
    pub fn new() -> Self {
        Suite { program: Program::new(), calls: vec![] }
    }

    /// Adds a function of words; `build` gets its parameters.
    pub fn function(
        &mut self,
        name: impl Into<String>,
        params: usize,
        results: usize,
        build: impl FnOnce(&mut Builder<'_>, &[Value]),
    ) -> SymbolId {
        let signature = Signature::new(vec![I32; params], vec![I32; results]);
        self.function_of(name, signature, build)
    }

    pub fn function_of(
        &mut self,
        name: impl Into<String>,
        signature: Signature,
        build: impl FnOnce(&mut Builder<'_>, &[Value]),
    ) -> SymbolId {
        let mut function = Function::new(signature);
        let entry = function.add_block();
        let types: Vec<_> =
            function.signature.params.iter().flat_map(|t: &AbiType| t.value_types()).collect();
        let params: Vec<_> = types.into_iter().map(|ty| function.add_param(entry, *ty)).collect();
        build(&mut Builder::new(&mut function, entry), &params);
        // The number keeps names unique.
        let name = format!("{}.{}", name.into(), self.program.symbols.len());
        let linkage = match function.signature.convention {
            Convention::Internal => Linkage::Local,
            _ => Linkage::Global,
        };
        self.program.add(name, linkage, Definition::Function(Box::new(function)))
    }

    pub fn data(&mut self, name: &str, bytes: Vec<u8>, size: u32) -> SymbolId {
        let data = Data { bytes, size, align: 8, ..Data::default() };
        self.program.add(name, Linkage::Global, Definition::Data(data))
    }

    pub fn call(&mut self, function: SymbolId, args: &[u32]) {
        self.calls.push((function, words(args)));
    }

    /// Compares all calls; says how many the representation defines.
    pub fn run(&self, board: Board, options: &Options) -> usize {
        let mut loader = Loader::start(board).expect("QEMU starts");
        let mut differ = Differ::new(&self.program, &mut loader, options)
            .unwrap_or_else(|e| panic!("{}: {e}", options.cpu));
        let mut defined = 0;
        let mut errors = vec![];
        for (function, args) in &self.calls {
            match differ.call(*function, args) {
                Ok(verdict) => defined += usize::from(verdict == Verdict::Same),
                Err(difference) => errors.push(difference),
            }
        }
        if let Some(first) = errors.first() {
            let others: Vec<_> = errors.iter().map(|d| d.call.as_str()).take(20).collect();
            panic!("{} differences; the first: {first}\n{others:#?}", errors.len());
        }
        defined
    }

    /// Compares all calls on the oldest core, for size, and on the newest, for
    /// speed; most must be defined.
    pub fn run_on_two(&self) {
        for (board, options) in [&targets()[0], &targets()[3]] {
            let defined = self.run(*board, options);
            assert!(defined * 10 >= self.calls.len() * 8, "{defined} of {}", self.calls.len());
        }
    }
}
