//! SQLite's own check of a file, in which another application may have tables that only it can read.
//!
//! An index by its own collation, or a CHECK by its own function, makes SQLite refuse to check the whole file. Then each
//! table is checked alone; of those that can't be, at least the pages of the rows are read.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use crate::error::{Cause, cause};
use crate::runner::catalogue::{literal, sqlite_count, strings};
use crate::runner::session::Place;

/// At how many complaints SQLite stops.
const MOST: usize = 1000;

/// How much of it is checked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Depth {
    /// Pages and values.
    Quick,
    /// That each index has exactly its table's rows, too.
    Full,
}

/// What SQLite complained of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaints {
    /// Of pages and indexes, whosever they are, and of the values in our tables.
    pub ours: Vec<String>,
    /// Of the values in tables of others, and which of these can't be checked: each once.
    pub others: BTreeSet<String>,
    /// Tables of ours that can't be checked: an index on them is not ours.
    pub unchecked: Vec<String>,
}

/// Checks a file; `ours` are the names of our tables.
pub(crate) async fn look(
    db: &impl ConnectionTrait,
    place: &Place,
    depth: Depth,
    ours: &BTreeSet<String>,
) -> Result<Complaints, DbErr> {
    let mut out = Complaints::default();
    match lines(db, place, depth, &MOST.to_string()).await {
        Ok(lines) => {
            // Where it stopped, complaints of others may hide ours.
            let stopped = lines.len() >= MOST;
            out.add(lines, ours);
            for table in ours.iter().filter(|_| stopped) {
                let lines = lines_of(db, place, depth, table).await?;
                out.ours.retain(|line| !lines.contains(line));
                out.add(lines, ours);
            }
        }
        Err(e) if cause(&e) == Some(Cause::Statement) => {
            let tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name";
            let tables = strings(&db.query_all_raw(place.ask(tables)).await?, "name")?;
            // The first one has the list of the free pages with it.
            for table in std::iter::once("sqlite_schema".to_owned()).chain(tables) {
                match lines_of(db, place, depth, &table).await {
                    Ok(lines) => out.add(lines, ours),
                    Err(e) if cause(&e) == Some(Cause::Statement) => {
                        sqlite_count(db, place, &table).await?;
                        out.others.insert(format!("{table}: can't be checked here ({e})"));
                        out.unchecked.extend(ours.get(&table).cloned());
                    }
                    Err(e) => return Err(e),
                }
            }
        }
        Err(e) => return Err(e),
    }
    Ok(out)
}

impl Complaints {
    fn add(&mut self, lines: Vec<String>, ours: &BTreeSet<String>) {
        for line in lines {
            match subject(&line) {
                Some(of) if !ours.iter().any(|table| is_of(of, table)) => drop(self.others.insert(line)),
                _ => self.ours.push(line),
            }
        }
    }
}

/// What a complaint about a value is about: `sprints.title` or `sprints`. None of one about pages or an index.
pub(super) fn subject(line: &str) -> Option<&str> {
    line.strip_prefix("CHECK constraint failed in ").or_else(|| Some(line.split_once(" value in ")?.1))
}

fn is_of(subject: &str, table: &str) -> bool {
    subject.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

async fn lines_of(db: &impl ConnectionTrait, place: &Place, depth: Depth, table: &str) -> Result<Vec<String>, DbErr> {
    lines(db, place, depth, &literal(table)).await
}

async fn lines(db: &impl ConnectionTrait, place: &Place, depth: Depth, of: &str) -> Result<Vec<String>, DbErr> {
    let pragma = match depth {
        Depth::Quick => "quick_check",
        Depth::Full => "integrity_check",
    };
    let mut out = Vec::new();
    for row in db.query_all_raw(place.ask(format!("PRAGMA {pragma}({of})"))).await? {
        let text: String = row.try_get_by_index(0)?;
        let told = |line: &&str| !(line.is_empty() || *line == "ok" || line.starts_with("***"));
        out.extend(text.lines().filter(told).map(str::to_owned));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{is_of, subject};

    #[test]
    fn a_complaint_about_a_value_says_whose_it_is() {
        assert_eq!(subject("NULL value in sprints.title"), Some("sprints.title"));
        assert_eq!(subject("non-TEXT value in sprints.title"), Some("sprints.title"));
        assert_eq!(subject("CHECK constraint failed in sprints"), Some("sprints"));
        assert_eq!(subject("row 3 missing from index ux_sprints"), None);
        assert!(is_of("sprints.title", "sprints") && is_of("sprints", "sprints"));
        assert!(!is_of("sprints_old.title", "sprints"));
    }
}
