//! Compares what the migrations mean on either database with each other and with what is committed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use similar::TextDiff;

use super::{Error, Files, fresh, tree};
use crate::target::DatabaseUrl;

/// Lines around a difference: enough for the whole of a relation, which names its column.
const CONTEXT: usize = 6;

/// Two sets of files that should be the same and are not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// One sentence, without a full stop.
    pub what: String,
    /// A unified diff.
    pub diff: String,
}

/// Migrates an empty SQLite and an empty PostgreSQL, generates from both, and compares the two with each other and
/// with the files in `committed`. No difference: an empty list.
///
/// `server` is as for [`fresh::postgres`].
///
/// # Errors
/// [`Error::Scratch`], [`Error::Server`] or [`Error::Migration`] when one of the databases can't be had or migrated.
pub async fn check(committed: &Path, server: Option<&DatabaseUrl>) -> Result<Vec<Difference>, Error> {
    let sqlite = fresh::sqlite().await?;
    let postgres = fresh::postgres(server).await?;
    let committed = tree::load(committed)?;
    let mut out = Vec::new();
    out.extend(compare("SQLite and PostgreSQL give different entities", ("sqlite", &sqlite), ("postgres", &postgres)));
    out.extend(compare(
        "the committed entities are not what the migrations give",
        ("committed", &committed),
        ("generated", &sqlite),
    ));
    Ok(out)
}

/// The difference of two sets of files with their names; none if they are the same.
pub fn compare(what: &str, old: (&str, &Files), new: (&str, &Files)) -> Option<Difference> {
    let names: BTreeSet<&String> = old.1.keys().chain(new.1.keys()).collect();
    let text = |files: &Files, name: &String| files.get(name).cloned().unwrap_or_default();
    let path = |side: (&str, &Files), name: &String| {
        if side.1.contains_key(name) { format!("{}/{name}", side.0) } else { "/dev/null".to_owned() }
    };
    let mut diff = String::new();
    for name in names {
        let (a, b) = (text(old.1, name), text(new.1, name));
        if a != b {
            let _ = writeln!(diff, "--- {}\n+++ {}", path(old, name), path(new, name));
            hunks(&mut diff, &a, &b);
        }
    }
    (!diff.is_empty()).then(|| Difference { what: what.to_owned(), diff })
}

/// Writes the hunks of one file, each with what it is about, as git does.
fn hunks(out: &mut String, a: &str, b: &str) {
    let diff = TextDiff::from_lines(a, b);
    let old: Vec<&str> = a.lines().collect();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let start = hunk.ops().first().map_or(0, |op| op.old_range().start);
        let about =
            old.iter().take(start + CONTEXT + 1).rev().find(|line| is_heading(line)).copied().unwrap_or_default();
        let text = hunk.to_string();
        let (header, lines) = text.split_once('\n').unwrap_or((&text, ""));
        let _ = writeln!(out, "{} {}\n{}", header, about.trim_start_matches("/// "), lines.trim_end_matches('\n'));
    }
}

/// A table's name, or the sentence of an enum that names its columns.
fn is_heading(line: &str) -> bool {
    line.starts_with("#[sea_orm(table_name") || line.starts_with("/// The values of")
}
