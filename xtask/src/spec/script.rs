//! Scripts of the suite as owned directives, with their modules encoded.
//!
//! What a script means is in `interpreter/README.md` of the specification's
//! repository. Nothing here depends on the CPU.

use wast::parser::{self, ParseBuffer};
use wast::token::Id;
use wast::{QuoteWat, QuoteWatTest, Wast, WastDirective, WastExecute, WastInvoke, Wat};

use super::value::{Argument, Pattern, argument, pattern};

/// A directive and its place.
#[derive(Clone, Debug)]
pub struct Directive {
    /// Line in the file, from 1.
    pub line: usize,
    /// The text from its keyword to the next directive, without comments and
    /// layout.
    pub text: String,
    /// What it asks for.
    pub kind: Kind,
    /// Whether the board has not the memory that it needs.
    pub beyond_board: bool,
}

/// A module of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the binary format.
    Binary(Vec<u8>),
    /// In the text format (`module quote`).
    Text(Vec<u8>),
    /// Text inside the script that has no encoding; why.
    Unencodable(String),
}

/// What a directive asks for.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Instantiates a module.
    Module { name: Option<String>, source: Source },
    /// Keeps a module for later instances.
    Definition { name: Option<String>, source: Source },
    /// Instantiates a kept module.
    Instance { name: Option<String>, definition: Option<String> },
    /// Makes the exports of an instance importable.
    Register { module: String, instance: Option<String> },
    /// Runs without expectation.
    Action(Action),
    /// Must give these results.
    Return { action: Action, expected: Vec<Pattern> },
    /// Must trap for that reason.
    Trap { action: Action, message: String },
    /// Instantiation must trap for that reason.
    TrapModule { source: Source, message: String },
    /// Must run out of stack.
    Exhaustion(Action),
    /// Must be refused as not well formed or not valid.
    Refused { source: Source, malformed: bool },
    /// Must be refused when it is linked.
    Unlinkable { source: Source, message: String },
    /// Belongs to a proposal that is not compiled.
    Other(&'static str),
}

impl Kind {
    /// The directive's keyword.
    pub fn keyword(&self) -> &'static str {
        match self {
            Kind::Module { .. } | Kind::Definition { .. } | Kind::Instance { .. } => "module",
            Kind::Register { .. } => "register",
            Kind::Action(_) => "invoke",
            Kind::Return { .. } => "assert_return",
            Kind::Trap { .. } | Kind::TrapModule { .. } => "assert_trap",
            Kind::Exhaustion(_) => "assert_exhaustion",
            Kind::Refused { malformed: true, .. } => "assert_malformed",
            Kind::Refused { malformed: false, .. } => "assert_invalid",
            Kind::Unlinkable { .. } => "assert_unlinkable",
            Kind::Other(name) => name,
        }
    }
}

/// What is done to an instance.
#[derive(Clone, Debug)]
pub enum Action {
    /// Calls an exported function.
    Invoke { instance: Option<String>, name: String, args: Vec<Argument> },
    /// Reads an exported global.
    Get { instance: Option<String>, name: String },
}

impl Action {
    /// The instance's name; none for the latest.
    pub fn instance(&self) -> Option<&str> {
        match self {
            Action::Invoke { instance, .. } | Action::Get { instance, .. } => instance.as_deref(),
        }
    }
}

/// Reads a script.
///
/// # Errors
/// If it does not parse.
pub fn read(text: &str) -> Result<Vec<Directive>, wast::Error> {
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let script: Wast<'_> = parser::parse(&buffer)?;
    let mut starts: Vec<usize> = script.directives.iter().map(|d| d.span().offset()).collect();
    starts.push(text.len());
    let mut directives = Vec::with_capacity(script.directives.len());
    for (directive, place) in script.directives.into_iter().zip(starts.windows(2)) {
        let line = directive.span().linecol_in(text).0 + 1;
        let source = text.get(place[0]..place[1]).unwrap_or_default();
        let (text, kind) = (normal(source), kind(directive));
        directives.push(Directive { line, text, kind, beyond_board: false });
    }
    Ok(directives)
}

