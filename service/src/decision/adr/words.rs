//! How titles, statuses and relations are worded in file names and files.

use callboard_entity::{DecisionEvolutionKind as Kind, DecisionImplementationStatus, DecisionStatus as Status};

use super::record::Side;

/// The longest slug of a file name, in bytes.
const LONGEST: usize = 60;

/// `0007-use-one-writer.md`. A title never changes, so the name is stable.
pub(super) fn file_name(number: i64, title: &str) -> String {
    format!("{number:04}-{}.md", slug(title))
}

/// Letters and digits of ASCII in words joined by `-`: such a name means the same in every file system.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        match folded(c) {
            "" if c.is_ascii_alphanumeric() => slug.push(c),
            // A word is not cut in two by an apostrophe.
            "" if c == '\'' || c == '\u{2019}' => {}
            "" if slug.is_empty() || slug.ends_with('-') => {}
            "" => slug.push('-'),
            letters => slug.push_str(letters),
        }
    }
    if slug.len() > LONGEST {
        let cut = slug[..=LONGEST].rfind('-').filter(|at| *at > 0).unwrap_or(LONGEST);
        slug.truncate(cut);
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "decision".to_owned() } else { slug.to_owned() }
}

/// The letters of European languages without their marks.
fn folded(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' | 'ā' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' | 'ē' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ı' | 'ī' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'ť' | 'ţ' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

/// A word with a capital first letter.
pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// How a file says what the decision is to another one.
pub(super) fn relation(kind: Kind, side: Side) -> &'static str {
    match (kind, side) {
        (Kind::Superseded, Side::Original) => "Superseded by",
        (Kind::Superseded, Side::New) => "Supersedes",
        (Kind::Refined, Side::Original) => "Refined by",
        (Kind::Refined, Side::New) => "Refines",
        (Kind::Reversed, Side::Original) => "Reversed by",
        (Kind::Reversed, Side::New) => "Reverses",
        (Kind::Clarified, Side::Original) => "Clarified by",
        (Kind::Clarified, Side::New) => "Clarifies",
    }
}

/// The words by which other tools say the same, in lower case.
pub(super) const RELATIONS: &[(&str, Kind, Side)] = &[
    ("superseded by", Kind::Superseded, Side::Original),
    // As adr-tools writes it.
    ("superceded by", Kind::Superseded, Side::Original),
    ("replaced by", Kind::Superseded, Side::Original),
    ("amended by", Kind::Refined, Side::Original),
    ("refined by", Kind::Refined, Side::Original),
    ("extended by", Kind::Refined, Side::Original),
    ("clarified by", Kind::Clarified, Side::Original),
    ("reversed by", Kind::Reversed, Side::Original),
    ("reverted by", Kind::Reversed, Side::Original),
    ("supersedes", Kind::Superseded, Side::New),
    ("supercedes", Kind::Superseded, Side::New),
    ("replaces", Kind::Superseded, Side::New),
    ("amends", Kind::Refined, Side::New),
    ("refines", Kind::Refined, Side::New),
    ("extends", Kind::Refined, Side::New),
    ("clarifies", Kind::Clarified, Side::New),
    ("reverses", Kind::Reversed, Side::New),
    ("reverts", Kind::Reversed, Side::New),
];

/// The status that a text names first, how far that is carried out, and whether another word was taken for it.
pub(super) fn status(text: &str) -> Option<(Status, DecisionImplementationStatus, Option<String>)> {
    text.split(|c: char| !c.is_alphabetic()).find_map(|part| {
        let word = part.to_lowercase();
        let (status, done) = status_of(&word)?;
        let other = (word != status.as_str() && word != "superceded").then_some(word);
        Some((status, done, other))
    })
}

/// What a word in lower case says of a decision's status.
pub(super) fn status_of(word: &str) -> Option<(Status, DecisionImplementationStatus)> {
    use DecisionImplementationStatus as Done;
    let (_, status, done) = STATUSES.iter().find(|(words, ..)| words.contains(&word))?;
    Some((*status, if *done { Done::Completed } else { Done::Planned }))
}

/// The words of other tools for each status, and whether they say that it is carried out.
pub(super) const STATUSES: &[(&[&str], Status, bool)] = &[
    (&["proposed", "draft", "pending", "open", "rfc"], Status::Proposed, false),
    (&["accepted", "approved", "adopted", "decided", "agreed", "active"], Status::Accepted, false),
    (&["implemented", "done"], Status::Accepted, true),
    (&["rejected", "declined"], Status::Rejected, false),
    (&["superseded", "superceded", "replaced"], Status::Superseded, false),
    (&["reversed", "deprecated", "obsolete", "retired", "withdrawn"], Status::Reversed, false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain_and_stable() {
        let names = [
            (7, "Use one writer", "0007-use-one-writer.md"),
            (12, "  What's \"this\"/that? ", "0012-whats-this-that.md"),
            (3, "Größe & Maß: Ångström", "0003-groesse-mass-angstroem.md"),
            (4, "日本語", "0004-decision.md"),
            (12345, "../../etc/passwd", "12345-etc-passwd.md"),
        ];
        for (number, title, name) in names {
            assert_eq!(file_name(number, title), name);
        }
        let long = file_name(1, &"many words ".repeat(20));
        assert!(long.len() <= "0001-.md".len() + LONGEST && !long.contains("-.md"), "{long}");
    }

    #[test]
    fn the_first_status_counts() {
        assert_eq!(status("Accepted, then superseded").map(|s| s.0), Some(Status::Accepted));
        assert_eq!(status("deprecated").and_then(|s| s.2), Some("deprecated".to_owned()));
        assert_eq!(status("{nothing}"), None);
    }
}
