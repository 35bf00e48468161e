//! Loads and stores in place of a call.

use synth_ir::{BinaryOp, Function, Inst, InstData, LoadOp, Region, SourceLoc, StoreOp, Value};

/// Loads that follow each other before their values are stored.
const GROUP: usize = 4;

/// A part that one access reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    offset: u32,
    bytes: u32,
}

impl Piece {
    fn ops(self) -> (LoadOp, StoreOp) {
        match self.bytes {
            4 => (LoadOp::I32, StoreOp::I32),
            2 => (LoadOp::U16, StoreOp::I16),
            _ => (LoadOp::U8, StoreOp::I8),
        }
    }
}

/// The pieces of `size` bytes, none larger than `largest`. Where any address
/// will do, three bytes after a word are the end of a word that overlaps it.
pub(super) fn pieces(size: u32, largest: u32, anywhere: bool) -> Vec<Piece> {
    let mut pieces = vec![];
    let mut offset = 0;
    while offset < size {
        let rest = size - offset;
        if rest == 3 && offset > 0 && largest == 4 && anywhere {
            pieces.push(Piece { offset: size - 4, bytes: 4 });
            break;
        }
        let fits = [4, 2, 1].into_iter().find(|&bytes| bytes <= rest && bytes <= largest);
        let bytes = fits.unwrap_or(1);
        pieces.push(Piece { offset, bytes });
        offset += bytes;
    }
    pieces
}

/// Where the new instructions go.
pub(super) struct Writer<'a> {
    pub(super) func: &'a mut Function,
    pub(super) out: &'a mut Vec<Inst>,
    pub(super) loc: SourceLoc,
}

impl Writer<'_> {
    fn emit(&mut self, data: InstData) -> Inst {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        inst
    }

    fn value(&mut self, data: InstData) -> Value {
        let inst = self.emit(data);
        self.func.result(inst)
    }

    /// Copies pieces; all are loaded before one is stored, unless the areas
    /// are apart.
    pub(super) fn copy(
        &mut self,
        to: (Value, Region),
        from: (Value, Region),
        pieces: &[Piece],
        apart: bool,
    ) {
        let group = if apart { GROUP } else { pieces.len().max(1) };
        for pieces in pieces.chunks(group) {
            let mut values = vec![];
            for piece in pieces {
                let (op, offset) = (piece.ops().0, piece.offset as i32);
                let (addr, region) = from;
                values.push(self.value(InstData::Load { op, addr, offset, region }));
            }
            for (piece, value) in pieces.iter().zip(values) {
                self.store(to, piece, value);
            }
        }
    }

    /// Fills pieces with a byte.
    pub(super) fn fill(&mut self, to: (Value, Region), byte: Value, pieces: &[Piece]) {
        const ONES: i32 = 0x0101_0101;
        let single = pieces.iter().all(|piece| piece.bytes == 1);
        let value = match self.func.as_const(byte) {
            Some(byte) => self.value(InstData::Const((byte & 0xff).wrapping_mul(ONES))),
            None if single => byte,
            None => {
                let mask = self.value(InstData::Const(0xff));
                let byte = self.value(InstData::Binary { op: BinaryOp::And, args: [byte, mask] });
                let ones = self.value(InstData::Const(ONES));
                self.value(InstData::Binary { op: BinaryOp::Mul, args: [byte, ones] })
            }
        };
        for piece in pieces {
            self.store(to, piece, value);
        }
    }

    fn store(&mut self, (addr, region): (Value, Region), piece: &Piece, value: Value) {
        let (op, offset) = (piece.ops().1, piece.offset as i32);
        self.emit(InstData::Store { op, addr, value, offset, region });
    }
}
