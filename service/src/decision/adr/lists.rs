//! Lists of a file of ours: each entry is read back as it was.

/// The lines of a list.
pub(super) fn write(entries: &[String]) -> String {
    let mut text = String::new();
    for entry in entries {
        for (number, line) in entry.split('\n').enumerate() {
            match (number, line) {
                (0, _) => text.push_str("- "),
                (_, "") => {}
                _ => text.push_str("  "),
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// A path as an entry: as JSON where it would not be read back as it is.
pub(super) fn quoted(path: &str) -> String {
    let is_plain = crate::decision::fields::canonical(path) == path && !path.contains(crate::rules::is_unsafe);
    if is_plain && !path.starts_with('"') { path.to_owned() } else { serde_json::json!(path).to_string() }
}

/// The path of an entry, also of one that somebody wrote by hand.
pub(super) fn unquoted(entry: &str) -> String {
    let quoted = entry.strip_prefix('"').and_then(|_| serde_json::from_str(entry).ok());
    quoted.unwrap_or_else(|| entry.to_owned())
}

/// The entries of a list; what stands before the first is an entry too.
pub(super) fn read(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.split('\n') {
        match (line.strip_prefix("- "), entries.last_mut()) {
            (Some(first), _) => entries.push(first.to_owned()),
            (None, Some(entry)) => {
                entry.push('\n');
                entry.push_str(line.strip_prefix("  ").unwrap_or(line));
            }
            (None, None) => entries.push(line.to_owned()),
        }
    }
    let entries = entries.into_iter().map(|entry| crate::decision::fields::canonical(&entry));
    entries.filter(|entry| !entry.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_entry_comes_back() {
        let entries = ["one", "two\n\nlines\n  - nested\n- at the edge\n## no heading", "- a dash", "a\n   \nb"];
        let entries = entries.map(str::to_owned);
        assert_eq!(super::read(&super::write(&entries)), entries);
    }

    #[test]
    fn every_path_comes_back() {
        let paths =
            ["src/a.rs", " a ", "a\n\n- b\n## c", "\"a\"", "\"", "- a", "\t", "a\r\nb", "\u{200e}ü\u{7}", "a\\n"];
        let written = super::write(&paths.map(super::quoted));
        assert_eq!(super::read(&written).iter().map(|entry| super::unquoted(entry)).collect::<Vec<_>>(), paths);
        assert!(written.starts_with("- src/a.rs\n- \" a \"\n"), "{written}");
    }
}
