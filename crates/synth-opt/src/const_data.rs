//! Constant data: what loads from it read is known, or at least the same
//! every time.
//!
//! A load whose address is a constant data symbol plus anything reads
//! [`Region::Const`]: no store can change it, so equal loads are one value. At
//! a known offset the load is the constant, or the address, that stands there.
//!
//! A column of a table, every so many bytes, in which the same address stands
//! everywhere but for leading zeros needs no load to be tested: it is zero
//! below the first row that is not, and the address from there on. The
//! signatures that `call_indirect` checks are such columns.

use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Cond, Data, DataKind, Definition, Function, Inst, InstData, Linkage, LoadOp, Program,
    Region, SymbolId, Value,
};

use crate::Change;

/// Runs the pass.
pub fn run(program: &mut Program) -> Change {
    let constants = Constants::new(program);
    let mut changed = false;
    for (_, func) in program.functions_mut() {
        changed |= rewrite(func, &constants);
    }
    Change { changed, ..Change::default() }
}

/// The constant data whose contents no other object can replace.
struct Constants {
    data: SecondaryMap<SymbolId, Option<Data>>,
    /// Symbols whose address is not zero.
    present: SecondaryMap<SymbolId, bool>,
}

impl Constants {
    fn new(program: &Program) -> Self {
        let mut constants = Constants { data: SecondaryMap::new(), present: SecondaryMap::new() };
        for (id, symbol) in &program.symbols {
            constants.present[id] = match symbol.def {
                Definition::Data(_) | Definition::Function(_) => true,
                _ => {
                    symbol.linkage != Linkage::Weak
                        && !matches!(symbol.def, Definition::Absolute(_))
                }
            };
            if let Definition::Data(data) = &symbol.def
                && data.kind == DataKind::Const
                && symbol.linkage == Linkage::Local
            {
                let mut data = data.clone();
                data.relocs.sort_by_key(|reloc| reloc.offset);
                constants.data[id] = Some(data);
            }
        }
        constants
    }
}

/// What stands in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Number(u32),
    Address(SymbolId, i32),
}

/// The word at an offset, unless it lies outside or across a part of an
/// address.
fn word(data: &Data, offset: u32) -> Option<Word> {
    if offset.checked_add(4)? > data.size {
        return None;
    }
    // Addresses may stand anywhere, but they don't overlap.
    let next = data.relocs.partition_point(|reloc| reloc.offset + 4 <= offset);
    if let Some(reloc) = data.relocs.get(next).filter(|reloc| reloc.offset < offset + 4) {
        let same = reloc.offset == offset;
        return same.then_some(Word::Address(reloc.symbol, reloc.addend));
    }
    let byte = |i| data.bytes.get(i as usize).copied().unwrap_or(0);
    Some(Word::Number(u32::from_le_bytes([offset, offset + 1, offset + 2, offset + 3].map(byte))))
}

/// `symbol + constant + index << scale`.
struct Place {
    symbol: SymbolId,
    constant: i32,
    index: Option<(Value, u32)>,
}

fn place(func: &Function, addr: Value, offset: i32) -> Option<Place> {
    let inst = |v| func.def_inst(v).map(|inst| &func.insts[inst]);
    match *inst(addr)? {
        InstData::SymbolAddr { symbol, addend } => {
            Some(Place { symbol, constant: addend.wrapping_add(offset), index: None })
        }
        InstData::Binary { op: BinaryOp::Add, args: [a, b] } => {
            let (symbol, addend, other) = match (inst(a), inst(b)) {
                (Some(&InstData::SymbolAddr { symbol, addend }), _) => (symbol, addend, b),
                (_, Some(&InstData::SymbolAddr { symbol, addend })) => (symbol, addend, a),
                _ => return None,
            };
            let index = match inst(other) {
                Some(&InstData::Binary { op: BinaryOp::Shl, args: [index, n] }) => {
                    func.as_const(n).map(|n| (index, n as u32 & 31))
                }
                _ => None,
            };
            Some(Place {
                symbol,
                constant: addend.wrapping_add(offset),
                index: Some(index.unwrap_or((other, 0))),
            })
        }
        _ => None,
    }
}

