//! Start-up code (core specification 4.5.4): what of the instantiation can't
//! be data of the object. The order is that of the specification: globals,
//! initial values of tables and items of segments, active element segments,
//! data segments, start function; a segment that is out of bounds traps after
//! those before it were copied.

use synth_ir::{
    BinaryOp, Data, DataKind, DataReloc, Definition, Linkage, Program, Signature, TrapCode,
};
use synth_wasm::{ConstExpr, ConstOp, ElementItem, SegmentKind};

use crate::call::Then;
use crate::consts::ConstValue;
use crate::env::{Env, Helper};
use crate::error::{Reason, Stop};
use crate::func::{TranslatedFunction, Translator};
use crate::locals::Assignments;
use crate::options::Init;

/// Name of the start-up function.
pub(crate) const INIT: &str = "__synth_init";

/// Builds the start-up function, if there is something to do.
pub(crate) fn translate(env: &Env<'_>) -> Result<Option<TranslatedFunction>, Stop> {
    if env.init.is_empty() {
        return Ok(None);
    }
    let mut t = Translator::new(env, Signature::new([], []), Assignments::default(), u64::MAX);
    match run(&mut t) {
        Ok(()) => {
            t.func.append(t.block, synth_ir::InstData::Return(vec![]), Default::default());
        }
        Err(Stop::Trapped) => {}
        Err(stop) => return Err(stop),
    }
    Ok(Some(t.finish(u32::MAX)))
}

/// Adds the function's symbol, and the word of `.init_array` that calls it.
pub(crate) fn declare(
    program: &mut Program,
    init: Init,
    prefix: &str,
    function: synth_ir::Function,
) -> synth_ir::SymbolId {
    let def = Definition::Function(Box::new(function));
    match init {
        Init::Symbol => program.add(format!("{prefix}{INIT}"), Linkage::Global, def),
        Init::Array => {
            let symbol = program.add(INIT, Linkage::Local, def);
            let word = Data {
                bytes: vec![0; 4],
                size: 4,
                align: 4,
                kind: DataKind::InitArray,
                relocs: vec![DataReloc { offset: 0, symbol, addend: 0 }],
            };
            program.add("__synth_init_array", Linkage::Local, Definition::Data(word));
            symbol
        }
    }
}

fn run(t: &mut Translator<'_, '_>) -> Result<(), Stop> {
    let env = t.env;
    for &index in &env.init.globals {
        if let Some(init) = &env.module.globals[index as usize].init {
            t.constant_expr(init)?;
            t.global_set(index)?;
        }
    }
    for &index in &env.init.tables {
        t.fill_table(index)?;
    }
    for &index in &env.init.items {
        t.write_items(index)?;
    }
    for &index in &env.init.elements {
        t.copy_elements(index)?;
    }
    for &index in &env.init.data {
        t.copy_data(index)?;
    }
    match env.init.start {
        Some(start) => {
            t.set_offset(0);
            t.call_function(start, Then::Continue)
        }
        None => Ok(()),
    }
}

impl Translator<'_, '_> {
    /// Emits the operators of a constant expression.
    fn constant_expr(&mut self, expr: &ConstExpr) -> Result<(), Stop> {
        self.set_offset(expr.offset);
        for op in &expr.ops {
            match *op {
                ConstOp::I32(v) => self.push_constant(ConstValue::I32(v))?,
                ConstOp::I64(v) => self.push_constant(ConstValue::I64(v))?,
                ConstOp::F32(v) => self.push_constant(ConstValue::F32(v))?,
                ConstOp::F64(v) => self.push_constant(ConstValue::F64(v))?,
                ConstOp::GlobalGet(index) => self.global_get(index)?,
                ConstOp::I32Add => self.constant_binary(BinaryOp::Add)?,
                ConstOp::I32Sub => self.constant_binary(BinaryOp::Sub)?,
                ConstOp::I32Mul => self.constant_binary(BinaryOp::Mul)?,
                ConstOp::I64Add => self.carried(BinaryOp::Add, synth_ir::WideOp::AddHi)?,
                ConstOp::I64Sub => self.carried(BinaryOp::Sub, synth_ir::WideOp::SubHi)?,
                ConstOp::I64Mul => self.multiply64()?,
                ConstOp::RefFunc(index) => self.ref_func(index)?,
                ConstOp::RefNull(ty) => self.ref_null(ty)?,
                ConstOp::Other(name) => {
                    return Err(Stop::refused(name, Reason::Proposal("gc")));
                }
            }
        }
        Ok(())
    }

