//! Parses instructions.

use super::function::parse_signature;
use super::lexer::{Line, Token, entity};
use super::parse::{ParseError, Symbols};
use crate::atomic::{AtomicOp, AtomicWidth, SystemOp};
use crate::float::FloatOp;
use crate::function::{Block, BlockCall, Function, InstData, Region, Slot, Value};
use crate::ops::{BinaryOp, Cond, Hint, LoadOp, StoreOp, TrapCode, UnaryOp, WideOp};
use crate::types::Type;

/// An instruction and the types of its results.
pub(super) struct ParsedInst {
    pub(super) data: InstData,
    pub(super) types: Vec<Type>,
}

/// An instruction, from its operator on. Signatures of calls are added to
/// the function.
pub(super) fn parse_inst(
    line: &mut Line<'_>,
    func: &mut Function,
    symbols: &Symbols,
) -> Result<ParsedInst, ParseError> {
    let word = line.word("an instruction")?;
    if let Some(inst) = parse_operator(line, word)? {
        return Ok(inst);
    }
    let select = |ty| move |line: &mut Line<'_>| parse_select(line, ty);
    match word {
        "const" => one(InstData::Const(line.i32()?), Type::I32),
        "f32.const" => one(InstData::F32Const(line.u32()?), Type::F32),
        "f64.const" => one(InstData::F64Const(line.number(u64::MAX)?), Type::F64),
        "symbol_addr" => {
            let symbol = symbols.parse(line)?;
            one(InstData::SymbolAddr { symbol, addend: line.plus()? }, Type::I32)
        }
        "slot_addr" => {
            let slot = Slot::from_u32(line.entity("slot", "a slot")?);
            one(InstData::SlotAddr { slot, offset: line.plus()? }, Type::I32)
        }
        "select" => select(Type::I32)(line),
        "select.f32" => select(Type::F32)(line),
        "select.f64" => select(Type::F64)(line),
        "stack_save" => one(InstData::StackSave, Type::I32),
        "stack_restore" => {
            let [addr] = values(line)?;
            none(InstData::StackRestore { addr })
        }
        "trap_if" => {
            let [cond] = values(line)?;
            line.expect(',')?;
            none(InstData::TrapIf { cond, code: parse_trap(line)? })
        }
        "call" | "call_indirect" | "tail_call" | "tail_call_indirect" => {
            parse_call(line, word, func, symbols)
        }
        _ => parse_terminator(line, word),
    }
}

fn one(data: InstData, ty: Type) -> Result<ParsedInst, ParseError> {
    Ok(ParsedInst { data, types: vec![ty] })
}

fn none(data: InstData) -> Result<ParsedInst, ParseError> {
    Ok(ParsedInst { data, types: vec![] })
}

/// The instructions whose name is that of an operator.
fn parse_operator(line: &mut Line<'_>, word: &str) -> Result<Option<ParsedInst>, ParseError> {
    let (data, ty) = if let Some(op) = UnaryOp::from_name(word) {
        let [arg] = values(line)?;
        (InstData::Unary { op, arg }, op.result_type())
    } else if let Some(op) = BinaryOp::from_name(word) {
        (InstData::Binary { op, args: values(line)? }, op.result_type())
    } else if let Some(op) = WideOp::from_name(word) {
        let args = value_list(line)?;
        if args.len() != op.arity() {
            return line.error(format!("{op} has {} arguments, not {}", op.arity(), args.len()));
        }
        (InstData::Wide { op, args }, Type::I32)
    } else if let Some(op) = FloatOp::from_name(word) {
        let (args, arity) = (value_list(line)?, op.arg_types().len());
        if args.len() != arity {
            return line.error(format!("{op} has {arity} arguments, not {}", args.len()));
        }
        (InstData::Float { op, args }, op.result_type())
    } else if let Some(cond) = word.strip_prefix("cmp.").and_then(Cond::from_name) {
        (InstData::Compare { cond, args: values(line)? }, Type::I32)
    } else if let Some(cond) = word.strip_prefix("cmp64.").and_then(Cond::from_name) {
        (InstData::Compare64 { cond, args: values(line)? }, Type::I32)
    } else if let Some(op) = LoadOp::from_name(word) {
        let (region, addr, offset) = parse_place(line)?;
        (InstData::Load { op, addr, offset, region }, op.result_type())
    } else if let Some(op) = StoreOp::from_name(word) {
        let (region, addr, offset) = parse_place(line)?;
        line.expect(',')?;
        let [value] = values(line)?;
        return none(InstData::Store { op, addr, value, offset, region }).map(Some);
    } else if let Some(rest) = word.strip_prefix("atomic.") {
        return parse_atomic(line, rest).map(Some);
    } else if let Some(op) = SystemOp::from_name(word) {
        let args = if op.arity() > 0 { value_list(line)? } else { vec![] };
        let types = op.result_types().to_vec();
        return Ok(Some(ParsedInst { data: InstData::System { op, args }, types }));
    } else {
        return Ok(None);
    };
    one(data, ty).map(Some)
}

