//! What the file of another tool says of other files: `Superseded by [7. Use two](0007-use-two.md)`.

use super::record::{Relation, Target};
use super::words::RELATIONS;

/// Where a text stands: in prose, "it replaces 3 servers" names no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Another file is named by a link, or by its number.
    Status,
    /// Another file is named by a link only.
    Prose,
}

/// The relations of a text, line by line.
pub(super) fn of(text: &str, field: Field) -> Vec<Relation> {
    text.lines().flat_map(|line| of_line(line, field)).collect()
}

fn of_line(line: &str, field: Field) -> Vec<Relation> {
    // ASCII only: every byte keeps its place.
    let lower = line.to_ascii_lowercase();
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (which, (phrase, ..)) in RELATIONS.iter().enumerate() {
        for (at, _) in lower.match_indices(phrase) {
            let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
            let end = at + phrase.len();
            if !letter(lower[..at].chars().next_back()) && !letter(lower[end..].chars().next()) {
                found.push((at, end, which));
            }
        }
    }
    found.sort_unstable();
    let mut relations = Vec::new();
    for (n, (_, end, which)) in found.iter().enumerate() {
        let until = found.get(n + 1).map_or(line.len(), |(next, ..)| *next);
        let (_, kind, side) = RELATIONS[*which];
        let text = line.trim().trim_start_matches(['*', '-', '+']).trim().to_owned();
        let relation = |target| Relation { kind, side, target, text: text.clone() };
        relations.extend(targets(&line[*end..until], field).into_iter().map(relation));
    }
    relations
}

/// What the words behind a phrase name: files, else numbers where they may stand.
fn targets(text: &str, field: Field) -> Vec<Target> {
    let files = links(text);
    if files.is_empty() && field == Field::Status { numbers(text) } else { files }
}

/// The files of the links that follow at once: `decision [1](1-a.md), [2](2-b.md) and [3](3-c.md)`. A link further on,
/// behind other words, is about something else.
fn links(mut text: &str) -> Vec<Target> {
    let mut files = Vec::new();
    while let Some((gap, rest)) = text.split_once('[') {
        if !words(gap).all(|word| JOINING.iter().any(|joining| word.eq_ignore_ascii_case(joining))) {
            break;
        }
        let Some(rest) = closing(rest).and_then(|at| rest[at..].strip_prefix("](")) else { break };
        let (link, after) = rest.split_once(')').unwrap_or((rest, ""));
        files.extend(link.split(' ').next().and_then(file).map(Target::File));
        text = after;
    }
    files
}

/// What may stand between a phrase and a link, and between two links.
const JOINING: &[&str] = &["and", "or", "also", "both", "the", "new", "newer", "adr", "adrs", "decision", "decisions"];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Where the text of a link ends, which may hold brackets.
fn closing(text: &str) -> Option<usize> {
    let (mut open, mut escaped) = (0_u32, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => open += 1,
            ']' if open == 0 => return Some(at),
            ']' => open -= 1,
            _ => {}
        }
    }
    None
}

/// The numbers that follow at once: `3`, `ADR-3 and ADR-4`.
fn numbers(mut text: &str) -> Vec<Target> {
    let mut numbers = Vec::new();
    while let Some((number, rest)) = number(text) {
        numbers.push(Target::Number(number));
        let rest = rest.trim_start_matches([' ', ',', '&', ']', '*', '_', '`']);
        text = without_start(rest, "and ").unwrap_or(rest);
    }
    numbers
}

/// The number with which a text begins, and what comes after it: `3`, `ADR-3`, `#3`, `No. 3`, `decision 3`.
fn number(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '\t', ':', '*', '_', '[', '`']);
    let mut rest = text;
    while let Some(after) = NUMBERED.iter().find_map(|name| without_start(rest, name)) {
        rest = after.trim_start_matches([' ', '-', '_', ':']);
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest[digits..];
    let mut next = after.chars();
    let ends = match (next.next(), next.next()) {
        // `3.5`, `1,000` and `2020-01-02` number no decision.
        (Some('.' | ',' | ':' | '-' | '/'), Some(c)) => !c.is_ascii_digit(),
        (Some(c), _) => !c.is_alphanumeric() && c != '%',
        (None, _) => true,
    };
    // `3 servers` neither, unless it is said that it is a decision's.
    let counted = rest == text && after.starts_with(' ') && {
        let word = after.trim_start().split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        !word.is_empty() && !["and", "or", "on", "since", "as", "because"].contains(&word)
    };
    let counts = (1..=5).contains(&digits) && ends && !counted;
    rest[..digits].parse().ok().filter(|_| counts).map(|number| (number, after))
}

