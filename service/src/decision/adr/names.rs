//! What the names of the files of other tools say.

/// A file's name without `.md`.
pub(super) fn stem(file: &str) -> &str {
    file.rsplit_once('.').filter(|(_, extension)| extension.eq_ignore_ascii_case("md")).map_or(file, |(stem, _)| stem)
}

/// Whether the name is that of a template: `adr-template`, `0000-template`, but not `0012-use-template-engine`.
pub(super) fn is_template(stem: &str) -> bool {
    const WORDS: &[&str] = &["adr", "madr", "decision", "record", "template"];
    let stem = stem.to_lowercase();
    let mut words: Vec<&str> = stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if let Some(number) = words.iter().position(|word| word.bytes().all(|b| b.is_ascii_digit())) {
        words.remove(number);
    }
    words.contains(&"template") && words.iter().all(|word| WORDS.contains(word))
}

/// The number with which a file name or a title begins, and what comes after it: `0007-x`, `adr-7-x`, `7. X`, `ADR 7: X`.
pub(super) fn number_of(text: &str) -> (Option<i64>, &str) {
    let is_separator = |c: char| matches!(c, '-' | '_' | '.' | ':' | ' ' | ')' | '\u{2013}' | '\u{2014}');
    let text = text.trim();
    let word = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("adr"));
    let rest = if word { text[3..].trim_start_matches(is_separator) } else { text };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest[digits..];
    // `20260102-x` begins with a date, and `3 tiers` with no number of its own.
    let ends = after.is_empty() || after.starts_with(is_separator) && (word || !after.starts_with(' '));
    match rest[..digits].parse() {
        Ok(number) if number > 0 && digits <= 5 && ends => (Some(number), after.trim_start_matches(is_separator)),
        _ => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_so_is_a_template() {
        for template in
            ["template", "ADR-Template", "0000-adr-template", "adr_0001_template", "madr-decision-record-template"]
        {
            assert!(is_template(template), "{template}");
        }
        for decision in
            ["0012-use-template-engine", "0003-templates", "decision", "0001-record", "0004-template-7-8", ""]
        {
            assert!(!is_template(decision), "{decision}");
        }
        assert_eq!([stem("a.b.MD"), stem("a.md"), stem("a.txt")], ["a.b", "a", "a.txt"]);
    }
}
