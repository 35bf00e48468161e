//! Which values are the stack pointer of the entry plus a constant, and what
//! the pointer is at each access and return.
//!
//! A forward analysis over the blocks in reverse postorder, repeated until
//! nothing changes: unvisited, then a place, then anything else. Where paths
//! meet with different pointers, the pointer is unknown.

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, Function, Inst, InstData, LoadOp, StoreOp, SymbolId, Value, ValueDef,
};

use crate::simplify::known_zero;

/// The wasm C ABI aligns the pointer to this.
pub(super) const ALIGN: i32 = 16;

/// What a [`Place`] counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The stack pointer at the entry.
    Entry,
    /// The result of an `and` of such a place with a constant that aligns it
    /// to more than [`ALIGN`].
    Aligned(Inst),
}

/// An address of the shadow stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) base: Base,
    pub(super) offset: i32,
}

impl Place {
    /// The pointer at the entry.
    pub(super) const ENTRY: Place = Place { base: Base::Entry, offset: 0 };

    fn plus(self, more: i32) -> Place {
        Place { offset: self.offset.wrapping_add(more), ..self }
    }
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Known {
    #[default]
    Unvisited,
    Place(Place),
    Other,
}

impl Known {
    fn meet(self, other: Known) -> Known {
        match (self, other) {
            (Known::Unvisited, x) | (x, Known::Unvisited) => x,
            (a, b) if a == b => a,
            _ => Known::Other,
        }
    }
}

/// What is known of the pointer at some point of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Unvisited,
    Place(Place),
    /// It is that value, which is no place.
    Value(Value),
    Unknown,
}

impl State {
    fn meet(self, other: State) -> State {
        match (self, other) {
            (State::Unvisited, x) | (x, State::Unvisited) => x,
            (a, b) if a == b => a,
            _ => State::Unknown,
        }
    }
}

/// A read of the pointer.
pub(super) struct Read {
    pub(super) inst: Inst,
    /// The pointer there.
    pub(super) state: State,
}

/// A write of the pointer.
pub(super) struct Write {
    pub(super) inst: Inst,
    pub(super) value: Value,
    /// The pointer from there on.
    pub(super) state: State,
}

/// The result of the analysis, of the blocks that the entry reaches.
pub(super) struct Places {
    pub(super) values: SecondaryMap<Value, Known>,
    /// Values computed from a place.
    pub(super) derived: SecondaryMap<Value, bool>,
    pub(super) reads: Vec<Read>,
    pub(super) writes: Vec<Write>,
    pub(super) returns: Vec<(Inst, State)>,
    pub(super) blocks: Vec<Block>,
}

/// Whether the address of the pointer occurs.
pub(super) fn mentions(func: &Function, pointer: SymbolId) -> bool {
    let mut insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    insts.any(|&inst| is_address(&func.insts[inst], pointer))
}

fn is_address(data: &InstData, pointer: SymbolId) -> bool {
    matches!(data, InstData::SymbolAddr { symbol, .. } if *symbol == pointer)
}

/// An instruction that uses the pointer's address for anything but reading or
/// writing all of it.
pub(super) fn other_use(func: &Function, pointer: SymbolId) -> Option<Inst> {
    let is_address =
        |v: Value| func.def_inst(v).is_some_and(|inst| is_address(&func.insts[inst], pointer));
    let insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
    insts.copied().find(|&inst| {
        let data = &func.insts[inst];
        let mut uses = 0;
        data.for_each_arg(|v| uses += usize::from(is_address(v)));
        let good = usize::from(access(func, data, pointer).is_some());
        uses > good
    })
}

/// Whether an instruction reads the pointer, or the value that it writes.
fn access(func: &Function, data: &InstData, pointer: SymbolId) -> Option<Option<Value>> {
    let (addr, offset, value) = match *data {
        InstData::Load { op: LoadOp::I32, addr, offset, .. } => (addr, offset, None),
        InstData::Store { op: StoreOp::I32, addr, offset, value, .. } => {
            (addr, offset, Some(value))
        }
        _ => return None,
    };
    match func.insts[func.def_inst(addr)?] {
        InstData::SymbolAddr { symbol, addend }
            if symbol == pointer && addend.wrapping_add(offset) == 0 =>
        {
            Some(value)
        }
        _ => None,
    }
}

