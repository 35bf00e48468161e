//! WebAssembly modules compiled by the facade, linked and called.

use synth::{Argument, Bounds, Compiled, Compiler, Cpu, FloatAbi, Level, Options, Source};
use synth_ir::Signature;
use synth_object::{Board, ImageOptions, Memory};
use synth_thumb::abi::{self, Place, Results};

use crate::native::{CODE, DATA, flash_size};
use crate::{Call, Core, Counter, Error};

/// How a module is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// The CPU.
    pub cpu: Cpu,
    /// The level.
    pub level: Level,
    /// How accesses to memory are checked.
    pub bounds: Bounds,
    /// How floats travel.
    pub float_abi: FloatAbi,
}

/// A compiled module.
pub struct Module {
    compiled: Compiled,
    /// Bytes of code and data in flash of the module's own sections, without
    /// unwinding tables and run-time routines.
    pub size: u64,
    elf: Vec<u8>,
}

fn failure(error: impl std::fmt::Display) -> Error {
    Error::Tool(error.to_string())
}

/// The core whose timing a CPU has.
///
/// # Errors
/// If its timing is not modelled.
pub fn core(cpu: Cpu) -> Result<Core, Error> {
    match cpu.core {
        "cortex-m3" => Ok(Core::M3),
        "cortex-m4" => Ok(Core::M4),
        other => Err(Error::Tool(format!("no timing for '{other}': cortex-m3 or cortex-m4"))),
    }
}

impl Build {
    fn options(&self) -> Options {
        let (cpu, level, float_abi) = (self.cpu, self.level, self.float_abi);
        let mut options = Options { cpu, level, float_abi, threads: 1, ..Options::default() };
        options.translate.bounds = self.bounds;
        options
    }

    /// Compiles and links a module in the binary or text format.
    ///
    /// # Errors
    /// If it can't be compiled or something is undefined.
    pub fn run(&self, input: &[u8]) -> Result<Module, Error> {
        let compiled = Compiler::new(self.options()).compile(input).map_err(failure)?;
        let object = compiled.object().and_then(|o| Ok(o.write()?)).map_err(failure)?;
        let keep = compiled.exports.iter().map(|(name, _)| name.clone()).collect();
        let image_options = ImageOptions { keep, ..ImageOptions::default() };
        let image = compiled.image(&board(self.cpu), &image_options).map_err(failure)?;
        let elf = image.to_elf().map_err(failure)?;
        Ok(Module { compiled, size: flash_size(&object)?, elf })
    }

    /// The object of a module, or of an object in which only `function` is
    /// seen from outside.
    ///
    /// # Errors
    /// If it can't be compiled.
    pub fn object(&self, input: &[u8], function: &str) -> Result<Vec<u8>, Error> {
        let options = Options { exports: vec![function.to_string()], ..self.options() };
        let source = Source { name: "input", bytes: input };
        let compiled = Compiler::new(options).compile_sources(&[source], &mut ());
        compiled.and_then(|c| Ok(c.object()?.write()?)).map_err(failure)
    }
}

/// Code and variables at the same addresses as those of native programs.
fn board(cpu: Cpu) -> Board {
    Board {
        name: "counter".to_string(),
        cpu,
        flash: Memory { origin: CODE, length: 1 << 24 },
        ram: Memory { origin: DATA, length: 1 << 26 },
        // The counter has a stack of its own.
        stack: 8,
        vectors: 16,
        semihosting: false,
        qemu: None,
        regions: vec![],
    }
}

impl Module {
    /// What was compiled.
    #[must_use]
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The program in the memory of a core.
    ///
    /// # Errors
    /// If its constructors fail.
    pub fn load(&self, core: Core) -> Result<Counter, Error> {
        let mut counter = Counter::new(core)?;
        counter.load(&self.elf)?;
        Ok(counter)
    }

    /// The call of an exported function with arguments as text.
    ///
    /// # Errors
    /// If there is no such function, or the arguments do not fit it.
    pub fn call(&self, name: &str, args: &[String]) -> Result<Call, Error> {
        let exports = &self.compiled.exports;
        let found = exports.iter().find(|(export, _)| export == name);
        let (_, signature) = found.ok_or_else(|| Error::NoSymbol(name.to_string()))?;
        let misfit = || Error::Tool(format!("arguments do not fit '{name}': {signature}"));
        if args.len() != signature.params.len() {
            return Err(misfit());
        }
        let parsed = args.iter().zip(&signature.params).map(|(arg, &ty)| Argument::parse(arg, ty));
        let values: Option<Vec<Argument>> = parsed.collect();
        place(signature, &values.ok_or_else(misfit)?)
    }
}

/// Argument words in the places that the procedure call standard gives them.
fn place(signature: &Signature, values: &[Argument]) -> Result<Call, Error> {
    let places = abi::assign_words(signature);
    if let Results::Memory { .. } = places.results {
        return Err(Error::Tool("results in memory can't be shown".to_string()));
    }
    let words = values.iter().flat_map(|&value| match value {
        Argument::I32(v) => vec![v as u32],
        Argument::F32(bits) => vec![bits],
        Argument::I64(v) => vec![v as u32, (v >> 32) as u32],
        Argument::F64(bits) => vec![bits as u32, (bits >> 32) as u32],
    });
    let mut placed = vec![0; 4 + places.stack as usize / 4];
    for (word, at) in words.zip(&places.params) {
        match *at {
            Place::Reg(register) => placed[usize::from(register)] = word,
            Place::Stack(offset) => placed[4 + offset as usize / 4] = word,
            Place::Single(_) | Place::Double(_) => {
                return Err(Error::Tool(
                    "calls with floats in registers can't be counted".to_string(),
                ));
            }
        }
    }
    Ok(Call::words(&placed))
}
