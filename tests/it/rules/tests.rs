//! Every test of the database runs on both, and none is skipped in silence.

use std::collections::BTreeSet;

use super::source::{Source, sources};
use support::plain;

plain! {
    fn the_same_bodies_run_on_both_databases() {
        let names = support::names();
        assert_eq!(one_sided(&names), Vec::<String>::new());
        let count = |kind: &str| names.iter().filter(|name| name.ends_with(kind)).count();
        assert_eq!(count("[sqlite]"), count("[postgres]"));
        assert!(count("[sqlite]") > 0);
    }

    fn a_body_that_runs_on_one_database_is_found() {
        let names = ["a::b::c[sqlite]", "a::b::c[postgres]", "a::b::d[sqlite]", "a::b::plain"].map(str::to_owned);
        assert_eq!(one_sided(&names), ["a::b::d"]);
    }

    fn no_test_leaves_early_on_one_database() {
        assert_eq!(early_ends(&sources(&["tests/it"])), Vec::<String>::new());
    }

    fn a_test_that_leaves_early_is_found() {
        let condition = "if t.kind() == Kind::";
        let bad = format!("    {condition}Sqlite {{\n        // Later.\n        return;\n    }}\n    check();");
        let short = format!("{condition}Postgres {{ return; }}");
        let good = format!("    {condition}Sqlite {{\n        check();\n    }}\n    return;");
        let files = [Source::new("a.rs", &bad), Source::new("b.rs", &short), Source::new("c.rs", &good)];
        assert_eq!(early_ends(&files), ["a.rs:1", "b.rs:1"]);
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

/// The tests, without their suffix, that run on one database only.
fn one_sided(names: &[String]) -> Vec<String> {
    let of = |suffix: &str| names.iter().filter_map(|name| name.strip_suffix(suffix)).collect::<BTreeSet<_>>();
    of("[sqlite]").symmetric_difference(&of("[postgres]")).map(|name| (*name).to_owned()).collect()
}

/// Where the first code after a question for the database kind ends the test: it would pass there without a check.
fn early_ends(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let lines: Vec<(usize, &str)> = source.code().collect();
        for (index, (number, line)) in lines.iter().enumerate() {
            let next = lines.get(index + 1).map_or("", |(_, line)| line.trim());
            let asks = line.trim_start().starts_with("if ") && line.contains(".kind()");
            if asks && (line.contains("return;") || (line.ends_with('{') && next == "return;")) {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    found
}