/// Removes the instructions that make the address of the pointer, which
/// nothing uses any more.
pub(super) fn remove_addresses(func: &mut Function, pointer: SymbolId) {
    for &block in &func.layout {
        func.blocks[block].insts.retain(|&inst| !is_address(&func.insts[inst], pointer));
    }
}

impl Places {
    pub(super) fn new(func: &Function, pointer: SymbolId) -> Places {
        let cfg = Cfg::new(func);
        let mut analysis = Analysis {
            func,
            pointer,
            values: SecondaryMap::new(),
            entry_states: SecondaryMap::new(),
            changed: true,
        };
        analysis.entry_states[func.entry()] = State::Place(Place::ENTRY);
        for &param in &func.blocks[func.entry()].params {
            analysis.values[param] = Known::Other;
        }
        while std::mem::take(&mut analysis.changed) {
            for &block in cfg.reverse_postorder() {
                analysis.visit(block, None);
            }
        }
        let mut places = Places {
            values: SecondaryMap::new(),
            derived: SecondaryMap::new(),
            reads: vec![],
            writes: vec![],
            returns: vec![],
            blocks: cfg.reverse_postorder().to_vec(),
        };
        for &block in cfg.reverse_postorder() {
            analysis.visit(block, Some(&mut places));
        }
        places.values = analysis.values;
        let mut writes = places.writes.iter();
        if writes.any(|write| matches!(write.state, State::Value(_)))
            || !places.allocations(func, |_| true).is_empty()
        {
            places.derive(func);
        }
        places
    }

    /// The place that a value is.
    pub(super) fn place(&self, value: Value) -> Option<Place> {
        match self.values[value] {
            Known::Place(place) => Some(place),
            _ => None,
        }
    }

    /// The differences of values with a property and a multiple of [`ALIGN`]
    /// that is not constant, as clang computes the address of a dynamic
    /// allocation.
    pub(super) fn allocations(
        &self,
        func: &Function,
        from: impl Fn(Value) -> bool,
    ) -> Vec<(Block, Inst)> {
        let mut found = vec![];
        for &block in &self.blocks {
            for &inst in &func.blocks[block].insts {
                if let InstData::Binary { op: BinaryOp::Sub, args: [a, b] } = func.insts[inst]
                    && func.as_const(b).is_none()
                    && known_zero(func, b).trailing_ones() >= ALIGN.trailing_zeros()
                    && from(a)
                {
                    found.push((block, inst));
                }
            }
        }
        found
    }

    /// The places that are used for more than to move the pointer or to
    /// compute other places.
    pub(super) fn addresses(&self, func: &Function) -> Vec<Place> {
        let mut moves: SecondaryMap<Inst, bool> = SecondaryMap::new();
        self.writes.iter().for_each(|write| moves[write.inst] = true);
        let mut found = vec![];
        let mut note = |value: Value| found.extend(self.place(value));
        for &block in &self.blocks {
            for &inst in &func.blocks[block].insts {
                let data = &func.insts[inst];
                let place = func.results[inst].iter().any(|&v| self.place(v).is_some());
                if moves[inst] || place {
                    continue;
                }
                match data {
                    InstData::Jump(_) => {}
                    InstData::Branch { cond, .. } => note(*cond),
                    InstData::Switch { index, .. } => note(*index),
                    data => data.for_each_arg(&mut note),
                }
                for call in data.successors() {
                    for (&arg, &param) in call.args.iter().zip(&func.blocks[call.block].params) {
                        if self.place(param).is_none() {
                            note(arg);
                        }
                    }
                }
            }
        }
        found
    }

    /// Whether a value comes from the pointer.
    pub(super) fn is_derived(&self, value: Value) -> bool {
        self.derived[value] || self.place(value).is_some()
    }

