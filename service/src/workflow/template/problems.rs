//! What is wrong with a template, gathered so that its author mends it all at once.

use crate::error::Error;
use crate::rules;

/// The most problems that are told; a text of another kind altogether has one in each line.
const MOST: usize = 100;

/// Problems with their lines.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<(usize, String)>,
}

impl Problems {
    pub fn add(&mut self, line: usize, reason: impl Into<String>) {
        self.found.push((line, reason.into()));
    }

    /// The error with all of them by line, each once; none if there are none.
    pub fn into_error(mut self, name: &str) -> Option<Error> {
        if self.found.is_empty() {
            return None;
        }
        // Stable: the problems of one line stay in the order in which they were found.
        self.found.sort_by_key(|(line, _)| *line);
        self.found.dedup();
        let more = self.found.len().saturating_sub(MOST);
        if let Some((line, _)) = self.found.get(MOST).cloned() {
            self.found.truncate(MOST);
            self.found.push((line, format!("and {more} more problems from here on")));
        }
        Some(Error::InvalidTemplate { name: name.to_owned(), problems: self.found })
    }
}

/// `; near to it: ...` for a name that is not there, or what there is when nothing is near and it is little.
pub(super) fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let near = rules::near(name, known.clone());
    if !near.is_empty() {
        return format!("; near to it: {}", near.join(", "));
    }
    let all: Vec<&str> = known.into_iter().collect();
    if all.is_empty() || all.len() > 12 { String::new() } else { format!("; possible: {}", all.join(", ")) }
}

/// A name or text from a template in a message: on one line, and not long.
pub(super) fn quote(value: &str) -> String {
    let escaped = rules::escape(value);
    match escaped.char_indices().nth(80) {
        Some((cut, _)) => format!("'{}...'", &escaped[..cut]),
        None => format!("'{escaped}'"),
    }
}
