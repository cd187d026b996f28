//! Which hit comes first. Pure.
//!
//! The databases rank by the index, each by a formula of its own (SQLite `bm25`, PostgreSQL `ts_rank`). The first
//! [`RANKED_ALIKE`] that they give are put into the order of this rule, which sees only what both have: the words of the
//! text. So whatever finds no more than that many documents gives the same answer, in the same order, on both.
//!
//! The rule is BM25 for texts in fields, without the weights of the words: every hit has all of them. A word counts the
//! more the more often it stands in the text, but ever less so, and the less the longer the text is; in the key and
//! title it counts five times.

use std::cmp::Reverse;

use callboard_search::EntityType;

use super::term::Term;
use crate::db::dialect::search_query::FoundDocument;
use crate::error::{Error, Result};

/// So many of the best hits of the database's own ranking are ranked again by the rule that both databases share.
pub const RANKED_ALIKE: u64 = 25;

/// What a word counts in a key or title.
const IN_HEADING: f64 = 5.0;
/// How soon further occurrences count for nothing, and how much the length matters: the usual values of BM25.
const K: f64 = 1.2;
const B: f64 = 0.75;
/// The length of a common text, in words. That of the texts on the board would be another one in each project.
const COMMON: f64 = 100.0;

/// A document of the answer.
#[derive(Clone, Debug)]
pub(super) struct Ranked {
    pub kind: EntityType,
    pub document: FoundDocument,
    score: f64,
}

/// The documents as the database ranked them from `offset` on, those of the first [`RANKED_ALIKE`] in our order.
pub(super) fn rank(found: Vec<FoundDocument>, offset: u64, terms: &[Term]) -> Result<Vec<Ranked>> {
    let alike = usize::try_from(RANKED_ALIKE.saturating_sub(offset)).unwrap_or(usize::MAX).min(found.len());
    let mut ranked = found.into_iter().map(|document| Ranked::new(document, terms)).collect::<Result<Vec<Ranked>>>()?;
    ranked[..alike].sort_by(|a, b| {
        // Of equals by kind, then the newest first.
        let age = |ranked: &Ranked| Reverse(ranked.document.entity_id);
        b.score.total_cmp(&a.score).then_with(|| (a.kind, age(a)).cmp(&(b.kind, age(b))))
    });
    Ok(ranked)
}

impl Ranked {
    fn new(document: FoundDocument, terms: &[Term]) -> Result<Self> {
        let word = document.entity_type.as_str();
        let kind = EntityType::ALL.into_iter().find(|kind| kind.as_str() == word);
        let kind = kind.ok_or_else(|| Error::Stored { what: "a search document".to_owned(), why: word.to_owned() })?;
        let part = |text: Option<&str>| text.map(callboard_search::search_text).unwrap_or_default();
        // The texts of the document, as the index has them, without reading them from there.
        let heading = match kind {
            EntityType::Item => vec![part(Some(&document.key)), part(document.title.as_deref())],
            EntityType::Decision => vec![part(document.title.as_deref())],
            EntityType::Comment | EntityType::Note | EntityType::Checkpoint => Vec::new(),
        };
        let score = score(&heading, &part(document.text.as_deref()), terms);
        Ok(Self { kind, document, score })
    }
}

/// How well a document fits, whose key and title have the words of `heading`.
fn score(heading: &[String], text: &str, terms: &[Term]) -> f64 {
    let mut counts = vec![0.0_f64; terms.len()];
    let mut length = 0.0;
    let mut count = |words: &str, each: f64| {
        for word in words.split_ascii_whitespace() {
            length += 1.0;
            for (term, count) in terms.iter().zip(&mut counts) {
                if term.is(word) {
                    *count += each;
                }
            }
        }
    };
    heading.iter().for_each(|words| count(words, IN_HEADING));
    count(text, 1.0);
    let norm = K * (1.0 - B + B * length / COMMON);
    counts.iter().map(|count| count * (K + 1.0) / (count + norm)).sum()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{FoundDocument, RANKED_ALIKE, Term, rank};

    fn document(number: u128, kind: &str, heading: &str, text: &str) -> FoundDocument {
        FoundDocument {
            entity_type: kind.to_owned(),
            entity_id: Uuid::from_u128(number),
            text: Some(text.to_owned()),
            project: None,
            key_prefix: None,
            key: String::new(),
            title: Some(heading.to_owned()).filter(|heading| !heading.is_empty()),
            status: None,
            is_archived: false,
            changed_at: Default::default(),
        }
    }

    fn numbers(found: Vec<FoundDocument>, offset: u64, words: &[(&str, bool)]) -> Vec<u128> {
        let term = |(word, is_prefix): &(&str, bool)| Term { word: (*word).to_owned(), is_prefix: *is_prefix };
        let terms: Vec<Term> = words.iter().map(term).collect();
        rank(found, offset, &terms).into_iter().flatten().map(|ranked| ranked.document.entity_id.as_u128()).collect()
    }

    #[test]
    fn titles_repeats_and_short_texts_come_first() {
        let long = "and much more of it ".repeat(40);
        let found = vec![
            document(1, "item", "Something", &format!("with a parser {long}")),
            document(2, "item", "Something", "with a parser"),
            document(3, "item", "Something", "with a parser for a parser"),
            document(4, "item", "The parser", "of it"),
            document(5, "comment", "", "with a parser"),
        ];
        assert_eq!(numbers(found, 0, &[("parser", false)]), [4, 3, 5, 2, 1]);
    }

    #[test]
    fn equals_are_ordered_by_kind_and_age() {
        let found = ["note", "item", "item", "comment"];
        let found = (1..).zip(found).map(|(n, kind)| document(n, kind, "", "the same")).collect();
        assert_eq!(numbers(found, 0, &[("same", false)]), [3, 2, 4, 1]);
    }

    #[test]
    fn a_beginning_counts_as_the_words_that_it_begins() {
        let found = vec![document(1, "item", "", "parser lexer"), document(2, "item", "", "parser parsing")];
        assert_eq!(numbers(found.clone(), 0, &[("pars", true)]), [2, 1]);
        assert_eq!(numbers(found, 0, &[("parser", false)]), [2, 1]);
    }

    #[test]
    fn what_lies_further_down_stays_as_the_database_has_it() {
        let found: Vec<_> = (0..4).zip(1..).map(|(n, times)| document(n, "item", "", &"x ".repeat(times))).collect();
        assert_eq!(numbers(found.clone(), RANKED_ALIKE, &[("x", false)]), [0, 1, 2, 3]);
        assert_eq!(numbers(found.clone(), RANKED_ALIKE - 2, &[("x", false)]), [1, 0, 2, 3]);
        assert_eq!(numbers(found, 0, &[("x", false)]), [3, 2, 1, 0]);
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        assert!(rank(vec![document(1, "thing", "", "x")], 0, &[]).is_err());
    }
}
