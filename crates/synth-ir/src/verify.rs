//! Checks the rules of the representation.
//!
//! Every later stage relies on what is checked here and does not check it
//! again. A function is checked in one pass over its instructions, in time
//! that grows linearly; blocks that the entry does not reach are checked for
//! everything but dominance.

use cranelift_entity::SecondaryMap;

use crate::cfg::{Cfg, DomTree};
use crate::function::{
    Block, BlockCall, Function, Inst, InstData, Region, Sig, Slot, Value, ValueDef,
};
use crate::program::{Data, Definition, Linkage, Program, SymbolId};
use crate::types::{Convention, Signature, Type};

/// A broken rule and where it is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{symbol}', {place}: {rule}")]
pub struct VerifyError {
    /// Name of the symbol.
    pub symbol: String,
    /// The place in it: a block, or an instruction as it is printed.
    pub place: String,
    /// The rule.
    pub rule: Rule,
}

/// The rules of the representation, as the message of the error that breaks one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// The function has no block.
    #[error("a function must have a block")]
    NoBlock,
    /// A block occurs twice in the layout, or is not a block of the function.
    #[error("the layout must list blocks of the function, each once")]
    Layout,
    /// A block doesn't end in a terminator, or has one elsewhere.
    #[error("a block must end in a terminator and have no other")]
    Terminator,
    /// A branch to the entry.
    #[error("the entry must have no predecessors")]
    EntryPredecessor,
    /// The entry's parameters differ from the signature.
    #[error("the parameters of the entry must be those of the signature")]
    EntryParams,
    /// A value that is not of this function.
    #[error("{0} is not a value of the function")]
    NoValue(Value),
    /// A value whose definition doesn't list it, or lists it elsewhere.
    #[error("the definition of {0} must name it")]
    Definition(Value),
    /// An instruction that is in two places.
    #[error("an instruction must be in one place only")]
    TwoPlaces,
    /// An instruction that is not of this function.
    #[error("{0} is not an instruction of the function")]
    NoInst(Inst),
    /// A destination that is not in the layout.
    #[error("{0} is not a block of the function")]
    NoBlockOf(Block),
    /// A slot that is not of this function.
    #[error("{0} is not a slot of the function")]
    NoSlot(Slot),
    /// A signature that is not of this function.
    #[error("{0} is not a signature of the function")]
    NoSig(Sig),
    /// A symbol that is not of this program.
    #[error("there is no symbol {0}")]
    NoSymbol(u32),
    /// A value of the wrong type.
    #[error("{value} must be of type {expected}")]
    Type {
        /// The value.
        value: Value,
        /// The type that it must have.
        expected: Type,
    },
    /// Wrong number of arguments.
    #[error("there must be {expected} arguments, not {found}")]
    ArgCount {
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Results that differ from what the operator or signature says.
    #[error("the results must have the types of the operator or signature")]
    Results,
    /// A use that its definition doesn't dominate.
    #[error("the use of {0} must be dominated by its definition")]
    Dominance(Value),
    /// A call with another signature than the callee's.
    #[error("the call must have the callee's signature")]
    CalleeSignature,
    /// A call of something that is no function.
    #[error("the callee must be a function")]
    CalleeKind,
    /// A private calling convention where another object may call.
    #[error("a function with the internal convention must be local")]
    InternalNotLocal,
    /// An alignment that is no power of two.
    #[error("the alignment must be a power of two")]
    Alignment,
    /// More contents than the size says.
    #[error("the contents must not be larger than the size")]
    DataSize,
    /// A relocation that is outside of the data, or overlaps another.
    #[error("relocations must be within the data, by rising offset")]
    DataReloc,
    /// An alias of something undefined, or of an alias.
    #[error("an alias must name defined data or a defined function")]
    AliasTarget,
    /// Two symbols that other objects can see have one name.
    #[error("the names of symbols that are not local must be unique")]
    NameNotUnique,
    /// A tail call whose results are not those of the function.
    #[error("the results of a tail call must be those of the function")]
    TailResults,
    /// An atomic write of what nothing writes.
    #[error("constant data must not be written")]
    ConstWritten,
    /// An instruction with a source location that is not in the table.
    #[error("the source location must be in the table")]
    Location,
}

