//! Parses functions: slots, blocks and the numbering of values.

use cranelift_entity::EntityRef;

use super::instruction::{ParsedInst, parse_inst};
use super::lexer::{Line, Token, entity};
use super::parse::{Lines, ParseError, Symbols};
use crate::function::{
    Block, BlockData, Function, InstData, SlotData, SourceLoc, Value, ValueData, ValueDef,
};
use crate::types::{AbiType, Aggregate, Convention, Signature, Type};

/// A signature; the convention is `aapcs` unless it is written.
pub(super) fn parse_signature(line: &mut Line<'_>) -> Result<Signature, ParseError> {
    let groups = line.list('(', ')', |line| match line.peek() {
        Some(Token::Char('{')) => line.list('{', '}', parse_abi_type),
        _ => Ok(vec![parse_abi_type(line)?]),
    })?;
    let mut aggregates = vec![];
    let mut first = 0;
    for group in &groups {
        let count = group.len() as u32;
        if count > 1 {
            aggregates.push(Aggregate { first, count });
        }
        first += count;
    }
    let params = groups.concat();
    if line.next() != Some(Token::Arrow) {
        return line.error("expected '->' and the results of a signature");
    }
    let results = line.list('(', ')', parse_abi_type)?;
    let convention = Convention::ALL.into_iter().find(|c| line.eat_word(&c.to_string()));
    let convention = convention.unwrap_or_default();
    Ok(Signature { params, results, convention, aggregates })
}

fn parse_abi_type(line: &mut Line<'_>) -> Result<AbiType, ParseError> {
    let types = [AbiType::I32, AbiType::I64, AbiType::F32, AbiType::F64];
    match types.into_iter().find(|t| line.eat_word(&t.to_string())) {
        Some(ty) => Ok(ty),
        None => line.expected("a type"),
    }
}

fn parse_type(line: &mut Line<'_>) -> Result<Type, ParseError> {
    match [Type::I32, Type::F32, Type::F64].into_iter().find(|t| line.eat_word(&t.to_string())) {
        Some(ty) => Ok(ty),
        None => line.expected("a type"),
    }
}

/// A function from its signature on, to the closing brace.
pub(super) fn parse_function(
    line: &mut Line<'_>,
    lines: &mut Lines<'_>,
    symbols: &Symbols,
) -> Result<Function, ParseError> {
    let signature = parse_signature(line)?;
    line.expect('{')?;
    line.end()?;
    let mut parser = FunctionParser {
        func: Function::new(signature),
        values: vec![],
        placed: vec![],
        lines: vec![],
    };
    while let Some(mut line) = lines.next_in_body()? {
        let word = match line.peek() {
            Some(&Token::Word(word)) => word,
            _ => return line.expected("an instruction"),
        };
        if entity(word, "slot").is_some() {
            parser.slot(&mut line)?;
        } else if entity(word, "b").is_some() {
            parser.block(&mut line)?;
        } else {
            parser.inst(&mut line, symbols)?;
        }
        line.end()?;
    }
    parser.finish()
}

struct FunctionParser {
    func: Function,
    /// The values defined so far, by number.
    values: Vec<Option<ValueData>>,
    /// The blocks in the layout so far, by number.
    placed: Vec<bool>,
    /// The line of each instruction.
    lines: Vec<usize>,
}

impl FunctionParser {
    fn slot(&mut self, line: &mut Line<'_>) -> Result<(), ParseError> {
        let number = self.func.slots.len();
        if line.entity("slot", "a slot")? as usize != number {
            return line.error(format!("this slot must be slot{number}"));
        }
        line.expect(':')?;
        line.expect_word("size")?;
        let size = line.u32()?;
        line.expect(',')?;
        line.expect_word("align")?;
        self.func.slots.push(SlotData { size, align: line.u32()? });
        Ok(())
    }

