//! Everything that is printed: data on stdout, the rest on stderr, nothing that could steer a terminal.

use std::io::Write;
use std::process::ExitCode;

use callboard_migration::Error;
use serde_json::{Value, json};

/// The version of the JSON that `--json` prints.
const JSON_VERSION: u64 = 1;

/// A line of data.
pub fn line(text: &str) {
    // A reader that has gone (`| head`) is no failure of the run.
    let _ = writeln!(std::io::stdout(), "{}", escaped(text));
}

/// A line about the work.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", escaped(text));
}

pub fn warn(text: &str) {
    note(&format!("Warning: {text}"));
}

/// One JSON object: `schema_version`, `kind`, and the fields.
pub fn object(kind: &str, fields: Value) {
    let mut out = json!({ "schema_version": JSON_VERSION, "kind": kind });
    if let (Value::Object(out), Value::Object(fields)) = (&mut out, fields) {
        out.extend(fields);
    }
    let _ = writeln!(std::io::stdout(), "{out}");
}

/// Prints an error with its hint, and gives its exit code. With `--json` the last object on stdout says it too.
pub fn failure(error: &Error, as_json: bool) -> ExitCode {
    failure_with(&error.to_string(), error.hint().as_deref(), error.exit_code(), as_json)
}

/// As [`failure`], for a verb that changes a database: the last line says how it was left.
pub fn failed_change(error: &Error, as_json: bool) -> ExitCode {
    let verdict = error.verdict();
    note(&format!("Error: {error}"));
    if let Some(hint) = error.hint() {
        note(&format!("Hint: {hint}"));
    }
    note(&verdict);
    let code = error.exit_code();
    if as_json {
        let fields = json!({ "exit_code": code, "error": error.to_string(), "hint": error.hint(), "verdict": verdict });
        object("error", fields);
    }
    ExitCode::from(code)
}

pub fn failure_with(text: &str, hint: Option<&str>, code: u8, as_json: bool) -> ExitCode {
    note(&format!("Error: {text}"));
    if let Some(hint) = hint {
        note(&format!("Hint: {hint}"));
    }
    if as_json {
        object("error", json!({ "exit_code": code, "error": text, "hint": hint }));
    }
    ExitCode::from(code)
}

/// Prints what clap has to say: help on stdout, errors on stderr with exit code 2, and no URL that was typed in the
/// wrong place, not even a malformed one.
pub fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let mut text = error.render().to_string();
    for argument in std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()) {
        if !argument.contains([':', '@']) {
            continue;
        }
        let url = argument.split_once('=').map_or(argument.as_str(), |(_, url)| url);
        for secret in [argument.as_str(), url] {
            text = text.replace(secret, "(a URL)");
        }
    }
    let _ = write!(std::io::stderr(), "{text}");
    ExitCode::from(2)
}

/// Control characters and those that turn the direction of writing, made visible.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        let bidi =
            matches!(ch, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if ch.is_control() || bidi {
            out.extend(ch.escape_unicode());
        } else {
            out.push(ch);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_from_a_database_steers_the_terminal() {
        assert_eq!(escaped("a\u{1b}[31m\nb\u{202e}c é"), "a\\u{1b}[31m\\u{a}b\\u{202e}c é");
    }
}
