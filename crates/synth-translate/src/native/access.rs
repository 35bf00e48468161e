//! Operators in the native model: addresses, accesses, function pointers.

use synth_ir::{BinaryOp, Region};
use synth_wasm::{RelocKind, Relocation, operator_name};
use wasmparser::{MemArg, Operator};

use crate::call::{Callee, Then};
use crate::env::Helper;
use crate::error::{Reason, Stop};
use crate::func::Translator;
use crate::memory::Address;

const NO_MEMORY: Reason = Reason::Native(
    "the native model has no memory of its own: allocate with a function of the host, \
     such as malloc, or compile with --model linear",
);
const NO_PASSIVE: Reason = Reason::Native(
    "data of the native model is in place from the start: do not link with --shared-memory \
     or --import-memory, or give synth the objects in place of the linked module",
);
const NO_TABLE: Reason = Reason::Native(
    "function pointers of the native model are addresses and stand in no table: \
     use C function pointers, or compile with --model linear",
);
const NO_REFERENCE: Reason =
    Reason::Native("references have no native form: use pointers, or compile with --model linear");
const NO_STATIC: Reason = Reason::Native(
    "it is in the module's memory and in no data that the module shows: link with \
     --export=__data_end and --statics constants, or link with --emit-relocs",
);
const BAD_RELOCATION: Reason = Reason::Native(
    "that is no combination that compilers write: give synth the output of the compiler \
     or of wasm-ld, which no other tool has changed",
);
const THREAD_LOCAL: Reason = Reason::Native(
    "thread-local variables are not compiled: use a variable of the host's thread \
     structure, or compile without -matomics and say --single-context",
);

/// Why an operator has no meaning in the native model. A finished module
/// without relocations has kept its table.
fn refusal(op: &Operator<'_>, no_table: bool) -> Option<Reason> {
    use Operator::*;
    Some(match op {
        MemorySize { .. } | MemoryGrow { .. } => NO_MEMORY,
        MemoryInit { .. } | DataDrop { .. } => NO_PASSIVE,
        TableGet { .. }
        | TableSet { .. }
        | TableSize { .. }
        | TableGrow { .. }
        | TableFill { .. }
        | TableCopy { .. }
        | TableInit { .. }
        | ElemDrop { .. }
            if no_table =>
        {
            NO_TABLE
        }
        RefNull { .. }
        | RefFunc { .. }
        | RefIsNull
        | RefAsNonNull
        | CallRef { .. }
        | ReturnCallRef { .. }
        | BrOnNull { .. }
        | BrOnNonNull { .. } => NO_REFERENCE,
        _ => return None,
    })
}

/// Whether an operator's operand is what a relocation changes.
fn fits(kind: RelocKind, op: &Operator<'_>) -> bool {
    use Operator::*;
    match kind {
        RelocKind::MemoryAddrSleb
        | RelocKind::MemoryAddrRelSleb
        | RelocKind::TableIndexSleb
        | RelocKind::TableIndexRelSleb => matches!(op, I32Const { .. }),
        RelocKind::FunctionIndexLeb => matches!(op, Call { .. } | ReturnCall { .. }),
        RelocKind::GlobalIndexLeb => matches!(op, GlobalGet { .. } | GlobalSet { .. }),
        RelocKind::TypeIndexLeb | RelocKind::TableNumberLeb => true,
        RelocKind::MemoryAddrLeb => {
            let name = operator_name(op).to_string();
            [".load", ".store", ".atomic"].iter().any(|part| name.contains(part))
        }
        _ => false,
    }
}

