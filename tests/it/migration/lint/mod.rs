//! `migration lint`: every rule finds what it is about and nothing else, and our own history is clean.

mod command;
mod facts;
mod fixtures;
mod fixtures_postgres;
mod split;

use std::collections::BTreeSet;

use callboard_migration::lint::{ALLOWED, Linter, RULES, history};
use callboard_migration::runner::Direction;
use callboard_migration::target::Kind;
use support::plain;

use super::common::compare;
use fixtures::{Fixture, NEXT};

/// The codes of what is found in migrations that stand one after the other, divided by [`NEXT`].
fn codes(kind: Kind, direction: Direction, sql: &str) -> Vec<&'static str> {
    let mut linter = Linter::new(kind);
    let mut found = Vec::new();
    for (n, migration) in sql.split(NEXT).enumerate() {
        let read = linter.read(&format!("m{n}"), direction, migration).unwrap_or_else(|e| panic!("{e}: {migration}"));
        found.extend(read.findings.iter().map(|finding| finding.rule.code));
    }
    found
}

/// A table for each database, with a row for each rule.
fn documentation() -> String {
    let mut out = String::new();
    for (letter, title) in
        [('A', "Both databases"), ('S', "SQLite"), ('P', "PostgreSQL"), ('X', "The exceptions themselves")]
    {
        out.push_str(&format!(
            "\n## {title}\n\n| code | name | severity | down | why | way out |\n|---|---|---|---|---|---|\n"
        ));
        for rule in RULES.iter().filter(|rule| rule.code.starts_with(letter)) {
            let (code, name, severity) = (rule.code, rule.name, rule.severity.as_str());
            let down = if rule.down { "too" } else { "" };
            out.push_str(&format!("| {code} | `{name}` | {severity} | {down} | {} | {} |\n", rule.why, rule.way_out));
        }
    }
    out.push('\n');
    out
}

plain! {
    fn each_rule_finds_its_danger_and_nothing_else() {
        for Fixture { code, databases, bad, good } in fixtures::all() {
            for kind in *databases {
                let bad_codes: BTreeSet<&str> = codes(*kind, Direction::Up, bad).into_iter().collect();
                assert_eq!(bad_codes, BTreeSet::from([*code]), "{code} on {kind}: {bad}");
                assert_eq!(codes(*kind, Direction::Up, good), Vec::<&str>::new(), "{code} on {kind}: {good}");
            }
        }
    }

    fn each_rule_has_its_fixtures() {
        for rule in RULES {
            let of_rule: Vec<&Fixture> = fixtures::all().filter(|fixture| fixture.code == rule.code).collect();
            assert!(!of_rule.is_empty(), "{rule:?} has no fixtures");
            for kind in [Kind::Sqlite, Kind::Postgres] {
                let applies = rule.only.is_none_or(|only| only == kind);
                let tried = of_rule.iter().any(|fixture| fixture.databases.contains(&kind));
                assert_eq!(applies, tried, "{rule:?} on {kind}");
            }
        }
        assert!(RULES.len() >= 40);
    }

    /// What `down` takes back is counted and asked about when it runs: see loss.rs.
    fn the_way_down_may_drop_what_the_way_up_made() {
        for Fixture { code, databases, bad, .. } in fixtures::all() {
            let rule = RULES.iter().find(|rule| rule.code == *code).expect("a rule");
            for kind in *databases {
                let found = codes(*kind, Direction::Down, bad).contains(code);
                assert_eq!(found, rule.down, "{code} on {kind}");
            }
        }
    }

    /// What CI is for. A finding is mended, or allowed in migration/src/lint/history.rs with its reason.
    fn our_own_history_is_clean() {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let outcome = history(kind).expect("read the snapshots");
            let found: Vec<String> = outcome
                .findings
                .iter()
                .map(|f| format!("{} {} {} {}: {}", f.version, f.direction, f.database, f.rule.code, f.what))
                .collect();
            assert_eq!(found, Vec::<String>::new());
            assert_eq!(outcome.migrations, callboard_migration::history().len());
            assert_eq!(outcome.exceptions, ALLOWED.iter().filter(|allowed| allowed.0 == kind).count());
            assert_eq!(outcome.left, Vec::<String>::new(), "the lint did not understand a statement");
        }
    }

    fn the_exceptions_of_our_own_history_have_reasons() {
        for (_, version, rule, reason) in ALLOWED {
            assert!(callboard_migration::history().iter().any(|step| step.version() == *version), "{version}");
            assert!(RULES.iter().any(|known| known.code == *rule) && reason.len() > 20, "{version} {rule}");
        }
    }

    /// With CALLBOARD_BLESS=1 the rows are written.
    fn the_documentation_has_one_row_for_each_rule() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
        let path = root.join("docs/lint.md");
        let text = std::fs::read_to_string(&path).expect("read docs/lint.md");
        let (before, rest) = text.split_once("<!-- rules -->\n").expect("where the rules begin");
        let (_, after) = rest.split_once("<!-- end -->\n").expect("where the rules end");
        compare(&path, &format!("{before}<!-- rules -->\n{}<!-- end -->\n{after}", documentation()));
    }

    fn codes_and_names_are_unique() {
        let codes: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!((codes.len(), names.len()), (RULES.len(), RULES.len()));
    }

    /// An exception is of one migration, and only of that.
    fn an_exception_covers_its_own_migration() {
        let drop = |table: &str, allow: &str| format!("DROP TABLE {table};\n{allow}\n");
        let allowed = drop("a", "-- lint: allow A1 nobody has used it since 2.0");
        assert_eq!(codes(Kind::Sqlite, Direction::Up, &allowed), Vec::<&str>::new());
        let two = format!("{allowed}{NEXT}{}", drop("b", ""));
        assert_eq!(codes(Kind::Sqlite, Direction::Up, &two), ["A1"]);
    }
}
