//! Runs functions before and after a pass in the interpreter and compares.

use synth_ir::interp::{External, Halt, Host, Interpreter, Memory, Val, call_runtime};
use synth_ir::{Definition, Linkage, Program, Signature, SymbolId, Target, Type};

/// A target with the immediates of Thumb-2, roughly.
pub struct TestTarget;

impl Target for TestTarget {
    fn constant_cost(&self, value: i32) -> u32 {
        if (0..256).contains(&value) { 2 } else { 4 }
    }

    fn is_arith_immediate(&self, value: i32) -> bool {
        (-4095..4096).contains(&value)
    }

    fn is_logic_immediate(&self, value: i32) -> bool {
        (0..256).contains(&value) || (0..256).contains(&!value)
    }

    fn is_memory_offset(&self, offset: i32, _: u32) -> bool {
        (-255..4096).contains(&offset)
    }

    fn shifts_by_byte(&self) -> bool {
        true
    }

    fn has_float(&self, _: synth_ir::FloatOp) -> bool {
        false
    }
}

/// A host whose functions write down how they are called and return numbers
/// that depend on it.
#[derive(Default)]
struct Recorder(Vec<(String, Vec<u64>)>);

impl Host for Recorder {
    fn call(
        &mut self,
        name: &str,
        signature: &Signature,
        args: &[Val],
        memory: &mut Memory,
    ) -> Result<Vec<Val>, Halt> {
        // What copies and fills may be written otherwise.
        if name.starts_with("__aeabi_mem")
            && let Some(done) = call_runtime(name, signature, args, memory)
        {
            return done;
        }
        let bits = flat(args);
        let mut state = bits.iter().fold(self.0.len() as u64, |s, b| mix(s ^ b));
        self.0.push((name.to_string(), bits));
        let results = signature.result_values().map(|ty| {
            state = mix(state);
            Val::from_bits(ty, state)
        });
        Ok(results.collect())
    }
}

fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^ (x >> 29)
}

/// What a run shows to the outside.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// Bits of the results, an f64 as two words; or the trap.
    results: Result<Vec<u64>, Halt>,
    calls: Vec<(String, Vec<u64>)>,
    /// The contents of each data symbol that both programs have.
    memory: Vec<Vec<u8>>,
}

fn flat(values: &[Val]) -> Vec<u64> {
    let words = |v: &Val| match *v {
        Val::F64(bits) => vec![bits & 0xffff_ffff, bits >> 32],
        v => vec![v.bits()],
    };
    values.iter().flat_map(words).collect()
}

/// Runs a function. `names` are the data symbols whose contents are compared.
fn run(program: &Program, function: &str, args: &[Val], names: &[&str]) -> Outcome {
    let undefined = program.symbols.values().filter(|s| matches!(s.def, Definition::UndefinedData));
    let externals: Vec<External> = undefined
        .map(|s| {
            let number = s.name.bytes().fold(0, |n: u32, b| (n * 7 + u32::from(b)) % 0x8000);
            External {
                name: &s.name,
                address: 0xe000_1000 + 0x1000 * (number % 0x4000),
                size: 0x1000,
            }
        })
        .collect();
    let mut interpreter = Interpreter::with_externals(program, &externals).unwrap();
    if let Some(external) = externals.iter().find(|e| e.name == "__stack_pointer") {
        // The shadow stack grows down from the end of the pointer's own memory.
        let top = u64::from(external.address + external.size);
        interpreter.memory_mut().store(external.address, 4, top).unwrap();
    }
    interpreter.set_fuel(20_000);
    let mut host = Recorder::default();
    let id = program.find(function).unwrap();
    // Softened functions take the words of an f64.
    let soft = program.function(id).unwrap().signature.param_values().all(|t| t == Type::I32);
    let args = match soft {
        true => flat(args).into_iter().map(|bits| Val::I32(bits as i32)).collect(),
        false => args.to_vec(),
    };
    let results = interpreter.call(id, &args, &mut host).map(|values| flat(&values));
    let memory = names.iter().map(|name| contents(program, &interpreter, name)).collect();
    Outcome { results, calls: host.0, memory }
}

fn contents(program: &Program, interpreter: &Interpreter<'_>, name: &str) -> Vec<u8> {
    let id = program.find(name).unwrap();
    let Definition::Data(data) = &program.symbols[id].def else { return vec![] };
    let mut bytes = vec![0; data.size as usize];
    interpreter.memory().read(interpreter.address(id), &mut bytes).unwrap();
    bytes
}

/// Arguments worth trying.
const WORDS: [u64; 20] = [
    0,
    1,
    0xffff_ffff,
    2,
    7,
    31,
    32,
    33,
    63,
    0x7fff_ffff,
    0x8000_0000,
    0x1234_5678,
    0xdead_beef,
    0xff,
    0x100,
    0x8000,
    0xffff,
    0xff80,
    // The first data symbol is here.
    0x2000_0000,
    0x2000_0008,
];

fn arguments(program: &Program, function: &str, round: usize) -> Vec<Val> {
    let id = program.find(function).unwrap();
    let mut state = round as u64;
    let types = program.function(id).unwrap().signature.param_values();
    types
        .enumerate()
        .map(|(i, ty)| {
            state = mix(state + 1);
            let index = match round {
                // Each value in each place at least once.
                _ if round < WORDS.len() && i == 0 => round,
                _ => state as usize,
            };
            let low = WORDS[index % WORDS.len()];
            Val::from_bits(ty, low | WORDS[(state >> 20) as usize % WORDS.len()] << 32)
        })
        .collect()
}

fn is_called(program: &Program, id: SymbolId) -> bool {
    program.functions().any(|(_, func)| {
        let mut insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
        insts.any(|&inst| func.insts[inst].callee() == Some(id))
    })
}

/// Checks that all functions of both programs do the same on many arguments.
/// Runs that do what is undefined prove nothing; returns how many did not.
pub fn check_same(before: &Program, after: &Program, rounds: usize) -> usize {
    let mut defined = 0;
    // Addresses may differ, so data that holds some is not compared.
    let plain = |def: &Definition| matches!(def, Definition::Data(d) if d.relocs.is_empty());
    let data = before.symbols.values().filter(|s| plain(&s.def));
    let names: Vec<&str> =
        data.map(|s| s.name.as_str()).filter(|name| after.find(name).is_some()).collect();
    for (id, func) in before.functions() {
        let name = &before.symbols[id].name;
        // What a pass knows of all calls of a local function need not hold here.
        let local = before.symbols[id].linkage == Linkage::Local && is_called(before, id);
        if local || after.find(name).is_none() {
            continue;
        }
        let rounds = if func.signature.params.is_empty() { 1 } else { rounds };
        for round in 0..rounds {
            let args = arguments(before, name, round);
            let expected = run(before, name, &args, &names);
            if matches!(expected.results, Ok(_) | Err(Halt::Trap(_))) {
                defined += 1;
                let found = run(after, name, &args, &names);
                assert_eq!(found, expected, "@{name}{args:?}\n{before}\n{after}");
            }
        }
    }
    defined
}
