//! docs/performance/indexes.md: a part for each database, written from what was counted.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use support::Kind;

/// What an index does.
#[derive(Clone, Debug)]
pub struct Line {
    pub table: String,
    pub index: String,
    pub what: String,
    pub with: u64,
    pub without: u64,
}

impl Line {
    /// As people say it: to two digits, so that a page more or less is no other figure.
    fn ratio(&self) -> String {
        let ratio = self.without / self.with.max(1);
        match ratio {
            0..=1 => "1".to_owned(),
            2..=99 => ratio.to_string(),
            _ => {
                let unit = 10_u64.pow(ratio.ilog10() - 1);
                (ratio / unit * unit).to_string()
            }
        }
    }
}

const HEAD: &str = "# Indexes

What each index is there for, and how much work that is with it and without: counted on a board with 100,000 items
(`tests/support/large/`), in a transaction that drops the index and rolls back. No time is measured. On SQLite the work is
steps of its virtual machine, on PostgreSQL rows and index entries that were read; the figures of the two can't be compared.
On PostgreSQL 0 is an index that had nothing to give, and the work without one is that of one run: what it does instead
depends on the rows that its ANALYZE happened to look at.

An index that does not save half of some call's work, and is neither what holds a value unique nor what finds the rows that
refer to one that is deleted, fails the tests: `tests/it/plans/`. So does one that is missing here. The schema is the same
on both databases: what only the other one needs says so. Primary keys have indexes too, which are not listed.

Written by `CALLBOARD_BLESS=1 cargo test --workspace --test it -- plans::indexes`.
";

/// The two databases are tested at once, and each writes its own part.
static FILE: Mutex<()> = Mutex::new(());

fn path() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.parent().expect("a workspace").join("docs/performance/indexes.md")
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "## SQLite",
        Kind::Postgres => "## PostgreSQL",
    }
}

/// Holds the figures against the part of the report that is this database's, or writes that part.
pub fn compare(kind: Kind, lines: &[Line]) {
    let _one = FILE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let written = std::fs::read_to_string(path()).unwrap_or_default();
    if std::env::var_os("CALLBOARD_BLESS").is_some() {
        let parts = Kind::ALL.map(|of| if of == kind { part(of, lines) } else { section(&written, of) });
        std::fs::create_dir_all(path().parent().expect("a folder")).expect("make the folder");
        std::fs::write(path(), format!("{HEAD}\n{}", parts.join("\n"))).expect("write the report");
        return;
    }
    assert!(
        written.starts_with(HEAD),
        "the head of docs/performance/indexes.md is another: CALLBOARD_BLESS=1 renews it"
    );
    let (found, kept) = (rows(&part(kind, lines)), rows(&section(&written, kind)));
    let names = |rows: &[Row]| rows.iter().map(|row| (row.index.clone(), row.what.clone())).collect::<Vec<_>>();
    assert_eq!(
        names(&found),
        names(&kept),
        "docs/performance/indexes.md is of other indexes: CALLBOARD_BLESS=1 renews it"
    );
    for (found, kept) in found.iter().zip(&kept) {
        // What PostgreSQL does without an index depends on the rows that its ANALYZE happened to look at; that each helps
        // is held by the test itself.
        let near = kind == Kind::Postgres || found.ratio <= kept.ratio * 2 + 2 && kept.ratio <= found.ratio * 2 + 2;
        assert!(near, "{}: {} times, and the report says {}", found.index, found.ratio, kept.ratio);
    }
}

fn part(kind: Kind, lines: &[Line]) -> String {
    let mut out = format!("{}\n\n| index | serves | with | without | times |\n|---|---|---|---|---|\n", title(kind));
    let mut lines = lines.to_vec();
    lines.sort_by(|a, b| (&a.table, &a.index).cmp(&(&b.table, &b.index)));
    for line in &lines {
        let ratio = line.ratio();
        let _ = writeln!(out, "| `{}` | {} | {} | {} | {ratio} |", line.index, line.what, line.with, line.without);
    }
    out
}

/// The part of a report that is a database's.
fn section(written: &str, kind: Kind) -> String {
    let Some(start) = written.find(title(kind)) else { return String::new() };
    let rest = &written[start..];
    let end = rest[2..].find("\n## ").map_or(rest.len(), |end| end + 2);
    rest[..end].to_owned()
}

#[derive(Debug)]
struct Row {
    index: String,
    what: String,
    ratio: u64,
}

fn rows(part: &str) -> Vec<Row> {
    let read = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let ratio = cells.get(4)?.parse().ok()?;
        Some(Row { index: cells[0].to_owned(), what: cells[1].to_owned(), ratio })
    };
    part.lines().filter_map(read).collect()
}

support::plain! {
    fn the_parts_of_a_report_are_found_again() {
        let line = Line {
            table: "t".to_owned(),
            index: "ix_t_a".to_owned(),
            what: "a".to_owned(),
            with: 10,
            without: 12_345,
        };
        let other = Line { index: "ix_t_b".to_owned(), without: 11, ..line.clone() };
        let parts = [part(Kind::Sqlite, &[other.clone(), line.clone()]), part(Kind::Postgres, &[line])];
        let written = format!("{HEAD}\n{}", parts.join("\n"));
        assert_eq!(section(&written, Kind::Postgres), parts[1]);
        let found = rows(&section(&written, Kind::Sqlite));
        let found: Vec<(&str, u64)> = found.iter().map(|row| (row.index.as_str(), row.ratio)).collect();
        assert_eq!(found, [("`ix_t_a`", 1200), ("`ix_t_b`", 1)]);
    }
}
