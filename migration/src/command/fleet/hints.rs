//! The ways out of what went wrong in many databases, each told once.

use std::collections::BTreeMap;

use callboard_migration::Error;

use crate::command::screen::note;

/// So many hints are told.
const MOST: usize = 10;
/// So many projects are named with each.
const NAMED: usize = 3;

/// The distinct hints, with the projects that they are for.
#[derive(Default)]
pub struct Hints(BTreeMap<String, (Vec<String>, usize)>);

impl Hints {
    pub fn add(&mut self, project: &str, error: &Error) {
        let Some(hint) = error.hint() else { return };
        let (named, count) = self.0.entry(hint).or_default();
        *count += 1;
        // The same ones whatever the order in which the databases were finished with.
        let at = named.partition_point(|name| name.as_str() < project);
        named.insert(at, project.to_owned());
        named.truncate(NAMED);
    }

    /// Prints them, those for the most projects first.
    pub fn print(self) {
        let mut hints: Vec<_> = self.0.into_iter().collect();
        hints.sort_by_key(|(_, (_, count))| std::cmp::Reverse(*count));
        let more = hints.len().saturating_sub(MOST);
        for (hint, (named, count)) in hints.into_iter().take(MOST) {
            let others = match count - named.len() {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            note(&format!("Hint ({}{others}): {hint}", named.join(", ")));
        }
        if more > 0 {
            note(&format!("{more} more hints are in the output of --json"));
        }
    }
}
