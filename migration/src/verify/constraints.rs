//! CHECKs: each row fulfils those that the version should have, whether or not the database has them.
//!
//! SQLite's own integrity check leaves them out on a read-only connection, which does not even load them; and on
//! PostgreSQL one may have been dropped, or added without looking at the rows (`NOT VALID`).

use super::report::{Check, Found};
use super::rule::{Asked, Rule, ask};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::catalogue::{literal, quoted};

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let rules = subject.expected.iter().flat_map(|(table, lines)| {
        lines.iter().filter_map(|line| read(line)).map(|(name, condition)| rule(subject, table, name, condition))
    });
    ask(subject, Check::Integrity, rules.collect()).await
}

fn rule(subject: &Subject<'_>, table: &str, name: &str, condition: &str) -> Rule {
    let columns: Vec<&str> = subject.expected_columns(table).filter(|name| names(condition, name)).collect();
    let value = |column: &&str| {
        let shown = subject.shown(&format!("c.{}", quoted(column)));
        format!("{} || coalesce({shown}, 'null')", literal(&format!("{column} ")))
    };
    let found = columns.iter().map(value).collect::<Vec<_>>().join(" || ', ' || ");
    let asked = Asked {
        found: if found.is_empty() { literal("what breaks it") } else { found },
        expected: literal(condition),
        join: String::new(),
        broken: format!("NOT ({condition})"),
    };
    Rule::of(subject, table, format!("check {name}"), columns, &asked)
}

/// Reads `check name (condition)` and `check name CHECK ((condition))`.
fn read(line: &str) -> Option<(&str, &str)> {
    let (name, condition) = line.strip_prefix("check ")?.split_once(' ')?;
    Some((name, condition.strip_prefix("CHECK ").unwrap_or(condition)))
}

/// Whether the condition names the column, and not only as a part of another word or in a literal.
fn names(condition: &str, column: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    // Every second part stands between quotes.
    condition.split('\'').step_by(2).any(|code| code.split(|c| !is_name(c)).any(|word| word == column))
}

#[cfg(test)]
mod tests {
    use super::{names, read};

    #[test]
    fn checks_are_read_as_both_databases_write_them() {
        assert_eq!(read("check ck_a (a IN ('x', 'y'))"), Some(("ck_a", "(a IN ('x', 'y'))")));
        assert_eq!(read("check ck_a CHECK ((a > 0))"), Some(("ck_a", "((a > 0))")));
        assert_eq!(read("column a text"), None);
    }

    #[test]
    fn columns_are_words_outside_of_literals() {
        assert!(names("(status = ANY (ARRAY['type'::text]))", "status"));
        assert!(!names("(status = ANY (ARRAY['type'::text]))", "type"));
        assert!(!names("(assignee_type IS NULL)", "type"));
    }
}
