//! What full-text search sees of a text: the one tokenizer, and what each database's index is given of it.
//!
//! It depends on no other crate of ours, so that the migration that fills the index, `verify`, which checks it, and the
//! service, which keeps and asks it, can't disagree. Neither database looks at anything else than
//! [`search_text`]: SQLite's FTS5 splits it at its blanks (its tokenizer `ascii`), PostgreSQL gets each word as it is
//! ([`vector`]) instead of by its own parser, whose letters depend on the database's locale.
//!
//! A change of what these functions give is a change of what is stored: it needs a migration that fills the index anew.

mod fields;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

pub use fields::{Document, EntityType, scope_of_entity, scope_of_project};

/// The longest search text, in bytes; what follows is not found.
pub const MAX_BYTES: usize = 64 * 1024;

/// The longest word, in bytes: it is cut there in texts and in queries alike. PostgreSQL takes no word above 2,046.
pub const MAX_WORD_BYTES: usize = 255;

/// The words of a text with one blank between them: NFKC, lower case, without diacritics; everything else than letters
/// and digits is a blank. At most [`MAX_BYTES`], cut between words.
///
/// A mark that is no diacritic, such as a vowel sign of Devanagari or the voicing of a kana, is a part of its word.
/// Applied to its own result it changes nothing.
#[must_use]
pub fn search_text(text: &str) -> String {
    if text.is_ascii() {
        // What the tables of Unicode would give, without asking them for each letter.
        return joined(text.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
    }
    joined(plain(text))
}

/// The words of plain letters, with one blank between them.
fn joined(letters: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let mut is_cut = false;
    for ch in letters.chain([' ']) {
        if ch.is_alphanumeric() || !word.is_empty() && !ch.is_ascii() && is_combining_mark(ch) {
            is_cut |= word.len() + ch.len_utf8() > MAX_WORD_BYTES;
            if !is_cut {
                word.push(ch);
            }
            continue;
        }
        is_cut = false;
        if word.is_empty() {
            continue;
        }
        let blank = usize::from(!out.is_empty());
        if out.len() + blank + word.len() > MAX_BYTES {
            break;
        }
        if blank == 1 {
            out.push(' ');
        }
        out.push_str(&word);
        word.clear();
    }
    out
}

/// The words of what a user looks for, as they stand in a [`search_text`].
#[must_use]
pub fn words(query: &str) -> Vec<String> {
    search_text(query).split_whitespace().map(str::to_owned).collect()
}

/// A search text as a `tsvector` of PostgreSQL's, as text: each word with its position, from 1.
///
/// It holds letters and digits only, so that nothing has to be quoted.
#[must_use]
pub fn vector(search_text: &str) -> String {
    let mut out = String::with_capacity(search_text.len() * 2);
    for (word, position) in search_text.split_whitespace().zip(1_usize..) {
        if position > 1 {
            out.push(' ');
        }
        out.push_str(word);
        out.push(':');
        // PostgreSQL counts no further.
        out.push_str(&position.min(16_383).to_string());
    }
    out
}

/// Letters without case, compatibility forms and diacritics; other characters as they are.
fn plain(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkd()
        .flat_map(char::to_lowercase)
        // At the end of a word as elsewhere.
        .map(|ch| if ch == 'ς' { 'σ' } else { ch })
        .nfkd()
        .filter(|ch| !is_diacritic(*ch))
        .nfc()
}

/// Accents, points and their like: what a reader may leave out. The classes of 7 (nukta), 8 (kana voicing) and 9
/// (virama) make another letter.
fn is_diacritic(ch: char) -> bool {
    !matches!(canonical_combining_class(ch), 0 | 7..=9)
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, MAX_WORD_BYTES, joined, plain, search_text, vector, words};

    #[test]
    fn texts_become_plain_words() {
        for (text, expected) in [
            ("", ""),
            (" \t\n", ""),
            ("CB-42: Fix the Parser!", "cb 42 fix the parser"),
            ("Crème brûlée", "creme brulee"),
            ("e\u{301}\u{e9}", "ee"),
            ("ﬁnal ①②　Ｗｉｄｅ", "final 12 wide"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("İstanbul ISPARTA", "istanbul isparta"),
            ("Straße", "straße"),
            ("ガ が カ", "ガ が カ"),
            ("हिन्दी", "हिन्दी"),
            ("漢字かな交じり文", "漢字かな交じり文"),
            ("שָׁלוֹם", "שלום"),
            ("a%_*\"'():^b AND NEAR", "a b and near"),
            ("\u{202e}x\u{200b}y\u{0}z", "x y z"),
            ("snake_case v1.2e5", "snake case v1 2e5"),
            ("\u{301}", ""),
            ("٣ ½", "٣ 1 2"),
        ] {
            assert_eq!(search_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_short_way_of_ascii_leads_to_the_same() {
        let all: String = ('\0'..='\x7f').collect();
        for text in [all.as_str(), "CB-42: Fix the Parser!", "a  b", "", "--", &"x".repeat(300), &"Y z ".repeat(20_000)]
        {
            assert!(text.is_ascii());
            assert_eq!(search_text(text), joined(plain(text)), "{text:?}");
        }
        for ch in '\0'..='\x7f' {
            for text in [format!("a{ch}B"), format!("{ch}a"), format!("a{ch}")] {
                assert_eq!(search_text(&text), joined(plain(&text)), "{text:?}");
            }
        }
    }

    #[test]
    fn it_changes_nothing_of_its_own_result() {
        let mut all = String::new();
        for ch in ('\0'..=char::MAX).filter(|ch| *ch as u32 <= 0x3_ffff) {
            let once = search_text(&format!("a{ch}b"));
            assert_eq!(search_text(&once), once, "{ch:?}");
            assert!(once.chars().all(|c| c == ' ' || !c.is_ascii() || c.is_ascii_lowercase() || c.is_ascii_digit()));
            if all.len() < 10 * MAX_BYTES {
                all.push(ch);
            }
        }
        let once = search_text(&all);
        assert!(once.len() > MAX_BYTES / 2 && once.len() <= MAX_BYTES, "{}", once.len());
        assert_eq!(search_text(&once), once);
    }

    #[test]
    fn long_words_and_long_texts_are_cut() {
        let word = "é漢".repeat(1_000);
        let cut = search_text(&word);
        assert!(cut.len() <= MAX_WORD_BYTES && cut.len() > MAX_WORD_BYTES - 4, "{}", cut.len());
        assert_eq!(words(&word), [cut]);
        let text = "seven77 ".repeat(MAX_BYTES);
        let cut = search_text(&text);
        assert_eq!(cut.len(), MAX_BYTES - 1, "whole words only");
        assert!(cut.ends_with(" seven77"));
        // Nothing that follows a word for which there was no room.
        assert!(!search_text(&format!("{}{} z", "a ".repeat(MAX_BYTES / 2 - 1), "b".repeat(9))).contains('z'));
    }

    #[test]
    fn a_vector_has_each_word_with_its_position() {
        assert_eq!(vector(""), "");
        assert_eq!(vector("a b a"), "a:1 b:2 a:3");
        assert!(vector(&"a ".repeat(20_000)).ends_with("a:16383"));
    }
}
