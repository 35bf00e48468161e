//! Binds a program of the native model to its host: functions that wasm and
//! ARM call in different ways get thunks, symbols get the names, sections and
//! alignments that the contract gives them.
//!
//! A function that crosses the border and whose C type is known (from debug
//! information or the contract) is classified in both ABIs. Where they differ,
//!
//! - of an import `f`, all that the module refers to as `f` becomes a local
//!   function `f.call`, which calls the undefined symbol `f` natively;
//! - of a definition `f`, the function becomes local (`f.wasm`), and the
//!   global symbol `f` a function that calls it. If another object may replace
//!   it, the module itself calls it like an import.
//!
//! Aliases follow, and addresses are those of the native forms. A variadic import becomes a reference to the function that
//! the contract names, which takes a `va_list`: that is what wasm passes.
//!
//! It runs after several objects were linked into one program, so that calls
//! between them stay as they are.

mod error;
mod facts;
mod pointers;
mod rules;
mod thunk;
mod unused;

use std::collections::BTreeMap;

use synth_abi::{Calling, Contract, Declarations, FloatAbi, PointerSide};
use synth_ir::{Definition, Function, Linkage, Program, Signature, Symbol, SymbolId};

use facts::{Facts, Shape, function_of, shape};
use thunk::{native_signature, to_host, to_module, wasm_signature};

pub use error::{BridgeError, Problem, Reason};

/// What a program is bound by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'t> {
    /// The C types of its functions: debug information and contract together.
    pub declarations: &'t Declarations,
    /// The contract.
    pub contract: &'t Contract,
    /// Whether it is of the native model. Else only names and places are the
    /// contract's.
    pub native: bool,
    /// How floats travel.
    pub float: FloatAbi,
    /// Names in the module of imports that have another symbol.
    pub renamed: &'t BTreeMap<String, String>,
}

/// What has become of a program's border.
#[derive(Clone, Debug, Default)]
pub struct Border {
    /// Names in the module of symbols that have another name now.
    pub names: BTreeMap<String, String>,
    /// The native forms of functions that have thunks.
    pub natives: BTreeMap<SymbolId, SymbolId>,
    /// The native signatures of imports that have thunks, by symbol.
    pub imports: BTreeMap<String, Signature>,
    /// Names in the module of functions that debug information describes as
    /// other than they are.
    pub misfits: Vec<String>,
    /// Rules of the contract that are of no effect, as lines for a reader.
    pub unused: Vec<String>,
}

/// Functions with variable arguments in C libraries, and their forms that take
/// a `va_list`.
const VARIADIC: &[(&str, &str)] = &[
    ("asprintf", "vasprintf"),
    ("dprintf", "vdprintf"),
    ("err", "verr"),
    ("errx", "verrx"),
    ("fprintf", "vfprintf"),
    ("fscanf", "vfscanf"),
    ("iprintf", "viprintf"),
    ("printf", "vprintf"),
    ("printk", "vprintk"),
    ("scanf", "vscanf"),
    ("siprintf", "vsiprintf"),
    ("sniprintf", "vsniprintf"),
    ("snprintf", "vsnprintf"),
    ("snprintk", "vsnprintk"),
    ("sprintf", "vsprintf"),
    ("sscanf", "vsscanf"),
    ("syslog", "vsyslog"),
    ("warn", "vwarn"),
    ("warnx", "vwarnx"),
];

/// Functions that may return twice to one call, which no wasm function can
/// follow: values of its locals are where they were at the second return.
const RETURN_TWICE: &[&str] =
    &["__sigsetjmp", "_setjmp", "getcontext", "setjmp", "sigsetjmp", "vfork"];

/// How names of C++ and Rust begin that tell the types: such functions are not
/// for a host in C.
const MANGLED: &[&str] = &["_Z", "_R"];

/// Structures beyond this are not passed by value.
const LARGEST: u32 = 1 << 12;

/// Binds a program.
///
/// # Errors
/// All that can't be bound.
pub fn bridge(program: &mut Program, terms: &Terms<'_>) -> Result<Border, BridgeError> {
    let facts = Facts::new(program);
    let mut problems = vec![];
    let callings = pointers::callings(terms, &facts, &mut problems);
    // Before thunks are added, which call pointers natively.
    pointers::apply(program, &callings, terms.float);
    let border = Border::default();
    let readdressed = BTreeMap::new();
    let mut bridge = Bridge { program, terms, facts, callings, problems, border, readdressed };
    let ids: Vec<SymbolId> = bridge.program.symbols.keys().collect();
    for id in ids.into_iter().filter(|_| terms.native) {
        if let Err(reason) = bridge.function(id) {
            let name = bridge.name(id);
            bridge.problems.push(Problem { name, reason });
        }
    }
    bridge.readdress();
    rules::apply(bridge.program, terms, &mut bridge.border, &mut bridge.problems);
    match bridge.problems.is_empty() {
        true => Ok(bridge.border),
        false => Err(BridgeError { problems: bridge.problems }),
    }
}

