//! The book in `docs/`: its example is what it says, its table of contents has
//! every page, and links of all pages of the repository lead somewhere.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::{SYNTH, repository, scratch, text};

/// The fenced blocks of a page: the paragraph before it, its language, its text.
fn blocks(page: &str) -> Vec<(&str, &str, String)> {
    let (mut blocks, mut before) = (vec![], "");
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| *line != "```");
            blocks.push((before, language, block.map(|line| format!("{line}\n")).collect()));
        } else if !line.is_empty() {
            before = line;
        }
    }
    blocks
}

/// `PATH` with the directory of the compiler first.
fn search_path() -> OsString {
    let own = Path::new(SYNTH).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// The files are those after a line like "`main.c`:", the commands those in
/// blocks of `sh`, and what they print is in a block of `text`.
#[test]
fn the_example_prints_what_it_says() {
    let dir = scratch("book");
    for file in ["board.c", "board.ld"] {
        fs::copy(repository("examples/host").join(file), dir.join(file)).unwrap();
    }
    let page = fs::read_to_string(repository("docs/src/example.md")).unwrap();
    let (mut commands, mut expected) = (String::from("set -eu\n"), String::new());
    for (before, language, block) in blocks(&page) {
        let file = before.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:"));
        match (language, file) {
            ("sh", _) => commands.push_str(&block),
            ("text", _) => expected.push_str(&block),
            (_, Some(file)) => fs::write(dir.join(file), block).unwrap(),
            _ => panic!("a block of {language} that is no file"),
        }
    }
    fs::write(dir.join("commands.sh"), commands).unwrap();
    let shell = Command::new("timeout")
        .args(["60", "sh", "commands.sh"])
        .current_dir(&dir)
        .env("PATH", search_path())
        .output()
        .unwrap();
    assert_eq!((shell.status.code(), text(&shell)), (Some(0), expected));
}

/// The files that a page links to, relative to it.
fn links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside = |link: &&str| !link.contains("://");
    targets.filter(inside).map(str::to_string).collect()
}

/// The anchor that mdBook and GitHub give a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().chars().filter(kept).collect::<String>().to_lowercase().replace(' ', "-")
}

fn has_anchor(page: &Path, wanted: &str) -> bool {
    let text = fs::read_to_string(page).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let headings = headings.map(|line| line.trim_start_matches('#'));
    headings.map(anchor).any(|anchor| anchor == wanted)
}

/// The Markdown files of the repository.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = [
        "README.md",
        "CONTRIBUTING.md",
        "contract/README.md",
        "bench/README.md",
        "examples/host/README.md",
    ]
    .map(repository)
    .into();
    let book = fs::read_dir(repository("docs/src")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(book);
    pages
}

#[test]
fn links_lead_somewhere() {
    let mut broken = vec![];
    for page in pages() {
        for link in links(&page) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                _ => page.parent().unwrap().join(file),
            };
            if !target.exists() || !anchor.is_empty() && !has_anchor(&target, anchor) {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_contents_have_every_page() {
    let book = repository("docs/src");
    let listed: BTreeSet<String> = links(&book.join("SUMMARY.md")).into_iter().collect();
    let names = fs::read_dir(&book).unwrap().map(|entry| entry.unwrap().file_name());
    let pages: BTreeSet<String> =
        names.map(|name| name.into_string().unwrap()).filter(|name| name != "SUMMARY.md").collect();
    assert_eq!(listed, pages);
}
