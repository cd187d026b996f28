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

/// Divides a text at its headings, but for those inside fenced code. Comments that begin a line are left out, with what
/// they hold; one that is never closed is text.
pub(super) fn split(text: &str) -> Document {
    let mut document = Document::default();
    let mut fence: Option<Fence> = None;
    // Where one comment is not closed, no later one is: the text is not searched again for each.
    let mut may_close = true;
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = first_line(rest);
        let start = line.trim_start();
        if fence.is_none() && may_close && start.starts_with("<!--") {
            if let Some(past) = past_comment(&rest[line.len() - start.len()..]) {
                // What stands behind the comment is a line of its own, if it is anything.
                let (more, next) = first_line(past);
                rest = if more.trim().is_empty() { next } else { past.trim_start() };
                continue;
            }
            may_close = false;
        }
        rest = after;
        if let Some(open) = fence {
            fence = fence.filter(|_| !open.is_closed_by(line));
        } else if let Some(open) = Fence::opened_by(start) {
            fence = Some(open);
        } else if let Some((level, heading)) = heading(line)
            && document.head(level, heading)
        {
            continue;
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

/// The first line and what comes after it.
fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// What comes after the comment with which a text begins; none where it is not closed.
fn past_comment(text: &str) -> Option<&str> {
    // `<!-->` is closed by the marks that open it.
    let inside = &text["<!".len()..];
    inside.find("-->").map(|at| &inside[at + "-->".len()..])
}

/// The line that opened a block of code: its mark, and how many of them.
#[derive(Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = line.chars().take_while(|c| *c == mark).count();
        // Backticks that are closed in the same line are code within a text.
        let inline = mark == '`' && line[length..].contains('`');
        (length >= 3 && !inline).then_some(Self { mark, length })
    }

    /// Only as many of the same mark, or more, and nothing else close it.
    fn is_closed_by(self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.chars().all(|c| c == self.mark)
    }
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

    /// The only text of a file without headings.
    fn kept(text: &str) -> String {
        split(text).preamble.join("\n")
    }

    #[test]
    fn comments_are_left_out_and_nothing_beside_them() {
        assert_eq!(kept("a\n<!-- x --> b\nc"), "a\nb\nc");
        assert_eq!(kept("<!-- x\ny --> b <!-- z -->\nc"), "b <!-- z -->\nc");
        assert_eq!(kept("  <!-- x --> <!-- y -->\n<!-->c\nd <!-- e"), "c\nd <!-- e");
        assert_eq!(kept("<!-- x\ny"), "<!-- x\ny");
        let unclosed = split("<!-- x -->\n## Context\n<!-- y\n## Decision\nz\n");
        let told: Vec<&str> = unclosed.sections.iter().map(|section| section.text.as_str()).collect();
        assert_eq!(told, ["<!-- y\n", "z\n"]);
    }

    /// Were each comment looked for to the end of the file, this would take minutes.
    #[test]
    fn many_comments_that_are_not_closed_take_no_time() {
        let text = "<!--\n".repeat(800_000);
        assert_eq!(kept(&text).len(), text.len() - 1);
    }

    #[test]
    fn only_its_own_mark_closes_a_fence() {
        let one = |code: &str| format!("## Context\n{code}\n## Decision\nx\n");
        for code in [
            "````md\n```\n## no\n```\n````",
            "```\n```rust\n## no\n```",
            "~~~\n```\n## no\n~~~~  ",
            "  ```sh\n## no\n`````",
            "```not``` a fence",
        ] {
            let text = one(code);
            let found = split(&text);
            let places: Vec<Option<Place>> = found.sections.iter().map(|section| section.place).collect();
            assert_eq!(places, [Some(Place::Context), Some(Place::Decision)], "{code}");
            assert_eq!(found.sections[0].text, format!("{code}\n"));
        }
        assert_eq!(split(&one("````\n```")).sections.len(), 1, "it is not closed");
    }

    #[test]
    fn entries_are_those_of_a_list_or_paragraphs() {
        assert_eq!(entries("intro:\n* a\n  more\n* b\n\n1. c", 9), ["intro:", "a\nmore", "b", "c"]);
        assert_eq!(entries("one\ntwo\n\nthree\n", 9), ["one\ntwo", "three"]);
        assert_eq!(entries("* a\n* b", 1), ["* a\n* b"]);
    }
}