fn rewrite(func: &mut Function, constants: &Constants) -> bool {
    let mut changed = false;
    // Values that are zero below a row of a table: index and first row.
    let mut columns: SecondaryMap<Value, Option<(Value, u32, Word)>> = SecondaryMap::new();
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        for k in 0..func.blocks[block].insts.len() {
            let inst = func.blocks[block].insts[k];
            let InstData::Load { op, addr, offset, region } = func.insts[inst] else { continue };
            let Some(place) = place(func, addr, offset) else { continue };
            let Some(data) = &constants.data[place.symbol] else { continue };
            if region != Region::Const && region != Region::Native {
                func.insts[inst] = InstData::Load { op, addr, offset, region: Region::Const };
                changed = true;
            }
            if op != LoadOp::I32 || region == Region::Native {
                continue;
            }
            match place.index {
                None => {
                    if let Some(word) = word(data, place.constant as u32) {
                        func.insts[inst] = match word {
                            Word::Number(n) => InstData::Const(n as i32),
                            Word::Address(symbol, addend) => {
                                InstData::SymbolAddr { symbol, addend }
                            }
                        };
                        changed = true;
                    }
                }
                Some((index, scale)) => {
                    if let Some((row, word)) = column(data, place.constant as u32, scale) {
                        columns[func.result(inst)] = Some((index, row, word));
                    }
                }
            }
        }
    }
    changed | test_columns(func, constants, &columns)
}

/// The first row that is not zero, and what stands there and in all that
/// follow.
fn column(data: &Data, start: u32, scale: u32) -> Option<(u32, Word)> {
    let stride = 1usize.checked_shl(scale).filter(|&stride| stride >= 4)?;
    if start as usize >= stride {
        return None;
    }
    let words = (start..data.size).step_by(stride).map(|offset| word(data, offset));
    let words: Vec<Word> = words.collect::<Option<_>>()?;
    let row = words.iter().position(|&word| word != Word::Number(0))?;
    let same = words[row..].iter().all(|&word| word == words[row]);
    same.then_some((row as u32, words[row]))
}

/// Replaces tests of values from columns.
fn test_columns(
    func: &mut Function,
    constants: &Constants,
    columns: &SecondaryMap<Value, Option<(Value, u32, Word)>>,
) -> bool {
    let mut changed = false;
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        let insts = std::mem::take(&mut func.blocks[block].insts);
        let mut out = Vec::with_capacity(insts.len());
        for inst in insts {
            if let Some((index, row, below)) = test_of_column(func, inst, constants, columns) {
                let limit = func.make_inst(InstData::Const(row as i32), func.locs[inst]);
                out.push(limit);
                let cond = if below { Cond::ULt } else { Cond::UGe };
                let args = [index, func.result(limit)];
                func.insts[inst] = InstData::Compare { cond, args };
                changed = true;
            }
            out.push(inst);
        }
        func.blocks[block].insts = out;
    }
    changed
}

/// The index, the first row that is not zero, and whether the comparison
/// holds below it.
fn test_of_column(
    func: &Function,
    inst: Inst,
    constants: &Constants,
    columns: &SecondaryMap<Value, Option<(Value, u32, Word)>>,
) -> Option<(Value, u32, bool)> {
    let InstData::Compare { cond: cond @ (Cond::Eq | Cond::Ne), args: [x, y] } = func.insts[inst]
    else {
        return None;
    };
    let (index, row, Word::Address(symbol, addend)) = columns[x]? else { return None };
    if !constants.present[symbol] || addend != 0 {
        return None;
    }
    // Whether the value is zero, or the address.
    let zero = match func.insts[func.def_inst(y)?] {
        InstData::Const(0) => true,
        InstData::SymbolAddr { symbol: s, addend: 0 } if s == symbol => false,
        _ => return None,
    };
    Some((index, row, zero == (cond == Cond::Eq)))
}
