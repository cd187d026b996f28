//! No test passes on one database without a check: neither by leaving early nor by asking nothing there.

use std::collections::BTreeSet;

use super::source::{Source, has_word, sources};
use support::plain;

/// What registers a body for a database.
const MACROS: &[&str] = &[
    "both! {",
    "both_large! {",
    "both_empty! {",
    "on_sqlite! {",
    "on_sqlite_empty! {",
    "on_postgres_empty! {",
    "on_postgres_large! {",
];
/// Words of a condition that asks which database it is, in lower case.
const QUESTIONS: &[&str] = &["kind", "sqlite", "postgres"];
/// What makes a test fail. `expect` alone is none: every body opens its database by it.
const CHECKS: &[&str] = &["assert", "expect_err(", "panic!", "unreachable!", ".code(", ".ok()", "check"];
/// What a branch holds that does nothing, or a list over which nothing is checked.
const NOTHING: &[&str] = &["{}", "()", "[]", "&[]", "vec![]", "Vec::new()"];

plain! {
    fn no_test_leaves_early_on_one_database() {
        let files: Vec<Source> = sources(&["tests/it"]).iter().map(Source::blanked).collect();
        assert_eq!(unseen(&support::names(), &files), Vec::<String>::new(), "not looked at");
        assert_eq!(early_ends(&files), Vec::<String>::new());
    }

    fn a_test_that_leaves_early_is_found() {
        let found = |text: &str| {
            let text = text.replace("ON", "t.kind() == Kind::");
            early_ends(&[Source::new("a.rs", &text).blanked()])
        };
        let in_body = |text: &str| found(&format!("both! {{\n    async fn name(t: TestDb) {{\n{text}\n    }}\n}}\n"));
        for bad in [
            "if ONSqlite {\n// Later.\nreturn;\n}\nassert!(true);",
            "if ONSqlite {\nreturn; // It has none.\n}\nassert!(true);",
            "if ONSqlite { return; }\nassert!(true);",
            "if ONSqlite { return }\nassert!(true);",
            "if ONSqlite { return (); }\nassert!(true);",
            "if is_sqlite(&t) /* { */ { assert!(true); return; }\nassert!(true);",
            "let Kind::Postgres = t.kind() else { return };\nassert!(true);",
            "let Some(path) = t.path() else {\nreturn; // why\n};\nassert!(true);",
            "match t.kind() { Kind::Sqlite => return, Kind::Postgres => assert!(true) }",
            "match t.kind() {\nKind::Postgres => assert!(true),\nKind::Sqlite => {}\n}",
            "match t.kind() {\nKind::Sqlite => assert!(true),\n_ => {} // There is none.\n}",
            "match t.kind() { Kind::Sqlite => (), Kind::Postgres => assert!(true) }",
            "let cases: &[u8] = match t.kind() { Kind::Sqlite => &[], Kind::Postgres => &[1] };\nassert!(true);",
            "if ONSqlite {\nassert!(true);\n}",
            "t.raw().await;\nif ONSqlite { assert!(true); } else {}",
            "let text = \"assert!\"; // assert!\nif is_postgres { assert!(true); }",
        ] {
            assert_eq!(in_body(bad).len(), 1, "{bad}: {:?}", in_body(bad));
            assert!(in_body(bad)[0].starts_with("a.rs:") && in_body(bad)[0].ends_with(" name"), "{:?}", in_body(bad));
        }
        for good in [
            "if ONSqlite {\nassert!(true);\n}\nassert_eq!(1, 1);",
            "if ONSqlite { sql(&t).await; } else if ONPostgres { assert!(true); }",
            "let text = \"return;\"; // return;\nassert_eq!(text, 'r', r#\"return; \"}\"#);",
            "let f = |n| if n == 1 { return 1 } else { 2 };\nassert!(f(1) == 1);",
            "match t.kind() { Kind::Sqlite => assert!(true), Kind::Postgres => { assert!(false) } }",
            "match event { Event::A => assert!(true), _ => {} }",
        ] {
            assert_eq!(in_body(good), [""; 0], "{good}");
        }
        for bad in [
            "async fn helper(t: &TestDb) {\n    if ONSqlite {\n        // Later.\n        return; // why\n    }\n    f();\n}",
            "fn helper(kind: Kind) { let Kind::Sqlite = kind else { return }; f(); }",
            "fn helper(t: &TestDb) { let Some(path) = t.sqlite_path() else { return; }; f(path); }",
            "fn helper(t: &TestDb) { match t.kind() { Kind::Postgres => return, Kind::Sqlite => f() } }",
        ] {
            assert_eq!(found(bad).len(), 1, "{bad}");
        }
        let files = [Source::new("tests/it/a/mod.rs", "both! {\n    async fn b(t: TestDb) {}\n}\n")];
        assert_eq!(unseen(&["a::b[sqlite]", "a::c[sqlite]", "a::d"].map(str::to_owned), &files), ["a::c"]);
        assert_eq!(found("fn helper(held: bool) { if held { return; } f(); }"), [""; 0]);
        assert_eq!(found("fn helper(t: &TestDb) { if ONSqlite { f(); }\n    return; }"), [""; 0]);
    }
}

/// A registered body: its name, and where its text begins and ends.
struct Body<'a> {
    name: &'a str,
    from: usize,
    to: usize,
}

