//! Dates in the files of other tools.

use chrono::{DateTime, NaiveDate};

use crate::clock::{Timestamp, micros};

/// The first date in a text; a whole RFC 3339 time is taken as it is, a day as its beginning in UTC.
pub(super) fn first(text: &str) -> Option<Timestamp> {
    parts(text).find_map(of_part)
}

/// Whether a text says no more than that date.
pub(super) fn says_only(text: &str, date: Option<Timestamp>) -> bool {
    without(text, date).all(|part| !part.contains(char::is_alphanumeric))
}

/// The parts of a text but for that date.
pub(super) fn without(text: &str, date: Option<Timestamp>) -> impl Iterator<Item = &str> {
    parts(text).filter(move |part| date.is_none() || of_part(part) != date)
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "()[]{}\"'`,;*".contains(c))
}

fn of_part(part: &str) -> Option<Timestamp> {
    let part = part.trim_end_matches('.');
    let time = DateTime::parse_from_rfc3339(part).ok().map(|at| micros(at.to_utc()));
    let day =
        || ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"].iter().find_map(|form| NaiveDate::parse_from_str(part, form).ok());
    time.or_else(|| day()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_beside_a_date_is_seen() {
        let date = first("on 2020/01/02.");
        assert!(date.is_some() && date == first("2020-01-02T00:00:00Z"));
        assert!(says_only("**2020-01-02** (2020.01.02)", date) && says_only("", None));
        for more in ["2020-01-02, 2021-01-01", "2020-01-02 10:00", "spring of 2020"] {
            assert!(!says_only(more, date), "{more}");
        }
    }
}
