//! Instances of a script: linked, compiled, loaded, run, and unloaded when
//! nothing can reach them any more.
//!
//! Invariant: an instance that a live one can reach is loaded; what is loaded
//! last is unloaded first, as the loader demands.

use std::rc::Rc;

use synth_testkit::LoadError;
use synth_wasm::{ExternKind, Import, Module};

use super::link::{self, Entity, Instance, LinkError, Slot};
use super::runner::{AFTER_SKIP, NO_ROOM, Outcome, Runner, Stop};
use super::script::Source;

impl Runner<'_> {
    /// What the imports of a module are, checked.
    pub(super) fn link(&mut self, module: &Module) -> Outcome<Vec<Entity>> {
        let mut entities = vec![];
        for import in &module.imports {
            let found = match self.registered.get(&import.module) {
                Some(&number) => link::find(&self.slots, number, &import.name),
                None => Err(link::unknown(import)),
            };
            match found.and_then(|entity| self.check(module, import, entity)) {
                Ok(entity) => entities.push(entity),
                Err(LinkError::Refused(message, why)) => {
                    return Err(Stop::Unlinkable(message, why));
                }
                Err(LinkError::Absent(why)) => return Err(Stop::Skipped(why)),
            }
        }
        Ok(entities)
    }

    /// Whether an entity fits an import. If a skipped call may have grown it,
    /// its size decides nothing.
    fn check(
        &mut self,
        module: &Module,
        import: &Import,
        entity: Entity,
    ) -> Result<Entity, LinkError> {
        let size = self.size(entity);
        let error = match link::check(&self.slots, module, import, entity, size) {
            Ok(()) => return Ok(entity),
            Err(error) => error,
        };
        let any_size = link::check(&self.slots, module, import, entity, Some(u64::MAX));
        Err(match link::definition(&self.slots, entity) {
            Some((instance, _)) if instance.tainted && any_size.is_ok() => {
                LinkError::Absent(AFTER_SKIP.to_string())
            }
            _ => error,
        })
    }

    /// The current size of a memory in pages, or of a table in entries.
    fn size(&mut self, entity: Entity) -> Option<u64> {
        let (instance, export) = link::definition(&self.slots, entity)?;
        let symbol = instance.symbols.get(entity.export)?.as_ref()?;
        let index = export.index as usize;
        match export.kind {
            ExternKind::Memory => {
                let log2 = instance.module.memories.get(index)?.ty.page_size_log2;
                let bytes = self.engine.word(instance, &symbol.replace("base", "size"))?;
                Some(u64::from(bytes >> log2))
            }
            ExternKind::Table => {
                self.engine.word(instance, &format!("{symbol}_size")).map(u64::from)
            }
            _ => None,
        }
    }

    /// Makes an instance. It has a number even if it fails: a part of it may
    /// be in the tables of others.
    pub(super) fn instantiate(&mut self, source: &Source) -> (usize, Outcome<()>) {
        self.unload();
        let number = self.slots.len();
        match self.load(source) {
            Ok(instance) => self.slots.push(Slot::Live(Box::new(instance))),
            Err(stop) => {
                self.slots.push(Slot::Absent("its module failed".to_string()));
                return (number, Err(stop));
            }
        }
        let Slot::Live(instance) = &self.slots[number] else { return (number, Ok(())) };
        match self.engine.loader.initialise(instance.loaded) {
            Ok(()) => (number, Ok(())),
            Err(error) => {
                let stop = self.call_failed(error, number);
                if matches!(stop, Stop::Skipped(_)) {
                    self.taint(number);
                }
                (number, Err(stop))
            }
        }
    }

    fn load(&mut self, source: &Source) -> Outcome<Instance> {
        let module = Rc::new(self.parse(source).map_err(Stop::Invalid)?);
        let imports = self.link(&module)?;
        let compiled = self.engine.compile(&module).map_err(compile_failed)?;
        let name = |id: synth_ir::SymbolId| compiled.program.symbols[id].name.clone();
        let places = self.engine.bind(&module, &self.slots, &imports);
        let mark = self.engine.loader.mark();
        let loaded = match self.engine.loader.load(&compiled.program, &compiled.codes, &places) {
            Ok(loaded) => loaded,
            Err(LoadError::Room { .. }) => {
                return Err(Stop::Skipped(NO_ROOM.to_string()));
            }
            Err(error) => return Err(Stop::Failed(format!("does not load: {error}"))),
        };
        self.loaded.push((self.slots.len(), mark));
        let exported = compiled.exported.iter();
        let refused = compiled.refused.iter();
        Ok(Instance {
            module,
            loaded,
            symbols: exported.map(|export| export.symbol.map(name)).collect(),
            imports,
            refused: refused.map(|r| (name(r.symbol), short(r.reason))).collect(),
            tainted: false,
            unusable: None,
        })
    }

    /// Unloads what was loaded last, as far as nothing can reach it.
    fn unload(&mut self) {
        let live = self.live();
        while let Some((number, mark)) = self.loaded.pop_if(|(number, _)| !live[*number]) {
            self.engine.loader.release(mark);
            self.slots[number] = Slot::Absent("unloaded".to_string());
        }
    }

    /// Which instances can be reached: by name, by those that import from
    /// them, or by the tables that they import and may have written to.
    fn live(&self) -> Vec<bool> {
        let mut live = vec![false; self.slots.len()];
        let roots = self.current.iter().chain(self.named.values()).chain(self.registered.values());
        let mut rest: Vec<usize> = roots.copied().collect();
        while let Some(number) = rest.pop() {
            if std::mem::replace(&mut live[number], true) {
                continue;
            }
            let Slot::Live(instance) = &self.slots[number] else { continue };
            rest.extend(instance.imports.iter().map(|entity| entity.instance));
            for (other, slot) in self.slots.iter().enumerate() {
                if self.imports_from(slot, number, |kind| kind == ExternKind::Table) {
                    rest.push(other);
                }
            }
        }
        live
    }

    fn imports_from(&self, slot: &Slot, number: usize, what: impl Fn(ExternKind) -> bool) -> bool {
        let Slot::Live(instance) = slot else { return false };
        let mut all = instance.imports.iter().zip(&instance.module.imports);
        all.any(|(entity, import)| entity.instance == number && what(import.ty.kind()))
    }

    /// Marks an instance, and all that share state with it, as not in the
    /// state that the suite expects.
    pub(super) fn taint(&mut self, number: usize) {
        let mut rest = vec![number];
        while let Some(number) = rest.pop() {
            let neighbours: Vec<usize> = (0..self.slots.len())
                .filter(|&other| {
                    let state = |kind| kind != ExternKind::Function || number.min(other) > 0;
                    self.imports_from(&self.slots[other], number, state)
                        || self.imports_from(&self.slots[number], other, state)
                })
                .collect();
            if let Slot::Live(instance) = &mut self.slots[number]
                && !std::mem::replace(&mut instance.tainted, true)
            {
                rest.extend(neighbours);
            }
        }
    }
}

/// What is not compiled, without the advice.
fn short(reason: synth_translate::Reason) -> String {
    use synth_translate::Reason;
    match reason {
        Reason::Proposal(name) => format!("proposal {}", name.replace('_', "-")),
        Reason::Wait => "waiting for threads".to_string(),
        Reason::TooLarge => "functions with too many values on branches".to_string(),
        Reason::Native(_) => "what the native model refuses".to_string(),
    }
}

fn compile_failed(error: synth::Error) -> Stop {
    match error {
        synth::Error::Translate(synth_translate::Error::UnsupportedModule {
            what, help, ..
        }) => Stop::Skipped(format!("{what}: {help}")),
        error => Stop::Failed(format!("does not compile: {error}")),
    }
}
