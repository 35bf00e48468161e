//! Gives the symbols of a program addresses, and makes the bytes to write.
//!
//! Code and constants lie in one range, small variables in another; each large
//! variable has a range of its own, which is filled with zeros on the target.
//! Relocations are applied as the linker applies them (AAELF32 section 5.6).

use synth_ir::entity::SecondaryMap;
use synth_ir::{Data, DataKind, Definition, Linkage, Program, SymbolId};
use synth_object::{RelocKind, Target};
use synth_thumb::Code;

use crate::arena::Arena;
use crate::error::LoadError;
use crate::loader::Place;

/// From this size on data lies in the large region.
const LARGE: u32 = 0x1_0000;

/// The regions of the board.
#[derive(Clone, Debug)]
pub(crate) struct Arenas {
    pub code: Arena,
    pub data: Arena,
    pub large: Arena,
}

/// Bytes for the target: zeros first, then what differs.
#[derive(Default)]
pub(crate) struct Image {
    /// Ranges of zeros: address and length.
    pub zeros: Vec<(u32, u32)>,
    /// Addresses and contents.
    pub chunks: Vec<(u32, Vec<u8>)>,
}

pub(crate) struct Placer<'p> {
    program: &'p Program,
    codes: SecondaryMap<SymbolId, Option<&'p Code>>,
    places: SecondaryMap<SymbolId, Option<Target>>,
    /// Symbols that lie in memory because of this program.
    own: Vec<SymbolId>,
}

impl<'p> Placer<'p> {
    /// Gives each symbol its address; `find` knows the undefined ones by name.
    pub fn new(
        program: &'p Program,
        codes: &'p [(SymbolId, Code)],
        arenas: &mut Arenas,
        find: impl Fn(&str) -> Option<Place>,
        find_comdat: impl Fn(&str) -> Option<Place>,
    ) -> Result<Self, LoadError> {
        let mut by_symbol = SecondaryMap::new();
        for (id, code) in codes {
            by_symbol[*id] = Some(code);
        }
        let places = SecondaryMap::new();
        let mut placer = Placer { program, codes: by_symbol, places, own: vec![] };
        for (id, symbol) in &program.symbols {
            let comdat = (symbol.linkage == Linkage::Comdat).then(|| find_comdat(&symbol.name));
            placer.places[id] = match &symbol.def {
                _ if let Some(Some(first)) = comdat => Some(first.into()),
                Definition::UndefinedFunction | Definition::UndefinedData => {
                    let missing = Target { address: 0, thumb: false, missing: true };
                    let weak = symbol.linkage == Linkage::Weak;
                    find(&symbol.name).map(Target::from).or(weak.then_some(missing))
                }
                Definition::Absolute(address) => {
                    Some(Target { address: *address, thumb: false, missing: false })
                }
                Definition::Alias { .. } => None,
                Definition::Function(_) => placer.place_function(id, arenas)?,
                Definition::Data(data) => Some(placer.place_data(id, data, arenas)?),
            };
        }
        placer.place_aliases()?;
        Ok(placer)
    }

    fn place_function(
        &mut self,
        id: SymbolId,
        arenas: &mut Arenas,
    ) -> Result<Option<Target>, LoadError> {
        let Some(code) = self.codes[id] else { return Ok(None) };
        let size = code.bytes.len() as u32;
        let address = arenas.code.allocate(size, code.align.max(4));
        let address = address.ok_or_else(|| self.no_room(id, size))?;
        self.own.push(id);
        Ok(Some(Target { address, thumb: true, missing: false }))
    }

    fn place_data(
        &mut self,
        id: SymbolId,
        data: &Data,
        arenas: &mut Arenas,
    ) -> Result<Target, LoadError> {
        let align = data.align.max(4);
        let arena = match data.kind {
            _ if data.size >= LARGE => &mut arenas.large,
            DataKind::Const => &mut arenas.code,
            _ => &mut arenas.data,
        };
        let address = arena.allocate(data.size, align);
        let address = address.ok_or_else(|| self.no_room(id, data.size))?;
        self.own.push(id);
        Ok(Target { address, thumb: false, missing: false })
    }

