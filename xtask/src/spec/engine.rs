//! An emulated core with the compiler in front: modules in, instances out.

use std::collections::BTreeMap;

use synth::{Compiled, Compiler, Cpu, FloatAbi, Level, StackCheck};
use synth_emu::Board;
use synth_ir::{AbiType, Data, Definition, Linkage, Program, Signature};
use synth_testkit::{AbiVal, Imports, Loader, Mark};
use synth_wasm::{ExternKind, Heap, Import, Module, TypedRef, ValType};

use super::link::{Entity, Instance, Slot, definition};

/// Pages that a memory may grow to: more than the suite grows one to where
/// the board can hold it, and few enough for files with many memories.
const GROWTH: u32 = 24;
/// Entries that a table may grow to: more than the suite grows one to.
const TABLE_GROWTH: u32 = 1024;

/// A core that instances are loaded into.
pub struct Engine {
    /// The core's memory.
    pub loader: Loader<'static>,
    options: synth::Options,
    stack_check: StackCheck,
    /// The state with the run-time routines alone.
    empty: Mark,
}

impl Engine {
    /// Starts a core.
    ///
    /// # Errors
    /// If the emulator does not start or the run-time routines do not compile.
    pub fn start(
        cpu: Cpu,
        float_abi: FloatAbi,
        level: Level,
        stack_check: StackCheck,
    ) -> Result<Engine, String> {
        let board = Board::by_cpu(cpu.core).ok_or_else(|| format!("no board has a {cpu}"))?;
        let base = synth::Options::default();
        let mut options = synth::Options { cpu, float_abi, level, threads: 1, ..base };
        options.translate.unsupported_traps = true;
        options.translate.memory_max_pages = Some(GROWTH);
        options.translate.table_max_entries = Some(TABLE_GROWTH);
        let mut loader = Loader::start(board).map_err(|e| e.to_string())?;
        for routines in synth::runtime::compile_all(&options).map_err(|e| e.to_string())? {
            loader
                .load(&routines.program, &routines.codes, &Imports::default())
                .map_err(|e| e.to_string())?;
        }
        let limit = loader.machine().memory().stack.start + synth_thumb::STACK_RESERVE;
        let bytes = limit.to_le_bytes().to_vec();
        let data = Data { bytes, size: 4, align: 4, ..Data::default() };
        let mut program = Program::new();
        program.add(synth::STACK_LIMIT, Linkage::Global, Definition::Data(data));
        loader.load(&program, &[], &Imports::default()).map_err(|e| e.to_string())?;
        let empty = loader.mark();
        Ok(Engine { loader, options, stack_check, empty })
    }

    /// Whether the stack is checked in what is compiled from now on.
    pub fn check_stack(&mut self, check: bool) {
        self.options.stack_check = if check { self.stack_check } else { StackCheck::None };
    }

    /// The signature of a function of these types.
    pub fn signature(&self, params: Vec<AbiType>, results: Vec<AbiType>) -> Signature {
        let signature = Signature::new(params, results);
        match self.options.float_abi {
            FloatAbi::Hard => signature.with_vfp(),
            FloatAbi::Soft | FloatAbi::SoftFp => signature,
        }
    }

    /// Unloads all instances.
    pub fn reset(&mut self) {
        self.loader.release(self.empty);
    }

    /// Compiles a module whose imports have symbols of their own
    /// ([`import_symbol`]).
    ///
    /// # Errors
    /// See [`synth::Error`].
    pub fn compile(&self, module: &Module) -> Result<Compiled, synth::Error> {
        let mut options = self.options.clone();
        let names = module.imports.iter();
        options.translate.import_symbols = names
            .map(|import| (key(import), import_symbol(module, import)))
            .collect::<BTreeMap<_, _>>();
        Compiler::new(options).compile_module(module, &mut ())
    }

    /// The symbols of a module's imports, as what they are linked to.
    pub fn bind(&self, module: &Module, slots: &[Slot], linked: &[Entity]) -> Imports {
        let mut imports = Imports::default();
        for (import, &entity) in module.imports.iter().zip(linked) {
            let Some((instance, export)) = definition(slots, entity) else { continue };
            let Some(Some(target)) = instance.symbols.get(entity.export) else { continue };
            let symbol = import_symbol(module, import);
            let names = match export.kind {
                ExternKind::Memory => ["base", "size", "end"]
                    .map(|part| (symbol.replace("base", part), target.replace("base", part)))
                    .to_vec(),
                ExternKind::Table => ["", "_size", "_end"]
                    .map(|part| (format!("{symbol}{part}"), format!("{target}{part}")))
                    .to_vec(),
                _ => vec![(symbol, target.clone())],
            };
            for (name, target) in names {
                if let Some(place) = self.loader.place(instance.loaded, &target) {
                    imports.bind(name, place);
                }
            }
        }
        imports
    }

    /// The word that a symbol of an instance names.
    pub fn word(&mut self, instance: &Instance, symbol: &str) -> Option<u32> {
        let address = self.loader.address(instance.loaded, symbol)?;
        self.loader.machine().read_word(address).ok()
    }

    /// The value of a global.
    ///
    /// # Errors
    /// If it is not in memory.
    pub fn global(
        &mut self,
        instance: &Instance,
        symbol: &str,
        ty: AbiType,
    ) -> Result<AbiVal, String> {
        let address = self.loader.address(instance.loaded, symbol);
        let address = address.ok_or_else(|| format!("the global '{symbol}' has no address"))?;
        let bytes = self.loader.machine().read(address, ty.size()).map_err(|e| e.to_string())?;
        let bits = bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        Ok(AbiVal::from_bits(ty, bits))
    }
}

fn key(import: &Import) -> String {
    format!("{}.{}", import.module, import.name)
}

/// The symbol that an import is compiled to: the same for equal imports.
fn import_symbol(module: &Module, import: &Import) -> String {
    let first = module.imports.iter().position(|other| key(other) == key(import));
    format!("import[{}]_base", first.unwrap_or_default())
}

/// The types of a function's parameters or results.
///
/// # Errors
/// What is not compiled.
pub fn abi_types(types: &[ValType]) -> Result<Vec<AbiType>, &'static str> {
    types.iter().map(|&ty| abi_type(ty)).collect()
}

/// The type of a value at a call.
///
/// # Errors
/// What is not compiled.
pub fn abi_type(ty: ValType) -> Result<AbiType, &'static str> {
    match ty {
        ValType::I32 => Ok(AbiType::I32),
        ValType::I64 => Ok(AbiType::I64),
        ValType::F32 => Ok(AbiType::F32),
        ValType::F64 => Ok(AbiType::F64),
        ValType::V128 => Err("vectors"),
        ValType::ExternRef | ValType::TypedRef(TypedRef { heap: Heap::Extern, .. }) => {
            Ok(AbiType::I32)
        }
        ValType::FuncRef | ValType::TypedRef(_) => Ok(AbiType::I64),
        ValType::OtherRef => Err("references of the gc proposal"),
    }
}