struct Bridge<'b> {
    program: &'b mut Program,
    terms: &'b Terms<'b>,
    facts: Facts,
    /// Pointers that are called natively, by how wasm would call them.
    callings: BTreeMap<Shape, Calling>,
    problems: Vec<Problem>,
    border: Border,
    /// Functions whose addresses become those of others.
    readdressed: BTreeMap<SymbolId, SymbolId>,
}

impl Bridge<'_> {
    /// The name in the module.
    fn name(&self, id: SymbolId) -> String {
        let symbol = &self.program.symbols[id].name;
        self.terms.renamed.get(symbol).unwrap_or(symbol).clone()
    }

    fn function(&mut self, id: SymbolId) -> Result<(), Reason> {
        let imported = match &self.program.symbols[id].def {
            Definition::UndefinedFunction => true,
            Definition::Function(_) => false,
            _ => return Ok(()),
        };
        let name = self.name(id);
        if imported && RETURN_TWICE.contains(&name.as_str()) {
            return Err(Reason::ReturnsTwice);
        }
        let Some(calling) = self.calling(id, &name)? else {
            return if imported { self.unknown(id, &name) } else { Ok(()) };
        };
        match (imported, calling.variadic) {
            (true, variadic) => self.variadic_import(&name, variadic)?,
            (false, _)
                if !self.facts.exposed.contains(&id) && !self.facts.addressed.contains(&id) =>
            {
                return Ok(());
            }
            (false, true) if self.is_replaceable(id) && self.facts.calls.contains_key(&id) => {
                return Err(Reason::WeakVariadic);
            }
            (false, _) => {}
        }
        let as_it_is = match imported {
            true => Calling { variadic: false, ..calling.clone() }.agrees(self.terms.float),
            false => calling.agrees(self.terms.float),
        };
        if as_it_is {
            return Ok(());
        }
        let by_address = self.pointer(id, &name, &calling)?;
        match imported {
            true => self.bridge_import(id, &calling, by_address),
            false => self.bridge_export(id, &calling, by_address),
        }
        Ok(())
    }

    /// Whether another object's definition may win.
    fn is_replaceable(&self, id: SymbolId) -> bool {
        matches!(self.program.symbols[id].linkage, Linkage::Weak | Linkage::Comdat)
    }

    fn is_local(&self, id: SymbolId) -> bool {
        self.program.symbols[id].linkage == Linkage::Local
    }

    /// Whether no host in C calls it: what debug information says of it may be
    /// of another language. Constructors of C++ give back their object, for one,
    /// in both ABIs, and are described as `void`.
    fn is_inner(&self, id: SymbolId, name: &str) -> bool {
        self.is_local(id) || MANGLED.iter().any(|start| name.starts_with(start))
    }

    fn misfit(&mut self, id: SymbolId, name: &str) {
        // The declaration may be of another function with the name of a local one.
        if !self.is_local(id) {
            self.border.misfits.push(name.to_string());
        }
    }

    /// How the function is called in both ABIs, if its C type is known.
    fn calling(&mut self, id: SymbolId, name: &str) -> Result<Option<Calling>, Reason> {
        let Declarations { types, functions, .. } = self.terms.declarations;
        let Some(prototype) = functions.get(name) else { return Ok(None) };
        let by_contract = self.terms.contract.declarations.functions.contains_key(name);
        let found = match &self.program.symbols[id].def {
            Definition::Function(func) => Some(&func.signature),
            _ => self.facts.calls.get(&id),
        };
        // A variadic function is of the base variant; its form with a va_list
        // is not variadic.
        let imported = matches!(self.program.symbols[id].def, Definition::UndefinedFunction);
        let float = if prototype.variadic && !imported { FloatAbi::Base } else { self.terms.float };
        let calling = match Calling::new(types, prototype, float) {
            Ok(calling) => calling,
            // A function that only the module calls may have any type.
            Err(_) if self.is_inner(id, name) && !by_contract => {
                self.misfit(id, name);
                return Ok(None);
            }
            Err(error) => return Err(Reason::Type(error)),
        };
        let declared = wasm_signature(&calling, self.terms.float);
        if let Some(found) = found
            && shape(found) != shape(&declared)
        {
            // Another function of that name, or one that was optimised.
            if self.is_inner(id, name) && !by_contract {
                self.misfit(id, name);
                return Ok(None);
            }
            let text = |s: &Signature| Signature::new(&s.params[..], &s.results[..]).to_string();
            return Err(Reason::Declaration { declared: text(&declared), found: text(found) });
        }
        let large = calling.params.iter().find(|p| p.size > LARGEST);
        match large {
            Some(passing) => Err(Reason::Large { size: passing.size }),
            None => Ok(Some(calling)),
        }
    }

    /// An import of which only the name is known.
    fn unknown(&self, id: SymbolId, name: &str) -> Result<(), Reason> {
        let bound = self.terms.contract.variadic.contains_key(name);
        match VARIADIC.iter().find(|(known, _)| *known == name) {
            Some((_, form)) if !bound && self.facts.calls.contains_key(&id) => {
                Err(Reason::Variadic { form: form.to_string(), declared: false })
            }
            _ => Ok(()),
        }
    }

    fn variadic_import(&self, name: &str, variadic: bool) -> Result<(), Reason> {
        match (variadic, self.terms.contract.variadic.contains_key(name)) {
            (true, false) => {
                let known = VARIADIC.iter().find(|(known, _)| *known == name);
                let form = known.map_or(format!("v{name}"), |(_, form)| form.to_string());
                Err(Reason::Variadic { form, declared: true })
            }
            (false, true) => Err(Reason::NotVariadic),
            _ => Ok(()),
        }
    }

    /// Who calls the function by its address. Where no pointer is called as
    /// wasm would call it, that is the host.
    fn pointer(&self, id: SymbolId, name: &str, calling: &Calling) -> Result<PointerSide, Reason> {
        let rules = self.terms.contract.functions.get(name);
        let addressed = self.facts.addressed.contains(&id);
        let shape = shape(&wasm_signature(calling, self.terms.float));
        let native = self.callings.get(&shape) == Some(calling);
        let called = self.facts.indirect.contains(&shape) && !native;
        match rules.and_then(|rules| rules.pointer) {
            Some(side) => Ok(side),
            None if addressed && called => Err(Reason::Address),
            None => Ok(PointerSide::Host),
        }
    }

    fn add_function(&mut self, like: SymbolId, name: String, func: Function) -> SymbolId {
        let section = self.program.symbols[like].section.clone();
        let id = self.program.add(name, Linkage::Local, Definition::Function(Box::new(func)));
        self.program.symbols[id].section = section;
        id
    }

    /// All that refers to the import refers to a function that calls it.
    fn bridge_import(&mut self, id: SymbolId, calling: &Calling, side: PointerSide) {
        let import = self.program.symbols[id].clone();
        let name = format!("{}.call", import.name);
        let host = self.program.symbols.push(import);
        let symbol = &mut self.program.symbols[id];
        *symbol = Symbol {
            name,
            linkage: Linkage::Local,
            def: Definition::Function(Box::new(to_host(host, calling, self.terms.float))),
            ..symbol.clone()
        };
        let signature = native_signature(calling, calling.variadic, self.terms.float);
        self.border.imports.insert(self.program.symbols[host].name.clone(), signature);
        self.border.natives.insert(id, host);
        if side == PointerSide::Host {
            self.readdressed.insert(id, host);
        }
    }

    fn bridge_export(&mut self, id: SymbolId, calling: &Calling, side: PointerSide) {
        let original = self.program.symbols[id].clone();
        let name = original.name.clone();
        // The body moves if the module must call what another object may replace.
        let replaceable = self.is_replaceable(id) && !calling.variadic;
        let body = match replaceable {
            true => {
                let def = original.def.clone();
                let body = self.program.add(format!("{name}.wasm"), Linkage::Local, def);
                self.program.symbols[body].section.clone_from(&original.section);
                body
            }
            false => id,
        };
        let local = original.linkage == Linkage::Local;
        let public = if local { format!("{name}.native") } else { name.clone() };
        let native = self.add_function(id, public, to_module(body, calling, self.terms.float));
        self.program.symbols[native].linkage = original.linkage;
        self.program.symbols[native].visibility = original.visibility;
        self.program.symbols[native].retain = original.retain;
        let symbol = &mut self.program.symbols[id];
        symbol.linkage = Linkage::Local;
        symbol.retain = false;
        if replaceable {
            symbol.name = format!("{name}.call");
            symbol.def = Definition::Function(Box::new(to_host(native, calling, self.terms.float)));
        } else {
            symbol.name = format!("{name}.wasm");
        }
        self.move_aliases(id, native, calling);
        self.border.natives.insert(id, native);
        if side == PointerSide::Host {
            self.readdressed.insert(id, native);
        }
    }

    /// Names that the host sees stand for the native form.
    fn move_aliases(&mut self, wasm: SymbolId, native: SymbolId, calling: &Calling) {
        for id in self.facts.aliases.remove(&wasm).unwrap_or_default() {
            let symbol = &self.program.symbols[id];
            let def = Definition::Alias { target: native, offset: 0 };
            let public = self.program.symbols.push(Symbol { def, ..symbol.clone() });
            let replaceable = self.is_replaceable(id) && !calling.variadic;
            let symbol = &mut self.program.symbols[id];
            symbol.linkage = Linkage::Local;
            symbol.retain = false;
            if replaceable {
                symbol.name.push_str(".call");
                symbol.def =
                    Definition::Function(Box::new(to_host(public, calling, self.terms.float)));
            } else {
                symbol.name.push_str(".wasm");
            }
            self.border.natives.insert(id, public);
        }
    }

    /// Makes addresses of functions, under all their names, those of their native
    /// forms.
    fn readdress(&mut self) {
        let ids = self.program.symbols.keys();
        let moved = |id| Some((id, *self.readdressed.get(&function_of(self.program, id))?));
        let moved = ids.filter_map(moved).collect();
        rules::readdress(self.program, &moved);
    }
}
