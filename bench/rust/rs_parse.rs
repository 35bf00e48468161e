//! Expressions: tokens by an iterator over bytes, a tree in an arena, folding of
//! constants, compilation to a stack machine, evaluation with checked
//! arithmetic; errors by `Result` and `?`.
#![no_std]

use core::iter::Peekable;
use core::ops::Range;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[derive(Clone, Copy)]
enum Token<'a> {
    Number(i32),
    Name(&'a [u8]),
    Symbol(u8),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Error {
    Unexpected(usize),
    End,
    TooLong,
    Overflow,
    ZeroDivision,
    Unknown,
}

impl Error {
    fn code(self) -> u32 {
        match self {
            Error::Unexpected(at) => 100 + at as u32,
            Error::End => 1,
            Error::TooLong => 2,
            Error::Overflow => 3,
            Error::ZeroDivision => 4,
            Error::Unknown => 5,
        }
    }
}

struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn run(&mut self, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|&c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Range<usize>, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.run(|c| c.is_ascii_whitespace());
        let start = self.at;
        let token = match *self.text.get(start)? {
            b'0'..=b'9' => {
                let digits = self.run(|c| c.is_ascii_digit());
                let value = digits.iter().fold(0i32, |v, c| v.wrapping_mul(10).wrapping_add(i32::from(c - b'0')));
                Token::Number(value)
            }
            c if c.is_ascii_alphabetic() => Token::Name(self.run(|c| c.is_ascii_alphanumeric())),
            c => {
                self.at += 1;
                Token::Symbol(c)
            }
        };
        Some((start..self.at, token))
    }
}

#[derive(Clone, Copy)]
enum Node {
    Number(i32),
    Variable(u8),
    Negate(u8),
    Binary(u8, u8, u8),
    Choose(u8, u8, u8),
}

struct Tree {
    nodes: [Node; 64],
    count: usize,
}

impl Tree {
    fn add(&mut self, node: Node) -> Result<u8, Error> {
        let slot = self.nodes.get_mut(self.count).ok_or(Error::TooLong)?;
        *slot = node;
        self.count += 1;
        Ok((self.count - 1) as u8)
    }

    /// Adds an operation, or its value if the operands are known.
    fn binary(&mut self, op: u8, left: u8, right: u8) -> Result<u8, Error> {
        match (self.nodes[left as usize], self.nodes[right as usize]) {
            (Node::Number(a), Node::Number(b)) => {
                let value = apply(op, a, b)?;
                self.add(Node::Number(value))
            }
            (_, Node::Number(0)) if matches!(op, b'+' | b'-') => Ok(left),
            (_, Node::Number(1)) if matches!(op, b'*' | b'/') => Ok(left),
            _ => self.add(Node::Binary(op, left, right)),
        }
    }
}

fn apply(op: u8, a: i32, b: i32) -> Result<i32, Error> {
    let value = match op {
        b'+' => a.checked_add(b),
        b'-' => a.checked_sub(b),
        b'*' => a.checked_mul(b),
        b'/' | b'%' if b == 0 => return Err(Error::ZeroDivision),
        b'/' => a.checked_div(b),
        b'%' => a.checked_rem(b),
        b'<' => Some(i32::from(a < b)),
        b'>' => Some(i32::from(a > b)),
        b'=' => Some(i32::from(a == b)),
        b'&' => Some(a & b),
        b'|' => Some(a | b),
        _ => return Err(Error::Unknown),
    };
    value.ok_or(Error::Overflow)
}

struct Parser<'a> {
    tokens: Peekable<Tokens<'a>>,
    tree: Tree,
}

fn level(op: u8) -> Option<u8> {
    Some(match op {
        b'|' => 1,
        b'&' => 2,
        b'<' | b'>' | b'=' => 3,
        b'+' | b'-' => 4,
        b'*' | b'/' | b'%' => 5,
        _ => return None,
    })
}

impl Parser<'_> {
    fn expect(&mut self, symbol: u8) -> Result<(), Error> {
        match self.tokens.next() {
            Some((_, Token::Symbol(s))) if s == symbol => Ok(()),
            Some((range, _)) => Err(Error::Unexpected(range.start)),
            None => Err(Error::End),
        }
    }

    fn primary(&mut self) -> Result<u8, Error> {
        let (range, token) = self.tokens.next().ok_or(Error::End)?;
        match token {
            Token::Number(v) => self.tree.add(Node::Number(v)),
            Token::Name(&[c @ b'a'..=b'h']) => self.tree.add(Node::Variable(c - b'a')),
            Token::Name(&[b'm', vowel @ (b'a' | b'i'), b'x' | b'n']) => {
                self.expect(b'(')?;
                let a = self.choice()?;
                self.expect(b',')?;
                let b = self.choice()?;
                self.expect(b')')?;
                let less = self.tree.binary(b'<', a, b)?;
                let (first, second) = if vowel == b'a' { (b, a) } else { (a, b) };
                self.tree.add(Node::Choose(less, first, second))
            }
            Token::Name(_) => Err(Error::Unknown),
            Token::Symbol(b'-') => {
                let inner = self.primary()?;
                self.tree.add(Node::Negate(inner))
            }
            Token::Symbol(b'(') => {
                let inner = self.choice()?;
                self.expect(b')')?;
                Ok(inner)
            }
            Token::Symbol(_) => Err(Error::Unexpected(range.start)),
        }
    }

    fn binary(&mut self, least: u8) -> Result<u8, Error> {
        let mut left = self.primary()?;
        while let Some(&(_, Token::Symbol(op))) = self.tokens.peek() {
            let Some(own) = level(op).filter(|&own| own >= least) else { break };
            self.tokens.next();
            let right = self.binary(own + 1)?;
            left = self.tree.binary(op, left, right)?;
        }
        Ok(left)
    }

    fn choice(&mut self) -> Result<u8, Error> {
        let condition = self.binary(1)?;
        if self.tokens.next_if(|(_, token)| matches!(token, Token::Symbol(b'?'))).is_none() {
            return Ok(condition);
        }
        let first = self.choice()?;
        self.expect(b':')?;
        let second = self.choice()?;
        self.tree.add(Node::Choose(condition, first, second))
    }
}

