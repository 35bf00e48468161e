//! Runs the directives of one script.
//!
//! Invariants: a directive is passed only if what it demands was seen; it is
//! skipped only if it needs what is not compiled (or what the board has not),
//! or if it follows a skipped call that may have written what it looks at
//! ([`Instance::tainted`](super::link::Instance::tainted)).

use std::collections::BTreeMap;

use synth_ir::TrapCode;
use synth_testkit::{AbiVal, CallError, Mark};
use synth_wasm::{ExternKind, Module, WasmFeatures};

use super::effects::may_write;
use super::engine::{Engine, abi_type, abi_types};
use super::link::{self, Slot};
use super::script::{Action, Directive, Kind, Source};
use super::value::{Argument, Pattern};

/// How a directive ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As demanded.
    Passed,
    /// Otherwise; how.
    Failed(String),
    /// It was not, or can't be, decided; why.
    Skipped(String),
}

/// Why something has no result.
pub(super) enum Stop {
    Failed(String),
    Skipped(String),
    Trap(TrapCode),
    /// The module is not valid.
    Invalid(String),
    /// It can't be linked: message of the specification, and details.
    Unlinkable(&'static str, String),
}

pub(super) type Outcome<T> = Result<T, Stop>;

/// The messages of the suite and the traps that they mean. "undefined
/// element" is what `call_indirect` outside of a table is called.
const TRAPS: &[(&str, TrapCode)] = &[
    ("unreachable", TrapCode::Unreachable),
    ("out of bounds memory access", TrapCode::MemoryOutOfBounds),
    ("out of bounds table access", TrapCode::TableOutOfBounds),
    ("undefined element", TrapCode::TableOutOfBounds),
    ("uninitialized", TrapCode::UninitializedElement),
    ("null function reference", TrapCode::NullReference),
    ("null reference", TrapCode::NullReference),
    ("indirect call type mismatch", TrapCode::IndirectCallMismatch),
    ("integer divide by zero", TrapCode::DivisionByZero),
    ("integer overflow", TrapCode::IntegerOverflow),
    ("invalid conversion to integer", TrapCode::InvalidConversion),
    ("unaligned atomic", TrapCode::UnalignedAtomic),
];

pub(super) const NO_ROOM: &str = "needs more RAM than the board has";
pub(super) const AFTER_SKIP: &str = "depends on what a skipped call may have written";

/// The state of a script.
pub struct Runner<'e> {
    pub(super) engine: &'e mut Engine,
    features: Option<WasmFeatures>,
    pub(super) slots: Vec<Slot>,
    /// Loaded slots with the state before them, in order.
    pub(super) loaded: Vec<(usize, Mark)>,
    pub(super) current: Option<usize>,
    pub(super) named: BTreeMap<String, usize>,
    pub(super) registered: BTreeMap<String, usize>,
    definitions: BTreeMap<Option<String>, Source>,
    /// Whether the emulator has to be started again.
    pub lost: bool,
    /// How often it was before.
    restarts: u32,
}

impl<'e> Runner<'e> {
    /// A runner on an empty engine. Modules are validated under `features`.
    pub fn new(engine: &'e mut Engine, features: Option<WasmFeatures>) -> Self {
        engine.reset();
        let restarts = engine.loader.machine().restarts();
        let mut runner = Runner {
            engine,
            features,
            slots: vec![],
            loaded: vec![],
            current: None,
            named: BTreeMap::new(),
            registered: BTreeMap::new(),
            definitions: BTreeMap::new(),
            lost: false,
            restarts,
        };
        let spectest = Source::Text(include_bytes!("spectest.wat").to_vec());
        let (number, _) = runner.instantiate(&spectest);
        runner.registered.insert("spectest".to_string(), number);
        runner
    }