fn normal(text: &str) -> String {
    let code = text.lines().map(|line| line.split(";;").next().unwrap_or_default());
    let text = code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    text.trim_end_matches([' ', '(']).to_string()
}

fn id(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_string())
}

fn kind(directive: WastDirective<'_>) -> Kind {
    match directive {
        WastDirective::Module(mut module) => {
            Kind::Module { name: id(module.name()), source: quoted(&mut module) }
        }
        WastDirective::ModuleDefinition(mut module) => {
            Kind::Definition { name: id(module.name()), source: quoted(&mut module) }
        }
        WastDirective::ModuleInstance { instance, module, .. } => {
            Kind::Instance { name: id(instance), definition: id(module) }
        }
        WastDirective::Register { name, module, .. } => {
            Kind::Register { module: name.to_string(), instance: id(module) }
        }
        WastDirective::Invoke(call) => Kind::Action(invoke(&call)),
        WastDirective::AssertReturn { exec, results, .. } => match execute(exec) {
            Ok(action) => Kind::Return { action, expected: results.iter().map(pattern).collect() },
            Err(source) => Kind::Module { name: None, source },
        },
        WastDirective::AssertTrap { exec, message, .. } => match execute(exec) {
            Ok(action) => Kind::Trap { action, message: message.to_string() },
            Err(source) => Kind::TrapModule { source, message: message.to_string() },
        },
        WastDirective::AssertExhaustion { call, .. } => Kind::Exhaustion(invoke(&call)),
        WastDirective::AssertInvalid { mut module, .. } => {
            Kind::Refused { source: quoted(&mut module), malformed: false }
        }
        WastDirective::AssertMalformed { mut module, .. } => {
            Kind::Refused { source: quoted(&mut module), malformed: true }
        }
        WastDirective::AssertUnlinkable { mut module, message, .. } => {
            Kind::Unlinkable { source: plain(&mut module), message: message.to_string() }
        }
        WastDirective::AssertException { .. } => Kind::Other("assert_exception"),
        WastDirective::AssertSuspension { .. } => Kind::Other("assert_suspension"),
        WastDirective::AssertInvalidCustom { .. } => Kind::Other("assert_invalid_custom"),
        WastDirective::AssertMalformedCustom { .. } => Kind::Other("assert_malformed_custom"),
        WastDirective::Thread(_) => Kind::Other("thread"),
        WastDirective::Wait { .. } => Kind::Other("wait"),
    }
}

fn quoted(module: &mut QuoteWat<'_>) -> Source {
    match module.to_test() {
        Ok(QuoteWatTest::Binary(bytes)) => Source::Binary(bytes),
        Ok(QuoteWatTest::Text(text)) => Source::Text(text),
        Err(error) => Source::Unencodable(error.message()),
    }
}

fn plain(module: &mut Wat<'_>) -> Source {
    module.encode().map_or_else(|e| Source::Unencodable(e.message()), Source::Binary)
}

fn invoke(call: &WastInvoke<'_>) -> Action {
    Action::Invoke {
        instance: id(call.module),
        name: call.name.to_string(),
        args: call.args.iter().map(argument).collect(),
    }
}

fn execute(exec: WastExecute<'_>) -> Result<Action, Source> {
    match exec {
        WastExecute::Invoke(call) => Ok(invoke(&call)),
        WastExecute::Get { module, global, .. } => {
            Ok(Action::Get { instance: id(module), name: global.to_string() })
        }
        WastExecute::Wat(mut module) => Err(plain(&mut module)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_keep_their_lines_and_text() {
        let text = "(module $m (func (export \"f\")))\n\n(assert_return (invoke $m \"f\"))\n\
                    (assert_malformed (module quote \"(func\") \"unexpected\")";
        let directives = read(text).unwrap();
        let lines: Vec<usize> = directives.iter().map(|d| d.line).collect();
        assert_eq!(lines, [1, 3, 4]);
        assert!(directives[1].text.starts_with("assert_return (invoke $m"));
        let Kind::Refused { source, malformed: true } = &directives[2].kind else {
            panic!("{:?}", directives[2])
        };
        assert_eq!(*source, Source::Text(b"(func ".to_vec()));
    }
}
