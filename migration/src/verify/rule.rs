//! Rules about rows: each one statement that gives the rows that break it.

use super::report::{Check, Finding, Found, MOST_ROWS};
use super::subject::{Readable, Subject};
use crate::error::Error;

/// A rule, with what it reads.
pub(super) struct Rule {
    pub table: String,
    pub part: String,
    /// Tables and columns without which the rule can't be asked.
    pub reads: Vec<(String, String)>,
    /// Gives `label`, `found` and `expected`, as text, of each row that breaks the rule.
    pub sql: String,
}

/// What is asked of each row `c` of a table, as SQL.
pub(super) struct Asked {
    /// Texts, or null.
    pub found: String,
    pub expected: String,
    /// What is joined to the row; may be empty.
    pub join: String,
    /// True of a row that breaks the rule.
    pub broken: String,
}

impl Rule {
    /// A rule for the rows of a table. `reads` are `table.column`, or columns of this table.
    pub fn of<R: AsRef<str>>(
        s: &Subject<'_>,
        table: &str,
        part: String,
        reads: impl IntoIterator<Item = R>,
        asked: &Asked,
    ) -> Self {
        let read = |name: R| match name.as_ref().split_once('.') {
            Some((table, column)) => (table.to_owned(), column.to_owned()),
            None => (table.to_owned(), name.as_ref().to_owned()),
        };
        let Asked { found, expected, join, broken } = asked;
        let (label, rows) = (s.label(table, "c"), s.table(table));
        let sql = format!(
            "SELECT {label} AS label, {found} AS found, {expected} AS expected FROM {rows} AS c {join} WHERE {broken}"
        );
        Self { table: table.to_owned(), part, reads: reads.into_iter().map(read).collect(), sql }
    }
}

/// Asks every rule that the version has; at most [`MOST_ROWS`] rows are named, some of each rule that is broken.
pub(super) async fn ask(subject: &Subject<'_>, check: Check, rules: Vec<Rule>) -> Result<Found, Error> {
    let mut found = Found::default();
    let mut broken: Vec<Vec<Finding>> = Vec::new();
    for rule in rules {
        let readable: Vec<Readable> =
            rule.reads.iter().map(|(table, column)| subject.readable(table, column)).collect();
        if readable.contains(&Readable::NotYet) {
            continue;
        }
        if readable.contains(&Readable::Drifted) {
            found.not_run += 1;
            continue;
        }
        let (total, findings) = one(subject, check, &rule).await?;
        found.total += total;
        broken.push(findings);
    }
    found.findings = some_of_each(broken);
    Ok(found)
}

async fn one(subject: &Subject<'_>, check: Check, rule: &Rule) -> Result<(u64, Vec<Finding>), Error> {
    let [label, found, expected] =
        ["label", "found", "expected"].map(|name| format!("{} AS {name}", subject.bytes(&format!("broken.{name}"))));
    let sql = format!(
        "WITH broken AS ({}) SELECT {label}, {found}, {expected}, (SELECT count(*) FROM broken) AS total \
         FROM broken ORDER BY broken.label LIMIT {MOST_ROWS}",
        rule.sql
    );
    let failed = |e: sea_orm::DbErr| Error::database("verifying", &e);
    let mut total = 0;
    let mut findings = Vec::new();
    for row in subject.ask(&sql).await? {
        // What is wrong may be that it is no text that can be decoded.
        let text = |name: &str| {
            let bytes = row.try_get::<Option<Vec<u8>>>("", name).map_err(failed)?;
            Ok::<_, Error>(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        let value = |name: &str| Ok::<_, Error>(shortened(text(name)?.unwrap_or_else(|| "null".to_owned())));
        total = row.try_get::<i64>("", "total").map_err(failed)?.unsigned_abs();
        findings.push(Finding {
            check,
            table: rule.table.clone(),
            row: text("label")?.map(shortened),
            part: rule.part.clone(),
            found: value("found")?,
            expected: value("expected")?,
        });
    }
    Ok((total, findings))
}

/// Takes from each in turn, so that a rule with many rows does not hide another one; gives them rule by rule.
fn some_of_each(broken: Vec<Vec<Finding>>) -> Vec<Finding> {
    let mut takes = vec![0; broken.len()];
    let mut left = MOST_ROWS;
    for nth in 1..=MOST_ROWS {
        for (take, findings) in takes.iter_mut().zip(&broken) {
            if left > 0 && findings.len() >= nth {
                *take = nth;
                left -= 1;
            }
        }
    }
    broken.into_iter().zip(takes).flat_map(|(findings, take)| findings.into_iter().take(take)).collect()
}

/// A value may be as long as its user liked.
fn shortened(text: String) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
