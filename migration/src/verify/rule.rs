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

impl Rule {
    /// `reads` are `table.column`.
    pub fn new(table: &str, column: &str, reads: &[&str], sql: String) -> Self {
        let split = |name: &&str| name.split_once('.').map(|(table, column)| (table.to_owned(), column.to_owned()));
        let mut reads: Vec<(String, String)> = reads.iter().filter_map(split).collect();
        reads.push((table.to_owned(), column.to_owned()));
        Self { table: table.to_owned(), part: format!("column {column}"), reads, sql }
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
    let sql = format!(
        "WITH broken AS ({}) SELECT label, found, expected, (SELECT count(*) FROM broken) AS total \
         FROM broken ORDER BY label LIMIT {MOST_ROWS}",
        rule.sql
    );
    let failed = |e: sea_orm::DbErr| Error::database("verifying", &e);
    let mut total = 0;
    let mut findings = Vec::new();
    for row in subject.ask(&sql).await? {
        let text = |name: &str| row.try_get::<Option<String>>("", name).map_err(failed);
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
