//! The schema: what the recorded version has, and what is there, part by part.

use super::report::{Check, Finding, Found, object};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::{Drift, Found as Is, expected};

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let drift = expected::drift(subject.tx(), subject.place, subject.steps, subject.applied).await?;
    Ok(Found::all(findings(&drift.unwrap_or_default())))
}

/// One finding for each part: what is missing and what stands in its place are one.
pub(crate) fn findings(drift: &[Drift]) -> Vec<Finding> {
    let mut out: Vec<Finding> = Vec::new();
    let missing = drift.iter().filter(|d| d.found == Is::Missing);
    for (drift, (part, text)) in missing.map(|d| (d, named(&d.part))) {
        out.push(finding(drift, part, "nothing", &text));
    }
    let unexpected = drift.iter().filter(|d| d.found == Is::Unexpected);
    for (drift, (part, text)) in unexpected.map(|d| (d, named(&d.part))) {
        let same = |f: &&mut Finding| f.table == drift.table && f.part == part && f.found == "nothing";
        match out.iter_mut().find(same) {
            Some(changed) => changed.found = text,
            None => out.push(finding(drift, part, &text, "nothing")),
        }
    }
    out.sort_by(|a, b| a.table.cmp(&b.table));
    out
}

fn finding(drift: &Drift, part: String, found: &str, expected: &str) -> Finding {
    Finding {
        check: Check::Drift,
        table: drift.table.clone(),
        row: None,
        part,
        found: found.to_owned(),
        expected: expected.to_owned(),
    }
}

/// A line of a description as its name and the rest: `column title` and `text not null`.
fn named(line: &str) -> (String, String) {
    if line.is_empty() {
        return ("table".to_owned(), "the table".to_owned());
    }
    for kind in
        ["column", "check", "foreign key", "primary key", "unique", "exclude", "index", "trigger", "rule", "policy"]
    {
        let Some(rest) = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' ')) else { continue };
        let words: Vec<&str> = rest.split(' ').collect();
        let name = match kind {
            // `CREATE UNIQUE INDEX name ON ...`, `CREATE TRIGGER name ...`.
            "index" | "trigger" => {
                let at = words.iter().position(|w| matches!(*w, "INDEX" | "TRIGGER"));
                at.map_or(words.first(), |at| words.get(at + 1)).copied().unwrap_or_default()
            }
            // A table has one, whatever its columns.
            "primary key" => "",
            // SQLite's have no name: the columns before the arrow tell them apart.
            "foreign key" if rest.contains(" -> ") => rest.split(" -> ").next().unwrap_or_default(),
            // SQLite's are its columns.
            "unique" if !rest.contains(" UNIQUE ") => rest,
            _ => words.first().copied().unwrap_or_default(),
        };
        let name = name.trim_matches('"');
        let text = rest.strip_prefix(name).filter(|_| !matches!(kind, "index" | "trigger")).unwrap_or(rest).trim();
        return (object(kind, name), if text.is_empty() { rest.to_owned() } else { text.to_owned() });
    }
    (line.to_owned(), line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn parts_are_named_as_both_databases_write_them() {
        for (line, name, text) in [
            ("", "table", "the table"),
            ("column title text not null", "column title", "text not null"),
            ("check ck_a_b (b IN ('x'))", "check ck_a_b", "(b IN ('x'))"),
            (
                "index CREATE UNIQUE INDEX \"ux_a\" ON \"t\" (\"a\")",
                "index ux_a",
                "CREATE UNIQUE INDEX \"ux_a\" ON \"t\" (\"a\")",
            ),
            ("index CREATE INDEX ix_a ON t (a) WHERE b", "index ix_a", "CREATE INDEX ix_a ON t (a) WHERE b"),
            ("index ix_a", "index ix_a", "ix_a"),
            ("primary key t_pkey PRIMARY KEY (id)", "primary key", "t_pkey PRIMARY KEY (id)"),
            ("primary key id", "primary key", "id"),
            ("foreign key a_id -> a (id) on delete cascade", "foreign key a_id", "-> a (id) on delete cascade"),
            (
                "foreign key fk_t FOREIGN KEY (a_id) REFERENCES a(id)",
                "foreign key fk_t",
                "FOREIGN KEY (a_id) REFERENCES a(id)",
            ),
            ("unique a, b", "unique a, b", "a, b"),
            ("trigger CREATE TRIGGER tr AFTER INSERT ON t", "trigger tr", "CREATE TRIGGER tr AFTER INSERT ON t"),
        ] {
            assert_eq!(named(line), (name.to_owned(), text.to_owned()), "{line}");
        }
    }
}
