//! The YAML between two lines `---` at the beginning of a file.

/// The YAML and what comes after it; none where the file does not begin so.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---\n")?;
    if let Some(body) = rest.strip_prefix("---\n") {
        return Some(("", body));
    }
    let end = rest.find("\n---\n").map(|at| (at, at + "\n---\n".len()));
    let end = end.or_else(|| rest.strip_suffix("\n---").map(|yaml| (yaml.len(), rest.len())));
    end.map(|(yaml, body)| (&rest[..yaml + 1], &rest[body..]))
}

/// What is wrong with a YAML that cannot be read.
pub(super) fn broken(error: &serde_saphyr::Error) -> String {
    // The place is that in the YAML: the line in the file is one more.
    let line = error.location().map_or(2, |at| at.line() + 1);
    let told = error.to_string();
    let told = told.split(" at line ").next().unwrap_or_default().lines().next().unwrap_or_default();
    format!("has a front matter that cannot be read (line {line}): {}", crate::rules::escape(told))
}
