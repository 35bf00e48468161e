//! Loads programs and remembers what is where.
//!
//! Invariant: what was loaded last lies highest in each region, so that
//! [`Loader::release`] takes back all that was loaded after a [`Mark`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use synth_emu::{Board, HostError, Machine};
use synth_ir::{
    Convention, DataKind, Definition, Function, Linkage, Program, Signature, SymbolId, Type,
};
use synth_thumb::{Code, TrapSite};

use crate::arena::Arena;
use crate::error::LoadError;
use crate::place::{Arenas, Image, Placer};
use crate::value::AbiVal;

/// What a host function gives: its results, or why it has none. A
/// [`Trap`](crate::Trap) as the error is a trap of the program.
pub type HostResult = Result<Vec<AbiVal>, HostError>;

type HostRun<'h> = Rc<dyn Fn(&mut Machine, &[AbiVal]) -> HostResult + 'h>;

/// A function of the host.
pub(crate) struct HostFunction<'h> {
    pub signature: Signature,
    pub run: HostRun<'h>,
    place: Place,
}

/// Where a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its address, without the Thumb bit.
    pub address: u32,
    /// Whether it is a Thumb function.
    pub thumb: bool,
}

/// What the undefined symbols of a program stand for. Names that are not
/// listed are looked for among the host functions, then among the symbols of
/// loaded programs, the last first.
#[derive(Clone, Debug, Default)]
pub struct Imports {
    places: BTreeMap<String, Place>,
}

impl Imports {
    /// Adds a symbol.
    pub fn bind(&mut self, name: impl Into<String>, place: Place) -> &mut Self {
        self.places.insert(name.into(), place);
        self
    }

    /// Adds data at an address.
    pub fn data(&mut self, name: impl Into<String>, address: u32) -> &mut Self {
        self.bind(name, Place { address, thumb: false })
    }
}

/// A loaded program. After [`Loader::release`] it may stand for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub(crate) usize);

/// A state of the loader to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    modules: usize,
    code: u32,
    data: u32,
    large: u32,
}

/// Where a function's code is, to explain faults.
pub(crate) struct CodeRange {
    pub range: Range<u32>,
    pub name: String,
    pub traps: Vec<TrapSite>,
}

pub(crate) struct Module {
    pub symbols: BTreeMap<String, (Linkage, Place)>,
    pub code: Vec<CodeRange>,
    /// Addresses and word counts of lists of initialisers.
    pub initialisers: Vec<(u32, u32)>,
}

/// An emulated board with programs in it.
pub struct Loader<'h> {
    pub(crate) machine: Machine,
    pub(crate) arenas: Arenas,
    pub(crate) modules: Vec<Module>,
    pub(crate) hosts: Vec<HostFunction<'h>>,
    host_names: BTreeMap<String, usize>,
    /// How long a call may run; 10 seconds at first.
    pub timeout: Duration,
    /// Whether every unaligned access faults; false at first.
    pub trap_unaligned: bool,
    /// Whether the floating-point unit is on. It is turned on when a program
    /// with a float operation or a float in its registers is loaded; code
    /// without must not need it.
    pub fpu: bool,
}

impl<'h> Loader<'h> {
    /// Starts a board.
    ///
    /// # Errors
    /// QEMU is missing or does not start.
    pub fn start(board: Board) -> Result<Self, synth_emu::Error> {
        Ok(Self::new(Machine::start(board)?))
    }

    /// Uses a machine that nothing else writes to.
    #[must_use]
    pub fn new(machine: Machine) -> Self {
        let memory = machine.memory();
        let arenas = Arenas {
            code: Arena::new(memory.code.clone()),
            data: Arena::new(memory.data.clone()),
            large: Arena::new(memory.large.clone()),
        };
        Loader {
            machine,
            arenas,
            modules: vec![],
            hosts: vec![],
            host_names: BTreeMap::new(),
            timeout: Duration::from_secs(10),
            trap_unaligned: false,
            fpu: false,
        }
    }

    /// The machine, to read and write memory.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// Defines a host function. Of two with one name the later counts for
    /// programs loaded after it. It lies in the code region, so that
    /// [`Loader::release`] of an earlier mark is not possible afterwards.
    ///
    /// # Errors
    /// No room, or the emulator failed.
    pub fn host(
        &mut self,
        name: impl Into<String>,
        signature: Signature,
        run: impl Fn(&mut Machine, &[AbiVal]) -> HostResult + 'h,
    ) -> Result<Place, LoadError> {
        let name = name.into();
        let index = self.hosts.len();
        let number = u16::try_from(index);
        let address = number.ok().and_then(|_| self.arenas.code.allocate(12, 4));
        let address = address.ok_or_else(|| LoadError::Room { name: name.clone(), size: 12 })?;
        self.machine.write(address, &self.machine.host_stub(index as u16))?;
        let place = Place { address, thumb: true };
        self.hosts.push(HostFunction { signature, run: Rc::new(run), place });
        self.host_names.insert(name, index);
        Ok(place)
    }

