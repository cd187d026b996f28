//! What the service's documentation says of errors: that it does, and that they exist.

use std::collections::BTreeSet;

use super::source::{Source, sources};
use support::plain;

/// Where the variants stand that documentation may name.
const ERRORS: &[&str] =
    &["service/src/error.rs", "service/src/error/conflict.rs", "service/src/error/kind.rs", "service/src/db/error.rs"];

plain! {
    fn every_verb_and_query_says_how_it_can_fail() {
        assert_eq!(silent(&sources(&["service/src"])), Vec::<String>::new());
    }

    fn a_verb_that_says_nothing_of_errors_is_found() {
        let good = "/// Pauses.\n///\n/// # Errors\n/// `NotFound`.\n#[derive(Debug)]\npub struct Pause {\n}\nimpl Verb for Pause {";
        let bad = "/// Lists.\n#[derive(\n    Debug,\n)]\npub struct List<'a>;\nimpl<'a> Query for List<'a> {";
        let private = "struct Row;\nimpl Query for Row {";
        let files = [Source::new("a.rs", good), Source::new("b.rs", bad), Source::new("c.rs", private)];
        assert_eq!(silent(&files), ["b.rs: List"]);
    }

    fn errors_that_are_named_exist() {
        let files = sources(&["service/src"]);
        let known = variants(&files);
        assert!(known.contains("NotFound") && known.contains("Held") && known.contains("TimedOut"), "{known:?}");
        assert_eq!(unknown(&files, &known), Vec::<String>::new());
    }

    fn an_error_that_does_not_exist_is_found() {
        let text = "/// Runs.\n///\n/// # Errors\n/// `NotFound`; `Conflict::Held`; `Gone` for a row; [`super::Other`].\n///\n/// # Example\n/// `Wrong`\nfn f() {}\n/// `Wrong`";
        let known = ["NotFound", "Held"].map(str::to_owned).into();
        assert_eq!(unknown(&[Source::new("a.rs", text)], &known), ["a.rs:4: Gone"]);
    }
}

/// Public verbs and queries whose documentation has no part about errors.
fn silent(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let lines: Vec<&str> = source.text.lines().collect();
        for line in lines.iter().filter(|line| line.starts_with("impl")) {
            let Some((_, name)) = ["Verb for ", "Query for "].iter().find_map(|what| line.split_once(what)) else {
                continue;
            };
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            let declared = |line: &&str| {
                let rest = line.strip_prefix("pub struct ").and_then(|rest| rest.strip_prefix(&*name));
                rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            };
            let Some(at) = lines.iter().position(declared) else { continue };
            let above = lines[..at].iter().rev().take_while(|line| !line.is_empty() && **line != "}");
            if !above.into_iter().any(|line| *line == "/// # Errors") {
                found.push(format!("{}: {name}", source.path));
            }
        }
    }
    found
}

/// The variants of the errors, by their indentation.
fn variants(sources: &[Source]) -> BTreeSet<String> {
    let files = sources.iter().filter(|source| ERRORS.contains(&source.path.as_str()));
    let words = files.flat_map(|source| source.text.lines()).filter_map(|line| line.strip_prefix("    "));
    let words = words.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    words.map(|line| line.chars().take_while(|c| c.is_alphanumeric()).collect()).collect()
}

/// `path:line: name` for each word in code type under `# Errors` that is no variant. Links are checked by rustdoc.
fn unknown(sources: &[Source], known: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let mut inside = false;
        for (number, line) in (1..).zip(source.text.lines().map(str::trim)) {
            let Some(text) = line.strip_prefix("///") else {
                inside = false;
                continue;
            };
            if let Some(title) = text.strip_prefix(" # ") {
                inside = title == "Errors";
                continue;
            }
            // Every second part stands between backticks; a single letter is a type.
            let mut before = "";
            for (n, part) in text.split('`').enumerate().filter(|_| inside) {
                let name = part.rsplit("::").next().unwrap_or(part);
                let is_name =
                    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(char::is_alphanumeric);
                if n % 2 == 1 && is_name && name.len() > 1 && !before.ends_with('[') && !known.contains(name) {
                    found.push(format!("{}:{number}: {name}", source.path));
                }
                before = part;
            }
        }
    }
    found
}
