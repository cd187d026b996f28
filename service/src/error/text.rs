//! The parts of messages that are left out where there is nothing to say.

pub(super) fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; near to it: {}", near.join(", ")) }
}

pub(super) fn allowed_from(allowed: &[String]) -> String {
    if allowed.is_empty() { String::new() } else { format!("; possible: {}", allowed.join(", ")) }
}

pub(super) fn hidden(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) }
}

pub(super) fn broken(lines: &[(usize, String)], more: usize) -> String {
    let mut told: Vec<String> = lines.iter().map(|(line, why)| format!("line {line} {why}")).collect();
    if more > 0 {
        told.push(format!("and {more} more lines"));
    }
    told.join("; ")
}

pub(super) fn broken_files(files: &[(String, String)], more: usize) -> String {
    let mut told: Vec<String> = files.iter().map(|(file, why)| format!("{file} {why}")).collect();
    if more > 0 {
        told.push(format!("and {more} more files"));
    }
    told.join("; ")
}

/// A template whose name cannot be read has none.
pub(super) fn template(name: &str) -> String {
    if name.is_empty() { "the template".to_owned() } else { format!("template '{name}'") }
}

pub(super) fn at_lines(problems: &[(usize, String)]) -> String {
    problems.iter().map(|(line, why)| format!("line {line}: {why}")).collect::<Vec<_>>().join("; ")
}

pub(super) fn given(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(", not '{}'", short(value)) }
}

/// The beginning of what may be long.
pub(super) fn short(value: &str) -> String {
    let short: String = value.chars().take(80).collect();
    if short.len() == value.len() { short } else { format!("{short}...") }
}