/// `OP.WIDTH REGION[vN + OFFSET], vN…`, from the operator on.
fn parse_atomic(line: &mut Line<'_>, word: &str) -> Result<ParsedInst, ParseError> {
    let operator = word
        .split_once('.')
        .and_then(|(op, width)| Some((AtomicOp::from_name(op)?, AtomicWidth::from_name(width)?)));
    let Some((op, width)) = operator else {
        return line.error(format!("'atomic.{word}' is not an instruction"));
    };
    let (region, addr, offset) = parse_place(line)?;
    let mut args = vec![];
    while line.eat(',') {
        args.push(parse_value(line)?);
    }
    let expected = op.operands() * width.words();
    if args.len() != expected {
        return line.error(format!("{op} has {expected} operands, not {}", args.len()));
    }
    let words = if op.has_result() { width.words() } else { 0 };
    let data = InstData::Atomic { op, width, addr, args, offset, region };
    Ok(ParsedInst { data, types: vec![Type::I32; words] })
}

fn parse_value(line: &mut Line<'_>) -> Result<Value, ParseError> {
    line.entity("v", "a value").map(Value::from_u32)
}

/// Exactly `N` values, separated by commas.
fn values<const N: usize>(line: &mut Line<'_>) -> Result<[Value; N], ParseError> {
    let mut values = [Value::from_u32(0); N];
    for (i, value) in values.iter_mut().enumerate() {
        if i > 0 {
            line.expect(',')?;
        }
        *value = parse_value(line)?;
    }
    Ok(values)
}

/// One or more values, separated by commas.
fn value_list(line: &mut Line<'_>) -> Result<Vec<Value>, ParseError> {
    let mut values = vec![parse_value(line)?];
    while line.eat(',') {
        values.push(parse_value(line)?);
    }
    Ok(values)
}

/// `REGION[vN + OFFSET]`.
fn parse_place(line: &mut Line<'_>) -> Result<(Region, Value, i32), ParseError> {
    let word = line.word("a region")?;
    let region = match word {
        "native" => Region::Native,
        "stack" => Region::Stack,
        "global" => Region::Global,
        "table" => Region::Table,
        "instance" => Region::Instance,
        "const" => Region::Const,
        _ => match entity(word, "memory").and_then(|n| u8::try_from(n).ok()) {
            Some(number) => Region::Memory(number),
            None => return line.error(format!("'{word}' is not a region")),
        },
    };
    line.expect('[')?;
    let addr = parse_value(line)?;
    let offset = line.plus()?;
    line.expect(']')?;
    Ok((region, addr, offset))
}

fn parse_select(line: &mut Line<'_>, ty: Type) -> Result<ParsedInst, ParseError> {
    let [cond, a, b] = values(line)?;
    one(InstData::Select { cond, args: [a, b] }, ty)
}

fn parse_trap(line: &mut Line<'_>) -> Result<TrapCode, ParseError> {
    let word = line.word("a trap code")?;
    match TrapCode::from_name(word) {
        Some(code) => Ok(code),
        None => line.error(format!("'{word}' is not a trap code")),
    }
}

fn parse_call(
    line: &mut Line<'_>,
    word: &str,
    func: &mut Function,
    symbols: &Symbols,
) -> Result<ParsedInst, ParseError> {
    let direct = matches!(word, "call" | "tail_call");
    let tail = word.starts_with("tail_");
    let callee = if direct { Some(symbols.parse(line)?) } else { None };
    let target = if direct { None } else { Some(parse_value(line)?) };
    let args = line.list('(', ')', parse_value)?;
    line.expect(':')?;
    let signature = parse_signature(line)?;
    let types = if tail { vec![] } else { signature.result_values().collect() };
    let sig = func.add_sig(signature);
    let data = match (callee, target, tail) {
        (Some(callee), _, false) => InstData::Call { callee, sig, args },
        (Some(callee), _, true) => InstData::TailCall { callee, sig, args },
        (None, Some(target), false) => InstData::CallIndirect { target, sig, args },
        (None, Some(target), true) => InstData::TailCallIndirect { target, sig, args },
        (None, None, _) => return line.error("a call without a callee"),
    };
    Ok(ParsedInst { data, types })
}

fn parse_block_call(line: &mut Line<'_>) -> Result<BlockCall, ParseError> {
    let block = Block::from_u32(line.entity("b", "a block")?);
    let args = match line.peek() {
        Some(Token::Char('(')) => line.list('(', ')', parse_value)?,
        _ => vec![],
    };
    Ok(BlockCall { block, args })
}

/// `, likely` or `, unlikely`, if a branch has it.
fn parse_hint(line: &mut Line<'_>) -> Result<Option<Hint>, ParseError> {
    if !line.eat(',') {
        return Ok(None);
    }
    let word = line.word("a hint")?;
    match Hint::from_name(word) {
        Some(hint) => Ok(Some(hint)),
        None => line.error(format!("'{word}' is not a hint")),
    }
}

fn parse_terminator(line: &mut Line<'_>, word: &str) -> Result<ParsedInst, ParseError> {
    none(match word {
        "jump" => InstData::Jump(parse_block_call(line)?),
        "branch" => {
            let [cond] = values(line)?;
            line.expect(',')?;
            let then = parse_block_call(line)?;
            line.expect(',')?;
            let other = parse_block_call(line)?;
            InstData::Branch { cond, then, other, hint: parse_hint(line)? }
        }
        "switch" => {
            let [index] = values(line)?;
            line.expect(',')?;
            let targets = line.list('[', ']', parse_block_call)?;
            line.expect(',')?;
            InstData::Switch { index, targets, default: parse_block_call(line)? }
        }
        "return" => match line.peek() {
            Some(Token::Word(_)) => InstData::Return(value_list(line)?),
            _ => InstData::Return(vec![]),
        },
        "trap" => InstData::Trap(parse_trap(line)?),
        _ => return line.error(format!("'{word}' is not an instruction")),
    })
}
