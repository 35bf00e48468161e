//! Accesses to neighbouring words of the frame as one instruction, LDRD, STRD, LDM or
//! STM (Armv7-M ARM sections A5.3.5 and A5.3.6): the last step before forms are chosen.
//!
//! These fault where the address is no multiple of 4, however the core is set up for
//! other accesses (A3.2.1), and may begin again after an interrupt. So they are for
//! words whose alignment is certain, since the stack pointer has it, and that are not
//! native memory, as an object is whose address goes elsewhere.
//!
//! Each takes a cycle more than it has words, and so do loads right behind each other
//! (DDI 0439, section 3.3.2); so what they save is bytes, where one of the words has no
//! 16-bit form. Stores take a cycle each: for speed they stay as they are.
//!
//! The base is the stack pointer or the frame pointer, which no load writes: with its
//! base among its results LDRD would go wrong on some Cortex-M3 (erratum 602117).

use smallvec::SmallVec;

use crate::compile::Prefer;
use crate::emit::memory;
use crate::frame::{Frame, Location};
use crate::inst::Inst;
use crate::mach::{Located, MFunction, MInst, Mode, Reg, Width};

/// Accesses that are looked at together.
const MOST: usize = 16;
/// Words for which there is LDM or STM with a 32-bit form: two have LDRD or STRD.
const LIST: usize = 3;

/// Merges accesses in a function of machine registers whose frame this is.
pub fn run(function: &mut MFunction, frame: &Frame, prefer: Prefer) {
    for block in &mut function.blocks {
        let changes = changes(&block.insts, frame, prefer);
        if changes.is_empty() {
            continue;
        }
        let mut old = std::mem::take(&mut block.insts).into_iter();
        let mut at = 0;
        for (start, count, new) in changes {
            block.insts.extend(old.by_ref().take(start - at));
            block.insts.extend(new);
            at = start + count;
            old.by_ref().take(count).for_each(drop);
        }
        block.insts.extend(old);
    }
}

/// What takes the place of so many instructions from the first on.
type Change = (usize, usize, Vec<Located>);

fn changes(insts: &[Located], frame: &Frame, prefer: Prefer) -> Vec<Change> {
    let mut changes = vec![];
    let mut at = 0;
    while at < insts.len() {
        let group = group(&insts[at..], frame);
        let end = at + group.len().max(1);
        if group.len() > 1 {
            let is_load = |at: usize| {
                insts.get(at).is_some_and(|located| matches!(located.inst, MInst::Load { .. }))
            };
            let neighbours = (at.checked_sub(1).is_some_and(is_load), is_load(end));
            let new = merged(&group, neighbours, prefer);
            changes.extend(new.map(|new| (at, group.len(), new)));
        }
        at = end;
    }
    changes
}

/// An access to a word.
#[derive(Clone, Copy)]
struct Word<'a> {
    rt: Reg,
    is_load: bool,
    mode: Mode,
    location: Location,
    located: &'a Located,
    /// Bytes of the instruction.
    size: u32,
}

impl Word<'_> {
    /// The access, if it may be one of several.
    fn of<'a>(located: &'a Located, frame: &Frame) -> Option<Word<'a>> {
        let (rt, mode, is_load) = match located.inst {
            MInst::Load { width: Width::Word, rd, mode } => (rd, mode, true),
            MInst::Store { width: Width::Word, rt, mode } => (rt, mode, false),
            _ => return None,
        };
        // Arguments above a frame that is rounded need another instruction.
        if located.native || matches!(mode, Mode::Incoming(_)) && frame.saved_sp.is_some() {
            return None;
        }
        let location = frame.location(mode)?;
        let offset = i32::try_from(location.offset).ok().filter(|offset| offset % 4 == 0)?;
        let at = Mode::Offset(location.base, offset);
        let form = match is_load {
            true => memory::load(Width::Word, rt, at),
            false => memory::store(Width::Word, rt, at),
        };
        Some(Word { rt, is_load, mode, location, located, size: form?.size() })
    }
}