    /// Runs a directive.
    pub fn run(&mut self, directive: &Directive) -> Verdict {
        if self.lost {
            return Verdict::Failed("the emulator was lost before".to_string());
        }
        let verdict = self.judge(directive);
        // It is started again, without its memory, if it did not answer in time.
        if self.engine.loader.machine().restarts() != self.restarts {
            self.lost = true;
            return Verdict::Failed(format!("the emulator was lost: {verdict:?}"));
        }
        verdict
    }

    fn judge(&mut self, directive: &Directive) -> Verdict {
        match &directive.kind {
            Kind::Module { name, source } => self.module(name.as_deref(), source),
            Kind::Definition { name, source } => self.define(name, source),
            Kind::Instance { name, definition } => {
                match self.definitions.get(definition).cloned() {
                    Some(source) => self.module(name.as_deref(), &source),
                    None => Verdict::Failed("no such module definition".to_string()),
                }
            }
            Kind::Register { module, instance } => self.register(module, instance.as_deref()),
            Kind::Action(action) => match self.act(action) {
                Ok(_) => Verdict::Passed,
                Err(stop) => self.unexpected(stop, self.slot(action.instance())),
            },
            Kind::Return { action, expected } => match self.assert_return(action, expected) {
                Verdict::Failed(_) if directive.beyond_board => {
                    self.slot(action.instance()).into_iter().for_each(|slot| self.taint(slot));
                    Verdict::Skipped(NO_ROOM.to_string())
                }
                verdict => verdict,
            },
            Kind::Trap { action, message } => {
                let result = self.act(action).map(|values| format!("{values:?}"));
                self.assert_trap(result, message, self.slot(action.instance()))
            }
            Kind::TrapModule { source, message } => {
                let (number, result) = self.instantiate(source);
                let result = result.map(|()| "an instance".to_string());
                self.assert_trap(result, message, Some(number))
            }
            Kind::Exhaustion(action) => match self.act(action) {
                Err(Stop::Trap(TrapCode::StackOverflow)) => Verdict::Passed,
                Err(stop) => self.unexpected(stop, self.slot(action.instance())),
                Ok(values) => Verdict::Failed(format!("{values:?}, not a stack overflow")),
            },
            Kind::Refused { source, .. } => match self.parse(source) {
                Err(_) => Verdict::Passed,
                Ok(_) => Verdict::Failed("the module is accepted".to_string()),
            },
            Kind::Unlinkable { source, message } => self.assert_unlinkable(source, message),
            Kind::Other(name) => Verdict::Skipped(format!("{name} is not run")),
        }
    }

    pub(super) fn parse(&self, source: &Source) -> Result<Module, String> {
        let bytes = match source {
            Source::Unencodable(why) => return Err(why.clone()),
            Source::Binary(bytes) | Source::Text(bytes) => bytes,
        };
        let module = match self.features {
            Some(features) => Module::parse_with_features(bytes, features),
            None => Module::parse(bytes),
        };
        module.map_err(|error| error.to_string())
    }

    fn slot(&self, name: Option<&str>) -> Option<usize> {
        name.map_or(self.current, |name| self.named.get(name).copied())
    }

    /// A verdict on what should have succeeded.
    fn unexpected(&self, stop: Stop, slot: Option<usize>) -> Verdict {
        match stop {
            Stop::Skipped(why) => Verdict::Skipped(why),
            Stop::Failed(why) => Verdict::Failed(why),
            Stop::Invalid(why) => Verdict::Failed(format!("refused: {why}")),
            Stop::Unlinkable(message, why) => Verdict::Failed(format!("{message}: {why}")),
            Stop::Trap(code) => self.mismatch(slot, format!("trap: {code}")),
        }
    }

    /// A verdict on a result other than demanded.
    fn mismatch(&self, slot: Option<usize>, what: String) -> Verdict {
        match slot.and_then(|number| self.slots.get(number)) {
            Some(Slot::Live(instance)) if instance.tainted => {
                Verdict::Skipped(AFTER_SKIP.to_string())
            }
            _ => Verdict::Failed(what),
        }
    }