/// What may stand before the number of a decision.
const NUMBERED: &[&str] = &["adr", "decision", "no.", "#"];

fn without_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (found, rest) = text.split_at_checked(start.len())?;
    found.eq_ignore_ascii_case(start).then_some(rest)
}

/// The name of the file that a link leads to.
fn file(link: &str) -> Option<String> {
    let path = link.split(['#', '?']).next()?.trim_matches(['<', '>']);
    let name = path.rsplit('/').next()?.replace("%20", " ");
    name.ends_with(".md").then_some(name)
}

#[cfg(test)]
mod tests {
    use callboard_entity::DecisionEvolutionKind as Kind;

    use super::super::record::Side;
    use super::*;

    fn told(text: &str) -> Vec<(Kind, Side, Target)> {
        of(text, Field::Status).into_iter().map(|r| (r.kind, r.side, r.target)).collect()
    }

    /// What "Supersedes" is said of.
    fn superseded(rest: &str, field: Field) -> Vec<Target> {
        of(&format!("Supersedes{rest}"), field).into_iter().map(|r| r.target).collect()
    }

    fn files(names: &[&str]) -> Vec<Target> {
        names.iter().map(|name| Target::File((*name).to_owned())).collect()
    }

    #[test]
    fn relations_are_found_however_they_are_written() {
        let file = |name: &str| Target::File(name.to_owned());
        assert_eq!(
            told("Superceded by [2. Two](0002-two.md)"),
            [(Kind::Superseded, Side::Original, file("0002-two.md"))]
        );
        assert_eq!(told("superseded by ADR-0123"), [(Kind::Superseded, Side::Original, Target::Number(123))]);
        assert_eq!(
            told("Accepted, amends [1](../adr/1-a.md#x), superseded by [3](3-c.md), [4](4-d.md)"),
            [
                (Kind::Refined, Side::New, file("1-a.md")),
                (Kind::Superseded, Side::Original, file("3-c.md")),
                (Kind::Superseded, Side::Original, file("4-d.md")),
            ]
        );
        assert!(told("It replaces nothing, and preextends [1](1-a.md)").is_empty());
    }

    #[test]
    fn only_a_status_names_another_by_its_number() {
        for text in [
            " 3",
            ": 3.",
            "** ADR-0003",
            " adr 3",
            " #3",
            " No. 3",
            " decision 3",
            " decision #3,",
            " [ADR-3]",
            " 0003-x",
            " ADR 3 of last year",
            " 3 (2020)",
        ] {
            assert_eq!(superseded(text, Field::Status), [Target::Number(3)], "{text}");
            assert!(superseded(text, Field::Prose).is_empty(), "{text}");
        }
        let several = [3, 4, 5].map(Target::Number);
        assert_eq!(superseded(" ADR-3, [4] and #5. 6 are left", Field::Status), several);
        assert_eq!(superseded(" 3 and 4 servers", Field::Status), [Target::Number(3)]);
        for text in [
            " 3 servers by one",
            " 3rd party code",
            " 3.5 GB",
            " 3,000 files",
            " 3% of it",
            " 2020-01-02",
            " the 3",
            " all decisions before 3",
            " decisions 3",
            " 123456",
            "",
        ] {
            assert!(superseded(text, Field::Status).is_empty(), "{text}");
        }
    }

    #[test]
    fn only_links_that_follow_at_once_are_meant() {
        for (text, names) in [
            (" [3. [a] \\] b](0003-x.md)", &["0003-x.md"][..]),
            (": decision [3](<../0003-x.md>), and [4](4-y.md#z \"title\")", &["0003-x.md", "4-y.md"]),
            (" [3](0003-x.md), as [4](4-y.md) demanded", &["0003-x.md"]),
            (" our jobs, as [4](4-y.md) demanded", &[]),
            (" [3][adr3], [4](4-y.md)", &[]),
            (" [it](https://example.invalid/3)", &[]),
        ] {
            assert_eq!(superseded(text, Field::Prose), files(names), "{text}");
        }
        assert!(of("see [what replaces 3](4-y.md)", Field::Prose).is_empty());
    }
}
