//! CHECKs: each row fulfils those that the version should have, whether or not the database has them.
//!
//! SQLite's own integrity check leaves them out on a read-only connection, which does not even load them; and on
//! PostgreSQL one may have been dropped, or added without looking at the rows (`NOT VALID`).

use super::report::{Check, Found};
use super::rule::{Rule, ask};
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
    let columns = subject.columns(table).iter().map(|c| c.name.as_str()).filter(|name| names(condition, name));
    let columns: Vec<&str> = columns.collect();
    let value = |column: &&str| {
        let shown = subject.shown(&format!("c.{}", quoted(column)));
        format!("{} || coalesce({shown}, 'null')", literal(&format!("{column} ")))
    };
    let found = columns.iter().map(value).collect::<Vec<_>>().join(" || ', ' || ");
    let sql = format!(
        "SELECT {label} AS label, {found} AS found, {expected} AS expected FROM {of} AS c WHERE NOT ({condition})",
        label = subject.label(table, "c"),
        found = if found.is_empty() { literal("what breaks it") } else { found },
        expected = literal(condition),
        of = subject.table(table),
    );
    let reads = columns.iter().map(|column| (table.to_owned(), (*column).to_owned())).collect();
    Rule { table: table.to_owned(), part: format!("check {name}"), reads, sql }
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
