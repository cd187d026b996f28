//! What the database keeps by itself: pages, indexes and constraints; and what it does not, that each value is one that a
//! program can read.

use super::pages::{self, Depth};
use super::report::{Check, Finding, Found, MOST_ROWS, PAGES, object};
use super::subject::Subject;
use super::{constraints, values};
use crate::error::Error;
use crate::runner::catalogue::literal;
use crate::target::Kind;

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let kept = match subject.place.kind {
        Kind::Sqlite => pages(subject).await?,
        Kind::Postgres => catalogue(subject).await?,
    };
    Ok(kept.and(values::check(subject).await?).and(constraints::check(subject).await?))
}

/// SQLite's own check of the whole file, constraints among it.
async fn pages(subject: &Subject<'_>) -> Result<Found, Error> {
    let ours = subject.expected.keys().cloned().collect();
    let looked = pages::look(subject.tx(), subject.place, Depth::Full, &ours).await;
    let looked = looked.map_err(|e| Error::database("checking the integrity", &e))?;
    // CHECKs of ours are asked one by one, which names the rows, and works on a read-only connection too.
    let is_check = |line: &String| line.starts_with("CHECK constraint failed in ");
    let mut findings: Vec<Finding> =
        looked.ours.iter().filter(|line| !is_check(line)).map(|line| complaint(line)).collect();
    let total = u64::try_from(findings.len()).unwrap_or(u64::MAX);
    findings.truncate(MOST_ROWS);
    let others = looked.others.into_iter().take(MOST_ROWS).collect();
    let not_run = u64::try_from(looked.unchecked.len()).unwrap_or(u64::MAX);
    Ok(Found { total, not_run, findings, others })
}

/// A line of SQLite's, such as `NULL value in sprints.title` or `row 3 missing from index ux_sprints_project_id_code`.
fn complaint(line: &str) -> Finding {
    let word_after = |words: &str| {
        let rest = line.split_once(words)?.1;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let index = word_after("from index ").or_else(|| word_after("in index "));
    let (table, part) = match (pages::subject(line).map(|of| of.split_once('.').unwrap_or((of, ""))), index) {
        (Some((table, "")), _) => (table.to_owned(), "checks".to_owned()),
        (Some((table, column)), _) => (table.to_owned(), object("column", column)),
        (None, Some(index)) => (String::new(), object("index", &index)),
        (None, None) => (String::new(), PAGES.to_owned()),
    };
    Finding {
        check: Check::Integrity,
        table,
        row: None,
        part,
        found: line.to_owned(),
        expected: "integrity_check: ok".to_owned(),
    }
}

/// What PostgreSQL's catalogue admits without reading a row.
async fn catalogue(subject: &Subject<'_>) -> Result<Found, Error> {
    if subject.expected.is_empty() {
        return Ok(Found::default());
    }
    let tables = subject.expected.keys().map(|t| literal(t)).collect::<Vec<_>>().join(", ");
    let ours = format!("n.nspname = {} AND t.relname IN ({tables})", literal(&subject.place.schema));
    let from = "JOIN pg_namespace AS n ON n.oid = t.relnamespace";
    let sql = format!(
        "SELECT t.relname::text AS \"table\", 'index ' || i.relname AS part, \
         'not valid: its building failed' AS found, 'a valid index' AS expected \
         FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid {from} \
         WHERE {ours} AND NOT (x.indisvalid AND x.indisready) \
         UNION ALL SELECT DISTINCT t.relname::text, \
         coalesce('foreign key ' || c.conname, 'trigger ' || g.tgname), 'not enforced: its trigger is disabled', 'enforced' \
         FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid {from} \
         LEFT JOIN pg_constraint AS c ON c.oid = g.tgconstraint WHERE {ours} AND g.tgenabled IN ('D', 'R') \
         UNION ALL SELECT t.relname::text, 'table', 'unlogged: a crash empties it', 'a table that survives a crash' \
         FROM pg_class AS t {from} WHERE {ours} AND t.relkind = 'r' AND t.relpersistence <> 'p' \
         ORDER BY 1, 2"
    );
    let failed = |e: sea_orm::DbErr| Error::database("checking the integrity", &e);
    let mut findings = Vec::new();
    for row in subject.ask(&sql).await? {
        let text = |name: &str| row.try_get::<String>("", name).map_err(failed);
        findings.push(Finding {
            check: Check::Integrity,
            table: text("table")?,
            row: None,
            part: text("part")?,
            found: text("found")?,
            expected: text("expected")?,
        });
    }
    Ok(Found::all(findings))
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn complaints_of_sqlite_name_what_they_are_about() {
        for (line, table, part) in [
            ("NULL value in sprints.title", "sprints", "column title"),
            ("CHECK constraint failed in sprints", "sprints", "checks"),
            ("row 3 missing from index ux_sprints", "", "index ux_sprints"),
            ("non-unique entry in index ux_sprints", "", "index ux_sprints"),
            ("wrong # of entries in index ux_sprints", "", "index ux_sprints"),
            ("Tree 5 page 7: btreeInitPage() returns error code 11", "", "pages"),
        ] {
            let found = complaint(line);
            assert_eq!((found.table.as_str(), found.part.as_str()), (table, part), "{line}");
        }
    }
}