    fn module(&mut self, name: Option<&str>, source: &Source) -> Verdict {
        self.current = None;
        if let Some(name) = name {
            self.named.remove(name);
        }
        let (number, result) = self.instantiate(source);
        self.current = Some(number);
        if let Some(name) = name {
            self.named.insert(name.to_string(), number);
        }
        let Err(stop) = result else { return Verdict::Passed };
        let verdict = self.unexpected(stop, None);
        let why = match &verdict {
            Verdict::Skipped(why) => why.clone(),
            _ => "its module failed".to_string(),
        };
        match &mut self.slots[number] {
            Slot::Live(instance) => instance.unusable = Some(why),
            slot => *slot = Slot::Absent(why),
        }
        verdict
    }

    fn define(&mut self, name: &Option<String>, source: &Source) -> Verdict {
        if let Err(why) = self.parse(source) {
            return Verdict::Failed(format!("refused: {why}"));
        }
        self.definitions.insert(name.clone(), source.clone());
        self.definitions.insert(None, source.clone());
        Verdict::Passed
    }

    fn register(&mut self, module: &str, instance: Option<&str>) -> Verdict {
        let Some(number) = self.slot(instance) else {
            return Verdict::Failed("no such instance".to_string());
        };
        self.registered.insert(module.to_string(), number);
        match self.slots[number].usable() {
            Ok(_) => Verdict::Passed,
            Err(why) => Verdict::Skipped(why.to_string()),
        }
    }

    fn assert_return(&mut self, action: &Action, expected: &[Pattern]) -> Verdict {
        let slot = self.slot(action.instance());
        let values = match self.act(action) {
            Ok(values) => values,
            Err(stop) => return self.unexpected(stop, slot),
        };
        if let Some(what) = expected.iter().find_map(Pattern::unsupported) {
            return Verdict::Skipped(what.to_string());
        }
        let matches = expected.len() == values.len()
            && expected.iter().zip(&values).all(|(pattern, value)| pattern.matches(*value));
        match matches {
            true => Verdict::Passed,
            false => self.mismatch(slot, format!("{values:x?}, not {expected:x?}")),
        }
    }

    fn assert_trap(
        &mut self,
        result: Outcome<String>,
        message: &str,
        slot: Option<usize>,
    ) -> Verdict {
        match result {
            Ok(value) => self.mismatch(slot, format!("{value}, not the trap '{message}'")),
            Err(Stop::Trap(code)) => {
                let meant = TRAPS.iter().find(|(prefix, _)| message.starts_with(prefix));
                match meant {
                    Some((_, expected)) if *expected == code => Verdict::Passed,
                    _ => self.mismatch(slot, format!("trap: {code}, not '{message}'")),
                }
            }
            Err(stop) => self.unexpected(stop, slot),
        }
    }

    fn assert_unlinkable(&mut self, source: &Source, message: &str) -> Verdict {
        let module = match self.parse(source) {
            Ok(module) => module,
            Err(why) => return Verdict::Failed(format!("refused: {why}")),
        };
        match self.link(&module) {
            Err(Stop::Unlinkable(found, _)) if message.starts_with(found) => Verdict::Passed,
            Err(stop) => self.unexpected(stop, None),
            Ok(_) => Verdict::Failed(format!("linked, not '{message}'")),
        }
    }

    fn act(&mut self, action: &Action) -> Outcome<Vec<AbiVal>> {
        let number = self.slot(action.instance());
        let number = number.ok_or_else(|| Stop::Failed("no such instance".to_string()))?;
        let instance = self.slots[number].usable();
        let instance = instance.map_err(|why| Stop::Skipped(why.to_string()))?;
        let (Action::Invoke { name, .. } | Action::Get { name, .. }) = action;
        let export = instance.module.exports.iter().position(|e| e.name == *name);
        let export = export.ok_or_else(|| Stop::Failed(format!("no export '{name}'")))?;
        match action {
            Action::Invoke { args, .. } => self.invoke(number, export, args),
            Action::Get { name, .. } => self.get(number, name),
        }
    }

