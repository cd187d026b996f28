//! What the file of another tool says in its status, beside the status itself.

use super::relations::{self, Field};
use super::{dates, words};
use crate::clock::Timestamp;

/// Words that say nothing beside a status and its date.
const EMPTY: &[&str] = &["status", "date", "on"];

/// The lines of a status that the board keeps nowhere else: each that is more than the status and the date, and forms no
/// link, whose reason it would be. None where there are none.
pub(super) fn rest(text: &str, date: Option<Timestamp>) -> Option<String> {
    let said = words::status(text).map(|(status, done, _)| (status, done));
    let is_said = |word: &str| said.is_some() && words::status_of(word) == said || EMPTY.contains(&word);
    let is_elsewhere = |line: &str| {
        let words = dates::without(line, date).flat_map(|part| part.split(|c: char| !c.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).all(|word| is_said(&word.to_lowercase()))
            || !relations::of(line, Field::Status).is_empty()
    };
    let mut lines: Vec<&str> = text.lines().filter(|line| line.trim().is_empty() || !is_elsewhere(line)).collect();
    lines.dedup_by(|next, before| next.trim().is_empty() && before.trim().is_empty());
    let rest = lines.join("\n").trim().to_owned();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_a_status_is_seen() {
        let rest = |text: &str| rest(text, dates::first(text));
        for nothing in [
            "",
            "?",
            "**Accepted**",
            "accepted\nApproved",
            "Accepted on 2020-01-02.",
            "Status: superseded\n\nSuperseded by ADR-3",
        ] {
            assert_eq!(rest(nothing), None, "{nothing}");
        }
        for all in
            ["Accepted by Ada", "maybe later", "Accepted, then rejected", "Accepted 2020-01-02, again 2021-01-02"]
        {
            assert_eq!(rest(all).as_deref(), Some(all));
        }
        // What is carried out is not the same as what is only accepted.
        assert_eq!(rest("Accepted\nImplemented").as_deref(), Some("Implemented"));
        assert_eq!(rest("Accepted\n\nOne.\n\nAmends 3\n\nTwo.").as_deref(), Some("One.\n\nTwo."));
    }
}
