//! How values are read from the command line.

use std::ffi::OsStr;

use callboard_service::clock::Timestamp;
use callboard_service::entity::WorkItemQualityGateLevel;
use callboard_service::gate::{LegacyLevel, from_legacy};
use chrono::{DateTime, NaiveDate};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads a word of a vocabulary, in any case and with `-` for `_`; a refusal lists them all.
#[derive(Clone)]
pub struct Vocabulary<T: 'static> {
    all: &'static [T],
    text: fn(T) -> &'static str,
}

/// The words of a vocabulary as a clap parser.
pub fn vocabulary<T: Copy>(all: &'static [T], text: fn(T) -> &'static str) -> Vocabulary<T> {
    Vocabulary { all, text }
}

impl<T: Copy + Send + Sync + 'static> Vocabulary<T> {
    fn words(&self) -> impl Iterator<Item = &'static str> + use<T> {
        let text = self.text;
        self.all.iter().map(move |value| text(*value))
    }
}

impl<T: Copy + Send + Sync + 'static> TypedValueParser for Vocabulary<T> {
    type Value = T;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let wanted = value.to_string_lossy().to_lowercase().replace('-', "_");
        let found = self.all.iter().copied().find(|candidate| (self.text)(*candidate) == wanted);
        match found {
            Some(found) => Ok(found),
            // clap's own parser words the refusal, with the near match.
            None => match PossibleValuesParser::new(self.words()).parse_ref(command, arg, value) {
                Err(error) => Err(error),
                Ok(_) => Err(clap::Error::new(clap::error::ErrorKind::InvalidValue).with_cmd(command)),
            },
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words().map(PossibleValue::new)))
    }
}

/// A level of quality gates as it was typed.
#[derive(Clone, Copy, Debug)]
pub struct GateWord {
    pub level: WorkItemQualityGateLevel,
    /// The word of another vocabulary that it was named by.
    pub legacy: Option<LegacyLevel>,
}

/// Reads a level of quality gates: standard, enhanced or strict; basic and comprehensive are understood, too.
pub fn gate(text: &str) -> Result<GateWord, String> {
    if let Some(legacy) = from_legacy(text) {
        return Ok(GateWord { level: legacy.level, legacy: Some(legacy) });
    }
    let wanted = text.to_lowercase();
    let found = WorkItemQualityGateLevel::ALL.iter().copied().find(|level| level.as_str() == wanted);
    let rule = || "must be standard, enhanced or strict (basic and comprehensive of other systems are understood)";
    Ok(GateWord { level: found.ok_or_else(|| rule().to_owned())?, legacy: None })
}

/// Reads a priority: `P0` (most urgent) to `P4`, or the number alone.
pub fn priority(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['P', 'p']).unwrap_or(text);
    match digits.parse() {
        Ok(number @ 0..=4) => Ok(number),
        _ => Err("must be P0 (most urgent) to P4".to_owned()),
    }
}

/// Reads a duration in seconds: `90`, `90s`, `15m`, `2h` or `1d`.
pub fn seconds(text: &str) -> Result<i64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3600),
        Some((at, 'd')) => (&text[..at], 86_400),
        _ => (text, 1),
    };
    let number: Option<i64> = digits.parse().ok();
    number
        .and_then(|n| n.checked_mul(unit))
        .ok_or_else(|| "must be a number of seconds, or such as 90s, 15m, 2h, 1d".to_owned())
}

/// Reads a point in time: RFC 3339, or a date, which means its end in UTC.
pub fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let end = date(text).ok().and_then(|day| day.and_hms_opt(23, 59, 59));
    end.map(|end| end.and_utc())
        .ok_or_else(|| "must be a date such as 2026-12-31, or RFC 3339 such as 2026-12-31T17:00:00Z".to_owned())
}

/// Reads a date: `2026-12-31`.
pub fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "must be a date such as 2026-12-31".to_owned())
}

/// A text as it was given, or the whole of stdin for `-`.
///
/// # Errors
/// Stdin that can't be read, or is no UTF-8.
pub fn text_or_stdin(text: Option<String>) -> std::io::Result<Option<String>> {
    match text.as_deref() {
        Some("-") => std::io::read_to_string(std::io::stdin()).map(Some),
        _ => Ok(text),
    }
}

/// Reads a JSON value.
pub fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))
}

/// Reads a folder's path and makes it absolute, by which it means the same everywhere.
///
/// What cannot be made absolute, or is no text, is left as it was: the service says what it must be.
pub fn folder(text: &str) -> Result<String, std::convert::Infallible> {
    let path = std::path::Path::new(text);
    // Where the folder is there, `..` and links are followed too.
    let absolute = path.canonicalize().or_else(|_| std::path::absolute(path));
    Ok(absolute.ok().and_then(|path| path.into_os_string().into_string().ok()).unwrap_or_else(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_absolute() {
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).map(|here| here.display().to_string());
        assert_eq!(folder(".").ok(), here.ok());
        assert_eq!(folder("/no/such/folder"), Ok("/no/such/folder".to_owned()));
        assert_eq!(folder(""), Ok(String::new()));
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("2h"), Ok(7200));
        assert_eq!(seconds("1d"), Ok(86_400));
        for bad in ["", "m", "1.5h", "h2", "9999999999999999999", "9223372036854775807d", "5µ"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_means_its_end() {
        assert_eq!(time("2026-12-31").map(|t| t.to_rfc3339()), Ok("2026-12-31T23:59:59+00:00".to_owned()));
        assert_eq!(
            time("2026-12-31T10:00:00+01:00").map(|t| t.to_rfc3339()),
            Ok("2026-12-31T09:00:00+00:00".to_owned())
        );
        for bad in ["tomorrow", "2026-02-30", "2026-12-31T10:00", ""] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn priorities_are_named_or_numbered() {
        assert_eq!((priority("P0"), priority("p4"), priority("3")), (Ok(0), Ok(4), Ok(3)));
        for bad in ["P5", "-1", "high", "", "PP1"] {
            assert!(priority(bad).is_err(), "{bad}");
        }
    }
}
