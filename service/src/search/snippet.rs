//! The part of a text that shows why it was found. Pure.

use callboard_search::MAX_WORD_BYTES;

use super::term::Term;

/// About so many characters are shown,
const SHOWN: usize = 160;
/// of which so many stand before the first word that was looked for.
const BEFORE: usize = 40;
/// What has no white space for so long, such as Chinese and addresses, is divided at its signs too.
const LONG: usize = 40;

/// A part of a text without white space in it.
struct Piece<'a> {
    text: &'a str,
    /// In characters.
    length: usize,
    /// Whether white space stands before it.
    is_apart: bool,
    /// The terms that are in it, one bit each: there are at most 32.
    terms: u32,
}

/// The first stretch of the text that has the most of the words, on one line; the beginning where it has none.
pub(super) fn snippet(text: &str, terms: &[Term]) -> String {
    let pieces = pieces(text, terms);
    let start = start(&pieces);
    let (mut out, mut length) = (String::new(), 0);
    let mut end = start;
    for piece in &pieces[start..] {
        let blank = piece.is_apart && end > start;
        if length + usize::from(blank) + piece.length > SHOWN && end > start {
            break;
        }
        if blank {
            out.push(' ');
        }
        out.extend(piece.text.chars().take(SHOWN));
        length += usize::from(blank) + piece.length;
        end += 1;
    }
    let before = if start > 0 { "… " } else { "" };
    let after = if end < pieces.len() || length > SHOWN { " …" } else { "" };
    format!("{before}{out}{after}")
}

fn pieces<'a>(text: &'a str, terms: &[Term]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let parts: Vec<&str> = if word.chars().nth(LONG).is_some() {
            word.split_inclusive(|c: char| !c.is_alphanumeric()).collect()
        } else {
            vec![word]
        };
        for (n, text) in parts.into_iter().enumerate() {
            pieces.push(Piece { text, length: text.chars().count(), is_apart: n == 0, terms: found(text, terms) });
        }
    }
    pieces
}

/// Which of the terms are in a piece.
fn found(piece: &str, terms: &[Term]) -> u32 {
    let bits = |word: &str, is: fn(&Term, &str) -> bool| {
        terms.iter().enumerate().filter(|(_, term)| is(term, word)).fold(0, |bits, (n, _)| bits | (1 << n))
    };
    if piece.is_ascii() && piece.len() <= MAX_WORD_BYTES {
        // What the tokenizer would give, without a text for each piece.
        let words = piece.split(|ch: char| !ch.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        return words.map(|word| bits(word, Term::is_in_any_case)).fold(0, |all, bits| all | bits);
    }
    callboard_search::search_text(piece)
        .split_whitespace()
        .map(|word| bits(word, Term::is))
        .fold(0, |all, bits| all | bits)
}

/// The place of the first piece that is shown.
fn start(pieces: &[Piece<'_>]) -> usize {
    let mut best = (0, 0);
    for (place, _) in pieces.iter().enumerate().filter(|(_, piece)| piece.terms != 0) {
        let (mut length, mut terms) = (0, 0_u32);
        for next in &pieces[place..] {
            length += next.length + 1;
            if length > SHOWN - BEFORE && terms != 0 {
                break;
            }
            terms |= next.terms;
        }
        if terms.count_ones() > best.0 {
            best = (terms.count_ones(), place);
        }
    }
    let (_, mut start) = best;
    let mut before = 0;
    while start > 0 && before + pieces[start - 1].length < BEFORE {
        start -= 1;
        before += pieces[start].length + 1;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, Term, snippet};

    fn of(text: &str, words: &[&str]) -> String {
        let term = |word: &&str| match word.strip_suffix('*') {
            Some(word) => Term { word: word.to_owned(), is_prefix: true },
            None => Term { word: (*word).to_owned(), is_prefix: false },
        };
        snippet(text, &words.iter().map(term).collect::<Vec<_>>())
    }

    #[test]
    fn a_short_text_is_shown_whole_on_one_line() {
        assert_eq!(of("", &["x"]), "");
        assert_eq!(of("  The parser\n\tfails \n", &["parser"]), "The parser fails");
        assert_eq!(of("nothing of it", &["x"]), "nothing of it");
    }

    #[test]
    fn the_words_are_shown_with_what_stands_around_them() {
        let text = format!("{} Der Größe-Test fällt durch. {}", "before ".repeat(50), "after ".repeat(50));
        let shown = of(&text, &["große", "test"]);
        assert!(shown.starts_with("… before ") && shown.ends_with("after …"), "{shown}");
        assert!(shown.contains("before Der Größe-Test fällt durch. after"), "{shown}");
        assert!(shown.chars().count() <= SHOWN + 4, "{shown}");
    }

    #[test]
    fn the_stretch_with_the_most_words_wins() {
        let text = format!("one alone {} two and one {} two", "x ".repeat(200), "x ".repeat(200));
        assert!(of(&text, &["one", "two"]).contains("two and one"));
        assert!(of(&text, &["one"]).starts_with("one alone"));
        assert!(of(&format!("{} ending", "x ".repeat(200)), &["end*"]).ends_with("x ending"));
    }

    #[test]
    fn pieces_are_read_as_the_index_reads_them() {
        let filler = "x ".repeat(200);
        for (piece, word) in
            [("(Parser),", "parser"), ("a-b_C", "c"), ("v1.2E5", "2e5"), ("naïve/ASCII", "ascii"), ("Ⅷ", "viii")]
        {
            let shown = of(&format!("{filler}{piece} {filler}"), &[word]);
            assert!(shown.contains(piece) && shown.starts_with("… "), "{shown}");
        }
        assert!(of(&format!("{filler}parsers"), &["parser"]).starts_with("x x"));
    }

    #[test]
    fn what_has_no_blanks_is_cut() {
        let long = "漢字".repeat(500);
        let shown = of(&long, &["漢*"]);
        assert!(shown.starts_with('漢') && shown.ends_with(" …") && shown.chars().count() == SHOWN + 2, "{shown}");
        let address = format!("{}parser/{}", "a/".repeat(400), "b/".repeat(400));
        let shown = of(&address, &["parser"]);
        assert!(shown.contains("a/a/parser/b/b") && shown.chars().count() <= SHOWN + 4, "{shown}");
    }
}
