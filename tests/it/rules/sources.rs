//! What code may not say, and where.

use super::source::{Source, sources, uses};
use support::plain;

/// Who calls the service decides what is printed and what the environment means.
const SERVICE_NEVER: &[&str] =
    &["print!", "println!", "eprint!", "eprintln!", "dbg!", "std::env", "env::var", "env::args", "option_env!", "clap"];
/// Only service/src/db may ask which database it is.
const BACKENDS: &[&str] = &["DbBackend", "DatabaseBackend", "get_database_backend"];
/// SQLite's backup API, and the setting of its connections that measurements asked for: files that may say `unsafe`, each
/// with a reason.
const MAY_BE_UNSAFE: &[&str] = &["migration/src/sqlite.rs", "service/src/db/stable_plans.rs"];
/// Denied in the whole workspace, and never allowed again in a file.
const DENIED_LINTS: &[&str] = &["unwrap_used", "expect_used", "panic", "todo", "dbg_macro", "unsafe_code"];

const PRODUCT: &[&str] =
    &["bench/src", "cli/src", "entity/src", "examples/embed/src", "migration/src", "search/src", "service/src"];

plain! {
    fn the_service_never_prints_or_reads_the_environment() {
        assert_eq!(uses(&sources(&["service/src"]), SERVICE_NEVER), Vec::<String>::new());
    }

    fn a_service_that_prints_or_reads_the_environment_is_found() {
        let bad = "// println! in a comment is fine\nfn f() {\n    println!(\"x\");\n    std::env::var(\"X\");\n}\nuse clap::Parser;\nlet pprint! = 1;";
        assert_eq!(
            uses(&[Source::new("a.rs", bad)], SERVICE_NEVER),
            ["a.rs:3: println!", "a.rs:4: std::env", "a.rs:4: env::var", "a.rs:6: clap"]
        );
    }

    fn only_service_db_asks_which_database_it_is() {
        let mut files = sources(&["service/src", "cli/src"]);
        files.retain(|file| !file.path.starts_with("service/src/db/"));
        assert_eq!(uses(&files, BACKENDS), Vec::<String>::new());
        assert_ne!(uses(&sources(&["service/src/db"]), BACKENDS), Vec::<String>::new(), "the words are out of date");
    }

    fn unsafe_code_stands_in_two_files_at_most() {
        assert!(MAY_BE_UNSAFE.len() <= 2);
        assert_eq!(unsafe_files(&sources(&[PRODUCT, &["tests/support"]].concat())), MAY_BE_UNSAFE);
    }

    fn unsafe_code_is_found() {
        let files = [
            Source::new("a.rs", "    unsafe { f() }"),
            Source::new("b.rs", "// unsafe\n#![deny(unsafe_code)]\nlet is_unsafe = 1;"),
            Source::new("c.rs", "unsafe fn f() {}"),
            Source::new("d.rs", "unsafe extern \"C\" {}"),
            Source::new("e.rs", "unsafe impl Send for X {}"),
        ];
        assert_eq!(unsafe_files(&files), ["a.rs", "c.rs", "d.rs", "e.rs"]);
    }

    fn denied_lints_are_not_allowed_again() {
        assert_eq!(allowed_again(&sources(PRODUCT)), Vec::<String>::new());
    }

    fn a_denied_lint_that_is_allowed_again_is_found() {
        let files = [
            Source::new("a.rs", "#[allow(clippy::unwrap_used)]\nfn f() {}"),
            Source::new("b.rs", "#![expect(clippy::todo, reason = \"later\")]"),
            Source::new("c.rs", "#[allow(\n    clippy::panic,\n)]"),
            Source::new("d.rs", "#[cfg_attr(test, allow(clippy::expect_used))]"),
            Source::new("e.rs", "#[allow(clippy::cast_sign_loss)]\n#[deny(clippy::panic)]\nfn panic() {}"),
        ];
        let found = ["a.rs: unwrap_used", "b.rs: todo", "c.rs: panic", "d.rs: expect_used"];
        assert_eq!(allowed_again(&files), found);
    }
}

/// The files that hold unsafe code. A text that speaks of something unsafe is none.
fn unsafe_files(sources: &[Source]) -> Vec<&str> {
    let code = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern", "unsafe("];
    let files = sources.iter().filter(|source| !uses(&[(*source).clone()], &code).is_empty());
    files.map(|source| source.path.as_str()).collect()
}

/// `path: lint` for each denied lint inside an `allow(..)` or `expect(..)` attribute.
fn allowed_again(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (start, _) in source.text.match_indices("allow(").chain(source.text.match_indices("expect(")) {
            let inside = source.text[start..].split(')').next().unwrap_or_default();
            let lints = DENIED_LINTS.iter().filter(|lint| {
                let lint = if **lint == "unsafe_code" { (*lint).to_string() } else { format!("clippy::{lint}") };
                super::source::has_word(inside, &lint)
            });
            let lints = lints.filter(|lint| **lint != "unsafe_code" || !MAY_BE_UNSAFE.contains(&source.path.as_str()));
            found.extend(lints.map(|lint| format!("{}: {lint}", source.path)));
        }
    }
    found
}