    fn block(&mut self, line: &mut Line<'_>) -> Result<(), ParseError> {
        let block = Block::from_u32(line.entity("b", "a block")?);
        self.make_blocks(block);
        if std::mem::replace(&mut self.placed[block.index()], true) {
            return line.error(format!("{block} is already defined"));
        }
        self.func.layout.push(block);
        if matches!(line.peek(), Some(Token::Char('('))) {
            let mut params = vec![];
            line.list('(', ')', |line| {
                let value = line.entity("v", "a value")?;
                line.expect(':')?;
                let def = ValueDef::Param(block, params.len() as u32);
                let ty = parse_type(line)?;
                params.push(self.define(line, value, ValueData { ty, def })?);
                Ok(())
            })?;
            self.func.blocks[block].params = params;
        }
        line.expect(':')
    }

    fn make_blocks(&mut self, last: Block) {
        while self.func.blocks.len() <= last.index() {
            self.func.blocks.push(BlockData::default());
            self.placed.push(false);
        }
    }

    fn define(
        &mut self,
        line: &Line<'_>,
        number: u32,
        data: ValueData,
    ) -> Result<Value, ParseError> {
        let index = number as usize;
        if self.values.len() <= index {
            self.values.resize(index + 1, None);
        }
        if self.values[index].replace(data).is_some() {
            return line.error(format!("v{number} is already defined"));
        }
        Ok(Value::from_u32(number))
    }

    fn inst(&mut self, line: &mut Line<'_>, symbols: &Symbols) -> Result<(), ParseError> {
        let Some(&block) = self.func.layout.last() else {
            return line.error("an instruction before the first block");
        };
        let mut results = vec![];
        if matches!(line.peek(), Some(Token::Word(word)) if entity(word, "v").is_some()) {
            results.push(line.entity("v", "a value")?);
            while line.eat(',') {
                results.push(line.entity("v", "a value")?);
            }
            line.expect('=')?;
        }
        let ParsedInst { data, types } = parse_inst(line, &mut self.func, symbols)?;
        if types.len() != results.len() {
            return line.error(format!(
                "the instruction has {} results, not {}",
                types.len(),
                results.len()
            ));
        }
        let inst = self.func.push_inst(data);
        self.lines.push(line.number);
        for (i, (number, ty)) in results.into_iter().zip(types).enumerate() {
            let def = ValueDef::Result(inst, i as u32);
            let value = self.define(line, number, ValueData { ty, def })?;
            self.func.results[inst].push(value);
        }
        if line.eat('!') {
            self.func.locs[inst] = SourceLoc(line.u32()?);
        }
        self.func.blocks[block].insts.push(inst);
        Ok(())
    }

    /// Checks that what is used is defined, and fills the gaps between the
    /// numbers of values.
    fn finish(mut self) -> Result<Function, ParseError> {
        for (&line, data) in self.lines.iter().zip(self.func.insts.values()) {
            let mut missing = None;
            data.for_each_arg(|v| {
                if !matches!(self.values.get(v.index()), Some(Some(_))) {
                    missing = Some(v.to_string());
                }
            });
            for call in data.successors() {
                if !self.placed.get(call.block.index()).is_some_and(|&placed| placed) {
                    missing = Some(call.block.to_string());
                }
            }
            if let Some(missing) = missing {
                return Err(ParseError { line, message: format!("{missing} is not defined") });
            }
        }
        let mut unused = None;
        for data in std::mem::take(&mut self.values) {
            let data = data.unwrap_or_else(|| {
                // A dead instruction, like that of a value which a pass removed.
                let inst = *unused.get_or_insert_with(|| self.func.push_inst(InstData::Const(0)));
                let results = &mut self.func.results[inst];
                results.push(Value::new(self.func.values.len()));
                ValueData { ty: Type::I32, def: ValueDef::Result(inst, results.len() as u32 - 1) }
            });
            self.func.values.push(data);
        }
        Ok(self.func)
    }
}
