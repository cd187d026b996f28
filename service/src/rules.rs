//! Rules of input that several verbs share: each refusal names the field, the rule and the value.

use callboard_entity::CapabilityLevel;
use serde_json::Value;

use crate::error::{Error, Result};

/// The longest slug, capability and tag, in characters.
pub const SHORT: usize = 64;
/// The longest single line (names, titles), in characters.
pub const LINE: usize = 500;
/// The longest text (descriptions, comments, notes) and the largest JSON value, in bytes.
pub const TEXT: usize = 1024 * 1024;

/// `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 64 characters.
///
/// # Errors
/// `Invalid`, naming the field and the rule.
pub fn slug(field: &'static str, value: &str) -> Result<()> {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if value.len() <= SHORT && value.split('-').all(word) {
        return not_id(field, value);
    }
    let rule = "must be lower-case letters and digits in words joined by '-', 1 to 64 characters";
    Err(Error::invalid(field, value, rule))
}

/// A name that could be read as an id would never be found again by its name.
///
/// # Errors
/// `Invalid` for a UUID.
pub fn not_id(field: &'static str, value: &str) -> Result<()> {
    match uuid::Uuid::try_parse(value) {
        Ok(_) => Err(Error::invalid(field, value, "must not have the form of an id")),
        Err(_) => Ok(()),
    }
}

/// One line: not empty, at most [`LINE`] characters, no control characters or bidirectional overrides.
///
/// # Errors
/// `Invalid`, naming the field and the rule.
pub fn line(field: &'static str, value: &str) -> Result<()> {
    if value.trim().is_empty() {
        return Err(Error::invalid(field, value, "must not be empty"));
    }
    if value.chars().count() > LINE {
        return Err(Error::invalid(field, value, format!("must have at most {LINE} characters")));
    }
    if let Some(bad) = value.chars().find(|c| is_unsafe(*c)) {
        let rule = format!("must not hold control characters (found U+{:04X})", u32::from(bad));
        return Err(Error::invalid(field, escape(value), rule));
    }
    Ok(())
}

/// A text of several lines: at most [`TEXT`] bytes, no control characters but tabs and line ends.
///
/// # Errors
/// `Invalid`, naming the field and the rule.
pub fn text(field: &'static str, value: &str) -> Result<()> {
    if value.len() > TEXT {
        return Err(Error::invalid(field, value, format!("must have at most {TEXT} bytes")));
    }
    if let Some(bad) = value.chars().find(|c| is_unsafe(*c) && !matches!(c, '\n' | '\r' | '\t')) {
        let rule = format!("must not hold control characters (found U+{:04X})", u32::from(bad));
        return Err(Error::invalid(field, escape(value), rule));
    }
    Ok(())
}

/// A reason: one that is demanded must say something.
///
/// # Errors
/// `Invalid` where it is empty or white space only.
pub fn reason(value: &str) -> Result<()> {
    if value.trim().is_empty() {
        return Err(Error::invalid("reason", value, "must not be empty"));
    }
    text("reason", value)
}

/// A capability or a tag: 1 to 64 characters, no white space, `:` or `,` (they separate the parts of a requirement key).
///
/// # Errors
/// `Invalid`, naming the field and the rule.
pub fn name(field: &'static str, value: &str) -> Result<()> {
    let bad = |c: char| c.is_whitespace() || is_unsafe(c) || matches!(c, ':' | ',' | '"' | '\\') || c.is_uppercase();
    if !value.is_empty() && value.chars().count() <= SHORT && !value.chars().any(bad) {
        return Ok(());
    }
    let rule = "must be 1 to 64 characters, in lower case, without white space, ':', ',', '\"' or '\\'";
    Err(Error::invalid(field, escape(value), rule))
}

/// A capability or a tag as people write it, in its stored form: trimmed, lower case, white space as `-`.
///
/// # Errors
/// `Invalid` where nothing is left, or as [`name`].
pub fn normal_name(field: &'static str, value: &str) -> Result<String> {
    let normal = value.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
    name(field, &normal)?;
    Ok(normal)
}

/// A JSON value, at most [`TEXT`] bytes when written.
///
/// # Errors
/// `Invalid`, naming the field and the rule.
pub fn json(field: &'static str, value: &Value) -> Result<()> {
    let written = value.to_string();
    if written.len() > TEXT {
        return Err(Error::invalid(field, "", format!("must have at most {TEXT} bytes as JSON")));
    }
    // Refused here so that both databases take the same.
    if holds_nul(value) {
        return Err(Error::invalid(field, "", "must not hold the character U+0000"));
    }
    Ok(())
}

/// Whether a key or a text in it holds U+0000, which PostgreSQL's jsonb cannot hold. `\\u0000` written out is text.
pub(crate) fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Reads `CAPABILITY` or `CAPABILITY:LEVEL`; the level is basic where none is named.
///
/// # Errors
/// `Invalid` for an unknown level, or as [`name`].
pub fn capability(value: &str) -> Result<(String, CapabilityLevel)> {
    let (capability, level) = value.split_once(':').unwrap_or((value, "basic"));
    name("capability", capability)?;
    Ok((capability.to_owned(), word("level", level, CapabilityLevel::ALL, |l| l.as_str())?))
}

/// Finds a word of a vocabulary, or names all of it.
///
/// # Errors
/// `Invalid`, with the whole vocabulary and the nearest word.
pub fn word<T: Copy>(field: &'static str, value: &str, all: &[T], text: impl Fn(T) -> &'static str) -> Result<T> {
    let wanted = value.trim().to_lowercase().replace('-', "_");
    all.iter().copied().find(|t| text(*t) == wanted).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|t| text(*t)).collect();
        let near = near(&wanted, words.iter().copied());
        let hint = near.first().map(|n| format!(" (near to it: {n})")).unwrap_or_default();
        Error::invalid(field, escape(value), format!("must be one of {}{hint}", words.join(", ")))
    })
}

/// The up to three candidates that look most like `name`.
pub fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&name, &c.to_lowercase()), c))
        .filter(|(score, _)| *score > 0.75)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, c)| c.to_owned()).collect()
}

/// Control characters, and the format characters that reorder or hide text on a terminal.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The text with every unsafe character written as `\u{..}`.
pub fn escape(value: &str) -> String {
    value.chars().flat_map(|c| if is_unsafe(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] }).collect()
}