    fn no_room(&self, id: SymbolId, size: u32) -> LoadError {
        LoadError::Room { name: self.name(id), size }
    }

    fn name(&self, id: SymbolId) -> String {
        self.program.symbols[id].name.clone()
    }

    fn place_aliases(&mut self) -> Result<(), LoadError> {
        for (id, symbol) in &self.program.symbols {
            let (mut at, mut sum, mut steps) = (id, 0u32, 0);
            while let Definition::Alias { target, offset } = self.program.symbols[at].def {
                (at, sum, steps) = (target, sum.wrapping_add(offset), steps + 1);
                if steps > self.program.symbols.len() {
                    return Err(LoadError::Alias(symbol.name.clone()));
                }
            }
            if steps > 0 {
                self.places[id] = self.places[at].map(|target| Target {
                    address: target.address.wrapping_add(sum),
                    thumb: target.thumb && sum == 0,
                    ..target
                });
            }
        }
        Ok(())
    }

    /// Where a symbol is, if it has a place.
    pub fn place(&self, id: SymbolId) -> Option<Place> {
        let target = self.places[id].filter(|target| !target.missing)?;
        Some(Place { address: target.address, thumb: target.thumb })
    }

    /// The relocated contents of all that this program places.
    pub fn image(&self) -> Result<Image, LoadError> {
        let mut image = Image::default();
        for &id in &self.own {
            let Some(Target { address, .. }) = self.places[id] else { continue };
            let bytes = match (&self.program.symbols[id].def, self.codes[id]) {
                (Definition::Data(data), _) => {
                    let mut bytes = data.bytes.clone();
                    let relocated = data.relocs.iter().map(|r| r.offset as usize + 4).max();
                    bytes.resize(bytes.len().max(relocated.unwrap_or(0)), 0);
                    for r in &data.relocs {
                        let place = (id, r.offset);
                        self.relocate(&mut bytes, place, RelocKind::Abs32, r.symbol, r.addend)?;
                    }
                    if data.size >= LARGE {
                        image.zeros.push((address, data.size));
                    } else {
                        bytes.resize(data.size as usize, 0);
                    }
                    bytes
                }
                (_, Some(code)) => {
                    let mut bytes = code.bytes.clone();
                    for r in &code.relocs {
                        let place = (id, r.offset);
                        self.relocate(&mut bytes, place, r.kind.into(), r.symbol, r.addend)?;
                    }
                    bytes
                }
                _ => continue,
            };
            image.add(address, bytes);
        }
        Ok(image)
    }

    fn relocate(
        &self,
        bytes: &mut [u8],
        (id, offset): (SymbolId, u32),
        kind: RelocKind,
        symbol: SymbolId,
        addend: i32,
    ) -> Result<(), LoadError> {
        let error =
            || LoadError::Relocation { name: self.name(id), offset, target: self.name(symbol) };
        let target = self.places[symbol];
        let target = target.ok_or_else(|| LoadError::Undefined(self.name(symbol)))?;
        let at = self.places[id].map_or(0, |t| t.address).wrapping_add(offset);
        let place = bytes.get_mut(offset as usize..).and_then(|b| b.first_chunk_mut());
        let place: &mut [u8; 4] = place.ok_or_else(error)?;
        *place = kind.apply(*place, addend, target, at).ok_or_else(error)?;
        Ok(())
    }
}

impl Image {
    /// Adds bytes, to the last chunk if they follow it closely.
    fn add(&mut self, address: u32, mut bytes: Vec<u8>) {
        if let Some((start, last)) = self.chunks.last_mut() {
            let gap = address.wrapping_sub(*start).wrapping_sub(last.len() as u32);
            if gap < 64 {
                last.resize(last.len() + gap as usize, 0);
                last.append(&mut bytes);
                return;
            }
        }
        if !bytes.is_empty() {
            self.chunks.push((address, bytes));
        }
    }
}

impl From<Place> for Target {
    fn from(place: Place) -> Self {
        Target { address: place.address, thumb: place.thumb, missing: false }
    }
}
