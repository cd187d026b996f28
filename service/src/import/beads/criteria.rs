//! Acceptance criteria written as Markdown.

use crate::item::Criterion;

/// The most criteria that an item takes.
const MANY: usize = 100;

/// One criterion a list entry or line, done where its box is ticked.
///
/// Some exports hold the two characters `\n` for each line end. A text of more than 100 entries is one criterion.
pub(super) fn parse(text: &str) -> Vec<Criterion> {
    let unescaped = if text.contains('\n') { text.to_owned() } else { text.replace("\\n", "\n") };
    let mut criteria: Vec<Criterion> = Vec::new();
    for line in unescaped.lines().filter(|line| !line.trim().is_empty()) {
        let indented = line.starts_with([' ', '\t']);
        match (entry(line.trim()), criteria.last_mut()) {
            (Some(criterion), _) => criteria.push(criterion),
            // The rest of a list entry that was folded.
            (None, Some(last)) if indented => {
                last.text.push(' ');
                last.text.push_str(line.trim());
            }
            (None, _) => criteria.push(Criterion { text: line.trim().to_owned(), done: false }),
        }
    }
    criteria.retain(|criterion| !criterion.text.is_empty());
    if criteria.len() > MANY {
        return vec![Criterion { text: text.to_owned(), done: false }];
    }
    criteria
}

/// A list entry without its marker: `- `, `* `, `+ `, `1. `, `2) `, and a box after it or alone.
fn entry(line: &str) -> Option<Criterion> {
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = (rest.len() < line.len()).then_some(rest)?;
        rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))
    };
    let bulleted = ["- ", "* ", "+ "].iter().find_map(|marker| line.strip_prefix(marker));
    let listed = bulleted.or_else(numbered).map(str::trim_start);
    let rest = listed.unwrap_or(line);
    let open = rest.strip_prefix("[ ]").map(|rest| (rest, false));
    let boxed = open.or_else(|| rest.strip_prefix("[x]").or_else(|| rest.strip_prefix("[X]")).map(|rest| (rest, true)));
    match (boxed, listed) {
        (Some((rest, done)), _) => Some(Criterion { text: rest.trim().to_owned(), done }),
        (None, Some(rest)) => Some(Criterion { text: rest.trim().to_owned(), done: false }),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn told(text: &str) -> Vec<(String, bool)> {
        parse(text).into_iter().map(|c| (c.text, c.done)).collect()
    }

    fn open(texts: &[&str]) -> Vec<(String, bool)> {
        texts.iter().map(|text| ((*text).to_owned(), false)).collect()
    }

    #[test]
    fn each_entry_is_a_criterion() {
        assert_eq!(told("- a\n* b\n\n1. c\n12) d\n+ e\nplain"), open(&["a", "b", "c", "d", "e", "plain"]));
        assert_eq!(told("- a long\n  entry, folded\n- b"), open(&["a long entry, folded", "b"]));
        assert_eq!(told("- "), open(&["-"]));
        assert_eq!(told(" \n\t"), []);
        assert_eq!(told("2026 is the year\n3.5 times"), open(&["2026 is the year", "3.5 times"]));
    }

    #[test]
    fn a_ticked_box_is_done() {
        let expected = [("a".to_owned(), true), ("b".to_owned(), false), ("c".to_owned(), true)];
        assert_eq!(told("- [x] a\n- [ ] b\n[X] c"), expected);
    }

    #[test]
    fn escaped_line_ends_count_where_there_are_no_others() {
        assert_eq!(told("- a\\n- b"), open(&["a", "b"]));
        assert_eq!(told("- print \\n\n- b"), open(&["print \\n", "b"]));
    }

    #[test]
    fn too_many_entries_are_one_text() {
        let many = "- x\n".repeat(101);
        assert_eq!(told(&many), open(&[&many]));
    }
}