    /// The present state.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            modules: self.modules.len(),
            code: self.arenas.code.next(),
            data: self.arenas.data.next(),
            large: self.arenas.large.next(),
        }
    }

    /// Unloads all programs that were loaded since the mark was made. Host
    /// functions stay; those defined since then keep the code below them.
    pub fn release(&mut self, mark: Mark) {
        self.modules.truncate(mark.modules);
        let hosts = self.hosts.last().map_or(0, |host| host.place.address + 12);
        self.arenas.code.release(mark.code.max(hosts));
        self.arenas.data.release(mark.data);
        self.arenas.large.release(mark.large);
    }

    /// Loads a program whose functions have these codes. A function without
    /// code, and an undefined symbol, must not be referred to.
    ///
    /// # Errors
    /// See [`LoadError`]. Nothing is loaded then.
    pub fn load(
        &mut self,
        program: &Program,
        codes: &[(SymbolId, Code)],
        imports: &Imports,
    ) -> Result<ModuleId, LoadError> {
        let floats = |func: &Function| {
            func.signature.convention == Convention::AapcsVfp
                || func.sigs.values().any(|sig| sig.convention == Convention::AapcsVfp)
                // A value that is only moved may be in a register of the unit as well.
                || func.values.values().any(|value| value.ty != Type::I32)
        };
        self.fpu |= program.functions().any(|(_, func)| floats(func));
        let mark = self.mark();
        let result = self.try_load(program, codes, imports);
        if result.is_err() {
            self.release(mark);
        }
        result
    }

    fn try_load(
        &mut self,
        program: &Program,
        codes: &[(SymbolId, Code)],
        imports: &Imports,
    ) -> Result<ModuleId, LoadError> {
        let mut arenas = self.arenas.clone();
        let comdat = |name: &str| self.find_global(name, |linkage| linkage == Linkage::Comdat);
        let find = |name: &str| self.find(name, imports);
        let placer = Placer::new(program, codes, &mut arenas, find, comdat)?;
        let image = placer.image()?;
        let module = describe(program, codes, &placer);
        self.arenas = arenas;
        self.write(&image)?;
        self.modules.push(module);
        Ok(ModuleId(self.modules.len() - 1))
    }

    fn find(&self, name: &str, imports: &Imports) -> Option<Place> {
        let listed = imports.places.get(name).copied();
        let host = || self.host_names.get(name).map(|index| self.hosts[*index].place);
        listed.or_else(host).or_else(|| self.find_global(name, |linkage| linkage != Linkage::Local))
    }

    fn find_global(&self, name: &str, wanted: impl Fn(Linkage) -> bool) -> Option<Place> {
        let named = self.modules.iter().rev().filter_map(|module| module.symbols.get(name));
        named.filter(|(linkage, _)| wanted(*linkage)).map(|(_, place)| *place).next()
    }

    fn write(&mut self, image: &Image) -> Result<(), LoadError> {
        for &(address, length) in &image.zeros {
            self.machine.fill(address, length, 0)?;
        }
        for (address, bytes) in &image.chunks {
            self.machine.write(*address, bytes)?;
        }
        Ok(())
    }

    /// Where a symbol that a program defines is, local symbols included.
    #[must_use]
    pub fn place(&self, module: ModuleId, name: &str) -> Option<Place> {
        self.modules.get(module.0)?.symbols.get(name).map(|(_, place)| *place)
    }

    /// The address of a symbol that a program defines, without the Thumb bit.
    #[must_use]
    pub fn address(&self, module: ModuleId, name: &str) -> Option<u32> {
        self.place(module, name).map(|place| place.address)
    }
}

/// What is kept of a program.
fn describe(program: &Program, codes: &[(SymbolId, Code)], placer: &Placer<'_>) -> Module {
    let mut module = Module { symbols: BTreeMap::new(), code: vec![], initialisers: vec![] };
    for (id, symbol) in &program.symbols {
        let defined =
            !matches!(symbol.def, Definition::UndefinedFunction | Definition::UndefinedData);
        let Some(place) = placer.place(id).filter(|_| defined) else { continue };
        let entry = (symbol.linkage, place);
        // Of symbols with one name the global one counts, else the first.
        if symbol.linkage == Linkage::Local {
            module.symbols.entry(symbol.name.clone()).or_insert(entry);
        } else {
            module.symbols.insert(symbol.name.clone(), entry);
        }
        if let Definition::Data(data) = &symbol.def
            && data.kind == DataKind::InitArray
        {
            module.initialisers.push((place.address, data.size / 4));
        }
    }
    for (id, code) in codes {
        let Some(place) = placer.place(*id) else { continue };
        module.code.push(CodeRange {
            range: place.address..place.address + code.bytes.len() as u32,
            name: program.symbols[*id].name.clone(),
            traps: code.traps.clone(),
        });
    }
    module
}
