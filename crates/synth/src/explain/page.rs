//! The explanation as one page for a browser, without any other file.
//!
//! The page holds each function as JSON, and builds the one that is looked at
//! when it is: so it stays quick with hundreds. What comes from the input is
//! either escaped by the template, or set as the text of an element from JSON
//! in which `<` is written as an escape.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};

use super::diff::{Edit, diff};
use super::text::{count, printable};
use super::{Explanation, Function, Line, Place, Version};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

impl Explanation {
    /// The page.
    pub fn to_html(&self) -> String {
        let inputs: Vec<String> = self.inputs.iter().map(|name| printable(name)).collect();
        let title = format!("{} for {}", inputs.join(", "), self.target);
        let bytes: u64 = self.functions.iter().map(|f| u64::from(f.machine.sizes.total())).sum();
        let functions = count(self.functions.len() as u64, "function");
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    title { "synth explain: " (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (title) }
                        p {
                            (functions) ", " (count(bytes, "byte")) ". Cycles are estimates by "
                            (self.model()) ": a block inside "
                            i { "n" } " loops counts 8" sup { i { "n" } }
                            " times, what is called does not count."
                        }
                        noscript { p { "This page needs JavaScript to show functions." } }
                    }
                    nav aria-label="Functions" { (self.table()) }
                    main id="function" tabindex="-1" {}
                    @for (i, function) in self.by_size().into_iter().enumerate() {
                        script type="application/json" id={ "data-" (i) } {
                            (PreEscaped(escape(&self.function_data(function))))
                        }
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }

    fn table(&self) -> Markup {
        let heads = ["bytes", "code", "literals", "tables", "cycles", "stack", "spills", "calls"];
        html! {
            p {
                label { "Filter " input id="filter" type="search" autocomplete="off"; }
                " " span .keys {
                    kbd { "/" } " filter, " kbd { "n" } " and " kbd { "p" } " next and previous function, "
                    kbd { "↓" } kbd { "↑" } " lines, " kbd { "Esc" } " clear"
                }
            }
            div .scroll {
                table id="summary" {
                    thead {
                        tr {
                            @for head in heads {
                                th scope="col" aria-sort=[(head == "bytes").then_some("descending")] {
                                    button type="button" { (head) }
                                }
                            }
                            th scope="col" .name { button type="button" { "function" } }
                        }
                    }
                    tbody {
                        @for (i, function) in self.by_size().into_iter().enumerate() {
                            (summary_row(i, function))
                        }
                    }
                }
            }
        }
    }

    /// What the script needs of a function.
    fn function_data(&self, function: &Function) -> Value {
        let machine = &function.machine;
        let body = |body: &super::Body| {
            let own = body.number == function.number;
            let title = if own { String::new() } else { self.name(body.number) };
            json!([title, printable(&body.input), lines(&body.lines)])
        };
        let code = |line: &super::MachineLine| {
            let places = keys(&line.places);
            json!([line.offset, line.encoding, line.text, line.note, line.cycles, places])
        };
        let blocks = machine.blocks.iter();
        let blocks = blocks.map(|b| json!([b.offset, b.depth, b.bytes, b.cycles, b.weight()]));
        json!({
            "name": printable(&function.name),
            "number": function.number,
            "names": self.names_in(function),
            "wasm": function.wasm.iter().map(body).collect::<Vec<_>>(),
            "versions": versions(&function.versions),
            "blocks": blocks.collect::<Vec<_>>(),
            "code": machine.lines.iter().map(code).collect::<Vec<_>>(),
        })
    }

    /// The names of the functions that a function's places name.
    fn names_in(&self, function: &Function) -> Value {
        let code = function.machine.lines.iter().map(|line| &line.places);
        let lines = function.versions.iter().flat_map(|v| &v.lines).map(|line| &line.places);
        let places = code.chain(lines).flatten();
        let names = places.map(|p| (p.function.to_string(), self.name(p.function).into()));
        Value::Object(names.collect())
    }
}

/// JSON that can't end the element that it stands in.
fn escape(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

fn summary_row(index: usize, function: &Function) -> Markup {
    let machine = &function.machine;
    html! {
        tr {
            td { (machine.sizes.total()) }
            td { (machine.sizes.code) }
            td { (machine.sizes.literals) }
            td { (machine.sizes.tables) }
            td { (machine.cycles) }
            td { (machine.stack) }
            td { (machine.spills) }
            td { (machine.calls) }
            td .name { a href={ "#f" (index) } { (printable(&function.name)) } }
        }
    }
}

/// Places as the script compares them: innermost first.
fn keys(places: &[Place]) -> Vec<String> {
    places.iter().map(|place| format!("{}.{:x}", place.function, place.offset)).collect()
}

fn line(line: &Line) -> Value {
    json!([line.text, keys(&line.places)])
}

fn lines(lines: &[Line]) -> Vec<Value> {
    lines.iter().map(line).collect()
}

/// The first version, and each other one by how it differs from the one
/// before: a number of lines to keep, a negative number of lines to leave
/// out, or a new line.
fn versions(versions: &[Version]) -> Vec<Value> {
    let mut before: &[Line] = &[];
    let mut shown = vec![];
    for version in versions {
        let mut edits: Vec<Value> = vec![];
        let mut to = 0;
        for edit in diff(before, &version.lines) {
            match edit {
                Edit::Keep(count) => {
                    edits.push(count.into());
                    to += count;
                }
                Edit::Remove(count) => edits.push((-(count as i64)).into()),
                Edit::Add(count) => {
                    edits.extend(lines(&version.lines[to..to + count]));
                    to += count;
                }
            }
        }
        shown.push(json!([version.passes.join(", "), edits]));
        before = &version.lines;
    }
    shown
}