#[derive(Clone, Copy)]
enum Op {
    Push(i32),
    Load(u8),
    Negate,
    Binary(u8),
    JumpIfZero(u8),
    Jump(u8),
}

struct Code {
    ops: [Op; 96],
    count: usize,
}

impl Code {
    fn push(&mut self, op: Op) -> Result<usize, Error> {
        *self.ops.get_mut(self.count).ok_or(Error::TooLong)? = op;
        self.count += 1;
        Ok(self.count - 1)
    }

    fn compile(&mut self, tree: &Tree, node: u8) -> Result<(), Error> {
        match tree.nodes[node as usize] {
            Node::Number(v) => self.push(Op::Push(v))?,
            Node::Variable(v) => self.push(Op::Load(v))?,
            Node::Negate(inner) => {
                self.compile(tree, inner)?;
                self.push(Op::Negate)?
            }
            Node::Binary(op, left, right) => {
                self.compile(tree, left)?;
                self.compile(tree, right)?;
                self.push(Op::Binary(op))?
            }
            Node::Choose(condition, first, second) => {
                self.compile(tree, condition)?;
                let test = self.push(Op::JumpIfZero(0))?;
                self.compile(tree, first)?;
                let over = self.push(Op::Jump(0))?;
                self.ops[test] = Op::JumpIfZero(self.count as u8);
                self.compile(tree, second)?;
                self.ops[over] = Op::Jump(self.count as u8);
                over
            }
        };
        Ok(())
    }

    fn run(&self, variables: &[i32; 8]) -> Result<i32, Error> {
        let mut stack = [0i32; 24];
        let (mut depth, mut at) = (0, 0);
        while let Some(&op) = self.ops[..self.count].get(at) {
            at += 1;
            match op {
                Op::Push(_) | Op::Load(_) => {
                    let value = match op {
                        Op::Push(v) => v,
                        Op::Load(v) => variables[v as usize],
                        _ => 0,
                    };
                    *stack.get_mut(depth).ok_or(Error::TooLong)? = value;
                    depth += 1;
                }
                Op::Negate => {
                    stack[depth - 1] = stack[depth - 1].checked_neg().ok_or(Error::Overflow)?;
                }
                Op::Binary(op) => {
                    depth -= 1;
                    stack[depth - 1] = apply(op, stack[depth - 1], stack[depth])?;
                }
                Op::JumpIfZero(to) => {
                    depth -= 1;
                    if stack[depth] == 0 {
                        at = to as usize;
                    }
                }
                Op::Jump(to) => at = to as usize,
            }
        }
        Ok(stack[0])
    }
}

fn prepare(text: &[u8]) -> Result<Code, Error> {
    let tokens = Tokens { text, at: 0 }.peekable();
    let tree = Tree { nodes: [Node::Number(0); 64], count: 0 };
    let mut parser = Parser { tokens, tree };
    let root = parser.choice()?;
    if let Some((range, _)) = parser.tokens.next() {
        return Err(Error::Unexpected(range.start));
    }
    let mut code = Code { ops: [Op::Negate; 96], count: 0 };
    code.compile(&parser.tree, root)?;
    Ok(code)
}

const TEXTS: [&str; 12] = [
    "a + b * 2 - c / 3",
    "(a - 40) * 5 / 9 + 273",
    "max(a, min(b, 255)) % 16 = d",
    "a < b & b < c ? a * b : c - -d",
    "1 + 2 * (3 + 4) * 5 - 6",
    "e / (f - g) + h",
    "a * b * c * d * e * f",
    "a + * b",
    "min(a, b",
    "sin(a)",
    "((((((a + 1) * 2 + b) * 3 + c) * 4 + d) * 5 + e) * 6 + f) * 7 + g",
    "a ? b ? c : d : e ? f : g",
];

#[unsafe(no_mangle)]
pub extern "C" fn bench_rs_parse() -> u32 {
    let mut result = 0u32;
    let mut seed = 17u32;
    for text in TEXTS {
        let code = match prepare(text.as_bytes()) {
            Ok(code) => code,
            Err(error) => {
                result = result.wrapping_mul(31).wrapping_add(error.code());
                continue;
            }
        };
        for _ in 0..12 {
            let variables = core::array::from_fn(|_| {
                seed ^= seed << 13;
                seed ^= seed >> 17;
                seed ^= seed << 5;
                (seed >> 20) as i32 - 1000
            });
            let value = code.run(&variables).map_or_else(Error::code, |v| v as u32);
            result = result.wrapping_mul(31).wrapping_add(value);
        }
    }
    result
}