    fn get(&mut self, number: usize, name: &str) -> Outcome<Vec<AbiVal>> {
        let failed = |why: &str| Stop::Failed(why.to_string());
        let entity = link::find(&self.slots, number, name).map_err(|_| failed("no such export"))?;
        let found = link::definition(&self.slots, entity);
        let (instance, export) = found.ok_or_else(|| failed("no definition"))?;
        let global = instance.module.globals.get(export.index as usize);
        let global = global.filter(|_| export.kind == ExternKind::Global);
        let ty = global.ok_or_else(|| failed("not a global"))?.ty.ty;
        let ty = abi_type(ty).map_err(|what| Stop::Skipped(what.to_string()))?;
        let symbol = instance.symbols.get(entity.export).cloned().flatten();
        let symbol = symbol.ok_or_else(|| failed("the global has no symbol"))?;
        self.engine.global(instance, &symbol, ty).map(|value| vec![value]).map_err(Stop::Failed)
    }

    fn invoke(&mut self, number: usize, export: usize, args: &[Argument]) -> Outcome<Vec<AbiVal>> {
        let Slot::Live(instance) = &self.slots[number] else {
            return Err(Stop::Failed("no such instance".to_string()));
        };
        let module = instance.module.clone();
        let function = module.exports[export].index;
        let skipped = |runner: &mut Self, what: &str| {
            if may_write(&module, function) {
                runner.taint(number);
            }
            Stop::Skipped(what.to_string())
        };
        let ty = module
            .function_type(function)
            .filter(|_| module.exports[export].kind == ExternKind::Function);
        let ty = ty.ok_or_else(|| Stop::Failed("not a function".to_string()))?;
        let given: Result<Vec<AbiVal>, &str> = args.iter().copied().collect();
        let (given, params, results) = match (given, abi_types(&ty.params), abi_types(&ty.results))
        {
            (Ok(given), Ok(params), Ok(results)) => (given, params, results),
            (Err(what), _, _) | (_, Err(what), _) | (_, _, Err(what)) => {
                return Err(skipped(self, what));
            }
        };
        let signature = self.engine.signature(params, results);
        let loaded = instance.loaded;
        let symbol = instance.symbols.get(export).cloned().flatten();
        let symbol =
            symbol.ok_or_else(|| Stop::Failed("the function has no symbol".to_string()))?;
        match self.engine.loader.call(loaded, &symbol, &signature, &given) {
            Ok(values) => Ok(values),
            Err(error) => match self.call_failed(error, number) {
                Stop::Skipped(why) => Err(skipped(self, &why)),
                stop => Err(stop),
            },
        }
    }

    /// Why a call gave no results; a trap of a function that is not compiled
    /// is skipped for the reason of its refusal.
    pub(super) fn call_failed(&mut self, error: CallError, number: usize) -> Stop {
        match error {
            CallError::Trap(trap) if trap.code == TrapCode::Unsupported => {
                match trap.function.as_deref().and_then(|name| self.refusal(name, number)) {
                    Some(why) => Stop::Skipped(why),
                    None => Stop::Failed(format!("{trap}, which was not refused")),
                }
            }
            CallError::Trap(trap) => Stop::Trap(trap.code),
            CallError::Timeout | CallError::Emulator(_) => {
                self.lost = true;
                Stop::Failed(error.to_string())
            }
            error => Stop::Failed(error.to_string()),
        }
    }

    /// Why a function was refused: of that instance, else of another.
    fn refusal(&self, name: &str, number: usize) -> Option<String> {
        let first = self.slots.get(number).into_iter();
        first.chain(&self.slots).find_map(|slot| match slot {
            Slot::Live(instance) => {
                let found = instance.refused.iter().find(|(symbol, _)| symbol == name);
                found.map(|(_, why)| why.clone())
            }
            Slot::Absent(_) => None,
        })
    }
}

#[cfg(test)]
mod tests;