/// Checks a whole program.
///
/// # Errors
/// Every broken rule; at most a few for each function.
pub fn verify(program: &Program) -> Result<(), Vec<VerifyError>> {
    let mut errors = vec![];
    let mut names = std::collections::HashSet::new();
    for (id, symbol) in &program.symbols {
        let mut check = |result: Result<(), Rule>| {
            if let Err(rule) = result {
                let place = "definition".to_string();
                errors.push(VerifyError { symbol: symbol.name.clone(), place, rule });
            }
        };
        if symbol.linkage != Linkage::Local && !names.insert(&symbol.name) {
            check(Err(Rule::NameNotUnique));
        }
        match &symbol.def {
            Definition::Data(data) => check(verify_data(program, data)),
            Definition::Alias { target, .. } => check(match program.symbols.get(*target) {
                Some(target) => match target.def {
                    Definition::Function(_) | Definition::Data(_) => Ok(()),
                    _ => Err(Rule::AliasTarget),
                },
                None => Err(Rule::NoSymbol(target.as_u32())),
            }),
            Definition::Function(func) => {
                errors.extend(verify_function(program, id, func).err().unwrap_or_default());
            }
            Definition::UndefinedFunction | Definition::UndefinedData | Definition::Absolute(_) => {
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn verify_data(program: &Program, data: &Data) -> Result<(), Rule> {
    if !data.align.is_power_of_two() {
        return Err(Rule::Alignment);
    }
    if data.bytes.len() as u64 > data.size.into() {
        return Err(Rule::DataSize);
    }
    let mut free = 0;
    for reloc in &data.relocs {
        let end = u64::from(reloc.offset) + 4;
        if u64::from(reloc.offset) < free || end > data.size.into() {
            return Err(Rule::DataReloc);
        }
        free = end;
        if !program.symbols.is_valid(reloc.symbol) {
            return Err(Rule::NoSymbol(reloc.symbol.as_u32()));
        }
    }
    Ok(())
}

/// Checks a function of a program. The function need not be the one that the
/// program holds: a pass may check what it works on.
///
/// # Errors
/// The first broken rules.
pub fn verify_function(
    program: &Program,
    id: SymbolId,
    func: &Function,
) -> Result<(), Vec<VerifyError>> {
    /// More errors than this in one function are no help.
    const LIMIT: usize = 10;
    let mut verifier = Verifier { program, func, id, errors: vec![] };
    verifier.run();
    verifier.errors.truncate(LIMIT);
    if verifier.errors.is_empty() { Ok(()) } else { Err(verifier.errors) }
}

struct Verifier<'a> {
    program: &'a Program,
    func: &'a Function,
    id: SymbolId,
    errors: Vec<VerifyError>,
}

/// Where each value is defined.
struct Places {
    /// Block and position in it; parameters are at 0, instructions from 1 on.
    defs: SecondaryMap<Value, Option<(Block, u32)>>,
    dom: DomTree,
    cfg: Cfg,
}

impl Verifier<'_> {
    fn error(&mut self, place: impl FnOnce() -> String, rule: Rule) {
        // The text of the place may be long, so it is made for few.
        if self.errors.len() < 100 {
            let symbol = self.program.symbols.get(self.id).map_or("", |s| &s.name).to_string();
            self.errors.push(VerifyError { symbol, place: place(), rule });
        }
    }

    fn at_block(&mut self, block: Block, rule: Rule) {
        self.error(|| block.to_string(), rule);
    }

    fn at_inst(&mut self, inst: Inst, rule: Rule) {
        let data = &self.func.insts[inst];
        self.error(|| format!("{inst} ({data:?})").chars().take(200).collect(), rule);
    }

    /// The phases in order; each relies on what the ones before have checked.
    fn run(&mut self) {
        for phase in [Self::frame, Self::layout, Self::definitions, Self::operands] {
            phase(self);
            if !self.errors.is_empty() {
                return;
            }
        }
        self.dominance();
    }

    /// The signature, slots and the entry.
    fn frame(&mut self) {
        let func = self.func;
        let linkage = self.program.symbols.get(self.id).map(|s| s.linkage);
        let mut broken = |rule| self.error(|| "definition".to_string(), rule);
        if func.signature.convention == Convention::Internal && linkage != Some(Linkage::Local) {
            broken(Rule::InternalNotLocal);
        }
        if func.slots.values().any(|slot| !slot.align.is_power_of_two()) {
            broken(Rule::Alignment);
        }
        if func.layout.is_empty() {
            broken(Rule::NoBlock);
        }
    }

    /// Blocks, instructions and terminators are in one place each.
    fn layout(&mut self) {
        let func = self.func;
        let mut blocks: SecondaryMap<Block, bool> = SecondaryMap::new();
        let mut insts: SecondaryMap<Inst, bool> = SecondaryMap::new();
        for &block in &func.layout {
            if !func.blocks.is_valid(block) || std::mem::replace(&mut blocks[block], true) {
                return self.at_block(block, Rule::Layout);
            }
        }
        for &block in &func.layout {
            let list = &func.blocks[block].insts;
            for (i, &inst) in list.iter().enumerate() {
                if !func.insts.is_valid(inst) {
                    return self.at_block(block, Rule::NoInst(inst));
                }
                if std::mem::replace(&mut insts[inst], true) {
                    self.at_inst(inst, Rule::TwoPlaces);
                }
                if func.insts[inst].is_terminator() != (i + 1 == list.len()) {
                    self.at_block(block, Rule::Terminator);
                }
                for call in func.insts[inst].successors() {
                    if !func.blocks.is_valid(call.block) || !blocks[call.block] {
                        self.at_inst(inst, Rule::NoBlockOf(call.block));
                    } else if call.block == func.entry() {
                        self.at_inst(inst, Rule::EntryPredecessor);
                    }
                }
            }
            if list.is_empty() {
                self.at_block(block, Rule::Terminator);
            }
        }
    }

    /// Values are defined where they say.
    fn definitions(&mut self) {
        let func = self.func;
        for &block in &func.layout {
            for (i, &param) in func.blocks[block].params.iter().enumerate() {
                match func.values.get(param) {
                    Some(data) if data.def == ValueDef::Param(block, i as u32) => {}
                    _ => self.at_block(block, Rule::Definition(param)),
                }
            }
            for &inst in &func.blocks[block].insts {
                for (i, &result) in func.results[inst].iter().enumerate() {
                    match func.values.get(result) {
                        Some(data) if data.def == ValueDef::Result(inst, i as u32) => {}
                        _ => self.at_inst(inst, Rule::Definition(result)),
                    }
                }
            }
        }
        let params = func.blocks[func.entry()].params.iter();
        let valid = params.clone().all(|&p| func.values.is_valid(p));
        if valid && !params.map(|&p| func.values[p].ty).eq(func.signature.param_values()) {
            self.at_block(func.entry(), Rule::EntryParams);
        }
    }

    /// Types and numbers of arguments and results.
    fn operands(&mut self) {
        let func = self.func;
        for &block in &func.layout {
            for &inst in &func.blocks[block].insts {
                let mut bad = None;
                func.insts[inst].for_each_arg(|v| {
                    if !func.values.is_valid(v) {
                        bad = Some(v);
                    }
                });
                let checked = match bad {
                    Some(v) => Err(Rule::NoValue(v)),
                    None => self.check_inst(inst),
                };
                if let Err(rule) = checked {
                    self.at_inst(inst, rule);
                }
            }
        }
    }

    fn check_inst(&self, inst: Inst) -> Result<(), Rule> {
        use InstData::*;
        let func = self.func;
        if func.locs[inst].0 as usize >= self.program.sources.len().max(1) {
            return Err(Rule::Location);
        }
        let data = &func.insts[inst];
        match data {
            Const(_) | F32Const(_) | F64Const(_) | StackSave | Trap(_) => {}
            SymbolAddr { symbol, .. } => {
                if !self.program.symbols.is_valid(*symbol) {
                    return Err(Rule::NoSymbol(symbol.as_u32()));
                }
            }
            SlotAddr { slot, .. } => {
                if !func.slots.is_valid(*slot) {
                    return Err(Rule::NoSlot(*slot));
                }
            }
            Unary { op, arg } => self.typed(*arg, op.arg_type())?,
            Binary { args, .. } | Compare { args, .. } => self.words(args)?,
            Compare64 { args, .. } => self.words(args)?,
            Wide { op, args } => {
                count(op.arity(), args.len())?;
                self.words(args)?;
            }
            Float { op, args } => {
                count(op.arg_types().len(), args.len())?;
                for (&arg, &ty) in args.iter().zip(op.arg_types()) {
                    self.typed(arg, ty)?;
                }
            }
            Select { cond, args } => {
                self.typed(*cond, Type::I32)?;
                self.typed(args[1], func.values[args[0]].ty)?;
            }
            Load { addr, .. } | StackRestore { addr } => self.typed(*addr, Type::I32)?,
            Store { op, addr, value, .. } => {
                self.typed(*addr, Type::I32)?;
                self.typed(*value, op.value_type())?;
            }
            Atomic { op, width, addr, args, region, .. } => {
                self.typed(*addr, Type::I32)?;
                self.words(args)?;
                count(op.operands() * width.words(), args.len())?;
                if *region == Region::Const && op.writes() {
                    return Err(Rule::ConstWritten);
                }
            }
            System { op, args } => {
                self.words(args)?;
                count(op.arity(), args.len())?;
            }
            TrapIf { cond, .. } => self.typed(*cond, Type::I32)?,
            Call { callee, sig, args } => {
                let signature = self.signature(*sig)?;
                self.check_callee(*callee, signature)?;
                self.arguments(args, signature.param_values())?;
            }
            CallIndirect { target, sig, args } => {
                self.typed(*target, Type::I32)?;
                self.arguments(args, self.signature(*sig)?.param_values())?;
            }
            Return(args) => self.arguments(args, func.signature.result_values())?,
            TailCall { callee, sig, args } => {
                let signature = self.signature(*sig)?;
                self.check_callee(*callee, signature)?;
                self.arguments(args, signature.param_values())?;
                self.same_results(signature)?;
            }
            TailCallIndirect { target, sig, args } => {
                self.typed(*target, Type::I32)?;
                let signature = self.signature(*sig)?;
                self.arguments(args, signature.param_values())?;
                self.same_results(signature)?;
            }
            Branch { cond, .. } => self.typed(*cond, Type::I32)?,
            Switch { index, .. } => self.typed(*index, Type::I32)?,
            Jump(_) => {}
        }
        for BlockCall { block, args } in data.successors() {
            self.arguments(args, func.blocks[*block].params.iter().map(|&p| func.values[p].ty))?;
        }
        let results = func.results[inst].iter().map(|&v| func.values[v].ty);
        if results.eq(func.result_types(data)) { Ok(()) } else { Err(Rule::Results) }
    }

    fn signature(&self, sig: Sig) -> Result<&Signature, Rule> {
        self.func.sigs.get(sig).ok_or(Rule::NoSig(sig))
    }

    fn check_callee(&self, callee: SymbolId, signature: &Signature) -> Result<(), Rule> {
        let mut symbol = self.program.symbols.get(callee);
        if let Some(Definition::Alias { target, .. }) = symbol.map(|s| &s.def) {
            symbol = self.program.symbols.get(*target);
        }
        match symbol.map(|s| &s.def) {
            None => Err(Rule::NoSymbol(callee.as_u32())),
            Some(Definition::Function(func)) if func.signature == *signature => Ok(()),
            Some(Definition::Function(_)) => Err(Rule::CalleeSignature),
            Some(Definition::UndefinedFunction | Definition::Absolute(_)) => Ok(()),
            Some(_) => Err(Rule::CalleeKind),
        }
    }

    /// A tail call's results are the function's.
    fn same_results(&self, callee: &Signature) -> Result<(), Rule> {
        let own = &self.func.signature;
        // Of several results helpers return all in registers.
        let special = |s: &Signature| {
            s.has_float_result() || s.convention == Convention::Helper && s.results.len() > 1
        };
        let alike = own.convention == callee.convention || !special(own) && !special(callee);
        if own.results == callee.results && alike { Ok(()) } else { Err(Rule::TailResults) }
    }

    fn typed(&self, value: Value, expected: Type) -> Result<(), Rule> {
        let same = self.func.values[value].ty == expected;
        if same { Ok(()) } else { Err(Rule::Type { value, expected }) }
    }

    fn words(&self, values: &[Value]) -> Result<(), Rule> {
        values.iter().try_for_each(|&v| self.typed(v, Type::I32))
    }

    fn arguments(&self, args: &[Value], types: impl Iterator<Item = Type>) -> Result<(), Rule> {
        let mut expected = 0;
        for ty in types {
            if let Some(&arg) = args.get(expected) {
                self.typed(arg, ty)?;
            }
            expected += 1;
        }
        count(expected, args.len())
    }

    /// Definitions dominate their uses.
    fn dominance(&mut self) {
        let func = self.func;
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let mut places = Places { defs: SecondaryMap::new(), dom, cfg };
        for &block in &func.layout {
            for &param in &func.blocks[block].params {
                places.defs[param] = Some((block, 0));
            }
            for (i, &inst) in func.blocks[block].insts.iter().enumerate() {
                for &result in &func.results[inst] {
                    places.defs[result] = Some((block, i as u32 + 1));
                }
            }
        }
        for &block in places.cfg.reverse_postorder() {
            for (i, &inst) in func.blocks[block].insts.iter().enumerate() {
                let mut bad = None;
                func.insts[inst].for_each_arg(|v| {
                    if !places.dominates_use(v, block, i as u32 + 1) {
                        bad = Some(v);
                    }
                });
                if let Some(v) = bad {
                    self.at_inst(inst, Rule::Dominance(v));
                }
            }
        }
    }
}

impl Places {
    fn dominates_use(&self, value: Value, block: Block, position: u32) -> bool {
        match self.defs[value] {
            Some((def, at)) if def == block => at < position,
            Some((def, _)) => self.dom.dominates(def, block),
            None => false,
        }
    }
}

fn count(expected: usize, found: usize) -> Result<(), Rule> {
    if expected == found { Ok(()) } else { Err(Rule::ArgCount { expected, found }) }
}