    /// Marks what is computed from places: by arithmetic, through parameters,
    /// and through words of the frame that hold nothing else (unoptimised code
    /// saves the pointer there).
    fn derive(&mut self, func: &Function) {
        let words = SavedWords::new(func, self);
        for read in &self.reads {
            self.derived[func.result(read.inst)] = true;
        }
        loop {
            let mut changed = false;
            for &block in &self.blocks {
                for &inst in &func.blocks[block].insts {
                    let of = |v: Value| self.is_derived(v);
                    let data = &func.insts[inst];
                    let derived = match data {
                        InstData::Binary { op: BinaryOp::Sub, args: [a, b] } => of(*a) && !of(*b),
                        InstData::Binary {
                            op: BinaryOp::Add | BinaryOp::And | BinaryOp::Or,
                            args: [a, b],
                        } => of(*a) || of(*b),
                        InstData::Select { args: [a, b], .. } => of(*a) || of(*b),
                        InstData::Load { op: LoadOp::I32, addr, offset, .. } => {
                            self.place(*addr).is_some_and(|p| words.holds(p.plus(*offset), of))
                        }
                        _ => false,
                    };
                    if let (true, [result]) = (derived, &func.results[inst][..]) {
                        changed |= !std::mem::replace(&mut self.derived[*result], true);
                    }
                    for call in data.successors() {
                        for (&arg, &param) in call.args.iter().zip(&func.blocks[call.block].params)
                        {
                            if self.is_derived(arg) {
                                changed |= !std::mem::replace(&mut self.derived[param], true);
                            }
                        }
                    }
                }
            }
            if !changed {
                return;
            }
        }
    }
}

/// The stores to constant places of the frame.
struct SavedWords(Vec<(Place, u32, Value)>);

impl SavedWords {
    fn new(func: &Function, places: &Places) -> SavedWords {
        let mut stores = vec![];
        for &block in &places.blocks {
            for &inst in &func.blocks[block].insts {
                if let InstData::Store { op, addr, offset, value, .. } = func.insts[inst]
                    && let Some(place) = places.place(addr)
                {
                    stores.push((place.plus(offset), op.bytes(), value));
                }
            }
        }
        SavedWords(stores)
    }

    /// Whether everything stored into a word has the property.
    fn holds(&self, word: Place, property: impl Fn(Value) -> bool) -> bool {
        let overlaps = |&&(place, bytes, _): &&(Place, u32, Value)| {
            let distance = i64::from(place.offset) - i64::from(word.offset);
            place.base == word.base && -i64::from(bytes) < distance && distance < 4
        };
        let mut stores = self.0.iter().filter(overlaps).peekable();
        stores.peek().is_some()
            && stores.all(|&(place, bytes, value)| place == word && bytes == 4 && property(value))
    }
}

struct Analysis<'f> {
    func: &'f Function,
    pointer: SymbolId,
    values: SecondaryMap<Value, Known>,
    /// The pointer at the start of each block.
    entry_states: SecondaryMap<Block, State>,
    changed: bool,
}

