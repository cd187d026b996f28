//! Files of lines: what was read from disk as text, and refusals that name the line.

use crate::error::{Error, Result};

/// How many broken lines a refusal describes; the others are counted.
const DESCRIBED: usize = 5;

/// The text of a file.
///
/// # Errors
/// [`Error::BrokenLines`] with the first line that is not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::BrokenLines { lines: vec![(line, "is not UTF-8".to_owned())], more: 0 }
    })
}

/// Reads every line that is not blank; all of them are read before the first broken one is refused.
///
/// A byte order mark and the CR of CRLF are no part of a line.
pub(super) fn read<T>(content: &str, mut line: impl FnMut(usize, &str) -> Result<T, String>) -> Result<Vec<T>> {
    let mut read = Vec::new();
    let mut broken = Vec::new();
    let mut more = 0;
    for (index, text) in content.strip_prefix('\u{feff}').unwrap_or(content).lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        match line(index + 1, text) {
            Ok(value) => read.push(value),
            Err(why) if broken.len() < DESCRIBED => broken.push((index + 1, why)),
            Err(_) => more += 1,
        }
    }
    if broken.is_empty() { Ok(read) } else { Err(Error::BrokenLines { lines: broken, more }) }
}

/// What is wrong with a line that cannot be read: the column counts, the line is the file's.
pub(super) fn no_json(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    let what = if error.is_data() { "is not as it should be" } else { "is no JSON" };
    format!("{what}: {message} (column {})", error.column())
}
