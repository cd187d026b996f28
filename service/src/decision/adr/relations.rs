//! What the file of another tool says of other files: `Superseded by [7. Use two](0007-use-two.md)`.

use super::record::{Relation, Target};
use super::words::RELATIONS;

/// The relations of a text, line by line.
pub(super) fn of(text: &str) -> Vec<Relation> {
    text.lines().flat_map(of_line).collect()
}

fn of_line(line: &str) -> Vec<Relation> {
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
        relations.extend(targets(&line[*end..until]).into_iter().map(relation));
    }
    relations
}

/// The files that links lead to; where there are none, the number that is named first.
fn targets(text: &str) -> Vec<Target> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let files: Vec<Target> = links.filter_map(file).map(Target::File).collect();
    if !files.is_empty() {
        return files;
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=5).contains(&digits.len()));
    numbers.filter_map(|digits| digits.parse().ok()).take(1).map(Target::Number).collect()
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
        of(text).into_iter().map(|r| (r.kind, r.side, r.target)).collect()
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
}