/// Accesses that stand together and may be made in any order.
fn group<'a>(insts: &'a [Located], frame: &Frame) -> SmallVec<[Word<'a>; 4]> {
    let mut group: SmallVec<[Word; 4]> = SmallVec::new();
    for word in insts.iter().take(MOST).map_while(|located| Word::of(located, frame)) {
        let fits = group.iter().all(|other| {
            other.is_load == word.is_load
                && other.location.base == word.location.base
                && other.location.offset != word.location.offset
                && !(word.is_load && other.rt == word.rt)
        });
        if !fits {
            break;
        }
        group.push(word);
    }
    group
}

/// One instruction for some words, by rising address.
type Piece<'a> = SmallVec<[Word<'a>; 4]>;

/// What takes the place of a group, if that is better; `neighbours` says whether loads
/// stand before and behind it.
fn merged(group: &[Word], neighbours: (bool, bool), prefer: Prefer) -> Option<Vec<Located>> {
    let mut sorted = group.to_vec();
    sorted.sort_by_key(|word| word.location.offset);
    let (mut single, mut several): (Vec<Piece>, Vec<Piece>) = (vec![], vec![]);
    let mut rest = &sorted[..];
    while let Some(word) = rest.first() {
        let count = list(rest).or_else(|| pair(rest)).unwrap_or(1);
        if count == 1 {
            single.push(SmallVec::from_elem(*word, 1));
        } else {
            several.push(SmallVec::from_slice(&rest[..count]));
        }
        rest = &rest[count..];
    }
    if several.is_empty() {
        return None;
    }
    let old: Vec<Piece> = group.iter().map(|&word| SmallVec::from_elem(word, 1)).collect();
    // A single load takes a cycle less behind another one.
    let new = match neighbours.0 {
        true => [single, several].concat(),
        false => [several, single].concat(),
    };
    let (before, after) = (cycles(&old, neighbours), cycles(&new, neighbours));
    (prefer == Prefer::Size || after <= before)
        .then(|| new.into_iter().map(|piece| instruction(&piece)).collect())
}

/// How many of the first words LDM or STM takes, if that is shorter: their registers
/// must rise with their addresses.
fn list(words: &[Word]) -> Option<usize> {
    let follows = |pair: &[Word]| is_next(&pair[0], &pair[1]) && pair[0].rt < pair[1].rt;
    let count = 1 + words.windows(2).take_while(|pair| follows(pair)).count();
    let bytes: u32 = words[..count].iter().map(|word| word.size).sum();
    (words[0].location.offset == 0 && count >= LIST && bytes > 4).then_some(count)
}

/// Two, if LDRD or STRD of the first ones is shorter.
fn pair(words: &[Word]) -> Option<usize> {
    let [first, second, ..] = words else { return None };
    let is_shorter = is_next(first, second) && first.size + second.size > 4;
    let form = double(first.is_load, first.rt, second.rt, first.location);
    (is_shorter && form.is_some()).then_some(2)
}

fn is_next(first: &Word, second: &Word) -> bool {
    second.location.offset == first.location.offset + 4
}

fn double(is_load: bool, rt: Reg, rt2: Reg, Location { base, offset }: Location) -> Option<Inst> {
    memory::double(is_load, rt, rt2, Mode::Offset(base, i32::try_from(offset).ok()?))
}

/// Cycles of accesses in this order, and of a load behind them.
fn cycles(pieces: &[Piece], (mut behind_load, before_load): (bool, bool)) -> usize {
    let mut cycles = 0;
    for piece in pieces {
        let is_load = piece[0].is_load;
        cycles += match piece.len() {
            1 if is_load => 2 - usize::from(behind_load),
            1 => 1,
            count => 1 + count,
        };
        behind_load = is_load && piece.len() == 1;
    }
    cycles + usize::from(before_load && !behind_load)
}

/// The instruction for a piece, which stands where the first of its words did.
fn instruction(piece: &[Word]) -> Located {
    let first = &piece[0];
    let mode = first.mode;
    let inst = match (piece, first.is_load) {
        ([_], _) => return first.located.clone(),
        ([a, b], true) => MInst::LoadDouble { rd: a.rt, rd2: b.rt, mode },
        ([a, b], false) => MInst::StoreDouble { rt: a.rt, rt2: b.rt, mode },
        (_, true) => MInst::LoadMultiple { list: piece.iter().map(|word| word.rt).collect(), mode },
        (_, false) => {
            MInst::StoreMultiple { list: piece.iter().map(|word| word.rt).collect(), mode }
        }
    };
    Located { inst, ..first.located.clone() }
}