    fn constant_binary(&mut self, op: BinaryOp) -> Result<(), Stop> {
        let (b, a) = (self.pop_i32()?, self.pop_i32()?);
        let value = self.binary(op, a, b);
        self.push_i32(value);
        Ok(())
    }

    fn known(&self, expr: &ConstExpr) -> Option<ConstValue> {
        let globals = &self.env.globals;
        crate::consts::evaluate(expr, |i| globals.get(i as usize)?.constant)
    }

    /// The value of an expression, as a constant where it is one.
    fn constant_value(&mut self, expr: &ConstExpr) -> Result<(), Stop> {
        match self.known(expr) {
            Some(value) => self.push_constant(value),
            None => self.constant_expr(expr),
        }
    }

    /// Gives all entries of a table their initial value.
    fn fill_table(&mut self, index: u32) -> Result<(), Stop> {
        let table = &self.env.module.tables[index as usize];
        let Some(init) = &table.init else { return Ok(()) };
        let start = self.iconst(0);
        self.push_i32(start);
        self.constant_value(init)?;
        let count = self.iconst(table.ty.min as i32);
        self.push_i32(count);
        self.table_fill(index)
    }

    /// Writes the items of a segment that are not known to its contents.
    fn write_items(&mut self, index: u32) -> Result<(), Stop> {
        let element = &self.env.module.elements[index as usize];
        let segment = self.env.elements[index as usize];
        let (Some(symbol), Some(ty)) = (segment.symbol, segment.element) else { return Ok(()) };
        for (place, item) in (0..).zip(&element.items) {
            let ElementItem::Expr(expr) = item else { continue };
            if self.known(expr).is_some() {
                continue;
            }
            self.constant_expr(expr)?;
            let operand = self.pop()?;
            let place = self.symbol_addr(symbol, place * ty.size() as i32);
            self.store_entry(place, operand);
        }
        Ok(())
    }

    fn copy_elements(&mut self, index: u32) -> Result<(), Stop> {
        let element = &self.env.module.elements[index as usize];
        let SegmentKind::Active { target, offset } = &element.kind else { return Ok(()) };
        self.set_offset(element.offset);
        let to = self.table_span(*target)?;
        let symbol = self.env.elements[index as usize].symbol;
        self.copy_segment(to, offset, symbol, element.items.len() as u32)
    }

    fn copy_data(&mut self, index: u32) -> Result<(), Stop> {
        let data = &self.env.module.data[index as usize];
        let SegmentKind::Active { target, offset } = &data.kind else { return Ok(()) };
        self.set_offset(data.offset);
        let to = self.memory_span(*target)?.checked(TrapCode::MemoryOutOfBounds);
        let symbol = self.env.data[index as usize].symbol;
        self.copy_segment(to, offset, symbol, data.range.len() as u32)
    }

    fn copy_segment(
        &mut self,
        to: crate::bulk::Span,
        offset: &ConstExpr,
        symbol: Option<synth_ir::SymbolId>,
        count: u32,
    ) -> Result<(), Stop> {
        self.constant_value(offset)?;
        let source = self.iconst(0);
        self.push_i32(source);
        let length = self.iconst(count as i32);
        self.push_i32(length);
        let from = to.segment(symbol, count);
        self.copy(to, from, Helper::Memcpy)
    }
}