impl Translator<'_, '_> {
    /// What is different in the native model. Says whether the operator is
    /// done.
    pub(crate) fn native_operator(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        let Some(native) = &self.env.native else { return Ok(false) };
        let name = || operator_name(op).to_string();
        if let Some(reason) = refusal(op, native.object.is_some()) {
            return Err(Stop::refused(name(), reason));
        }
        for reloc in self.relocs {
            if reloc.kind == RelocKind::MemoryAddrTlsSleb {
                return Err(Stop::refused(name(), THREAD_LOCAL));
            }
            if !fits(reloc.kind, op) {
                let what = format!("{} with the relocation {}", name(), reloc.kind);
                return Err(Stop::refused(what, BAD_RELOCATION));
            }
        }
        match *op {
            Operator::I32Const { value } if native.object.is_none() => {
                let guess = match self.next_takes_number {
                    true => None,
                    false => self.guess(value as u32),
                };
                let Some(address) = guess else { return Ok(false) };
                self.push_i32(address);
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. }
                if native.object.is_none() =>
            {
                return Ok(false);
            }
            Operator::I32Const { .. } => {
                let [reloc] = self.relocs else { return Ok(false) };
                let symbol = native.symbol(reloc);
                let symbol = symbol.ok_or_else(|| self.malformed("symbol of an address"))?;
                let address = self.symbol_addr(symbol, reloc.addend);
                self.push_i32(address);
            }
            // The address of a symbol, by way of a table of addresses that
            // position-independent code has.
            Operator::GlobalGet { .. } => {
                let symbol = self.relocs.first().and_then(|reloc| native.symbol(reloc));
                let Some(symbol) = symbol else { return Ok(false) };
                let address = self.symbol_addr(symbol, 0);
                self.push_i32(address);
            }
            Operator::CallIndirect { type_index, .. } => {
                self.native_call(type_index, Then::Continue)?;
            }
            Operator::ReturnCallIndirect { type_index, .. } => {
                self.native_call(type_index, Then::Return)?;
            }
            Operator::MemoryCopy { .. } => {
                let length = self.pop_i32()?;
                let (source, dest) = (self.pop_i32()?, self.pop_i32()?);
                self.call_helper(Helper::Memmove, vec![dest, source, length])?;
            }
            Operator::MemoryFill { .. } => {
                let length = self.pop_i32()?;
                let (byte, dest) = (self.pop_i32()?, self.pop_i32()?);
                // The helper takes the length before the byte.
                self.call_helper(Helper::Memset, vec![dest, length, byte])?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The relocation of the current operator that is of that kind.
    fn reloc(&self, kind: RelocKind) -> Option<&Relocation> {
        self.relocs.iter().find(|reloc| reloc.kind == kind)
    }

    /// The symbol that the current operator calls, by its relocation: of
    /// several names of one function it need not be the first.
    pub(crate) fn relocated_callee(&self) -> Option<synth_ir::SymbolId> {
        self.env.native.as_ref()?.symbol(self.reloc(RelocKind::FunctionIndexLeb)?)
    }

    /// A function pointer is the function's address: as in C, the type is
    /// the caller's business.
    fn native_call(&mut self, type_index: u32, then: Then) -> Result<(), Stop> {
        let target = self.pop_i32()?;
        self.call_callee(Callee::Address(target), type_index, then)
    }

    /// Pops the address of an access. Arithmetic wraps, as in C.
    pub(crate) fn native_address(&mut self, memarg: MemArg) -> Result<Address, Stop> {
        let address = self.pop_i32()?;
        let constant = self.func.as_const(address);
        // Ordinary memory may be a slot or data of the module too, so it is all
        // one region.
        let ordinary = self.env.options.no_volatile;
        let region = if ordinary { Region::Memory(0) } else { Region::Native };
        if let Some(&reloc) = self.reloc(RelocKind::MemoryAddrLeb) {
            let native = self.env.native.as_ref();
            let symbol = native.and_then(|native| native.symbol(&reloc));
            let symbol = symbol.ok_or_else(|| self.malformed("symbol of an access"))?;
            if let Some(constant) = constant {
                let base = self.symbol_addr(symbol, reloc.addend.wrapping_add(constant));
                return Ok(Address { base, offset: 0, region });
            }
            let base = self.symbol_addr(symbol, reloc.addend);
            let base = self.binary(BinaryOp::Add, base, address);
            return Ok(Address { base, offset: 0, region });
        }
        let offset = memarg.offset as i32;
        let place = constant.map(|constant| constant.wrapping_add(offset));
        if let Some(statics) = self.env.native.as_ref().and_then(|native| native.statics)
            && !self.is_address(address)
        {
            // A variable, or an element of one.
            if let Some(base) = self.guess(place.unwrap_or(offset) as u32) {
                let base = match constant {
                    Some(_) => base,
                    None => self.binary(BinaryOp::Add, base, address),
                };
                return Ok(Address { base, offset: 0, region });
            }
            if place.is_some_and(|place| statics.is_in_memory(place as u32)) {
                let what = format!("an access at the address {}", place.unwrap_or_default());
                return Err(Stop::refused(what, NO_STATIC));
            }
        }
        let Some(place) = place else { return Ok(Address { base: address, offset, region }) };
        // Registers of one device share the upper part of the address.
        let base = self.iconst(place & !0xfff);
        Ok(Address { base, offset: place & 0xfff, region })
    }
}
