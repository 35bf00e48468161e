//! Pieces of slots become values.
//!
//! Each word of a piece is a variable; an f64 that is only accessed as one is
//! a variable too. A narrow access is one to some bits of its word. A load is
//! the variable's value at that place; where paths with different values meet,
//! a block has a parameter, if the variable is read from there on before it is
//! written (pruned SSA form; parameters that turn out to have one value are
//! left to the clean-up of the control flow). What was never written is zero.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, Function, Inst, InstData, LoadOp, SourceLoc, StoreOp, Type, UnaryOp, Value,
};

use super::Access;
use super::pieces::Pieces;
use crate::edit::{Edges, Replacements};

/// Pairs of a block and a variable that lives there, up to which promotion is
/// worth its time.
const LIMIT: usize = 1 << 21;

/// Number of a variable.
type Var = usize;

/// Promotes what can be. Says whether anything was.
pub(super) fn run(func: &mut Function, accesses: &[Access], pieces: &mut Pieces) -> bool {
    let variables = Variables::new(func, accesses, pieces);
    if variables.types.is_empty() || variables.types.len() * func.layout.len() > LIMIT {
        return false;
    }
    for &(_, piece) in variables.accesses.values() {
        pieces.set_promoted(piece);
    }
    let cfg = Cfg::new(func);
    let live = Live::new(func, &cfg, &variables);
    let params = add_params(func, &cfg, &variables, &live);
    let mut renamer = Renamer {
        func,
        variables: &variables,
        params,
        ends: FxHashMap::default(),
        current: FxHashMap::default(),
        undefined: BTreeMap::new(),
        same: Replacements::default(),
        out: vec![],
        loc: SourceLoc::default(),
    };
    for &block in cfg.reverse_postorder() {
        renamer.block(block, &cfg, &live);
    }
    renamer.finish(&cfg);
    true
}

/// Where in its variables an access is.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// Some bits of a variable: its number and the first bit.
    Word(Var, u32),
    /// The lowest bits of a variable whose other bits mean nothing.
    Narrow(Var),
    /// Two words: an f64.
    Pair(Var, Var),
}

impl Part {
    fn variables(self) -> impl Iterator<Item = Var> {
        let (first, second) = match self {
            Part::Word(var, _) | Part::Narrow(var) => (var, None),
            Part::Pair(a, b) => (a, Some(b)),
        };
        std::iter::once(first).chain(second)
    }
}

struct Variables {
    types: Vec<Type>,
    /// The part and the piece of each access that is promoted.
    accesses: BTreeMap<Inst, (Part, usize)>,
}

impl Variables {
    fn new(func: &Function, accesses: &[Access], pieces: &Pieces) -> Variables {
        // What accesses agree on, by piece.
        let mut kinds: Vec<Option<Kind>> = vec![None; pieces.len()];
        for access in accesses {
            let kind = Kind::of(func, access, pieces.range(pieces.of(access)));
            let known = &mut kinds[pieces.of(access)];
            *known = Some(known.map_or(kind, |known| known.join(kind)));
        }
        let mut variables = Variables { types: vec![], accesses: BTreeMap::new() };
        let mut first: Vec<Option<Var>> = vec![None; pieces.len()];
        for access in accesses {
            let piece = pieces.of(access);
            let (start, end) = pieces.range(piece);
            let Some(kind) = kinds[piece].filter(|&kind| kind != Kind::Memory) else { continue };
            let first = *first[piece].get_or_insert_with(|| {
                let first = variables.types.len();
                let words = match kind {
                    Kind::Words => word(end - 1) - word(start) + 1,
                    _ => 1,
                };
                variables.types.extend((0..words).map(|_| kind.ty()));
                first
            });
            let number = (word(access.start) - word(start)) as usize;
            let part = match kind {
                Kind::Words if access.bytes == 8 => Part::Pair(first + number, first + number + 1),
                Kind::Words => Part::Word(first + number, (access.start & 3) as u32 * 8),
                Kind::Narrow => Part::Narrow(first),
                _ => Part::Word(first, 0),
            };
            variables.accesses.insert(access.inst, (part, piece));
        }
        variables
    }
}

/// The word of a slot that a byte is in.
fn word(byte: i64) -> i64 {
    byte >> 2
}

/// What a piece becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// One f32.
    F32,
    /// One f64.
    F64,
    /// One byte or halfword.
    Narrow,
    /// Words.
    Words,
    /// It stays in memory.
    Memory,
}

impl Kind {
    fn of(func: &Function, access: &Access, piece: (i64, i64)) -> Kind {
        let ty = match func.insts[access.inst] {
            InstData::Load { op, .. } => op.result_type(),
            InstData::Store { op, .. } => op.value_type(),
            _ => return Kind::Memory,
        };
        let alone = (access.start, access.end()) == piece;
        let within = match access.bytes {
            8 => access.start & 3 == 0,
            _ => word(access.start) == word(access.end() - 1),
        };
        match ty {
            Type::F32 if alone => Kind::F32,
            Type::F64 if alone => Kind::F64,
            Type::I32 if alone && access.bytes < 4 => Kind::Narrow,
            _ if within && word(piece.1 - 1) - word(piece.0) < 4 => Kind::Words,
            _ => Kind::Memory,
        }
    }

    fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (a, b) if a == b => a,
            (Kind::Memory, _) | (_, Kind::Memory) => Kind::Memory,
            _ => Kind::Words,
        }
    }

    fn ty(self) -> Type {
        match self {
            Kind::F32 => Type::F32,
            Kind::F64 => Type::F64,
            Kind::Narrow | Kind::Words | Kind::Memory => Type::I32,
        }
    }
}

/// Which variables a block reads before it writes them, or hands on.
struct Live(SecondaryMap<Block, Vec<Var>>);

impl Live {
    fn new(func: &Function, cfg: &Cfg, variables: &Variables) -> Live {
        let mut reads: Vec<Vec<Block>> = vec![vec![]; variables.types.len()];
        let mut writes: Vec<Vec<Block>> = vec![vec![]; variables.types.len()];
        for &block in cfg.reverse_postorder() {
            for &inst in &func.blocks[block].insts {
                let Some(&(part, _)) = variables.accesses.get(&inst) else { continue };
                let store = match func.insts[inst] {
                    InstData::Store { op, .. } => Some(op),
                    _ => None,
                };
                let whole = match part {
                    Part::Word(..) => store.is_some_and(|op| op.bytes() >= 4),
                    Part::Narrow(_) | Part::Pair(..) => store.is_some(),
                };
                for var in part.variables() {
                    if !whole && writes[var].last() != Some(&block) {
                        push_new(&mut reads[var], block);
                    }
                    if store.is_some() {
                        push_new(&mut writes[var], block);
                    }
                }
            }
        }
        let mut live: SecondaryMap<Block, Vec<Var>> = SecondaryMap::new();
        let mut stops: SecondaryMap<Block, bool> = SecondaryMap::new();
        let mut seen: SecondaryMap<Block, bool> = SecondaryMap::new();
        for (var, mut work) in reads.into_iter().enumerate() {
            writes[var].iter().for_each(|&block| stops[block] = true);
            let mut visited = vec![];
            while let Some(block) = work.pop() {
                if std::mem::replace(&mut seen[block], true) {
                    continue;
                }
                visited.push(block);
                live[block].push(var);
                work.extend(cfg.predecessors(block).iter().filter(|&&pred| !stops[pred]));
            }
            visited.iter().for_each(|&block| seen[block] = false);
            writes[var].iter().for_each(|&block| stops[block] = false);
        }
        Live(live)
    }
}

fn push_new(list: &mut Vec<Block>, block: Block) {
    if list.last() != Some(&block) {
        list.push(block);
    }
}

/// Makes a parameter for each variable that lives at a block with several
/// predecessors.
fn add_params(
    func: &mut Function,
    cfg: &Cfg,
    variables: &Variables,
    live: &Live,
) -> SecondaryMap<Block, Vec<(Var, Value)>> {
    let edges = Edges::new(func);
    let mut params: SecondaryMap<Block, Vec<(Var, Value)>> = SecondaryMap::new();
    for &block in cfg.reverse_postorder() {
        if edges.to(block).len() > 1 {
            for &var in &live.0[block] {
                let value = func.add_param(block, variables.types[var]);
                params[block].push((var, value));
            }
        }
    }
    params
}

struct Renamer<'f> {
    func: &'f mut Function,
    variables: &'f Variables,
    params: SecondaryMap<Block, Vec<(Var, Value)>>,
    /// The value of each variable at the end of a block where it lives or is
    /// written.
    ends: FxHashMap<(Block, Var), Value>,
    /// The value of each variable at the current place.
    current: FxHashMap<Var, Value>,
    /// What was never written.
    undefined: BTreeMap<Type, Inst>,
    same: Replacements,
    out: Vec<Inst>,
    loc: SourceLoc,
}

