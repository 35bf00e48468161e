//! Functions in the text format, line by line with their places in the module.

use crate::error::Error;
use crate::module::Module;

/// A line of a function in the text format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// The operator's byte offset in the module; none for the head of the
    /// function and its locals.
    pub offset: Option<u32>,
    /// The text, indented by its nesting.
    pub text: String,
}

impl Module {
    /// The text of each function of the index space; that of an import is
    /// empty. The names are those of the name section.
    ///
    /// # Errors
    /// If the printer does not know what the parser does.
    pub fn function_texts(&self) -> Result<Vec<Vec<TextLine>>, Error> {
        let mut storage = String::new();
        let lines = wasmprinter::Config::new()
            .offsets_and_lines(&self.bytes, &mut storage)
            .map_err(|error| Error::Invalid { message: error.to_string(), offset: 0 })?;
        let mut texts = vec![vec![]; self.functions.len()];
        // Bodies follow each other in the order of the index space.
        let bodies = self.functions.iter().enumerate();
        let mut bodies =
            bodies.filter_map(|(i, f)| Some((i, f.code.as_ref()?.range.clone()))).peekable();
        for (offset, line) in lines {
            let Some(offset) = offset.and_then(|offset| usize::try_from(offset).ok()) else {
                continue;
            };
            while bodies.next_if(|(_, range)| range.end <= offset).is_some() {}
            let Some((index, range)) = bodies.peek() else { break };
            if !range.contains(&offset) {
                continue;
            }
            let line = line.strip_prefix("  ").unwrap_or(line).trim_end();
            let is_head = ["(func", "(local"].iter().any(|h| line.trim_start().starts_with(h));
            let offset = u32::try_from(offset).ok().filter(|_| !is_head);
            texts[*index].push(TextLine { offset, text: line.to_string() });
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests {
    use crate::Module;

    #[test]
    fn operators_have_offsets_and_nesting() {
        let wat = r#"(module (import "m" "f" (func)) (func $g (param $x i32) (local i32)
            (if (local.get $x) (then (call 0)))) (data "x"))"#;
        let module = Module::parse(wat.as_bytes()).unwrap();
        let texts = module.function_texts().unwrap();
        assert_eq!(texts[0], []);
        let text: Vec<&str> = texts[1].iter().map(|l| &l.text[..]).collect();
        let head = "(func $g (;1;) (type 1) (param $x i32)";
        let expected = [
            head,
            "  (local i32)",
            "  local.get $x",
            "  if ;; label = @1",
            "    call 0",
            "  end",
            ")",
        ];
        assert_eq!(text, expected);
        let body = module.body(1).unwrap().get_operators_reader().unwrap();
        let operators: Vec<Option<u32>> = body
            .into_iter_with_offsets()
            .map(|operator| Some(u32::try_from(operator.unwrap().1).unwrap()))
            .collect();
        let offsets: Vec<Option<u32>> = texts[1][2..].iter().map(|l| l.offset).collect();
        assert_eq!(offsets, operators);
        assert_eq!(texts[1][1].offset, None);
    }
}
