//! The parts of a Markdown file that another tool, or a person, wrote.

/// A file in parts.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The first heading of the first level.
    pub title: Option<String>,
    /// The lines before the first section.
    pub preamble: Vec<String>,
    pub sections: Vec<Section>,
}

#[derive(Debug)]
pub(super) struct Section {
    pub heading: String,
    /// What it is by its heading; none for what we do not know.
    pub place: Option<Place>,
    pub text: String,
}

/// Where the text of a section belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Status,
    Date,
    Problem,
    Context,
    Decision,
    Rationale,
    Drivers,
    Approach,
    Alternatives,
    /// A part for each alternative.
    ProsAndCons,
    Consequences,
    Positive,
    Negative,
    Risks,
    Mitigations,
    Success,
    Files,
    Components,
    Outcome,
    Lessons,
    /// Of no place on the board, but it tells of other files.
    Links,
}

/// The headings of Nygard's template, of MADR 2 to 4, and those that people use in their place.
const PLACES: &[(&str, Place)] = &[
    ("status", Place::Status),
    ("date", Place::Date),
    ("problem", Place::Problem),
    ("problem statement", Place::Problem),
    ("issue", Place::Problem),
    ("context", Place::Context),
    ("background", Place::Context),
    ("context and problem statement", Place::Context),
    ("decision", Place::Decision),
    ("decision outcome", Place::Decision),
    ("solution", Place::Decision),
    ("rationale", Place::Rationale),
    ("reasoning", Place::Rationale),
    ("justification", Place::Rationale),
    ("argument", Place::Rationale),
    ("decision drivers", Place::Drivers),
    ("drivers", Place::Drivers),
    ("implementation", Place::Approach),
    ("implementation approach", Place::Approach),
    ("implementation plan", Place::Approach),
    ("alternatives", Place::Alternatives),
    ("alternatives considered", Place::Alternatives),
    ("considered alternatives", Place::Alternatives),
    ("considered options", Place::Alternatives),
    ("options considered", Place::Alternatives),
    ("options", Place::Alternatives),
    ("positions", Place::Alternatives),
    ("pros and cons of the options", Place::ProsAndCons),
    ("consequences", Place::Consequences),
    ("implications", Place::Consequences),
    ("trade-offs", Place::Consequences),
    ("tradeoffs", Place::Consequences),
    ("positive consequences", Place::Positive),
    ("negative consequences", Place::Negative),
    ("risks", Place::Risks),
    ("mitigations", Place::Mitigations),
    ("success criteria", Place::Success),
    ("confirmation", Place::Success),
    ("validation", Place::Success),
    ("compliance", Place::Success),
    ("affected files", Place::Files),
    ("affected components", Place::Components),
    ("outcome", Place::Outcome),
    ("lessons", Place::Lessons),
    ("lessons learned", Place::Lessons),
    ("links", Place::Links),
    ("related decisions", Place::Links),
    ("more information", Place::Links),
];

/// Divides a text at its headings, but for those inside fenced code; comments of templates are left out.
pub(super) fn split(text: &str) -> Document {
    let mut document = Document::default();
    let (mut fence, mut comment): (Option<&str>, bool) = (None, false);
    for line in text.lines() {
        let start = line.trim_start();
        if let Some(open) = fence {
            fence = fence.filter(|_| !start.starts_with(open));
        } else if comment || start.starts_with("<!--") {
            comment = !line.contains("-->");
            continue;
        } else if let Some(open) = ["```", "~~~"].into_iter().find(|open| start.starts_with(open)) {
            fence = Some(open);
        } else if let Some((level, heading)) = heading(line) {
            if document.head(level, heading) {
                continue;
            }
        }
        match document.sections.last_mut() {
            Some(section) => {
                section.text.push_str(line);
                section.text.push('\n');
            }
            None => document.preamble.push(line.to_owned()),
        }
    }
    document
}

impl Document {
    /// Takes a heading, unless it is a part of the present section's text.
    fn head(&mut self, level: usize, heading: &str) -> bool {
        if level == 1 && self.title.is_none() && self.sections.is_empty() {
            self.title = Some(heading.to_owned());
            return true;
        }
        let place = place(heading);
        let of_options = self.sections.last().is_some_and(|section| section.place == Some(Place::ProsAndCons));
        if level > 2 && (place.is_none() || of_options) {
            return false;
        }
        self.sections.push(Section { heading: heading.to_owned(), place, text: String::new() });
        true
    }
}

/// The level and text of a heading.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let text = line[level..].trim().trim_end_matches('#').trim();
    ((1..=6).contains(&level) && line[level..].starts_with([' ', '\t']) && !text.is_empty()).then_some((level, text))
}

fn place(heading: &str) -> Option<Place> {
    let plain: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -".contains(*c)).collect();
    let plain = plain.trim_start_matches(|c: char| !c.is_alphabetic()).trim();
    PLACES.iter().find(|(name, _)| *name == plain).map(|(_, place)| *place)
}

/// The entries of a list, or the paragraphs of a text that is none; of more than the board takes, all in one.
pub(super) fn entries(text: &str, most: usize) -> Vec<String> {
    let is_list = text.lines().any(|line| marker(line).is_some());
    let mut entries: Vec<String> = Vec::new();
    let mut apart = true;
    for line in text.lines() {
        match (marker(line), entries.last_mut()) {
            (Some(rest), _) => entries.push(rest.to_owned()),
            (None, Some(entry)) if is_list || !apart => {
                entry.push('\n');
                entry.push_str(line.strip_prefix("  ").unwrap_or(line));
            }
            (None, _) => entries.push(line.to_owned()),
        }
        apart = line.trim().is_empty();
    }
    let trimmed = entries.iter().map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty());
    let entries: Vec<String> = trimmed.collect();
    if entries.len() > most { vec![text.trim().to_owned()] } else { entries }
}

/// What follows the mark of an entry at the beginning of a line.
fn marker(line: &str) -> Option<&str> {
    let bullet = ["* ", "- ", "+ "].into_iter().find_map(|mark| line.strip_prefix(mark));
    bullet.or_else(|| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let rest = line[digits..].strip_prefix(['.', ')'])?.strip_prefix(' ')?;
        (1..=3).contains(&digits).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_divide_but_in_code() {
        let text =
            "# T\npre\n## 1. Context:\na\n```\n## no\n```\n### detail\nb\n<!-- c\n## no\n-->\n### Consequences\n* x\n";
        let found = split(text);
        assert_eq!((found.title.as_deref(), found.preamble), (Some("T"), vec!["pre".to_owned()]));
        let told: Vec<(Option<Place>, &str)> = found.sections.iter().map(|s| (s.place, s.text.as_str())).collect();
        let context = "a\n```\n## no\n```\n### detail\nb\n";
        assert_eq!(told, [(Some(Place::Context), context), (Some(Place::Consequences), "* x\n")]);
    }

    #[test]
    fn entries_are_those_of_a_list_or_paragraphs() {
        assert_eq!(entries("intro:\n* a\n  more\n* b\n\n1. c", 9), ["intro:", "a\nmore", "b", "c"]);
        assert_eq!(entries("one\ntwo\n\nthree\n", 9), ["one\ntwo", "three"]);
        assert_eq!(entries("* a\n* b", 1), ["* a\n* b"]);
    }
}