impl Renamer<'_> {
    /// Rewrites a block; its dominators are rewritten already.
    fn block(&mut self, block: Block, cfg: &Cfg, live: &Live) {
        self.current.clear();
        for &(var, value) in &self.params[block] {
            self.current.insert(var, value);
        }
        for &var in &live.0[block] {
            if self.current.contains_key(&var) {
                continue;
            }
            let value = match cfg.predecessors(block).first() {
                Some(&pred) => self.ends.get(&(pred, var)).copied(),
                None => None,
            };
            let value = value.unwrap_or_else(|| self.undefined(var));
            self.current.insert(var, value);
        }
        let mut written = live.0[block].clone();
        for inst in std::mem::take(&mut self.func.blocks[block].insts) {
            let Some(&(part, _)) = self.variables.accesses.get(&inst) else {
                self.out.push(inst);
                continue;
            };
            self.loc = self.func.locs[inst];
            match self.func.insts[inst].clone() {
                InstData::Load { op, .. } => {
                    let value = self.load(op, part);
                    let result = self.func.result(inst);
                    self.same.replace(result, value);
                }
                InstData::Store { op, value, .. } => {
                    self.store(op, part, value);
                    written.extend(part.variables());
                }
                _ => {}
            }
        }
        self.func.blocks[block].insts = std::mem::take(&mut self.out);
        for var in written {
            if let Some(&value) = self.current.get(&var) {
                self.ends.insert((block, var), value);
            }
        }
    }

    fn emit(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.result(inst)
    }

    fn binary(&mut self, op: BinaryOp, a: Value, constant: u32) -> Value {
        let b = self.emit(InstData::Const(constant as i32));
        self.emit(InstData::Binary { op, args: [a, b] })
    }

    fn undefined(&mut self, var: Var) -> Value {
        let ty = self.variables.types[var];
        let data = match ty {
            Type::I32 => InstData::Const(0),
            Type::F32 => InstData::F32Const(0),
            Type::F64 => InstData::F64Const(0),
        };
        let func = &mut *self.func;
        let make = || func.make_inst(data, SourceLoc::default());
        let inst = *self.undefined.entry(ty).or_insert_with(make);
        self.func.result(inst)
    }

    fn get(&mut self, var: Var) -> Value {
        match self.current.get(&var) {
            Some(&value) => value,
            None => self.undefined(var),
        }
    }

    fn load(&mut self, op: LoadOp, part: Part) -> Value {
        let (var, shift) = match part {
            Part::Word(var, shift) => (var, shift),
            Part::Narrow(var) => (var, 0),
            Part::Pair(lo, hi) => {
                let args = [self.get(lo), self.get(hi)];
                return self.emit(InstData::Binary { op: BinaryOp::F64FromBits, args });
            }
        };
        let value = self.get(var);
        if op.result_type() == self.variables.types[var] && op.bytes() >= 4 {
            return value;
        }
        if op == LoadOp::F32 {
            return self.emit(InstData::Unary { op: UnaryOp::F32FromBits, arg: value });
        }
        let value = if shift > 0 { self.binary(BinaryOp::ShrU, value, shift) } else { value };
        match op {
            LoadOp::S8 => self.emit(InstData::Unary { op: UnaryOp::Sext8, arg: value }),
            LoadOp::S16 => self.emit(InstData::Unary { op: UnaryOp::Sext16, arg: value }),
            _ => self.binary(BinaryOp::And, value, mask(op.bytes())),
        }
    }

    fn store(&mut self, op: StoreOp, part: Part, value: Value) {
        let (var, shift) = match part {
            Part::Word(var, shift) => (var, shift),
            Part::Narrow(var) => {
                self.current.insert(var, value);
                return;
            }
            Part::Pair(lo, hi) => {
                let low = self.emit(InstData::Unary { op: UnaryOp::F64Lo, arg: value });
                let high = self.emit(InstData::Unary { op: UnaryOp::F64Hi, arg: value });
                self.current.insert(lo, low);
                self.current.insert(hi, high);
                return;
            }
        };
        let value = match op {
            StoreOp::F32 if self.variables.types[var] == Type::I32 => {
                self.emit(InstData::Unary { op: UnaryOp::F32Bits, arg: value })
            }
            StoreOp::I8 | StoreOp::I16 => {
                let mask = mask(op.bytes());
                let before = self.get(var);
                let rest = self.binary(BinaryOp::And, before, !(mask << shift));
                let bits = self.binary(BinaryOp::And, value, mask);
                let bits = match shift {
                    0 => bits,
                    _ => self.binary(BinaryOp::Shl, bits, shift),
                };
                self.emit(InstData::Binary { op: BinaryOp::Or, args: [rest, bits] })
            }
            _ => value,
        };
        self.current.insert(var, value);
    }

    /// Gives the parameters their arguments and replaces the loads.
    fn finish(mut self, cfg: &Cfg) {
        for &block in cfg.reverse_postorder() {
            let Some(inst) = self.func.terminator(block) else { continue };
            let mut data = self.func.insts[inst].clone();
            for call in data.successors_mut() {
                for i in 0..self.params[call.block].len() {
                    let (var, _) = self.params[call.block][i];
                    let value = match self.ends.get(&(block, var)) {
                        Some(&value) => value,
                        None => self.undefined(var),
                    };
                    call.args.push(value);
                }
            }
            self.func.insts[inst] = data;
        }
        let entry = self.func.entry();
        let undefined = self.undefined.into_values();
        self.func.blocks[entry].insts.splice(0..0, undefined);
        self.same.apply(self.func);
    }
}

/// The bits of a narrow access.
fn mask(bytes: u32) -> u32 {
    (1 << (8 * bytes)) - 1
}