impl Analysis<'_> {
    fn visit(&mut self, block: Block, mut out: Option<&mut Places>) {
        let func = self.func;
        let mut state = self.entry_states[block];
        for &inst in &func.blocks[block].insts {
            let data = &func.insts[inst];
            match access(func, data, self.pointer) {
                Some(None) => {
                    let known = match state {
                        State::Place(place) => Known::Place(place),
                        State::Unvisited => Known::Unvisited,
                        _ => Known::Other,
                    };
                    self.set(func.result(inst), known);
                    if let Some(out) = out.as_deref_mut() {
                        out.reads.push(Read { inst, state });
                    }
                }
                Some(Some(value)) => {
                    state = match self.values[value] {
                        Known::Unvisited => State::Unvisited,
                        Known::Place(place) => State::Place(place),
                        Known::Other => State::Value(value),
                    };
                    if let Some(out) = out.as_deref_mut() {
                        out.writes.push(Write { inst, value, state });
                    }
                }
                None => {
                    let known = self.eval(inst);
                    for &result in &func.results[inst] {
                        self.set(result, known);
                    }
                }
            }
            let leaves = data.call_sig().is_some() || matches!(data, InstData::Return(_));
            if let (true, Some(out)) = (leaves && data.is_terminator(), out.as_deref_mut()) {
                out.returns.push((inst, state));
            }
            for call in data.successors() {
                let met = self.entry_states[call.block].meet(state);
                self.changed |= met != self.entry_states[call.block];
                self.entry_states[call.block] = met;
                for (&arg, &param) in call.args.iter().zip(&func.blocks[call.block].params) {
                    let met = self.values[param].meet(self.values[arg]);
                    self.changed |= met != self.values[param];
                    self.values[param] = met;
                }
            }
        }
    }

    fn set(&mut self, value: Value, known: Known) {
        debug_assert!(matches!(self.func.values[value].def, ValueDef::Result(..)));
        self.changed |= self.values[value] != known;
        self.values[value] = known;
    }

    fn eval(&self, inst: Inst) -> Known {
        use BinaryOp::{Add, And, Or, Sub};
        match self.func.insts[inst] {
            InstData::Binary { op: op @ (Add | And | Or), args: [a, b] } => {
                match (self.values[a], self.values[b]) {
                    (Known::Unvisited, _) | (_, Known::Unvisited) => Known::Unvisited,
                    (Known::Place(place), _) => self.with_constant(op, inst, place, b),
                    (_, Known::Place(place)) => self.with_constant(op, inst, place, a),
                    _ => Known::Other,
                }
            }
            InstData::Binary { op: Sub, args: [a, b] } => match self.values[a] {
                Known::Place(place) => self.with_constant(Sub, inst, place, b),
                known => known,
            },
            InstData::Select { args: [a, b], .. } => self.values[a].meet(self.values[b]),
            _ => Known::Other,
        }
    }

    fn with_constant(&self, op: BinaryOp, inst: Inst, place: Place, other: Value) -> Known {
        let Some(c) = self.func.as_const(other) else { return Known::Other };
        let align = self.alignment(place.base);
        // The bits of the address that are those of the offset.
        let low = place.offset & (align - 1);
        match op {
            BinaryOp::Add => Known::Place(place.plus(c)),
            BinaryOp::Sub => Known::Place(place.plus(c.wrapping_neg())),
            BinaryOp::Or if (0..align).contains(&c) => Known::Place(place.plus((low | c) - low)),
            BinaryOp::And if c < 0 && c.count_zeros() == c.trailing_zeros() => {
                if c.wrapping_neg() <= align {
                    Known::Place(Place { offset: place.offset & c, ..place })
                } else if place.base == Base::Entry {
                    Known::Place(Place { base: Base::Aligned(inst), offset: 0 })
                } else {
                    Known::Other
                }
            }
            _ => Known::Other,
        }
    }

    fn alignment(&self, base: Base) -> i32 {
        match base {
            Base::Entry => ALIGN,
            Base::Aligned(inst) => alignment(self.func, inst),
        }
    }
}

/// Bytes from the base that an `and` makes to the pointer at the entry, at
/// least: what the place that it aligns lies below the entry.
pub(super) fn aligned_size(func: &Function, places: &Places, inst: Inst) -> Option<i32> {
    let InstData::Binary { args, .. } = func.insts[inst] else { return None };
    let place = args.into_iter().find_map(|v| places.place(v))?;
    place.offset.checked_neg().filter(|_| place.base == Base::Entry)
}

/// The alignment that an `and` gives.
pub(super) fn alignment(func: &Function, inst: Inst) -> i32 {
    let InstData::Binary { args, .. } = func.insts[inst] else { return ALIGN };
    let mask = args.into_iter().find_map(|v| func.as_const(v));
    // The smallest number has no negative.
    mask.map_or(ALIGN, |mask| mask.checked_neg().unwrap_or(1 << 30))
}

/// Replaces `or` by `add` where the pointer's alignment makes them equal: an
/// address that only meets sums need not be aligned.
pub(super) fn or_to_add(func: &mut Function, places: &Places) {
    for &block in &places.blocks {
        for &inst in &func.blocks[block].insts {
            let InstData::Binary { op: BinaryOp::Or, args: [a, b] } = func.insts[inst] else {
                continue;
            };
            let (place, other) = match (places.place(a), places.place(b)) {
                (Some(place), None) => (place, b),
                (None, Some(place)) => (place, a),
                _ => continue,
            };
            let align = match place.base {
                Base::Entry => ALIGN,
                Base::Aligned(inst) => alignment(func, inst),
            };
            let low = place.offset & (align - 1);
            let zero = known_zero(func, other);
            // Every bit that the other may have is one that is 0 in the place.
            if zero | (align as u32 - 1) == u32::MAX && !zero & low as u32 == 0 {
                func.insts[inst] = InstData::Binary { op: BinaryOp::Add, args: [a, b] };
            }
        }
    }
}
