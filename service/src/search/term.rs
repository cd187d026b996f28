//! What is looked for, word by word.

use std::fmt;

use super::find::{MOST_BYTES, MOST_WORDS};
use crate::error::{Error, Result};
use crate::rules;

/// A word that every hit has, as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub word: String,
    /// It is the beginning of a word.
    pub is_prefix: bool,
}

impl Term {
    /// Whether a word of a text is meant.
    pub fn is(&self, word: &str) -> bool {
        if self.is_prefix { word.starts_with(&self.word) } else { word == self.word }
    }

    /// The same of a word of ASCII as it was written.
    pub fn is_in_any_case(&self, word: &str) -> bool {
        let word = if self.is_prefix { word.get(..self.word.len()) } else { Some(word) };
        word.is_some_and(|word| word.eq_ignore_ascii_case(&self.word))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)?;
        f.write_str(if self.is_prefix { "*" } else { "" })
    }
}

/// The words of what a user typed, each once: letters and digits, whatever stands between them.
pub(super) fn terms(text: &str, is_prefix: bool) -> Result<Vec<Term>> {
    let refuse =
        |rule: String| Error::invalid("words", rules::escape(&text.chars().take(80).collect::<String>()), rule);
    if text.len() > MOST_BYTES {
        return Err(refuse(format!("must have at most {MOST_BYTES} bytes")));
    }
    let words = callboard_search::words(text);
    let last = words.len().saturating_sub(1);
    let mut terms: Vec<Term> = Vec::new();
    for (n, word) in words.into_iter().enumerate() {
        let term = Term { word, is_prefix: is_prefix && n == last };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    match terms.len() {
        0 => Err(refuse("must hold a letter or a digit: signs are not looked for".to_owned())),
        1..=MOST_WORDS => Ok(terms),
        _ => Err(refuse(format!("must have at most {MOST_WORDS} different words"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, terms};

    fn shown(text: &str, is_prefix: bool) -> Vec<String> {
        terms(text, is_prefix).into_iter().flatten().map(|term| term.to_string()).collect()
    }

    #[test]
    fn signs_and_operators_are_no_words() {
        assert_eq!(shown("\"the\" (parser) AND NOT the*", false), ["the", "parser", "and", "not"]);
        assert_eq!(shown("CB-7 pars", true), ["cb", "7", "pars*"]);
        assert_eq!(shown("par par", true), ["par", "par*"]);
        for nothing in ["", " ", "%", "\"*\" -- :", "\u{301}"] {
            assert!(terms(nothing, false).is_err(), "{nothing:?}");
        }
    }

    #[test]
    fn there_is_a_limit() {
        let many = |n: usize| (0..n).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!((shown(&many(32), false).len(), terms(&many(33), false).is_err()), (32, true));
        assert!(terms(&"a ".repeat(MOST_BYTES / 2), false).is_ok());
        assert!(terms(&"a".repeat(MOST_BYTES + 1), false).is_err());
    }
}
