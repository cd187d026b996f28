//! Every test of the database runs on both, and none is skipped in silence.

use std::collections::BTreeSet;

use super::source::sources;
use support::{OneDatabase, on_one_database, plain};

/// A reason has more words than "not there".
const FEWEST_WORDS: usize = 4;

plain! {
    fn the_same_bodies_run_on_both_databases() {
        let (names, exceptions) = (support::names(), on_one_database());
        assert_eq!(one_sided(&names, &exceptions), Vec::<String>::new());
        let count = |kind: &str| {
            let of_kind = |name: &&str| name.ends_with(kind);
            let named = exceptions.iter().map(|(name, _)| name.as_str()).filter(of_kind).count();
            (names.iter().map(String::as_str).filter(of_kind).count(), named)
        };
        let ((sqlite, only_sqlite), (postgres, only_postgres)) = (count("[sqlite]"), count("[postgres]"));
        assert_eq!(sqlite - only_sqlite, postgres - only_postgres);
        assert!(sqlite > 20 * only_sqlite && postgres > 20 * only_postgres, "the exceptions become the rule");
        eprintln!("{only_sqlite} of {sqlite} tests on SQLite and {only_postgres} of {postgres} on PostgreSQL have no other side:");
        exceptions.iter().for_each(|(name, only)| eprintln!("  {name}: {}", only.why));
    }

    fn a_body_that_runs_on_one_database_is_found() {
        let names = ["a::b::c[sqlite]", "a::b::c[postgres]", "a::b::d[sqlite]", "a::b::e[postgres]", "a::b::plain"];
        let names = names.map(str::to_owned);
        assert_eq!(one_sided(&names, &[]), ["a::b::d[sqlite]", "a::b::e[postgres]"]);
        let named = |name: &str| (name.to_owned(), OneDatabase { kind: support::Kind::Sqlite, why: "" });
        assert_eq!(one_sided(&names, &[named("a::b::d[sqlite]")]), ["a::b::e[postgres]"]);
        // One that is registered for the other database is no leave for this one.
        assert_eq!(one_sided(&names, &[named("a::b::d[postgres]")]), ["a::b::d[sqlite]", "a::b::e[postgres]"]);
    }

    fn every_test_on_one_database_says_why() {
        assert_eq!(unexplained(&on_one_database()), Vec::<String>::new());
    }

    fn a_test_on_one_database_without_a_reason_is_found() {
        let test = |why| ("a".to_owned(), OneDatabase { kind: support::Kind::Sqlite, why });
        for bad in ["", "  ", "SQLite only", "SQLite . only -", "it has none there"] {
            assert_eq!(unexplained(&[test(bad)]), ["a"], "{bad}");
        }
        assert_eq!(unexplained(&[test("SQLite has no roles")]), [""; 0]);
    }

    fn no_test_is_ignored() {
        let words = ["ignored", "ignored_with", "ignorable_test", "with_ignored_flag", "#[ignore"];
        let mut files = sources(&["tests/it", "tests/support", "service/src", "migration/src", "cli/src"]);
        files.retain(|file| file.path != "tests/it/rules/tests.rs");
        let found = super::source::uses(&files, &words);
        let in_texts = |found: &String| found.starts_with("tests/it/harness/run.rs");
        assert_eq!(found.into_iter().filter(|found| !in_texts(found)).collect::<Vec<_>>(), Vec::<String>::new());
    }
}

/// The tests that run on one database only, and are not among the named exceptions.
fn one_sided(names: &[String], exceptions: &[(String, OneDatabase)]) -> Vec<String> {
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let has_other = |name: &str| match (name.strip_suffix("[sqlite]"), name.strip_suffix("[postgres]")) {
        (Some(test), _) => names.contains(format!("{test}[postgres]").as_str()),
        (_, Some(test)) => names.contains(format!("{test}[sqlite]").as_str()),
        (None, None) => true,
    };
    let is_named = |name: &str| exceptions.iter().any(|(exception, _)| exception == name);
    names.iter().filter(|name| !has_other(name) && !is_named(name)).map(|name| (*name).to_owned()).collect()
}

/// The exceptions whose reason is too short for one, or does not say which database lacks what.
fn unexplained(exceptions: &[(String, OneDatabase)]) -> Vec<String> {
    let is_reason = |why: &str| {
        let words = why.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
        words >= FEWEST_WORDS && (why.contains("SQLite") || why.contains("PostgreSQL"))
    };
    exceptions.iter().filter(|(_, only)| !is_reason(only.why)).map(|(name, _)| name.clone()).collect()
}