/// Where a test or a helper ends because of the database, and tests that check nothing on one of the two, as
/// `path:line name`. The sources are blanked.
fn early_ends(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let text = source.text.as_str();
        let bodies = bodies(source);
        let at = |place: usize| format!("{}:{}", source.path, text[..place].matches('\n').count() + 1);
        for place in bare_returns(text) {
            let body = bodies.iter().find(|body| (body.from..body.to).contains(&place));
            match body {
                // A body has no other reason to end before its last check.
                Some(body) => found.push(format!("{} {}", at(place), body.name)),
                None if asks(head(text, place)) => found.push(at(place)),
                None => {}
            }
        }
        for body in &bodies {
            let inside = &text[body.from..body.to];
            let silent = empty_answer(inside).or_else(|| is_one_sided(inside).then_some(0));
            found.extend(silent.map(|place| format!("{} {}", at(body.from + place), body.name)));
        }
    }
    found
}

/// The registered tests of a database whose body is not found in the file of its module.
fn unseen(names: &[String], sources: &[Source]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for source in sources {
        let module = source.path.trim_start_matches("tests/it/").trim_end_matches(".rs").trim_end_matches("/mod");
        seen.extend(bodies(source).iter().map(|body| format!("{}::{}", module.replace('/', "::"), body.name)));
    }
    let is_seen = |name: &str| {
        let module = name.rsplit_once("::").map_or("", |(module, _)| module);
        // A macro of the file's own makes several of one body.
        seen.contains(name) || seen.contains(&format!("{module}::$name"))
    };
    let of_database = names.iter().filter_map(|name| name.split_once('[')).map(|(name, _)| name.replace("r#", ""));
    let unseen: BTreeSet<String> = of_database.filter(|name| !is_seen(name)).collect();
    unseen.into_iter().collect()
}

fn bodies(source: &Source) -> Vec<Body<'_>> {
    let text = source.text.as_str();
    let mut found = Vec::new();
    let starts = MACROS.iter().flat_map(|name| text.match_indices(name).map(|(at, name)| (at, at + name.len() - 1)));
    let begins_line = |at: usize| text[..at].trim_end_matches(' ').ends_with('\n') || at == 0;
    for (_, open) in starts.filter(|(at, _)| begins_line(*at)) {
        let end = close(text, open);
        let mut at = open + 1;
        while let Some(next) = text[at..end].find("async fn ").map(|n| at + n + "async fn ".len()) {
            let name = text[next..].split('(').next().unwrap_or_default();
            let from = next + text[next..].find('{').expect("a body");
            let to = close(text, from);
            found.push(Body { name, from, to });
            at = to;
        }
    }
    found
}

/// Where the brace at `open` is closed.
fn close(text: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in text[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at;
        }
    }
    panic!("a brace is not closed: {}", &text[open..].lines().next().unwrap_or_default())
}

/// Each `return` without a value.
fn bare_returns(text: &str) -> Vec<usize> {
    let is_bare = |at: usize| {
        let rest = text[at + "return".len()..].trim_start();
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let is_word = !text[..at].ends_with(is_name);
        is_word && (rest.starts_with([';', '}', ',']) || rest.starts_with("()"))
    };
    text.match_indices("return").map(|(at, _)| at).filter(|at| is_bare(*at)).collect()
}

/// What leads to the `return` at this place: the condition of its block, or the pattern of its arm.
fn head(text: &str, at: usize) -> &str {
    let before = text[..at].trim_end();
    let before = before.strip_suffix('{').unwrap_or(before);
    &before[before.rfind([';', '{', '}']).map_or(0, |at| at + 1)..]
}

fn asks(condition: &str) -> bool {
    let condition = condition.to_lowercase();
    QUESTIONS.iter().any(|word| condition.contains(word))
}

/// An arm of one database that does nothing, or gives a list of nothing to go through.
fn empty_answer(body: &str) -> Option<usize> {
    body.match_indices("=>").map(|(at, _)| at).find(|at| {
        let answer: String = body[at + 2..].chars().filter(|c| !c.is_whitespace()).take(12).collect();
        let pattern = head(body, *at).rsplit(',').next().unwrap_or_default().trim();
        let is_other = || asks(body[..enclosing(body, *at)].rsplit("match").next().unwrap_or_default());
        let is_asked = has_word(pattern, "Kind::Sqlite") || has_word(pattern, "Kind::Postgres");
        NOTHING.iter().any(|nothing| answer.starts_with(nothing)) && (is_asked || (pattern == "_" && is_other()))
    })
}

/// The brace inside which this place is.
fn enclosing(text: &str, at: usize) -> usize {
    let mut depth = 0;
    for (place, c) in text[..at].char_indices().rev() {
        match c {
            '}' => depth += 1,
            '{' if depth == 0 => return place,
            '{' => depth -= 1,
            _ => {}
        }
    }
    0
}

/// Whether every check is inside an `if` that asks for the database and has no other side.
fn is_one_sided(body: &str) -> bool {
    let mut rest = body.to_owned();
    let mut asked = false;
    while let Some((from, to)) = one_sided_if(&rest) {
        asked = true;
        rest.replace_range(from..=to, " ");
    }
    asked && !CHECKS.iter().any(|check| rest.contains(check))
}

/// From an `if` that asks for the database to the end of its block, if nothing is done otherwise.
fn one_sided_if(body: &str) -> Option<(usize, usize)> {
    body.match_indices("if ").map(|(at, _)| at).find_map(|at| {
        let open = at + body[at..].find('{')?;
        let end = close(body, open);
        let other = body[end + 1..].trim_start().strip_prefix("else").map(str::trim_start);
        let is_empty = |block: &str| block.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('}'));
        // Else it is an expression with a value on both sides, or a guard.
        let is_statement = body[..at].trim_end().ends_with([';', '{', '}']);
        (is_statement && asks(&body[at..open]) && other.is_none_or(is_empty)).then_some((at, end))
    })
}
